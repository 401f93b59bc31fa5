"""E-mails with an invoice: the preview, and the sent ones."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited

from ..mailing import REASONS, Letter
from ..mailing.letters import expected_values
from ..models import InvoiceMail
from .invoices import invoice_or_404


@require_POST
@invoicer_required
@limited("previews")
def letter_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Preview the typed text as it would be sent now."""
    invoice = invoice_or_404(request, pk)
    typed = Letter((), request.POST.get("subject", ""), request.POST.get("body", ""))
    context = {"preview": typed.filled(expected_values(invoice))}
    return render(request, "billing/reminders/_letter_preview.html", context)


@require_safe
@invoicer_required
def mail_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an e-mail as sent: addresses, text, attachments, and why it failed."""
    mails = InvoiceMail.objects.filter(invoice__organisation=request.organisation)
    mail = get_object_or_404(mails.select_related("invoice", "by"), pk=pk)
    context = {"mail": mail, "why": REASONS.get(mail.reason, "")}
    return render(request, "billing/mailing/mail_detail.html", context)
