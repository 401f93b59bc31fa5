"""URLs of privacy."""

from django.urls import path

from .views import closing, erasing, exports

app_name = "privacy"
urlpatterns = [
    path("profile/data/", exports.own_data, name="own-data"),
    path("management/employees/<int:pk>/data/", exports.employee_data, name="employee-data"),
    path("management/employees/<int:pk>/erase/", erasing.employee_erase, name="employee-erase"),
    path("management/customers/<int:pk>/forget/", erasing.customer_forget, name="customer-forget"),
    path("settings/organisation/data/", exports.organisation_data, name="organisation-data"),
    path("settings/organisation/close/", closing.organisation_close, name="organisation-close"),
    path("settings/organisation/reopen/", closing.organisation_reopen, name="organisation-reopen"),
    path("data/exports/<int:pk>/download/", exports.export_download, name="export-download"),
    path("data/exports/<int:pk>/delete/", exports.export_delete, name="export-delete"),
]
