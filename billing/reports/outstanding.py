"""Outstanding: the amounts to be paid today, per customer and by age.

The open amount of an invoice is that of e-Boekhouden, of the invoice and its credits together, else
its total less credits and payments. It is negative when there is a refund. Credits are included in
the invoice that they take back. The age counts from the due date.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from customers.models import Customer
from lib.spreadsheets import Cell, Sheet
from lib.sums import in_euros

from ..models import Invoice


@dataclass(frozen=True)
class Age:
    """A range of days past the due date; None is unlimited."""

    key: str
    label: str | Promise
    first: int | None
    last: int | None

    def condition(self, today: datetime.date) -> Q:
        """Return the condition on invoices of this age."""
        found = Q()
        if self.first is not None:
            found &= Q(due_on__lte=today - datetime.timedelta(days=self.first))
        if self.last is not None:
            found &= Q(due_on__gte=today - datetime.timedelta(days=self.last))
        return found

    def covers(self, days: int) -> bool:
        """Return whether so many days past the due date are in the range."""
        after_first = self.first is None or days >= self.first
        return after_first and (self.last is None or days <= self.last)


AGES = (
    Age("not_due", gettext_lazy("Not due yet"), None, 0),
    Age("to_30", gettext_lazy("1–30 days"), 1, 30),
    Age("to_60", gettext_lazy("31–60 days"), 31, 60),
    Age("to_90", gettext_lazy("61–90 days"), 61, 90),
    Age("over_90", gettext_lazy("Over 90 days"), 91, None),
)
# All ages of what is past its due date.
OVERDUE = Age("overdue", gettext_lazy("Overdue"), 1, None)
ORDERS = ("customer", "total", *(age.key for age in AGES))
DEFAULT_ORDER = "-total"
Groups = QuerySet[Invoice, dict[str, Any]]


@dataclass(frozen=True)
class OutstandingRow:
    """The amounts outstanding of one or all customers, in euros incl. VAT, by age."""

    customer_id: int | None
    name: str
    number: str
    amounts: tuple[Decimal, ...]
    total: Decimal

    @property
    def by_age(self) -> list[tuple[Age, Decimal]]:
        return list(zip(AGES, self.amounts, strict=True))


@dataclass(frozen=True)
class OpenTotals:
    """Open amounts in euros incl. VAT, less refunds, and the number of unpaid invoices.

    `overdue_since` is the earliest due date that has passed, if any.
    """

    total: Decimal
    count: int
    overdue: Decimal
    overdue_count: int
    overdue_since: datetime.date | None


def open_invoices(organisation: Organisation) -> QuerySet[Invoice]:
    """Return invoices with an open amount, each with `cents_open`, less its credits."""
    return Invoice.objects.filter(organisation=organisation).open()


def open_amounts(
    organisation: Organisation,
    *,
    today: datetime.date,
    customers: QuerySet[Customer] | None = None,
    age: Age | None = None,
) -> dict[int, Decimal]:
    """Return the open amount of each invoice by id, optionally of some customers or one age."""
    found = open_invoices(organisation).order_by()
    if customers is not None:
        found = found.filter(customer__in=customers)
    if age:
        found = found.filter(age.condition(today))
    rows = found.values("pk", open_in_cents=F("cents_open"))
    return {row["pk"]: in_euros(row["open_in_cents"]) for row in rows}


def per_customer(organisation: Organisation, *, today: datetime.date, order: str = "") -> Groups:
    """Group by customer for `rows_of`, sorted by a name of ORDERS; by default largest first."""
    if order.removeprefix("-") not in ORDERS:
        order = DEFAULT_ORDER
    name = order.removeprefix("-")
    column = Lower("customer__name") if name == "customer" else F(name)
    groups: Groups = (
        open_invoices(organisation)
        .order_by()
        .values("customer", "customer__name", "customer__number")
        .annotate(**_sums(today))  # type: ignore[assignment]  # rows are dictionaries
    )
    directed = column.desc() if order.startswith("-") else column.asc()
    return groups.order_by(directed, Lower("customer__name"), "customer")


def rows_of(groups: Iterable[dict[str, Any]]) -> list[OutstandingRow]:
    """Return the rows of a page of `per_customer`."""
    return [_row(group) for group in groups]


def total_of(organisation: Organisation, *, today: datetime.date) -> OutstandingRow:
    """Return the totals of all customers."""
    return _row(open_invoices(organisation).order_by().aggregate(**_sums(today)))


def open_now(
    organisation: Organisation, *, today: datetime.date, customer: Customer | None = None
) -> OpenTotals:
    """Return the open amount and the number of invoices, in all and overdue."""
    is_late, is_owed = Q(due_on__lt=today), Q(cents_open__gt=0)
    found = open_invoices(organisation).order_by()
    if customer is not None:
        found = found.filter(customer=customer)
    sums = found.aggregate(
        total=Sum("cents_open"),
        count=Count("pk", filter=is_owed),
        overdue=Sum("cents_open", filter=is_late),
        overdue_count=Count("pk", filter=is_late & is_owed),
        overdue_since=Min("due_on", filter=is_late & is_owed),
    )
    return OpenTotals(
        total=in_euros(sums["total"]),
        count=sums["count"],
        overdue=in_euros(sums["overdue"]),
        overdue_count=sums["overdue_count"],
        overdue_since=sums["overdue_since"],
    )


def outstanding_sheet(organisation: Organisation, *, today: datetime.date) -> Sheet:
    """Return the report as a spreadsheet; amounts in euros incl. VAT."""
    groups = per_customer(organisation, today=today, order="customer")
    return sheet_of((_row(group) for group in groups.iterator(chunk_size=500)), today)


def sheet_of(rows: Iterable[OutstandingRow], day: datetime.date) -> Sheet:
    """Return rows per customer as a spreadsheet; amounts in euros incl. VAT."""
    head = [_("Customer number"), _("Customer"), *(str(age.label) for age in AGES), _("Total €")]
    return Sheet(f"outstanding-{day.isoformat()}", _("Outstanding"), head, _cells(rows))


def _cells(rows: Iterable[OutstandingRow]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.number, row.name, *row.amounts, row.total]


def _sums(today: datetime.date) -> dict[str, Sum]:
    sums = {
        age.key: Sum(
            Case(
                When(age.condition(today), then=F("cents_open")),
                default=Value(0),
                output_field=BigIntegerField(),
            )
        )
        for age in AGES
    }
    return {**sums, "total": Sum("cents_open")}


def _row(group: dict[str, Any]) -> OutstandingRow:
    return OutstandingRow(
        customer_id=group.get("customer"),
        name=group.get("customer__name", ""),
        number=group.get("customer__number", ""),
        amounts=tuple(in_euros(group[age.key]) for age in AGES),
        total=in_euros(group["total"]),
    )
