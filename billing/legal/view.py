"""An invoice as the rules read it; the rules make no queries."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lib.countries import HOME
from lib.identifiers import OIN_DIGITS
from lib.money import ZERO
from vat.boxes import box_of
from vat.territories import Where, where
from vat.totals import Taxed

from ..models import InvoiceLine

# Art. 34d of the Act: up to € 100 incl. VAT an invoice may be a simplified one.
SIMPLIFIED_UP_TO = Decimal(100)


@dataclass(frozen=True)
class Party:
    """The issuer or the addressee of an invoice, as it is printed."""

    name: str
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = HOME
    vat_number: str = ""
    coc_number: str = ""
    iban: str = ""
    is_business: bool = True
    # The country and postal code of its visiting address, when another address is printed.
    seat: tuple[str, str] | None = None

    @property
    def is_at_home(self) -> bool:
        """Whether the party is established in the Netherlands; an empty country counts as such."""
        return self.country in ("", HOME)

    @property
    def is_government(self) -> bool:
        """A Dutch government body: it has an OIN instead of a Chamber of Commerce number."""
        number = "".join(self.coc_number.split())
        return self.is_at_home and number.isdigit() and len(number) == OIN_DIGITS

    @property
    def where(self) -> Where:
        """Where it is established, for VAT: a territory can differ from its country.

        A postal address decides nothing (art. 44 of the Directive).
        """
        country, postal_code = self.seat or (self.country, self.postal_code)
        return where(country, postal_code, self.vat_number)


@dataclass(frozen=True, kw_only=True)
class Supply:
    """The data that the rules on the customer and the VAT read; not necessarily an invoice.

    `gross` is in euros incl. VAT.
    """

    addressee: Party
    lines: tuple[Taxed, ...]
    gross: Decimal

    @property
    def treatments(self) -> frozenset[str]:
        return frozenset(line.vat_treatment for line in self.lines)

    @property
    def is_simplified(self) -> bool:
        """Whether the total is low enough for a simplified invoice."""
        return abs(self.gross) <= SIMPLIFIED_UP_TO


@dataclass(frozen=True, kw_only=True)
class Document(Supply):
    """An invoice with both parties, on the day of the check.

    `supplied` is the first and the last day of the supply, `latest` the date of the last final
    invoice of the same series, `payment_term` in days. `why_closed` says that the
    date is in a closed period, `filed` is the period with the date whose VAT return is marked as
    filed, `will_be_booked`: it will be entered in e-Boekhouden. `is_small_business`: the default
    rate of the issuer is that of the small-business scheme.
    """

    issuer: Party
    lines: tuple[InvoiceLine, ...]
    date: datetime.date
    today: datetime.date
    net: Decimal
    vat: Decimal
    discount: Decimal = ZERO
    supplied: tuple[datetime.date, datetime.date] | None = None
    latest: datetime.date | None = None
    why_closed: str = ""
    filed: str = ""
    payment_term: int = 0
    is_credit: bool = False
    will_be_booked: bool = False
    is_made_in_eboekhouden: bool = False
    is_small_business: bool = False

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        """The days of the supply; without any, the date of the invoice: art. 226(7)."""
        return self.supplied or (self.date, self.date)

    @property
    def is_in_return(self) -> bool:
        """Whether a line is in a box of the VAT return."""
        return any(box_of(line.vat_treatment, line.vat_percentage) for line in self.lines)

    def lines_by_rate(self) -> Iterator[InvoiceLine]:
        """Yield the first line of every VAT rate."""
        yield from {line.vat_rate.pk: line for line in reversed(self.lines)}.values()
