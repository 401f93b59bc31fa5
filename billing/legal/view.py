"""An invoice as the rules see it: plain values, nothing of the database."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lib.countries import EU, HOME
from lib.money import ZERO

# Art. 34d of the Act: up to € 100 incl. VAT an invoice may be a simplified one.
SIMPLIFIED_UP_TO = Decimal(100)


@dataclass(frozen=True)
class Party:
    """Who issues the invoice, or who receives it, as it is printed."""

    name: str
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = HOME
    vat_number: str = ""
    coc_number: str = ""
    iban: str = ""
    is_business: bool = True

    @property
    def is_at_home(self) -> bool:
        """In the Netherlands; a country that was not filled in is ours."""
        return self.country in ("", HOME)

    @property
    def is_in_eu(self) -> bool:
        return self.is_at_home or self.country in EU


@dataclass(frozen=True)
class Row:
    """A line; amounts in euros, percentages such as 21. `unit` and dates may be empty."""

    position: int
    description: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    vat_percentage: Decimal
    vat_code: str
    vat_treatment: str
    discount: Decimal = ZERO
    rate_id: int = 0
    rate_name: str = ""
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    ledger_account: str = ""
    cost_centre_id: int | None = None


@dataclass(frozen=True)
class Document:
    """An invoice with both parties, on the day it is looked at.

    `supplied` is the first and the last day of what stands on it, `latest` the date of the last
    final invoice of the same series; `is_for_books`: an entry in e-Boekhouden will be made of it.
    """

    issuer: Party
    addressee: Party
    rows: tuple[Row, ...]
    date: datetime.date
    today: datetime.date
    net: Decimal
    vat: Decimal
    gross: Decimal
    discount: Decimal = ZERO
    supplied: tuple[datetime.date, datetime.date] | None = None
    latest: datetime.date | None = None
    is_credit: bool = False
    is_for_books: bool = False
    is_made_there: bool = False

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        """When it was supplied; art. 226(7): what is not said apart is the date of the invoice."""
        return self.supplied or (self.date, self.date)

    @property
    def treatments(self) -> frozenset[str]:
        return frozenset(row.vat_treatment for row in self.rows)

    @property
    def is_simplified(self) -> bool:
        """Small enough for fewer demands."""
        return abs(self.gross) <= SIMPLIFIED_UP_TO

    def rows_by_rate(self) -> Iterator[Row]:
        """The first row of every VAT rate."""
        yield from {row.rate_id: row for row in reversed(self.rows)}.values()
