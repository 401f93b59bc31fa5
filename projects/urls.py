"""URLs of projects."""

from django.urls import URLPattern, path

from .views import catalogue, projects

app_name = "projects"
project_urls = [
    path("projects/", projects.project_list, name="project-list"),
    path("projects/add/", projects.project_add, name="project-add"),
    path("projects/row/<slug:kind>/", projects.project_row, name="project-row"),
    path("projects/<int:pk>/", projects.project_detail, name="project-detail"),
    path("projects/<int:pk>/edit/", projects.project_edit, name="project-edit"),
    path("projects/<int:pk>/archive/", projects.project_archive, name="project-archive"),
    path("projects/<int:pk>/restore/", projects.project_restore, name="project-restore"),
]
task_urls = [
    path("management/tasks/", catalogue.task_list, name="task-list"),
    path("management/tasks/add/", catalogue.task_add, name="task-add"),
    path("management/tasks/<int:pk>/", catalogue.task_edit, name="task-edit"),
    path("management/tasks/<int:pk>/remove/", catalogue.task_remove, name="task-remove"),
]
category_urls = [
    path("management/expense-categories/", catalogue.category_list, name="category-list"),
    path("management/expense-categories/add/", catalogue.category_add, name="category-add"),
    path("management/expense-categories/<int:pk>/", catalogue.category_edit, name="category-edit"),
    path(
        "management/expense-categories/<int:pk>/remove/",
        catalogue.category_remove,
        name="category-remove",
    ),
]
vehicle_urls = [
    path("management/vehicles/", catalogue.vehicle_list, name="vehicle-list"),
    path(
        "management/vehicles/trips/", catalogue.vehicle_trip_settings, name="vehicle-trip-settings"
    ),
    path("management/vehicles/add/", catalogue.vehicle_add, name="vehicle-add"),
    path("management/vehicles/<int:pk>/", catalogue.vehicle_edit, name="vehicle-edit"),
    path("management/vehicles/<int:pk>/remove/", catalogue.vehicle_remove, name="vehicle-remove"),
]
urlpatterns: list[URLPattern] = [*project_urls, *task_urls, *category_urls, *vehicle_urls]
