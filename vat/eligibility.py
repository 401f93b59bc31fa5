"""Whether a customer is eligible for a treatment, by country, VAT number and kind of customer.

The customer form checks this, and the legal check does before an invoice becomes final.
Sources: art. 12(5) of the Turnover Tax Act 1968; art. 44, 138, 146 and 196 of Directive 2006/112.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.eu import vat

from lib.countries import EU, HOME, country_name

from .treatments import TREATMENTS, WITHIN_EU, VatTreatment

REVERSE_CHARGED = WITHIN_EU | {VatTreatment.REVERSE_CHARGE}
_WITHIN_EU = gettext_lazy(
    "0% VAT for everything. The invoice shows the customer's VAT number and counts for the ICP "
    "return. A task or expense category with its own EU rate takes precedence and determines "
    "whether it is goods or services."
)
CONSEQUENCES: Mapping[str, str | Promise] = MappingProxyType(
    {
        VatTreatment.DOMESTIC: gettext_lazy(
            "Tasks and expense categories with their own VAT rate keep it; everything else gets "
            "this rate."
        ),
        VatTreatment.REVERSE_CHARGE: gettext_lazy(
            "0% VAT for everything; the invoice says “VAT reverse charge” and names the VAT number "
            "of the customer."
        ),
        VatTreatment.EU_GOODS: _WITHIN_EU,
        VatTreatment.EU_SERVICES: _WITHIN_EU,
        VatTreatment.EXPORT: gettext_lazy(
            "0% VAT for everything, because the customer is outside the EU."
        ),
        VatTreatment.EXEMPT: gettext_lazy("No VAT for everything; the invoice says it is exempt."),
        VatTreatment.SMALL_BUSINESS: gettext_lazy(
            "No VAT for everything; the invoice says that the small-business scheme applies."
        ),
    }
)


def reasons_against(
    treatment: str, *, country: str, is_business: bool, vat_number: str
) -> list[tuple[str, str]]:
    """Return the reasons why such a customer cannot have this treatment, as (field, sentence)."""
    reasons = [
        ("vat_number", why_not_number(vat_number, treatment)),
        ("vat_rate", why_not_private(treatment, is_business=is_business)),
        ("vat_rate", why_not_country(treatment, country)),
    ]
    return [(field, text) for field, text in reasons if text]


def why_not_number(number: str, treatment: str) -> str:
    """Say what is wrong with the VAT number that the treatment needs; empty if nothing is."""
    if not TREATMENTS[treatment].needs_vat_number:
        return ""
    why = _wrong_number(number, is_here=treatment == VatTreatment.REVERSE_CHARGE)
    sentence = _("“%(treatment)s” needs the VAT number of the customer: %(why)s")
    return sentence % {"treatment": VatTreatment(treatment).label, "why": why} if why else ""


def _wrong_number(number: str, *, is_here: bool) -> str:
    if not number.strip():
        return _("it is missing.")
    if not vat.is_valid(number):
        return _("%(number)s cannot be right.") % {"number": number}
    is_ours = vat.compact(number).upper().startswith(HOME)
    if is_here and not is_ours:
        return _("it must begin with NL.")
    if is_ours and not is_here:
        return _("it must be of another EU country, not NL.")
    return ""


def why_not_private(treatment: str, *, is_business: bool) -> str:
    """Refuse a reverse charge to a private customer; empty if the treatment is allowed."""
    if treatment in REVERSE_CHARGED and not is_business:
        return _("The customer is private: VAT cannot be reverse-charged to it.")
    return ""


def why_not_country(treatment: str, country: str) -> str:
    """Refuse a country that does not match the treatment; empty if it matches.

    An empty country counts as the Netherlands.
    """
    names = {"country": country_name(country or HOME)}
    if treatment in WITHIN_EU and country not in EU - {HOME}:
        text = _("VAT within the EU is for customers in another EU country, not in %(country)s.")
        return text % names
    if treatment == VatTreatment.EXPORT and (country or HOME) in EU:
        return _("“Outside the EU” is not for customers in %(country)s.") % names
    return ""


def unusual(percentage: Decimal, *, country: str, is_business: bool) -> str:
    """Explain why Dutch VAT is rarely right for a customer abroad; empty if it may well be."""
    names = {"country": country_name(country)}
    if not percentage or country in ("", HOME):
        return ""
    if country not in EU:
        return _("For a customer in %(country)s there is usually no Dutch VAT.") % names
    if not is_business:
        return ""
    text = _("A business in %(country)s usually pays the VAT itself: choose another VAT rate.")
    return text % names
