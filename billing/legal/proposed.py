"""The law check of an invoice that e-Boekhouden will issue: its customer and its VAT.

Issuer and layout are settings of e-Boekhouden. Customer and VAT are sent from here, and cannot be
changed here once the invoice is booked.
"""

from collections.abc import Callable, Iterable

from customers.models import Customer
from vat.totals import Taxed, Totals

from . import parties, taxes
from .check import apply_rules
from .findings import Finding, Findings
from .loading import addressee_of
from .view import Supply

RULES: tuple[Callable[[Supply], Iterable[Finding]], ...] = (
    parties.addressee_is_complete,
    parties.addressee_has_vat_number,
    taxes.who_pays_the_vat_is_a_business,
    taxes.country_goes_with_treatment,
    taxes.small_businesses_charge_no_vat,
)


def check_proposed(customer: Customer, lines: Iterable[Taxed], sums: Totals) -> Findings:
    """Check an invoice of these lines for this customer before it is made."""
    supply = Supply(
        addressee=addressee_of(customer),
        lines=tuple(lines),
        gross=sums.gross,
    )
    return apply_rules(RULES, supply)
