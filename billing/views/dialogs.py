"""The dialog that shows what will be billed, and makes the invoices."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from integrations.models import Connection, LedgerAccount
from lib.selections import end_selection
from lib.toasts import toast
from vat.totals import Totals

from ..forms.invoicing import InvoicingForm, first_choices
from ..invoices.creating import (
    InvoiceRequest,
    ProposalChanged,
    draft_invoices,
    invoice_in_eboekhouden,
)
from ..invoices.in_background import needs_worker, start_invoicing, why_not_invoiced, work_of
from ..invoices.presenters import describe_left_out, describe_problems
from ..invoices.proposals import Options, Proposal, propose
from ..invoices.shown_proposal import ShownProposal
from ..models import Invoice, InvoicingRun, Origin
from ..numbering import series_prefix
from ..unbilled.requested_rows import RequestedRows, requested_rows

# At most so many customers are named in a toast, and shown as left out.
NAMED, REFUSED_SHOWN = 3, 20


@require_POST
@invoicer_required
def invoicing_dialog(request: MemberRequest, origin: Origin) -> HttpResponse:
    """Show the lines as they will be booked, for the current choices."""
    today = timezone.localdate()
    requested = requested_rows(request.organisation, request.POST, today=today)
    chosen = request.POST if "grouping" in request.POST else first_choices(today)
    form = InvoicingForm(chosen)
    proposal = None
    if form.is_valid():
        options = form.options(origin)
        proposal = propose(request.organisation, requested.work.load(), options=options)
    return _shown(request, origin, requested=requested, form=form, proposal=proposal)


@require_POST
@invoicer_required
def invoicing_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Show again what was confirmed and could not be made, as it would be now."""
    runs = InvoicingRun.objects.filter(organisation=request.organisation)
    run = get_object_or_404(runs, pk=pk)
    requested = work_of(run)
    options = Options.from_json(run.options, origin=Origin(run.origin))
    proposal = propose(request.organisation, requested.work.load(), options=options)
    form = InvoicingForm(run.options)
    return _shown(request, options.origin, requested=requested, form=form, proposal=proposal)


@require_POST
@invoicer_required
def invoicing_confirm(request: MemberRequest, origin: Origin) -> HttpResponse:
    """Make the invoices that were shown; if anything changed meanwhile, show them again."""
    requested = requested_rows(request.organisation, request.POST, today=timezone.localdate())
    form = InvoicingForm(request.POST)
    if not form.is_valid() or why_not_invoiced(origin, _connection(request)):
        return _shown(request, origin, requested=requested, form=form, proposal=None)
    options, token = form.options(origin), request.POST.get("token", "")
    if shown := needs_worker(token):
        run = start_invoicing(
            requested, options, token, shown=shown, by=request.user, now=timezone.now()
        )
        end_selection(request, "overview", "unbilled")
        return redirect("billing:invoicing-run", run.pk)
    invoice_request = InvoiceRequest(
        request.organisation, requested.work, options, token, request.user
    )
    try:
        return _carried_out(request, invoice_request)
    except ProposalChanged as changed:
        return _shown(
            request,
            origin,
            requested=requested,
            form=form,
            proposal=changed.proposal,
            has_changed=True,
        )


def _carried_out(request: MemberRequest, invoice_request: InvoiceRequest) -> HttpResponse:
    now = timezone.now()
    if invoice_request.options.origin == Origin.EBOEKHOUDEN:
        connection = Connection.objects.get(organisation=request.organisation)
        batch = invoice_in_eboekhouden(invoice_request, connection=connection, now=now)
        end_selection(request, "overview", "unbilled")
        return redirect("billing:batch-detail", batch.pk)
    drafts = draft_invoices(invoice_request, now=now)
    end_selection(request, "overview", "unbilled")
    text = ngettext(
        "%(count)d draft has been created.", "%(count)d drafts have been created.", len(drafts)
    )
    names = [(str(one.customer), _invoice_url(one)) for one in drafts[:NAMED]]
    customers = ", ".join(name for name, _url in names) + (", …" if drafts[NAMED:] else "")
    toast(request, f"{text % {'count': len(drafts)}} {customers}", links=names)
    if len(drafts) == 1:
        return redirect("billing:invoice-detail", drafts[0].pk)
    return redirect("billing:invoice-list")


def _invoice_url(invoice: Invoice) -> str:
    return reverse("billing:invoice-detail", args=[invoice.pk])


def _shown(
    request: MemberRequest,
    origin: Origin,
    *,
    requested: RequestedRows,
    form: InvoicingForm,
    proposal: Proposal | None,
    has_changed: bool = False,
) -> HttpResponse:
    connection = _connection(request)
    refused = proposal.refused if proposal else ()
    context: dict[str, Any] = {
        "origin": origin,
        "requested": requested,
        "form": form,
        "proposal": proposal,
        "shown": ShownProposal.of(proposal, request.POST, request.GET) if proposal else None,
        "refused": [
            (one, describe_problems(one, by=request.membership)) for one in refused[:REFUSED_SHOWN]
        ],
        "more_refused": len(refused[REFUSED_SHOWN:]),
        "left_out": describe_left_out(proposal, by=request.membership) if proposal else [],
        "has_changed": has_changed,
        "connection": connection,
        "why_not": why_not_invoiced(origin, connection),
        "accounts": _account_names(connection),
        "prefix": series_prefix(request.organisation, origin),
        "total": _total(proposal),
    }
    return render(request, "billing/invoices/invoicing_dialog.html", context)


def _connection(request: MemberRequest) -> Connection | None:
    return Connection.objects.filter(organisation=request.organisation).first()


def _account_names(connection: Connection | None) -> dict[str, str]:
    accounts = LedgerAccount.objects.filter(connection=connection)
    return {account.code: account.name for account in accounts}


def _total(proposal: Proposal | None) -> Totals | None:
    """Return the total of all invoices, in euros incl. VAT; None without invoices."""
    if proposal is None or proposal.is_empty:
        return None
    every = [invoice.totals for invoice in proposal.invoices]
    first = every[0]
    return Totals(
        sum((t.net for t in every[1:]), first.net),
        sum((t.vat for t in every[1:]), first.vat),
        sum((t.gross for t in every[1:]), first.gross),
        (),
    )
