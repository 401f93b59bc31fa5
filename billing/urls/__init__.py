"""URLs of billing."""

from django.urls import path

from ..models import Origin
from ..views import (
    agency,
    bookings,
    dashboard,
    designs,
    dialogs,
    first_run,
    invoicing_runs,
    mail_settings,
    project_money,
    replacing,
    time_sheets,
    unbilled,
)
from ..views import invoice_settings as settings_views
from ..views import reconciliation as checks
from ..views import vat_rates as vat_rate_views
from .invoices import urlpatterns_invoices
from .reminders import urlpatterns_reminders
from .reports import urlpatterns_reports

app_name = "billing"

settings_urls = [
    path("settings/invoices/", settings_views.invoice_settings, name="invoice-settings"),
    path(
        "settings/invoices/designs/<slug:design>.png",
        designs.design_picture,
        name="invoice-settings-design",
    ),
    path(
        "settings/invoices/next-number/",
        settings_views.next_number_preview,
        name="invoice-settings-number",
    ),
    path(
        "settings/invoices/text/<slug:language>/",
        mail_settings.text_preview,
        name="invoice-settings-text",
    ),
    path("settings/invoices/test/", mail_settings.test_mail, name="invoice-settings-test"),
    path("settings/vat-rates/", vat_rate_views.vat_rate_list, name="vat-rate-list"),
    path("settings/vat-rates/add/", vat_rate_views.vat_rate_add, name="vat-rate-add"),
    path(
        "settings/vat-rates/standard/", vat_rate_views.vat_rate_standard, name="vat-rate-standard"
    ),
    path("settings/vat-rates/<int:pk>/", vat_rate_views.vat_rate_edit, name="vat-rate-edit"),
    path(
        "settings/vat-rates/<int:pk>/delete/",
        vat_rate_views.vat_rate_delete,
        name="vat-rate-delete",
    ),
    path(
        "settings/vat-rates/<int:pk>/follow/",
        vat_rate_views.vat_rate_follow,
        name="vat-rate-follow",
    ),
    path(
        "settings/vat-rates/<int:pk>/code/",
        vat_rate_views.vat_rate_default_code,
        name="vat-rate-default-code",
    ),
]

THERE = {"origin": Origin.EBOEKHOUDEN}
HERE = {"origin": Origin.HERE}

invoicing_urls = [
    path("finance/unbilled/", unbilled.unbilled_list, name="unbilled"),
    path("finance/unbilled/skipped/", unbilled.unbilled_skipped, name="unbilled-skipped"),
    path(
        "finance/unbilled/written-off/", unbilled.unbilled_written_off, name="unbilled-written-off"
    ),
    path("finance/unbilled/export/", unbilled.unbilled_export, name="unbilled-export"),
    path(
        "finance/invoice-in-e-boekhouden/",
        dialogs.invoicing_dialog,
        THERE,
        name="eboekhouden-dialog",
    ),
    path(
        "finance/invoice-in-e-boekhouden/book/",
        dialogs.invoicing_confirm,
        THERE,
        name="eboekhouden-book",
    ),
    path("finance/invoice/", dialogs.invoicing_dialog, HERE, name="invoice-from-rows"),
    path("finance/invoice/draft/", dialogs.invoicing_confirm, HERE, name="invoice-draft"),
    path("finance/invoicing/<int:pk>/", invoicing_runs.invoicing_run, name="invoicing-run"),
    path("finance/invoicing/<int:pk>/seen/", invoicing_runs.invoicing_seen, name="invoicing-seen"),
    path("finance/invoicing/<int:pk>/again/", dialogs.invoicing_again, name="invoicing-again"),
]

time_sheet_urls = [
    path("overview/time-sheet/", time_sheets.time_sheet, name="time-sheet"),
    path("overview/time-sheet/file/", time_sheets.time_sheet_file, name="time-sheet-file"),
]

booking_urls = [
    path("finance/bookings/", bookings.booking_list, name="booking-list"),
    path("finance/bookings/<int:pk>/", bookings.booking_detail, name="booking-detail"),
    path("finance/bookings/<int:pk>/replace/", replacing.booking_replace, name="booking-replace"),
    path(
        "finance/bookings/<int:pk>/<slug:action>/",
        bookings.booking_action,
        name="booking-action",
    ),
    path("finance/batches/<int:pk>/", bookings.batch_detail, name="batch-detail"),
]

check_urls = [
    path("finance/bookings/reconciliation/", checks.check, name="reconciliation"),
    path("finance/bookings/reconciliation/start/", checks.check_start, name="reconciliation-start"),
    path(
        "finance/bookings/differences/<int:pk>/", checks.difference_detail, name="difference-detail"
    ),
    path(
        "finance/bookings/differences/<int:pk>/review/",
        checks.difference_reviewed,
        name="difference-reviewed",
    ),
]

urlpatterns = [
    path("projects/<int:pk>/money/", project_money.project_money, name="project-money"),
    path("", dashboard.dashboard, name="dashboard"),
    path("agency/", agency.agency, name="agency"),
    path("agency/remind/", agency.agency_remind, name="agency-remind"),
    path("agency/arrange/", agency.agency_arrange, name="agency-arrange"),
    path("first-run/", first_run.first_run, name="first-run"),
    *invoicing_urls,
    *time_sheet_urls,
    *urlpatterns_invoices,
    *urlpatterns_reports,
    *booking_urls,
    *check_urls,
    *urlpatterns_reminders,
    *settings_urls,
]
