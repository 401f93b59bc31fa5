"""Finance → Invoices: the list, and one invoice."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.clock import database_now
from lib.countries import country_name
from lib.paging import IdsFirst, in_order, page_of
from vat.total_rows import total_rows

from ..bookings.presenters import describe_booking
from ..documents.document import invoice_document_of, parties
from ..documents.supply import Period
from ..forms.invoice_filter import DEFAULT_ORDER, ORDERS, InvoiceFilter, totals
from ..invoices.badges import counting_bookings, invoices_to_list, row_of, rows_of
from ..invoices.bulk_actions import why_not_marked_sent, why_not_paid
from ..invoices.credit_lines import why_no_credit, with_takers
from ..invoices.emailing import failure_of
from ..invoices.paying import mark_of, open_without
from ..invoices.sales_entries import connection_for_entries, proposed_entry, why_no_sales_entry
from ..invoices.timeline import timeline
from ..legal.presenters import draft_report
from ..models import Invoice, InvoiceLine, InvoiceStatus, Origin, ReminderHold
from ..payments.requesting import payments_connection


def invoice_or_404(request: MemberRequest, pk: int) -> Invoice:
    """Return an invoice of the reader's organisation."""
    invoices = Invoice.objects.filter(organisation=request.organisation)
    invoice = get_object_or_404(invoices.select_related("customer", "credit_of"), pk=pk)
    invoice.organisation = request.organisation  # with what a page has read of it
    return invoice


@require_safe
@invoicer_required
def invoice_list(request: MemberRequest) -> HttpResponse:
    """List the invoices, filtered, sorted and paged by the query string."""
    today = timezone.localdate()
    narrowed = InvoiceFilter(request.GET, organisation=request.organisation, today=today)
    asked = request.GET.get("order", "")
    rows = in_order(narrowed.rows, asked, orders=ORDERS, default=DEFAULT_ORDER)
    count, gross = totals(narrowed.rows)
    page = page_of(request, IdsFirst(rows, invoices_to_list, total=count))
    context = {
        "filter": narrowed,
        "page": page,
        "rows": rows_of(page, today=today),
        "count": count,
        "gross": gross,
        "may_enter": connection_for_entries(request.organisation) is not None,
        "payments": payments_connection(request.organisation),
        "is_narrowed": bool(set(request.GET) - {"order", "size", "page"}),
    }
    return render(request, "billing/invoices/invoice_list.html", context)


@require_safe
@invoicer_required
def invoice_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an invoice: the document, its data in e-Boekhouden, and its timeline."""
    invoice = invoice_or_404(request, pk)
    document, mark = invoice_document_of(invoice), mark_of(invoice)
    taken_back_by, mails = list(invoice.credits.order_by("pk")), list(invoice.mails.all())
    context = {
        **document_of(invoice, with_takers(document.lines, taken_back_by), document.supplied),
        "events": timeline(invoice, now=timezone.now()),
        "mails": mails,
        "hold": _hold_of(invoice),
        "failure": failure_of(mails, now=database_now()),
        "is_ours": invoice.origin == Origin.HERE,
        "may_mail": invoice.origin == Origin.HERE and invoice.status != InvoiceStatus.VOID,
        "may_mark_sent": not why_not_marked_sent(invoice),
        "may_mark_paid": not why_not_paid(invoice),
        "may_mark_unpaid": mark is not None,
        "open_without": open_without(mark) if mark else None,
        "may_credit": not why_no_credit(invoice),
        "credits": taken_back_by,
        "report": draft_report(
            invoice, document, reader=request.membership, today=timezone.localdate()
        ),
        "row_count": document.row_count,
        **_booking(invoice, reader=request.membership),
    }
    return render(request, "billing/invoices/invoice_detail.html", context)


@require_safe
@invoicer_required
def invoice_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the card of its unfinished booking; at the end the whole page is reloaded."""
    invoice = invoice_or_404(request, pk)
    context = {"invoice": invoice, **_booking(invoice, reader=request.membership)}
    answer = render(request, "billing/invoices/_invoice_booking.html", context)
    if not context["booking_summary"] or not context["booking_summary"].booking.is_open:
        answer["HX-Refresh"] = "true"
    return answer


def _hold_of(invoice: Invoice) -> ReminderHold | None:
    if invoice.is_draft:
        return None
    return ReminderHold.objects.filter(invoice=invoice).in_force(timezone.localdate()).first()


def document_of(
    invoice: Invoice, lines: Sequence[InvoiceLine], supplied: Period | None
) -> dict[str, Any]:
    """Return the context of the document of an invoice, stored or as typed."""
    issuer, addressee = parties(invoice)
    abroad = addressee["country"] not in ("", issuer["country"])
    return {
        "invoice": invoice,
        "addressee": addressee,
        "country": country_name(addressee["country"]) if abroad else "",
        "lines": lines,
        "has_discounts": any(line.discount for line in lines),
        "supplied": supplied,
        "total_rows": total_rows(invoice.vat_by_rate, net=invoice.net, discount=invoice.discount),
    }


def _booking(invoice: Invoice, *, reader: Membership) -> dict[str, Any]:
    """Return the state of the invoice in e-Boekhouden, or the entry that would be made."""
    counting = counting_bookings().filter(invoice=invoice)
    booking = counting.for_display().first()
    connection, now = connection_for_entries(invoice.organisation), database_now()
    context: dict[str, Any] = {
        "row": row_of(invoice, booking, today=timezone.localdate()),
        "booking_summary": describe_booking(booking, now=now, reader=reader) if booking else None,
        "connection": connection,
        "payments": payments_connection(invoice.organisation),
        "may_enter": False,
        "entry": [],
        "why_not": "",
    }
    if booking is None and connection and invoice.origin == Origin.HERE:
        context["entry"] = proposed_entry(invoice, connection)
        context["why_not"] = why_no_sales_entry(invoice) if invoice.was_sent else ""
        context["may_enter"] = invoice.was_sent
    return context
