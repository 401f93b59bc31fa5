"""Choosing a VAT rate in a form: the options, and the advice for a customer."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from lib.choices import chosen_id, offer

ENDED = gettext_lazy("This VAT rate has ended. Choose another one.")
Choices = list[tuple[str, list[tuple[Any, str]]] | tuple[str, str]]


@dataclass(frozen=True)
class Advice:
    """The consequence of a customer's VAT rate, and warnings against it; both may be empty."""

    consequence: str
    warnings: tuple[str, ...]


def offer_rates(
    form: forms.BaseForm,
    organisation: Organisation,
    *,
    day: datetime.date,
    chosen: int | None,
    empty: str | Promise,
) -> Any:
    """Offer the rates that had not ended on `day` in the field `vat_rate`, and return them.

    The rate that is already chosen is always offered; `empty` labels the option of no rate.
    """
    rates = organisation.vat_rates.filter(
        Q(valid_until=None) | Q(valid_until__gte=day) | Q(pk=chosen)
    )
    offer(form, "vat_rate", rates, empty=empty)
    form.fields["vat_rate"].error_messages["invalid_choice"] = ENDED
    return rates


def holds_on(rate: Any, day: datetime.date) -> bool:
    """Return whether the rate is valid on that day."""
    return bool((rate.valid_from or day) <= day <= (rate.valid_until or day))


def grouped(rates: Iterable[Any], *, empty: str) -> Choices:
    """Return the rates as choices, grouped by treatment in the order of the list."""
    groups: dict[str, list[tuple[Any, str]]] = {}
    for rate in rates:
        groups.setdefault(rate.get_treatment_display(), []).append((rate.pk, str(rate)))
    return [("", empty), *groups.items()]


def advice_for(organisation: Organisation, typed: Mapping[str, str]) -> Advice:
    """Advise on the values of a form: vat_rate, country, is_business, vat_number, postal_code."""
    rates = organisation.vat_rates
    chosen = rates.filter(pk=chosen_id(typed.get("vat_rate", ""))).first()
    rate = chosen or rates.filter(is_default=True).first()
    if rate is None:
        return Advice("", ())
    customer: dict[str, Any] = {
        "country": typed.get("country", ""),
        "is_business": typed.get("is_business") != "False",
        "vat_number": typed.get("vat_number", ""),
        "postal_code": typed.get("postal_code", ""),
    }
    reasons = rate.why_not_for(**customer)
    unusual = rate.unusual_for(**customer)
    warnings = [text for _field, text in reasons] if chosen else []
    return Advice(rate.consequence if chosen else "", (*warnings, *filter(None, [unusual])))
