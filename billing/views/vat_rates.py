"""Settings → VAT rates: the table with the consequences, adding, changing, replacing, deleting."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from integrations.eboekhouden.facts.vat import SALES_CODES
from lib.text import fill
from lib.toasts import toast
from lib.understanding import is_typing
from vat.mapping import mapping_of
from vat.models import VatRate
from vat.rates import (
    CODE_MEANINGS,
    DefaultRateRequired,
    RateInUse,
    add_rate,
    create_standard_rates,
    delete_rate,
    follow_on,
    lacks_standard_rates,
)

from ..forms.vat_rates import ChangeByLawForm, VatRateForm
from ..invoices.rate_changes import change_rate, set_default_code


@require_safe
@administrator_required
def vat_rate_list(request: MemberRequest) -> HttpResponse:
    rates = list(request.organisation.vat_rates.all())
    without_code = sum(not rate.code for rate in rates)
    context = {
        "rates": [(rate, mapping_of(rate)) for rate in rates],
        "without_code": without_code,
        "lacks_standard": lacks_standard_rates(rates),
        "today": timezone.localdate(),
    }
    return render(request, "vat/vat_rate_list.html", context)


@require_POST
@administrator_required
def vat_rate_standard(request: MemberRequest) -> HttpResponse:
    made = create_standard_rates(request.organisation)
    if made:
        messages.success(request, _("The missing standard rates have been added."))
    else:
        messages.info(request, _("All standard rates already exist."))
    return redirect("billing:vat-rate-list")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def vat_rate_add(request: MemberRequest) -> HttpResponse:
    organisation = request.organisation
    form = VatRateForm(request.POST or None, organisation=organisation)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        rate = _stored(form, lambda typed: add_rate(organisation, **typed))
        if rate:
            _say(request, rate, _("VAT rate %(name)s has been added."))
            return redirect("billing:vat-rate-list")
    return _rate_dialog(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def vat_rate_edit(request: MemberRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    form = VatRateForm(request.POST or None, organisation=request.organisation, instance=rate)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid() and _changed(rate, form):
        _say(request, rate, _("VAT rate %(name)s has been saved."))
        return redirect("billing:vat-rate-list")
    return _rate_dialog(request, form)


def _say(request: MemberRequest, rate: VatRate, text: str) -> None:
    """Say what was done with a VAT rate, which the toast names and links."""
    link = (str(rate), reverse("billing:vat-rate-edit", args=[rate.pk]))
    toast(request, text % {"name": rate}, links=[link])


def _stored(form: forms.Form | VatRateForm, store: Callable[[Any], VatRate]) -> VatRate | None:
    """Store what was typed, and return the rate.

    None if another request stored the same at this moment; the form then says so at the field.
    """
    try:
        return store(form.cleaned_data)
    except IntegrityError:
        form.full_clean()
        if form.is_valid():
            form.add_error(None, _("The VAT rates have just changed. Save again."))
        return None


def _changed(rate: VatRate, form: VatRateForm) -> bool:
    def store(typed: Any) -> VatRate:
        change_rate(rate, **typed)
        return rate

    try:
        return _stored(form, store) is not None
    except DefaultRateRequired:
        form.add_error("is_default", _("Make another rate the default first."))
        return False


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def vat_rate_follow(request: MemberRequest, pk: int) -> HttpResponse:
    """End this rate and add its successor in one step, for a percentage that changes by law."""
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    if hasattr(rate, "replaced_by"):
        raise Http404(_("This rate already has a successor."))
    form = ChangeByLawForm(request.POST or None, rate=rate, initial={"name": f"{rate.name} (2)"})
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        new = _stored(form, lambda typed: follow_on(rate, **typed))
        if new:
            text = fill(_("%(new)s replaces %(old)s."), {"new": new, "old": rate})
            messages.success(request, text)
            return redirect("billing:vat-rate-list")
    context = {"form": form, "rate": rate, "codes": _codes()}
    status = 422 if form.errors else 200
    return render(request, "vat/vat_rate_follow.html", context, status=status)


@require_POST
@administrator_required
def vat_rate_default_code(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the default code on a rate without a code."""
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    if code := set_default_code(rate):
        messages.success(
            request, _("%(name)s is booked with %(code)s.") % {"name": rate, "code": code}
        )
    else:
        messages.info(
            request, _("%(name)s already has a code, or there is no default code.") % {"name": rate}
        )
    return redirect("billing:vat-rate-list")


def _rate_dialog(request: MemberRequest, form: VatRateForm) -> HttpResponse:
    rate = form.instance
    may_follow = rate.pk is not None and not hasattr(rate, "replaced_by")
    context = {"form": form, "rate": rate, "codes": _codes(), "may_follow": may_follow}
    status = 422 if form.errors else 200
    return render(request, "vat/vat_rate_form.html", context, status=status)


def _codes() -> list[tuple[str, object]]:
    return [(code, CODE_MEANINGS.get(code, "")) for code in SALES_CODES]


@require_POST
@administrator_required
def vat_rate_delete(request: MemberRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(request.organisation.vat_rates, pk=pk)
    try:
        delete_rate(rate)
    except RateInUse:
        sentence = _(
            "%(name)s is in use and cannot be deleted. Edit the rate and fill in “Valid until” "
            "instead."
        )
        messages.error(request, sentence % {"name": rate})
    except DefaultRateRequired:
        sentence = _("%(name)s is the default rate. Make another rate the default first.")
        messages.error(request, sentence % {"name": rate})
    else:
        messages.success(request, _("VAT rate %(name)s has been deleted.") % {"name": rate})
    return redirect("billing:vat-rate-list")
