"""The addresses of billing."""

from django.urls import path

from . import settings_views

app_name = "billing"

settings_urls = [
    path("settings/invoices/", settings_views.invoice_settings, name="invoice-settings"),
    path(
        "settings/invoices/next-number/",
        settings_views.next_number_preview,
        name="invoice-settings-number",
    ),
    path("settings/vat-rates/", settings_views.vat_rate_list, name="vat-rate-list"),
    path("settings/vat-rates/add/", settings_views.vat_rate_add, name="vat-rate-add"),
    path(
        "settings/vat-rates/standard/", settings_views.vat_rate_standard, name="vat-rate-standard"
    ),
    path("settings/vat-rates/<int:pk>/", settings_views.vat_rate_edit, name="vat-rate-edit"),
    path(
        "settings/vat-rates/<int:pk>/delete/",
        settings_views.vat_rate_delete,
        name="vat-rate-delete",
    ),
]

urlpatterns = [*settings_urls]
