"""The VAT report: invoiced amounts per treatment and rate, compared with e-Boekhouden.

Invoiced is booked plus not booked yet; booked amounts must be equal in e-Boekhouden.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Organisation
from lib.formats import percentage
from lib.money import ZERO, cents, share_of
from lib.spreadsheets import Cell, Sheet
from registrations.periods import Period
from vat.totals import VatTotal
from vat.treatments import VatTreatment

from ..models import Booking, State
from ..models.booking import DOCUMENTS
from .invoices import issued


class Rate(NamedTuple):
    """Treatment, percentage and code of a rate; `percentage` is 21, not 0.21."""

    treatment: str
    percentage: Decimal
    code: str

    @property
    def label(self) -> str:
        """`21%`, or the treatment where no VAT is charged."""
        if self.treatment == VatTreatment.DOMESTIC:
            return percentage(self.percentage)
        return str(VatTreatment(self.treatment).label)

    @property
    def address(self) -> str:
        """The rate as it is written in a URL."""
        return f"{self.treatment}:{self.percentage}:{self.code}"


@dataclass(frozen=True)
class Amounts:
    """Net and VAT, in euros."""

    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net - other.net, self.vat - other.vat)

    def __bool__(self) -> bool:
        return bool(self.net or self.vat)


@dataclass
class Comparison:
    """Amounts of a rate, or of all: invoiced, booked, and as e-Boekhouden has them."""

    invoiced: Amounts = field(default_factory=Amounts)
    booked: Amounts = field(default_factory=Amounts)
    remote: Amounts = field(default_factory=Amounts)

    @property
    def not_booked(self) -> Amounts:
        return self.invoiced - self.booked

    @property
    def difference(self) -> Amounts:
        """The amounts in e-Boekhouden less the booked amounts: zero when they agree."""
        return self.remote - self.booked

    def add(self, other: "Comparison") -> None:
        self.invoiced += other.invoiced
        self.booked += other.booked
        self.remote += other.remote


@dataclass
class VatOverview:
    """Rates in the order of the VAT return, and ids of invoices not booked or differing."""

    rates: dict[Rate, Comparison]
    total: Comparison
    not_booked: list[int]
    differing: list[int]


def vat_overview(organisation: Organisation, period: Period) -> VatOverview:
    """Compare every invoice of the period with e-Boekhouden, in two queries."""
    rates: dict[Rate, Comparison] = defaultdict(Comparison)
    not_booked, differing = [], []
    contents = _contents(organisation, period)
    for pk, totals in invoice_totals(organisation, period):
        found = _compared(totals, contents.get(pk))
        if pk not in contents:
            not_booked.append(pk)
        elif any(compared.difference for compared in found.values()):
            differing.append(pk)
        for rate, compared in found.items():
            rates[rate].add(compared)
    total = Comparison()
    for compared in rates.values():
        total.add(compared)
    return VatOverview(_in_order(rates), total, not_booked, differing)


def invoices_at(organisation: Organisation, period: Period, address: str) -> dict[int, Decimal]:
    """Return the invoices with a rate by id, each with its net amount at that rate."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for pk, totals in invoice_totals(organisation, period):
        for rate, amounts in _invoiced(totals).items():
            if rate.address == address:
                found[pk] += amounts.net
    return dict(found)


def vat_sheet(organisation: Organisation, period: Period) -> Sheet:
    """Return the report as a spreadsheet."""
    head = [
        _("Rate"),
        _("VAT code in e-Boekhouden"),
        _("Excl. VAT €"),
        _("VAT €"),
        _("Excl. VAT in e-Boekhouden €"),
        _("VAT in e-Boekhouden €"),
        _("Excl. VAT, not booked €"),
        _("VAT not booked €"),
        _("Difference €"),
    ]
    rows = _cells(vat_overview(organisation, period))
    return Sheet(f"vat-{period.first}-{period.last}", _("VAT"), head, rows)


def _cells(overview: VatOverview) -> Iterator[list[Cell]]:
    for rate, compared in overview.rates.items():
        sides = (compared.invoiced, compared.remote, compared.not_booked)
        figures = [figure for side in sides for figure in (side.net, side.vat)]
        yield [rate.label, rate.code, *figures, compared.difference.gross]


def _in_order(rates: Mapping[Rate, Comparison]) -> dict[Rate, Comparison]:
    """Sort by treatment, then by rate, high rates first."""
    treatments = VatTreatment.values

    def place(rate: Rate) -> tuple[int, Decimal, str]:
        return treatments.index(rate.treatment), -rate.percentage, rate.code

    return {rate: rates[rate] for rate in sorted(rates, key=place)}


# --- As invoiced ----------------------------------------------------------------------------------


def invoice_totals(
    organisation: Organisation, period: Period
) -> Iterator[tuple[int, list[VatTotal]]]:
    """Yield the id of every invoice of the period with its totals per rate, in one query."""
    rows = issued(organisation, period).order_by("date", "pk")
    for pk, stored in rows.values_list("pk", "vat_totals").iterator(chunk_size=1000):
        yield pk, [VatTotal.from_json(one) for one in stored]


def _invoiced(totals: Sequence[VatTotal]) -> dict[Rate, Amounts]:
    found: dict[Rate, Amounts] = defaultdict(Amounts)
    for total in totals:
        rate = Rate(total.treatment, total.percentage, total.code)
        found[rate] += Amounts(total.net, total.vat)
    return found


def _compared(
    totals: Sequence[VatTotal], content: Mapping[str, Any] | None
) -> dict[Rate, Comparison]:
    invoiced = _invoiced(totals)
    if content is None:
        return {rate: Comparison(amounts) for rate, amounts in invoiced.items()}
    found = {rate: Comparison(amounts, amounts) for rate, amounts in invoiced.items()}
    for code, amounts in _remote(content, invoiced).items():
        first, *others = [rate for rate in invoiced if rate.code == code] or [
            _rate_of(code, invoiced)
        ]
        # e-Boekhouden does not distinguish rates with the same code: a difference goes to the
        # first.
        for rate in others:
            found[rate].remote = invoiced[rate]
        rest = amounts - sum((invoiced[rate] for rate in others), Amounts())
        found.setdefault(first, Comparison()).remote += rest
    return found


# --- As booked ------------------------------------------------------------------------------------


def _contents(organisation: Organisation, period: Period) -> dict[int, Mapping[str, Any]]:
    """Return the remote content by id of the invoice: as read back, else as it was sent."""
    bookings = Booking.objects.filter(
        invoice__in=issued(organisation, period).order_by().values("pk"),
        kind__in=DOCUMENTS,
        state=State.CONFIRMED,
    ).order_by()
    rows = bookings.values_list("invoice", "payload", "remote_snapshot")
    return {
        pk: snapshot or {**payload["message"], "net": payload["net"], "vat": payload["vat"]}
        for pk, payload, snapshot in rows.iterator(chunk_size=500)
        if pk is not None
    }


def _remote(content: Mapping[str, Any], invoiced: Mapping[Rate, Amounts]) -> dict[str, Amounts]:
    """Add up by VAT code. A sales entry has VAT per line, an invoice only a VAT total."""
    found: dict[str, Amounts] = defaultdict(Amounts)
    for line in content["lines"]:
        if "net" in line:
            found[line["vat_code"]] += Amounts(Decimal(line["net"]), Decimal(line["vat"]))
        else:
            net = cents(Decimal(line["quantity"]) * Decimal(line["price"]))
            found[line["vat_code"]] += Amounts(net)
    return (
        found
        if all("net" in line for line in content["lines"])
        else _taxed(content, found, invoiced)
    )


def _taxed(
    content: Mapping[str, Any], nets: dict[str, Amounts], invoiced: Mapping[Rate, Amounts]
) -> dict[str, Amounts]:
    """Compute the VAT of each rate; the difference with the total goes to the highest rate.

    If net amounts and total are those of the invoice, each code has the VAT that it has there.
    """
    ours: dict[str, Amounts] = defaultdict(Amounts)
    for rate, amounts in invoiced.items():
        ours[rate.code] += amounts
    is_equal = {code: one.net for code, one in ours.items()} == {
        code: one.net for code, one in nets.items()
    }
    if is_equal and sum(ours.values(), Amounts()).vat == Decimal(content["vat"]):
        return ours
    rates = {code: _rate_of(code, invoiced) for code in nets}
    found = {
        code: Amounts(amounts.net, share_of(amounts.net, rates[code].percentage))
        for code, amounts in nets.items()
    }
    total = Amounts(Decimal(content["net"]), Decimal(content["vat"]))
    rest = total - sum(found.values(), Amounts())
    if rest:
        highest = max(found, key=lambda code: rates[code].percentage)
        found[highest] += rest
    return found


def _rate_of(code: str, invoiced: Mapping[Rate, Amounts]) -> Rate:
    """Return the rate of the invoice with this code; else a new rate for an unknown code."""
    same_code = (rate for rate in invoiced if rate.code == code)
    return next(same_code, Rate(VatTreatment.DOMESTIC, ZERO, code))
