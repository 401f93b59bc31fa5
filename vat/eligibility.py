"""Whether a customer is eligible for a treatment, by country, VAT number and kind of customer.

The customer form checks this, and the legal check does before an invoice becomes final.
Sources: art. 6, 6i and 12(5) of the Turnover Tax Act 1968; art. 44, 59, 138, 146 and 196 of
Directive 2006/112. Which country counts is in `territories`.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.eu import vat

from lib.countries import HOME
from lib.identifiers import is_vat_number

from .territories import NORTHERN_IRELAND, Where, where
from .treatments import TREATMENTS, WITHIN_EU, VatTreatment

REVERSE_CHARGED = WITHIN_EU | {VatTreatment.REVERSE_CHARGE}
GOODS = frozenset({VatTreatment.EU_GOODS, VatTreatment.EXPORT})
OUTSIDE_EU = frozenset({VatTreatment.EXPORT, VatTreatment.WORLD_SERVICES})
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
            "0% VAT for everything: goods that leave the EU. They are in box 3a of the VAT return. "
            "For work and other services choose the rate for services outside the EU."
        ),
        VatTreatment.WORLD_SERVICES: gettext_lazy(
            "No VAT for everything: the place of supply is that of the customer, outside the EU. "
            "It is not in the VAT return. For goods choose the rate for goods outside the EU."
        ),
        VatTreatment.EXEMPT: gettext_lazy("No VAT for everything; the invoice says it is exempt."),
        VatTreatment.SMALL_BUSINESS: gettext_lazy(
            "No VAT for everything; the invoice says that the small-business scheme applies."
        ),
    }
)


def reasons_against(
    treatment: str, *, country: str, is_business: bool, vat_number: str, postal_code: str = ""
) -> list[tuple[str, str]]:
    """Return the reasons why such a customer cannot have this treatment, as (field, sentence)."""
    place = where(country, postal_code, vat_number)
    reasons = [
        ("vat_number", why_not_number(vat_number, treatment, place)),
        ("vat_rate", why_not_private(treatment, is_business=is_business)),
        ("vat_rate", why_not_country(treatment, place)),
    ]
    return [(field, text) for field, text in reasons if text]


def why_not_number(number: str, treatment: str, place: Where) -> str:
    """Say what is wrong with the VAT number that the treatment needs; empty if nothing is."""
    if not TREATMENTS[treatment].needs_vat_number:
        return ""
    is_northern = treatment == VatTreatment.EU_GOODS and place.goods == NORTHERN_IRELAND
    why = (
        _not_northern(number)
        if is_northern
        else _wrong_number(number, is_here=treatment == VatTreatment.REVERSE_CHARGE)
    )
    if not why and not is_northern and vat.compact(number).startswith(NORTHERN_IRELAND):
        why = _("a number that begins with XI is for goods to Northern Ireland only.")
    sentence = _("“%(treatment)s” needs the VAT number of the customer: %(why)s")
    return sentence % {"treatment": VatTreatment(treatment).label, "why": why} if why else ""


def _not_northern(number: str) -> str:
    if is_vat_number(number) and vat.compact(number).startswith(NORTHERN_IRELAND):
        return ""
    return _("for goods to Northern Ireland it must begin with XI.")


def _wrong_number(number: str, *, is_here: bool) -> str:
    if not number.strip():
        return _("it is missing.")
    if not is_vat_number(number):
        return _("%(number)s cannot be right.") % {"number": number}
    is_ours = vat.compact(number).startswith(HOME)
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


def why_not_country(treatment: str, place: Where) -> str:
    """Refuse a place that does not match the treatment; empty if it matches."""
    member = place.goods if treatment in GOODS else place.services
    names = {"country": place.name, "treatment": VatTreatment(treatment).label}
    if treatment in WITHIN_EU and member in ("", HOME):
        text = _("VAT within the EU is for customers in another EU country, not in %(country)s.")
        return text % names
    if treatment in OUTSIDE_EU and not place.is_known:
        text = _(
            "“%(country)s” is no country that we know, so it can be in the EU. Choose the country "
            "from the list."
        )
        return text % names
    if treatment in OUTSIDE_EU and member:
        return _("“%(treatment)s” is not for customers in %(country)s.") % names
    return ""


def unusual(percentage: Decimal, *, place: Where, is_business: bool) -> str:
    """Explain why Dutch VAT is rarely right for a customer abroad; empty if it may well be."""
    if not percentage or place.services == HOME:
        return ""
    names = {"country": place.name}
    if not place.services:
        return _("For a customer in %(country)s there is usually no Dutch VAT.") % names
    if not is_business:
        return ""
    text = _("A business in %(country)s usually pays the VAT itself: choose another VAT rate.")
    return text % names


def unusual_for_private(treatment: str, *, is_business: bool) -> str:
    """Explain that only some services to a private person are supplied outside the EU."""
    if is_business or treatment != VatTreatment.WORLD_SERVICES:
        return ""
    return _(
        "For a private person outside the EU only advice, data, advertising, licences and the like "
        "are without Dutch VAT (art. 6i of the Turnover Tax Act)."
    )
