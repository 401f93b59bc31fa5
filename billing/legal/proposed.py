"""What the law asks of the customer and the VAT of an invoice that e-Boekhouden will issue.

Who issues it, and how it looks, stands in e-Boekhouden itself; the customer and the VAT come from
here, and once it is booked there nothing can be changed.
"""

import datetime
from collections.abc import Iterable

from customers.models import Customer
from vat.totals import Totals

from ..documents.parties import addressee_copy
from ..unbilled.lines import Line
from . import parties, taxes
from .check import Rule, check
from .findings import Findings
from .loading import party_of
from .view import Document, Party, Row

RULES: tuple[Rule, ...] = (
    parties.addressee_is_complete,
    parties.addressee_has_vat_number,
    taxes.who_pays_the_vat_is_a_business,
    taxes.country_goes_with_treatment,
    taxes.small_businesses_charge_no_vat,
)


def check_proposed(
    customer: Customer, lines: Iterable[Line], sums: Totals, *, date: datetime.date
) -> Findings:
    """What would be wrong with an invoice of these lines for this customer."""
    document = Document(
        issuer=Party(""),
        addressee=party_of(addressee_copy(customer), is_business=customer.is_business),
        rows=tuple(_row(n, line) for n, line in enumerate(lines, start=1)),
        date=date,
        today=date,
        net=sums.net,
        vat=sums.vat,
        gross=sums.gross,
        is_for_books=True,
        is_made_there=True,
    )
    return check(document, rules=RULES)


def _row(position: int, line: Line) -> Row:
    return Row(
        position=position,
        description=line.description,
        quantity=line.quantity,
        price=line.price,
        net=line.net,
        vat_percentage=line.vat_percentage,
        vat_code=line.vat_code,
        vat_treatment=line.vat_treatment,
        rate_id=line.posting_rule.vat_rate_id,
    )
