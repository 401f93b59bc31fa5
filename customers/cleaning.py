"""Clean the fields of a customer whose rules depend on its country.

Forms and imports use the same rules, so that a number has one spelling whatever way it came in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import identifiers
from lib.countries import EU, HOME, country_code, is_country
from vat.territories import where

# Fields whose rules depend on the country, and the countries themselves.
BY_COUNTRY = (
    "country",
    "postal_country",
    "iban",
    "vat_number",
    "coc_number",
    "postal_code",
    "postal_postal_code",
)

Cleaner = Callable[[str], str]


@dataclass
class Cleaned:
    """The cleaned values by field, and the sentence of every field that cannot be cleaned."""

    values: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def clean_by_country(values: Mapping[str, str]) -> Cleaned:
    """Clean countries, numbers and postal codes among the values; empty ones stay empty.

    An empty country counts as the Netherlands. Numbers of other countries stay as written.
    """
    cleaned = Cleaned()
    for name in ("country", "postal_country"):
        _clean(cleaned, values, name, clean_country)
    # For a country that nobody knows there are no rules.
    country = cleaned.values.get("country", "") if values.get("country") else HOME
    postal = cleaned.values.get("postal_country", "") if values.get("postal_country") else country
    _clean(cleaned, values, "iban", identifiers.clean_iban)
    postal_code, vat_number = values.get("postal_code", ""), values.get("vat_number", "")
    if country in EU or where(country, postal_code, vat_number).goods:
        _clean(cleaned, values, "vat_number", identifiers.vat_number_cleaner(country))
    if country == HOME:
        _clean(cleaned, values, "coc_number", identifiers.clean_registration)
        _clean(cleaned, values, "postal_code", identifiers.clean_dutch_postal_code)
    if postal == HOME:
        _clean(cleaned, values, "postal_postal_code", identifiers.clean_dutch_postal_code)
    return cleaned


def clean_country(text: str) -> str:
    """Return the ISO code of a country. Raises ValidationError if nobody calls a country so."""
    code = country_code(text)
    if not is_country(code):
        sentence = _("“%(country)s” is no country that we know. Choose it from the list.")
        raise ValidationError(sentence % {"country": text})
    return code


def _clean(cleaned: Cleaned, values: Mapping[str, str], name: str, clean: Cleaner) -> None:
    text = values.get(name, "")
    if not text:
        return
    try:
        cleaned.values[name] = clean(text)
    except ValidationError as error:
        cleaned.refused[name] = " ".join(error.messages)
