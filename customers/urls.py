"""URLs of customers."""

from django.urls import path

from . import import_views, views

app_name = "customers"
urlpatterns = [
    path("management/customers/", views.customer_list, name="customer-list"),
    path("management/customers/add/", views.customer_add, name="customer-add"),
    path("management/customers/vat/", views.customer_vat, name="customer-vat"),
    path("management/customers/<int:pk>/", views.customer_detail, name="customer-detail"),
    path("management/customers/<int:pk>/edit/", views.customer_edit, name="customer-edit"),
    path("management/customers/<int:pk>/archive/", views.customer_archive, name="customer-archive"),
    path("management/customers/<int:pk>/restore/", views.customer_restore, name="customer-restore"),
    path("management/customers/<int:pk>/delete/", views.customer_delete, name="customer-delete"),
    path("settings/import/", import_views.import_page, name="import"),
    path("settings/import/start/", import_views.import_start, name="import-start"),
    path("settings/import/<int:pk>/", import_views.import_run, name="import-run"),
]
