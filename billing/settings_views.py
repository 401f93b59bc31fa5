"""Settings → Invoices and Settings → VAT rates."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from integrations.eboekhouden.facts.vat import SALES_CODES

from .invoice_settings import change_invoice_settings, preview_number
from .mailing import Letter
from .mailing.letters import texts
from .models import InvoiceSettings, VatRate
from .models.numbers import PREFIX
from .numbering import settings_of
from .settings_forms import InvoiceSettingsForm, VatRateForm
from .vat_rates import (
    CODE_MEANINGS,
    RateInUse,
    UsualRate,
    add_rate,
    change_rate,
    create_standard_rates,
    delete_rate,
    lacks_standard_rates,
)
from .views.mail_settings import filled_example


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def invoice_settings(request: MemberRequest) -> HttpResponse:
    settings = settings_of(request.organisation)
    form = InvoiceSettingsForm(request.POST or None, instance=settings)
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
    """The fields of the texts in a language, with what they would say."""
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
    """The next number per prefix field, from what is typed or stored."""
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
    """The number that the typed prefix would give; empty while the prefix is not right."""
    prefix = request.GET.get("prefix", request.GET.get("eboekhouden_prefix", ""))
    number = _number_after(request, prefix.strip())
    return render(request, "billing/settings/next_number.html", {"number": number})


@require_safe
@administrator_required
def vat_rate_list(request: MemberRequest) -> HttpResponse:
    rates = list(request.organisation.vat_rates.all())
    without_code = sum(not rate.code for rate in rates)
    context = {
        "rates": rates,
        "without_code": without_code,
        "lacks_standard": lacks_standard_rates(rates),
        "today": timezone.localdate(),
    }
    return render(request, "billing/settings/vat_rate_list.html", context)


@require_POST
@administrator_required
def vat_rate_standard(request: MemberRequest) -> HttpResponse:
    made = create_standard_rates(request.organisation)
    if made:
        messages.success(request, _("The missing standard rates have been added."))
    else:
        messages.info(request, _("All standard rates are there already."))
    return redirect("billing:vat-rate-list")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def vat_rate_add(request: MemberRequest) -> HttpResponse:
    organisation = request.organisation
    form = VatRateForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        rate = add_rate(organisation, **form.cleaned_data)
        messages.success(request, _("VAT rate %(name)s has been added.") % {"name": rate})
        return redirect("billing:vat-rate-list")
    return _rate_dialog(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def vat_rate_edit(request: MemberRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    form = VatRateForm(request.POST or None, organisation=request.organisation, instance=rate)
    if request.method == "POST" and form.is_valid() and _changed(rate, form):
        messages.success(request, _("VAT rate %(name)s has been saved.") % {"name": rate})
        return redirect("billing:vat-rate-list")
    return _rate_dialog(request, form)


def _changed(rate: VatRate, form: VatRateForm) -> bool:
    try:
        change_rate(rate, **form.cleaned_data)
    except UsualRate:
        form.add_error("is_default", _("First make another rate the usual one."))
        return False
    return True


def _rate_dialog(request: MemberRequest, form: VatRateForm) -> HttpResponse:
    codes = [(code, CODE_MEANINGS.get(code, "")) for code in SALES_CODES]
    context = {"form": form, "rate": form.instance, "codes": codes}
    status = 422 if form.errors else 200
    return render(request, "billing/settings/vat_rate_form.html", context, status=status)


@require_POST
@administrator_required
def vat_rate_delete(request: MemberRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    try:
        delete_rate(rate)
    except RateInUse:
        sentence = _("%(name)s is used, so it stays. End it instead: edit it and fill in Until.")
        messages.error(request, sentence % {"name": rate})
    except UsualRate:
        sentence = _("%(name)s is the usual rate: first make another rate the usual one.")
        messages.error(request, sentence % {"name": rate})
    else:
        messages.success(request, _("VAT rate %(name)s has been deleted.") % {"name": rate})
    return redirect("billing:vat-rate-list")
