"""Compose the lines of an invoice for e-Boekhouden: priced, or added up for the ledger.

The service knows no discounts, so on an invoice created there a discount is a separate line.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.eboekhouden.facts import limits
from integrations.eboekhouden.facts.characters import sendable
from integrations.eboekhouden.messages import InvoiceLine, SalesEntryLine
from integrations.models import Connection
from lib.formats import percentage
from lib.money import ZERO, cents
from vat.totals import Taxed, VatTotal, divide, rate_of

from .. import models

DISCOUNT_CODE = "DISCOUNT"
Place = tuple[str, int]  # ledger account and cost centre; 0 is none


class Priced(Taxed, Protocol):
    """A line, stored or not yet: price in euros excl. VAT, discount in percent."""

    @property
    def description(self) -> str: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def unit(self) -> str: ...

    @property
    def price(self) -> Decimal: ...

    @property
    def discount(self) -> Decimal: ...

    @property
    def code(self) -> str: ...

    @property
    def ledger_account(self) -> str: ...

    @property
    def cost_centre_id(self) -> int | None: ...


Lines = Sequence[Priced]


# --- An invoice that is created in e-Boekhouden ---------------------------------------------------


def invoice_lines(invoice: models.Invoice, connection: Connection) -> list[InvoiceLine]:
    """Return every line, each followed by its discount, and finally the discount on the whole."""
    lines = list(invoice.lines.all())
    with override(invoice.language):
        return priced_lines(lines, invoice.vat_by_rate, connection, discount=invoice.discount)


def priced_lines(
    lines: Lines, rates: Iterable[VatTotal], connection: Connection, *, discount: Decimal
) -> list[InvoiceLine]:
    """Return the same for lines that are not stored; texts are in the active language."""
    priced = [one for line in lines for one in _with_discount(line, connection)]
    return priced + list(_discount_on_the_whole(lines, rates, connection, discount=discount))


def _with_discount(line: Priced, connection: Connection) -> Iterator[InvoiceLine]:
    account, centre = _place_of(line, connection)
    yield InvoiceLine(
        quantity=line.quantity,
        unit=limits.UNIT_OF.get(line.unit, ""),
        code=line.code,
        description=line.description,
        price=line.price,
        vat_code=line.vat_code,
        ledger_account=account,
        cost_centre_id=centre,
    )
    off = cents(line.quantity * line.price) - line.net
    if off:
        names = {"rate": percentage(line.discount), "what": line.description.partition("\n")[0]}
        text = _("Discount %(rate)s: %(what)s") % names
        yield _discount(text, off, line.code, line.vat_code, (account, centre))


def _discount_on_the_whole(
    lines: Lines, rates: Iterable[VatTotal], connection: Connection, *, discount: Decimal
) -> Iterator[InvoiceLine]:
    if not discount:
        return
    text = _("Discount %(rate)s") % {"rate": percentage(discount)}
    for rate in rates:
        off = _divided_discount(rate, _nets(lines, rate, connection), discount)
        for place, amount in off.items():
            if amount:
                yield _discount(text, amount, DISCOUNT_CODE, rate.code, place)


def _discount(text: str, off: Decimal, code: str, vat_code: str, place: Place) -> InvoiceLine:
    return InvoiceLine(
        quantity=Decimal(1),
        unit="",
        code=code,
        description=sendable(text, multiline=True),
        price=-off,
        vat_code=vat_code,
        ledger_account=place[0],
        cost_centre_id=place[1],
    )


# --- An entry in the ledger -----------------------------------------------------------------------


def sales_entry_lines(invoice: models.Invoice, connection: Connection) -> list[SalesEntryLine]:
    """Add up lines per ledger account, VAT code and cost centre, and divide the VAT over them."""
    lines = list(invoice.lines.all())
    return [
        one
        for rate in invoice.vat_by_rate
        for one in _lines_of_rate(rate, lines, connection, discount=invoice.discount)
    ]


def _lines_of_rate(
    rate: VatTotal, lines: Lines, connection: Connection, *, discount: Decimal
) -> Iterator[SalesEntryLine]:
    before = _nets(lines, rate, connection)
    off = _divided_discount(rate, before, discount)
    nets = {place: net - off[place] for place, net in before.items()}
    percent = rate.percentage
    shares = divide(rate.vat, [net * percent / 100 for net in nets.values()])
    for ((account, centre), net), vat in zip(nets.items(), shares, strict=True):
        yield SalesEntryLine(
            net=net,
            vat=vat,
            gross=net + vat,
            vat_code=rate.code,
            vat_percentage=percent,
            ledger_account=account,
            cost_centre_id=centre,
        )


# --- Both -----------------------------------------------------------------------------------------


def _nets(lines: Lines, rate: VatTotal, connection: Connection) -> dict[Place, Decimal]:
    """Add up the lines of a VAT rate by ledger account and cost centre."""
    nets: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if rate_of(line) == rate.key:
            nets[_place_of(line, connection)] += line.net
    return nets


def _divided_discount(
    rate: VatTotal, nets: dict[Place, Decimal], discount: Decimal
) -> dict[Place, Decimal]:
    """Divide the discount of a VAT rate over the places where its lines are booked."""
    parts = divide(rate.discount, [net * discount / 100 for net in nets.values()])
    return dict(zip(nets, parts, strict=True))


def _place_of(line: Priced, connection: Connection) -> Place:
    return line.ledger_account or connection.ledger_account, line.cost_centre_id or 0
