"""URLs of the audit trail."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("settings/audit-log/", views.entry_list, name="entry-list"),
    path("settings/audit-log/export/", views.entry_export, name="entry-export"),
    path("settings/audit-log/<int:pk>/", views.entry_detail, name="entry-detail"),
]
