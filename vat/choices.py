"""VAT rates: which there are to choose, what follows for a customer, whether it fits."""

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
    """What follows from the VAT of a customer, and what speaks against it; both may be empty."""

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
    """Lets the field `vat_rate` choose from rates that had not ended on that day, and gives them.

    The one that is chosen already stays to be chosen; without any one says `empty`.
    """
    rates = organisation.vat_rates.filter(
        Q(valid_until=None) | Q(valid_until__gte=day) | Q(pk=chosen)
    )
    offer(form, "vat_rate", rates, empty=empty)
    form.fields["vat_rate"].error_messages["invalid_choice"] = ENDED
    return rates


def holds_on(rate: Any, day: datetime.date) -> bool:
    """Neither has the rate ended before that day, nor does it start later."""
    return bool((rate.valid_from or day) <= day <= (rate.valid_until or day))


def grouped(rates: Iterable[Any], *, empty: str) -> Choices:
    """The rates as choices, by treatment in the order of the list."""
    groups: dict[str, list[tuple[Any, str]]] = {}
    for rate in rates:
        groups.setdefault(rate.get_treatment_display(), []).append((rate.pk, str(rate)))
    return [("", empty), *groups.items()]


def advice_for(organisation: Organisation, typed: Mapping[str, str]) -> Advice:
    """What follows from `typed`: vat_rate, country, is_business and vat_number as in a form."""
    rates = organisation.vat_rates
    own = rates.filter(pk=chosen_id(typed.get("vat_rate", ""))).first()
    rate = own or rates.filter(is_default=True).first()
    if rate is None:
        return Advice("", ())
    country, is_business = typed.get("country", ""), typed.get("is_business") != "False"
    number = typed.get("vat_number", "")
    reasons = rate.why_not_for(country=country, is_business=is_business, vat_number=number)
    unusual = rate.unusual_for(country=country, is_business=is_business)
    warnings = [text for _field, text in reasons] if own else []
    return Advice(rate.consequence if own else "", (*warnings, *filter(None, [unusual])))
