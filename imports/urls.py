"""URLs of imports."""

from django.urls import path

from . import draft_views, views

app_name = "imports"
urlpatterns = [
    path("settings/import/files/", views.file_list, name="file-list"),
    path("settings/import/files/new/", draft_views.file_new, name="file-new"),
    path("settings/import/files/template/<str:kind>/", views.file_template, name="file-template"),
    path("settings/import/files/<int:pk>/file/", draft_views.file_change, name="file-change"),
    path(
        "settings/import/columns/<int:pk>/delete/",
        draft_views.columns_delete,
        name="columns-delete",
    ),
    path("settings/import/files/<int:pk>/columns/", draft_views.file_columns, name="file-columns"),
    path("settings/import/files/<int:pk>/delete/", draft_views.file_delete, name="file-delete"),
    path("settings/import/files/<int:pk>/start/", draft_views.file_start, name="file-start"),
    path("settings/import/files/<int:pk>/stop/", views.file_stop, name="file-stop"),
    path("settings/import/files/<int:pk>/errors/", views.file_errors, name="file-errors"),
    path("settings/import/files/<int:pk>/undo/", views.file_undo, name="file-undo"),
]
