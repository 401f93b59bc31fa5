"""The table of Settings → VAT rates: the consequences of a rate, and missing codes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Language

from .models import VatRate
from .treatments import TREATMENTS, Icp, category_of, contradicts, default_code, words_of


@dataclass(frozen=True)
class Mapping:
    """The consequences of one rate. `proposed` is the default code for a rate without a code."""

    category: str
    words: tuple[str, ...]
    icp: str
    needs_vat_number: bool
    proposed: str
    contradicts: bool


def mapping_of(rate: VatRate) -> Mapping:
    """Return category, words on the invoice in both languages, return and code of a rate."""
    treatment = TREATMENTS[rate.treatment]
    return Mapping(
        category=category_of(rate.treatment, rate.percentage),
        words=_in_both_languages(rate.treatment),
        icp=_icp(treatment.icp),
        needs_vat_number=treatment.needs_vat_number,
        proposed="" if rate.code else default_code(rate.treatment, rate.percentage),
        contradicts=contradicts(rate.code, rate.treatment),
    )


def _in_both_languages(treatment: str) -> tuple[str, ...]:
    words = []
    for language in (Language.DUTCH, Language.ENGLISH):
        with override(language):
            words.append(words_of(treatment))
    return tuple(filter(None, words))


def _icp(icp: Icp) -> str:
    names = {Icp.NOTHING: "", Icp.GOODS: _("goods"), Icp.SERVICES: _("services")}
    return names[icp]
