"""The lists under Overview: their rows, orders and totals."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib import paging

from .filters import ExpenseFilter, RegistrationFilter, TimeEntryFilter, TripFilter
from .models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip
from .rights import sees_everything
from .selection import RELATED

DEFAULT_ORDER = "-date"
# The maximum number of ids that "select all" selects.
MAX_SELECTED = 5000
ORDERS: paging.Orders = {
    "date": ("date",),
    "employee": ("membership__user__first_name", "membership__user__last_name", "date"),
    "customer": ("project__customer__name", "date"),
    "project": ("project__name", "date"),
    "notes": ("description", "date"),
    "status": ("status", "date"),
    "amount": ("amount",),
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
    orders: paging.Orders
    icon: str

    @property
    def related(self) -> tuple[str, ...]:
        return (*RELATED, self.special)

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
    orders={**ORDERS, "task": ("task__name", "date"), "figure": ("minutes",)},
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
    orders={**ORDERS, "category": ("category__name", "date"), "figure": ("quantity",)},
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
    orders={**ORDERS, "vehicle": ("vehicle__name", "date"), "figure": ("distance",)},
    icon="car",
)
OVERVIEWS = (HOURS, EXPENSES, TRIPS)


@dataclass(frozen=True)
class Totals:
    """The number of rows, their minutes or kilometres, and their worth in euros excl. VAT."""

    count: int
    figure: int
    amount: Decimal


def totals(rows: RegistrationQuerySet, *, figure: str) -> Totals:
    """Let the database add up the rows."""
    sums = {"figure_sum": Sum(figure)} if figure else {}
    found = rows.order_by().aggregate(count=Count("pk"), **sums)
    return Totals(
        count=found["count"],
        figure=found.get("figure_sum") or 0,
        amount=rows.worth(),
    )


def in_order(
    rows: RegistrationQuerySet, overview: Overview, query: QueryDict, *, by: Membership
) -> RegistrationQuerySet:
    """Sort by the order in the query string.

    Members who see no amounts cannot sort by them.
    """
    orders = dict(overview.orders)
    if not sees_everything(by):
        del orders["amount"]
    return paging.in_order(rows, query.get("order", ""), orders=orders, default=DEFAULT_ORDER)


def selectable(rows: RegistrationQuerySet, overview: Overview) -> dict[int, dict[str, str]]:
    """Return the figures of each row by id, for the selection bar; at most MAX_SELECTED rows."""
    names = ["pk", "amount", *filter(None, [overview.figure])]
    if overview is HOURS:
        names += ["project", "hourly_rate"]
    return {
        row["pk"]: {
            "minutes": str(row.get("minutes", 0)),
            "km": str(row.get("distance", 0)),
            "amount": str(row["amount"]),
            "project": str(row.get("project", "")),
            "rate": str(row.get("hourly_rate") or ""),
        }
        for row in rows.values(*names)[:MAX_SELECTED]
    }
