"""Records of the books, as values to read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Relation:
    """A relation; `fields` are its texts and numbers under the service's own names."""

    id: int
    code: str
    added: date
    fields: dict

    @property
    def name(self):
        return self.fields.get("Bedrijf") or ""


@dataclass(frozen=True)
class InvoiceLine:
    quantity: Decimal
    unit: str
    code: str
    description: str
    price: Decimal
    vat_code: str
    account: str
    cost_centre: int


@dataclass(frozen=True)
class Invoice:
    """An invoice; `open` is the unpaid amount.

    `entry` is the number of the entry that booked it, or None. `extras` are the other fields that
    were sent, under the service's own names.
    """

    id: int
    number: str
    relation_code: str
    date: date
    term: int
    template: str
    net: Decimal
    vat: Decimal
    total: Decimal
    open: Decimal
    entry: int | None
    secret: str
    extras: dict
    lines: tuple


@dataclass(frozen=True)
class EntryLine:
    entered: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    vat_code: str
    percentage: Decimal
    number: str
    account: str
    cost_centre: int


@dataclass(frozen=True)
class Entry:
    """A mutation; `id` is its own running number, `number` that of the invoice."""

    id: int
    kind: str
    date: date
    account: str
    relation_code: str
    number: str
    voucher: str
    description: str
    term: str
    reference: str
    in_ex: str
    lines: tuple

    @property
    def total(self):
        return sum((line.gross for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class OpenItem:
    """An open item: the amount that a debtor, or we to a creditor, still have to pay."""

    date: date
    number: str
    relation_code: str
    relation_name: str
    amount: Decimal
    paid: Decimal
    open: Decimal


@dataclass(frozen=True)
class Account:
    id: int
    code: str
    description: str
    category: str
    grouping: str
    balance: Decimal = Decimal(0)


@dataclass(frozen=True)
class RequestRecord:
    """One request as received.

    `number` is the invoice number or relation code in it, `body` its XML without the secrets.
    `applied` says whether it changed the books, and `outcome` is the result in words. `numbers` are
    the invoice numbers in a list that was asked without a number.
    """

    id: int
    at: str
    operation: str
    soap: str
    number: str
    bytes_in: int
    bytes_out: int
    status: int
    outcome: str
    code: str
    applied: bool
    fault: str
    milliseconds: int
    body: str
    numbers: tuple = ()
