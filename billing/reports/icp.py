"""The list of supplies within the EU (ICP): goods and services per VAT number.

Source: art. 37a of the Dutch Turnover Tax Act 1968; the return has the VAT number of the customer
and the net supplies, less credits.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Organisation
from lib.identifiers import greek_prefix
from lib.money import ZERO
from lib.spreadsheets import Cell, Sheet
from registrations.periods import Period
from vat.totals import VatTotal
from vat.treatments import TREATMENTS, Icp

from .invoices import issued


@dataclass
class IcpRow:
    """The supplies to one VAT number, in euros excl. VAT; without a number per customer."""

    vat_number: str
    customer_id: int
    name: str
    goods: Decimal = ZERO
    services: Decimal = ZERO

    @property
    def country(self) -> str:
        """The first two letters of the VAT number."""
        return self.vat_number[:2].upper()

    @property
    def total(self) -> Decimal:
        return self.goods + self.services


@dataclass(frozen=True)
class Supply:
    """The supplies within the EU on one invoice."""

    invoice_id: int
    customer_id: int
    vat_number: str
    name: str
    goods: Decimal
    services: Decimal

    @property
    def key(self) -> tuple[str, int]:
        """The key of the row that this supply is added to."""
        return self.vat_number, 0 if self.vat_number else self.customer_id


def icp(organisation: Organisation, period: Period) -> list[IcpRow]:
    """Return the rows by VAT number; those without come first, as the return refuses them."""
    found: dict[tuple[str, int], IcpRow] = {}
    for supply in _supplies(organisation, period):
        new = IcpRow(supply.vat_number, supply.customer_id, supply.name)
        row = found.setdefault(supply.key, new)
        row.goods += supply.goods
        row.services += supply.services
    return sorted(found.values(), key=lambda row: (row.vat_number, row.name.lower()))


def icp_invoices(
    organisation: Organisation, period: Period, *, vat_number: str, customer_id: int
) -> dict[int, Decimal]:
    """Return the invoices of one row by id, each with its supplies within the EU."""
    key = vat_number, 0 if vat_number else customer_id
    return {
        supply.invoice_id: supply.goods + supply.services
        for supply in _supplies(organisation, period)
        if supply.key == key
    }


def icp_sheet(organisation: Organisation, period: Period) -> Sheet:
    """Return the list as a spreadsheet; amounts in euros excl. VAT."""
    head = [_("Country"), _("VAT number"), _("Customer"), _("Goods €"), _("Services €")]
    return Sheet(
        f"icp-{period.first}-{period.last}", "ICP", head, _cells(icp(organisation, period))
    )


def _cells(rows: list[IcpRow]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.country, row.vat_number, row.name, row.goods, row.services]


def icp_number(number: str) -> str:
    """Return a VAT number as the return writes it: one spelling, so that it has one row."""
    return greek_prefix("".join(filter(str.isalnum, number)))


def _supplies(organisation: Organisation, period: Period) -> Iterator[Supply]:
    """Yield every invoice with such a supply, under the VAT number printed on it."""
    invoices = issued(organisation, period).order_by("date", "pk")
    rows = invoices.values_list("pk", "customer", "addressee", "vat_totals")
    for pk, customer, addressee, stored in rows.iterator(chunk_size=1000):
        sums: dict[Icp, Decimal] = defaultdict(lambda: ZERO)
        for rate in map(VatTotal.from_json, stored):
            sums[TREATMENTS[rate.treatment].icp] += rate.net
        if Icp.GOODS in sums or Icp.SERVICES in sums:
            number = icp_number(addressee.get("vat_number", ""))
            name = addressee.get("name", "")
            yield Supply(pk, customer, number, name, sums[Icp.GOODS], sums[Icp.SERVICES])
