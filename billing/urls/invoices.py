"""URLs of Finance → Invoices."""

from django.urls import path

from ..views import credits, drafts, files, invoice_actions, invoices, mails, new_invoice

ONE = "finance/invoices/<int:pk>/"
SELECTION = "finance/invoices/selection/"

urlpatterns_invoices = [
    path("finance/invoices/", invoices.invoice_list, name="invoice-list"),
    path("finance/invoices/new/", new_invoice.invoice_new, name="invoice-new"),
    path("finance/invoices/new/blank/", new_invoice.invoice_blank, name="invoice-blank"),
    path("finance/invoices/payments/", invoice_actions.invoice_payments, name="invoice-payments"),
    path(
        f"{SELECTION}entries/",
        invoice_actions.invoice_entries,
        name="invoice-entries",
    ),
    path(
        f"{SELECTION}entries/create/",
        invoice_actions.invoice_entries_create,
        name="invoice-entries-create",
    ),
    path(f"{SELECTION}files/", files.invoice_files, name="invoice-files"),
    path(
        f"{SELECTION}<slug:action>/",
        invoice_actions.invoice_selection,
        name="invoice-selection",
    ),
    path(
        f"{SELECTION}<slug:action>/change/",
        invoice_actions.invoice_selection_change,
        name="invoice-selection-change",
    ),
    path(ONE, invoices.invoice_detail, name="invoice-detail"),
    path(f"{ONE}pdf/", files.invoice_file, name="invoice-pdf"),
    path(f"{ONE}ubl/", files.invoice_ubl_file, name="invoice-ubl"),
    path(f"{ONE}booking/", invoices.invoice_booking, name="invoice-booking"),
    path(f"{ONE}edit/", drafts.invoice_edit, name="invoice-edit"),
    path(f"{ONE}edit/preview/", drafts.invoice_preview, name="invoice-preview"),
    path(f"{ONE}letter/", mails.letter_preview, name="invoice-letter"),
    path("finance/mails/<int:pk>/", mails.mail_detail, name="mail-detail"),
    path(f"{ONE}send/", invoice_actions.invoice_send, name="invoice-send"),
    path(f"{ONE}credit/", credits.invoice_credit, name="invoice-credit"),
    path(f"{ONE}credit/preview/", credits.invoice_credit_preview, name="invoice-credit-preview"),
    path(f"{ONE}entry/", invoice_actions.invoice_entry, name="invoice-entry"),
    path(f"{ONE}change/<slug:action>/", invoice_actions.invoice_change, name="invoice-change"),
]
