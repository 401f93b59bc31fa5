"""URLs of operations."""

from django.urls import path

from . import views

app_name = "operations"
urlpatterns = [
    path("settings/system/", views.system, name="system"),
    path("settings/system/jobs/", views.job_list, name="jobs"),
    path("settings/system/text/", views.system_text, name="system-text"),
]
