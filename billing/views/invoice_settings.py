"""Settings → Invoices."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from lib.understanding import is_typing

from ..forms.invoice_settings import InvoiceSettingsForm
from ..mailing import Letter
from ..mailing.letters import texts
from ..models import InvoiceSettings
from ..models.settings import PREFIX
from ..numbering import change_invoice_settings, preview_number, settings_of
from .mail_settings import filled_example


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def invoice_settings(request: MemberRequest) -> HttpResponse:
    settings = settings_of(request.organisation)
    form = InvoiceSettingsForm(request.POST or None, instance=settings)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        change_invoice_settings(request.organisation, **form.cleaned_data)
        messages.success(request, _("The settings for invoices have been saved."))
        return redirect("billing:invoice-settings")
    context = {
        "form": form,
        "numbers": _next_numbers(request, settings),
        "mail_texts": [_mail_text(request, form, language) for language in ("nl", "en")],
    }
    status = 422 if form.errors else 200
    return render(request, "billing/settings/invoice_settings.html", context, status=status)


def _mail_text(request: MemberRequest, form: InvoiceSettingsForm, language: str) -> dict[str, Any]:
    """Return the fields of the texts in a language, with a filled example."""
    subject, body = form[f"mail_subject_{language}"], form[f"mail_body_{language}"]
    typed = InvoiceSettings(**{one.name: one.value() or "" for one in (subject, body)})
    letter = Letter((), *texts(typed, language=language))
    return {
        "language": language,
        "title": _("Example, Dutch") if language == "nl" else _("Example, English"),
        "subject": subject,
        "body": body,
        "target": f"#letter-{language}",
        "preview": filled_example(request, letter, language=language),
    }


def _next_numbers(request: MemberRequest, settings: InvoiceSettings) -> dict[str, str]:
    """Return the next number for each prefix, as typed or stored."""
    fields = ("prefix", "eboekhouden_prefix")
    return {field: _number_after(request, getattr(settings, field)) for field in fields}


def _number_after(request: MemberRequest, prefix: str) -> str:
    try:
        PREFIX(prefix)
    except ValidationError:
        return ""
    return preview_number(request.organisation, prefix=prefix, year=timezone.localdate().year)


@require_safe
@administrator_required
def next_number_preview(request: MemberRequest) -> HttpResponse:
    """Return the next number for the typed prefix; empty while the prefix is invalid."""
    prefix = request.GET.get("prefix", request.GET.get("eboekhouden_prefix", ""))
    number = _number_after(request, prefix.strip())
    return render(request, "billing/settings/next_number.html", {"number": number})
