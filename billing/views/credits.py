"""Crediting an invoice: the dialog with the totals of the credit, and creating it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from vat.total_rows import total_rows

from ..forms.credits import CreditForm
from ..invoices.credit_lines import CannotCredit, creditable_lines, preview, why_no_credit
from ..invoices.crediting import credit_in_eboekhouden, draft_credit, why_no_remote_credit
from ..models import Invoice, Origin
from ..unbilled.releasing import RowsMoved
from .invoices import invoice_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def invoice_credit(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the dialog, or create the credit invoice of the chosen lines."""
    invoice = _creditable(request, pk)
    form = _form(request, invoice)
    if request.method != "POST":
        return _dialog(request, invoice, form)
    if not form.is_valid() or _why_not(invoice):
        return _dialog(request, invoice, form, status=422)
    try:
        credit = _make(request, invoice, form)
    except (CannotCredit, RowsMoved) as refusal:
        form = _form(request, invoice)
        form.full_clean()
        form.add_error(None, str(refusal))
        return _dialog(request, invoice, form, status=422)
    return redirect("billing:invoice-detail", credit.pk)


@require_POST
@invoicer_required
@limited("previews")
def invoice_credit_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the dialog again for the lines that are ticked now."""
    invoice = _creditable(request, pk)
    form = _form(request, invoice)
    form.errors.clear()
    return _dialog(request, invoice, form)


def _creditable(request: MemberRequest, pk: int) -> Invoice:
    """Return the invoice. Raises Http404 for a draft and for a credit invoice."""
    invoice = invoice_or_404(request, pk)
    if invoice.is_draft or invoice.is_credit:
        raise Http404
    return invoice


def _form(request: MemberRequest, invoice: Invoice) -> CreditForm:
    data = request.POST if request.method == "POST" else None
    return CreditForm(
        data,
        organisation=invoice.organisation,
        lines=creditable_lines(invoice),
        today=timezone.localdate(),
    )


def _make(request: MemberRequest, invoice: Invoice, form: CreditForm) -> Invoice:
    now = timezone.now()
    if invoice.origin == Origin.EBOEKHOUDEN:
        connection = invoice.organisation.connection
        return credit_in_eboekhouden(
            invoice, form.credit_input(), connection=connection, by=request.user, now=now
        )
    credit = draft_credit(invoice, form.credit_input(), by=request.user, now=now)
    messages.success(
        request, _("A draft. The registrations are released or written off when it becomes final.")
    )
    return credit


def _why_not(invoice: Invoice) -> str:
    """Return the reason why it cannot be credited at all; empty if it can."""
    return why_no_credit(invoice) or why_no_remote_credit(invoice)


def _dialog(
    request: MemberRequest, invoice: Invoice, form: CreditForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "invoice": invoice,
        "form": form,
        "is_ours": invoice.origin == Origin.HERE,
        "why_not": _why_not(invoice),
        **_figures(invoice, form),
    }
    return render(request, "billing/invoices/invoice_credit.html", context, status=status)


def _figures(invoice: Invoice, form: CreditForm) -> dict[str, Any]:
    """Return the totals of the ticked lines and a warning about the date; nothing without lines."""
    chosen = form.chosen()
    if not chosen:
        return {}
    shown = preview(invoice, chosen, date=form.day, today=form.today)
    rows = total_rows(shown.totals.rates, net=shown.totals.net, discount=invoice.discount)
    return {
        "totals": shown.totals,
        "total_rows": rows,
        "apart": shown.apart,
        "warning": shown.warning,
    }
