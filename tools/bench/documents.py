"""Make the PDF and the e-invoice of an invoice with many lines, and the PDF that typst makes of it.

The functions take an organisation; `document_times` leaves nothing behind.
"""

import datetime
from collections.abc import Callable

import typst
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from billing.documents.pdf import drawing, invoice_pdf
from billing.documents.ubl import invoice_ubl
from billing.models import Invoice, InvoiceLine, InvoiceStatus
from tests import factories
from tools.bench.measuring import duration, median
from vat.total_rows import total_fields
from vat.totals import totals

LINES = 30


def document_times(organisation: Organisation, *, times: int = 9) -> dict[str, float]:
    """Return the median seconds of each kind of document, after the first one of the process."""
    with transaction.atomic():
        invoice = _invoice(organisation)
        works: dict[str, Callable[[], object]] = {
            "PDF/A-3": lambda: invoice_pdf(_read(invoice)),
            "UBL": lambda: invoice_ubl(_read(invoice)),
            "PDF/A-3 with UBL": lambda: _both(_read(invoice)),
            "typst alone": _drawing(_read(invoice)),
        }
        found = {name: _median(work, times) for name, work in works.items()}
        transaction.set_rollback(True)
    return found


def _both(invoice: Invoice) -> bytes:
    return invoice_pdf(invoice, ubl=invoice_ubl(invoice))


def _drawing(invoice: Invoice) -> Callable[[], object]:
    """Return what typst has to do for the PDF, without our part of it."""
    kept: dict[str, object] = {}
    compile_once = typst.compile

    def keep(*arguments: object, **options: object) -> bytes:
        kept.update(arguments=arguments, options=options)
        return compile_once(*arguments, **options)

    drawing.typst.compile = keep
    try:
        invoice_pdf(invoice)
    finally:
        drawing.typst.compile = compile_once
    return lambda: compile_once(*kept["arguments"], **kept["options"])


def _read(invoice: Invoice) -> Invoice:
    """Read the invoice anew, as a request does."""
    return Invoice.objects.get(pk=invoice.pk)


def _median(work: Callable[[], object], times: int) -> float:
    work()
    return median([duration(work) for _n in range(times)]) / 1000


def _invoice(organisation: Organisation) -> Invoice:
    customer = factories.create_customer(organisation=organisation, number="PDF-30")
    project = factories.create_project(customer=customer)
    first = factories.create_invoice_line(project=project)
    invoice = first.invoice
    fields = {
        field.attname: getattr(first, field.attname)
        for field in InvoiceLine._meta.concrete_fields
        if not field.primary_key
    }
    InvoiceLine.objects.bulk_create(
        InvoiceLine(**{**fields, "position": place, "description": f"Work on part {place}"})
        for place in range(2, LINES + 1)
    )
    for name, value in total_fields(totals(invoice.lines.all())).items():
        setattr(invoice, name, value)
    invoice.date, invoice.number = datetime.date(2026, 11, 22), "2026-99999"
    invoice.status, invoice.final_at = InvoiceStatus.FINAL, timezone.now()
    invoice.supplied_from = invoice.supplied_until = invoice.date
    invoice.due_on = invoice.date + datetime.timedelta(days=30)
    invoice.save()
    return invoice
