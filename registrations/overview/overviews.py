"""The lists under Overview: their rows, orders and totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.seeking import Order, OrderedRows

from ..models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip, notes_start
from ..worth import worth_of
from .filters import ExpenseFilter, RegistrationFilter, TimeEntryFilter, TripFilter

DEFAULT_ORDER = "-date"
# Above so many rows the totals of a list are a request of their own.
MOST_COUNTED_AT_ONCE = 20_000
BY_DATE = ("date",)
# The relations of a row that every list shows.
RELATED = ("project__customer", "membership__user", "invoice_line__invoice")
ORDERS: Mapping[str, Order] = {
    "date": Order(BY_DATE),
    "employee": Order(BY_DATE, "membership", ("user__first_name", "user__last_name")),
    "customer": Order(BY_DATE, "project", ("customer__name",)),
    "project": Order(BY_DATE, "project", ("name",)),
    "notes": Order(("notes_start", "date"), annotated={"notes_start": notes_start()}),
    "status": Order(("status", "date")),
    "amount": Order(("amount",)),
}
# The rows of the organisation that a registration can refer to, by relation.
RELATED_ROWS = {
    "membership": "memberships",
    "project": "projects",
    "task": "tasks",
    "category": "expense_categories",
    "vehicle": "vehicles",
}


@dataclass(frozen=True)
class Overview:
    """One of the three lists.

    `figure` is the field that its totals add up besides euros: minutes or kilometres. `special` is
    the field that only this kind has: task, category or vehicle.
    """

    key: str
    title: str | Promise
    model: type[Registration]
    filterset: type[RegistrationFilter]
    special: str
    special_label: str | Promise
    figure: str
    orders: Mapping[str, Order]
    icon: str

    def rows_for(self, membership: Membership) -> RegistrationQuerySet:
        """Return the rows that this member may see, before filters."""
        return self.model.objects.visible_to(membership)


HOURS = Overview(
    key="hours",
    title=_("Hours"),
    model=TimeEntry,
    filterset=TimeEntryFilter,
    special="task",
    special_label=_("Task"),
    figure="minutes",
    orders={**ORDERS, "task": Order(BY_DATE, "task", ("name",)), "figure": Order(("minutes",))},
    icon="clock",
)
EXPENSES = Overview(
    key="expenses",
    title=_("Expenses"),
    model=Expense,
    filterset=ExpenseFilter,
    special="category",
    special_label=_("Category"),
    figure="",
    orders={
        **ORDERS,
        "category": Order(BY_DATE, "category", ("name",)),
        "figure": Order(("quantity",)),
    },
    icon="receipt",
)
TRIPS = Overview(
    key="trips",
    title=_("Trips"),
    model=Trip,
    filterset=TripFilter,
    special="vehicle",
    special_label=_("Vehicle"),
    figure="distance",
    orders={
        **ORDERS,
        "vehicle": Order(BY_DATE, "vehicle", ("name",)),
        "figure": Order(("distance",)),
    },
    icon="car",
)
OVERVIEWS = (HOURS, EXPENSES, TRIPS)


@dataclass(frozen=True)
class Totals:
    """The number of rows, their minutes or kilometres, and their worth in euros excl. VAT."""

    count: int
    figure: Decimal | int
    amount: Decimal
    # What rounding adds to the minutes that are billed.
    rounded_by: int = 0

    @property
    def rounded_minutes(self) -> int:
        """The minutes with what rounding adds."""
        return int(self.figure) + self.rounded_by


def totals(rows: RegistrationQuerySet, *, figure: str) -> Totals:
    """Let the database add up the rows, in one query."""
    worth = worth_of(rows)
    figures: dict[str, Decimal | int] = {"minutes": worth.minutes, "distance": worth.kilometres}
    return Totals(
        count=worth.count,
        figure=figures.get(figure, 0),
        amount=worth.amount,
        rounded_by=worth.rounded_by,
    )


def totals_if_few(rows: RegistrationQuerySet, *, figure: str) -> Totals | None:
    """Return the totals, or None for more rows than can be added up while a page is made."""
    few = rows.order_by().values("pk")[: MOST_COUNTED_AT_ONCE + 1]
    return totals(rows, figure=figure) if few.count() <= MOST_COUNTED_AT_ONCE else None


def in_order(
    rows: RegistrationQuerySet, overview: Overview, query: QueryDict, *, by: Membership
) -> OrderedRows:
    """Sort by the order in the query string.

    Members who see no amounts cannot sort by them.
    """
    asked = query.get("order", "")
    name = asked.removeprefix("-")
    if name not in overview.orders or (name == "amount" and not by.sees_amounts):
        asked = DEFAULT_ORDER
    order = overview.orders[asked.removeprefix("-")]
    related = (
        getattr(by.organisation, RELATED_ROWS[order.relation]).all() if order.relation else None
    )
    return OrderedRows(rows, order, is_down=asked.startswith("-"), related=related)
