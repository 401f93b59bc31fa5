"""Actions on invoices: send, mark, delete, enter in the ledger."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.clock import database_now
from lib.selections import deselect, end_selection
from lib.toasts import Link, toast

from ..forms.sending import SendForm
from ..invoices.bulk_actions import ACTIONS, Action, Outcome, carry_out, selected, sort_out
from ..invoices.emailing import send_invoice
from ..invoices.issuing import Held, Unlawful
from ..invoices.locking import NotAllowed
from ..invoices.sales_entries import (
    MOST_REASONS,
    Eligible,
    connection_for_entries,
    create_sales_entries,
    eligible,
    unlike_relations,
    why_no_sales_entry,
)
from ..legal.presenters import draft_report
from ..mailing import REASONS, AlreadyMailed, Letter, MailFailed
from ..mailing.letters import expected_values
from ..models import Invoice, InvoiceStatus, Origin
from ..payments.requesting import request_payments
from .invoices import invoice_or_404

# At most so many invoices are named in a toast.
NAMED = 3


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
@limited("invoice mails", methods=("POST",))
def invoice_send(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the e-mail with the invoice; POST sends it."""
    invoice = invoice_or_404(request, pk)
    if invoice.origin != Origin.HERE or invoice.status == InvoiceStatus.VOID:
        raise Http404
    if request.method != "POST":
        return _letter(request, invoice, SendForm.first(invoice))
    form = SendForm(request.POST, invoice=invoice)
    if not form.is_valid():
        return _letter(request, invoice, form)
    _send(request, invoice, form)
    return redirect("billing:invoice-detail", invoice.pk)


def _letter(request: MemberRequest, invoice: Invoice, form: SendForm) -> HttpResponse:
    subject, body = (form[name].value() or "" for name in ("subject", "body"))
    preview = Letter((), subject, body).filled(expected_values(invoice))
    report = draft_report(invoice, reader=request.membership, today=timezone.localdate())
    context = {"form": form, "invoice": invoice, "preview": preview, "report": report}
    return render(
        request, "billing/invoices/invoice_send.html", context, status=422 if form.errors else 200
    )


def _send(request: MemberRequest, invoice: Invoice, form: SendForm) -> None:
    try:
        sent = send_invoice(
            invoice,
            form.letter,
            extras=form.cleaned_data["extras"],
            key=form.cleaned_data["key"],
            by=request.user,
            now=database_now(),
        )
    except MailFailed as failure:
        messages.error(request, REASONS[failure.reason])
    except AlreadyMailed:
        messages.info(request, _("This e-mail is being sent or has already been sent. See below."))
    except Unlawful as unlawful:
        messages.error(request, unlawful.findings.reason)
    except Held as held:
        messages.error(request, str(held))
    except NotAllowed:
        messages.error(
            request, _("The invoice was deleted or changed in the meantime. Reload the page.")
        )
    else:
        names = {"number": sent.number, "to": ", ".join(form.cleaned_data["to"])}
        text = _("Invoice %(number)s has been sent to %(to)s.") % names
        toast(request, text, links=[_link(sent)])


@require_POST
@invoicer_required
def invoice_change(request: MemberRequest, pk: int, action: str) -> HttpResponse:
    """Mark one invoice as sent, paid or unpaid, or delete a draft."""
    invoice = invoice_or_404(request, pk)
    chosen = _action(action)
    found = sort_out([invoice], chosen, today=timezone.localdate())
    outcome = carry_out(found.ready, chosen, by=request.user, now=database_now())
    _show_outcome(request, chosen, outcome)
    for _invoice, why in found.skipped:
        messages.warning(request, why)
    if Invoice.objects.filter(pk=pk).exists():
        return redirect("billing:invoice-detail", pk)
    deselect(request, "invoices", kind="invoices", pk=pk)
    return redirect("billing:invoice-list")


@require_POST
@invoicer_required
def invoice_selection(request: MemberRequest, action: str) -> HttpResponse:
    """Show the question of an action on the ticked invoices, and which are left out."""
    chosen = _action(action)
    invoices = selected(request.organisation, request.POST)
    found = sort_out(invoices, chosen, today=timezone.localdate())
    context = {"action": chosen, "name": action, "found": found}
    return render(request, "billing/invoices/invoice_selection.html", context)


@require_POST
@invoicer_required
def invoice_selection_change(request: MemberRequest, action: str) -> HttpResponse:
    """Carry out the action on the ticked invoices that allow it."""
    chosen = _action(action)
    invoices = selected(request.organisation, request.POST)
    found = sort_out(invoices, chosen, today=timezone.localdate())
    outcome = carry_out(found.ready, chosen, by=request.user, now=database_now())
    _show_outcome(request, chosen, outcome)
    end_selection(request, "invoices")
    return redirect("billing:invoice-list")


def _action(name: str) -> Action:
    if name not in ACTIONS:
        raise Http404
    return ACTIONS[name]


def _link(invoice: Invoice) -> Link:
    return str(invoice), reverse("billing:invoice-detail", args=[invoice.pk])


def _show_outcome(request: MemberRequest, action: Action, outcome: Outcome) -> None:
    if outcome.done:
        customers = _first(list(outcome.customers.values()))
        text = str(action.done) % {"count": outcome.done, "customers": ", ".join(customers)}
        # Read again: the action may have given a number, or deleted the draft.
        found = Invoice.objects.filter(pk__in=outcome.customers).select_related("customer")
        invoices = list(found.order_by("date", "pk")[: NAMED + 1])
        names = _first([f"{one} · {one.customer}" for one in invoices])
        links = [_link(one) for one in invoices[:NAMED]]
        toast(request, f"{text} {', '.join(names)}".strip(), links=links)
    for text in outcome.failed:
        messages.error(request, text)


def _first(names: list[str]) -> list[str]:
    """Return the first names, and … for the others."""
    return names if len(names) <= NAMED else [*names[:NAMED], "…"]


@require_POST
@invoicer_required
def invoice_entries(request: MemberRequest) -> HttpResponse:
    """Show which ticked invoices would be entered in the ledger, and why others would not."""
    found = eligible(selected(request.organisation, request.POST))
    unlike = unlike_relations(request.organisation, found.ready)
    context: dict[str, Any] = {
        "found": found,
        "unlike": unlike[:MOST_REASONS],
        "more_unlike": len(unlike[MOST_REASONS:]),
        "connection": connection_for_entries(request.organisation),
    }
    return render(request, "billing/invoices/invoice_entries.html", context)


@require_POST
@invoicer_required
def invoice_entries_create(request: MemberRequest) -> HttpResponse:
    """Queue the sales entries of the ticked invoices, and open their batch."""
    connection = connection_for_entries(request.organisation)
    invoices = selected(request.organisation, request.POST)
    found = eligible(invoices)
    if connection is None or not found.ready:
        _show_not_booked(request, found)
        return redirect("billing:invoice-list")
    batch = create_sales_entries(invoices, connection, by=request.user, now=timezone.now())
    end_selection(request, "invoices")
    return redirect("billing:batch-detail", batch.pk)


def _show_not_booked(request: MemberRequest, found: Eligible) -> None:
    """Say that nothing was booked, and why the first of these invoices could not be."""
    text = _("Nothing was booked: none of these invoices can be booked.")
    named = found.skipped[:NAMED]
    reasons = [f"{invoice} · {invoice.customer}: {why}" for invoice, why in named]
    toast(
        request,
        " ".join([text, *reasons]),
        links=[_link(one) for one, _why in named],
        level=messages.WARNING,
    )


@require_POST
@invoicer_required
def invoice_entry(request: MemberRequest, pk: int) -> HttpResponse:
    """Queue the sales entry of one invoice, whose page shows the progress."""
    invoice = invoice_or_404(request, pk)
    connection = connection_for_entries(request.organisation)
    why = why_no_sales_entry(invoice)
    if connection is None or why:
        messages.warning(request, why or _("The connection with e-Boekhouden is not complete."))
    else:
        create_sales_entries([invoice], connection, by=request.user, now=timezone.now())
    return redirect("billing:invoice-detail", pk)


@require_POST
@invoicer_required
def invoice_payments(request: MemberRequest) -> HttpResponse:
    """Ask for the payments; the list shows when they were read, or why that failed."""
    if request_payments(request.organisation, now=timezone.now()):
        messages.info(request, _("Payments are being fetched. Reload the page in a moment."))
    else:
        messages.warning(request, _("The connection with e-Boekhouden cannot be used now."))
    return redirect(
        "billing:reminder-list" if "reminders" in request.POST else "billing:invoice-list"
    )
