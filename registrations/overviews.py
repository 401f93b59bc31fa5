"""The lists under Overview: which rows, in which order, and what they add up to."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib import paging
from lib.money import cents

from .filters import ExpenseFilter, RegistrationFilter, TimeEntryFilter, TripFilter
from .models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip
from .rights import sees_everything
from .selection import ABOUT

USUAL_ORDER = "-date"
# How many ids "select all" hands out at most.
MOST_SELECTED = 5000
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
    """One of the three lists. `figure` is what its rows count besides euros."""

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
    def about(self) -> tuple[str, ...]:
        return (*ABOUT, self.special)

    def rows_for(self, membership: Membership) -> RegistrationQuerySet:
        """What this member may see, before filters."""
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
    """How many rows, their minutes or kilometres, and euros excl. VAT."""

    count: int
    figure: int
    amount: Decimal


def totals(rows: RegistrationQuerySet, *, figure: str) -> Totals:
    """Added up by the database."""
    sums = {"amount_sum": Sum("amount")} | ({"figure_sum": Sum(figure)} if figure else {})
    found = rows.order_by().aggregate(count=Count("pk"), **sums)
    return Totals(
        count=found["count"],
        figure=found.get("figure_sum") or 0,
        amount=cents(found["amount_sum"] or Decimal(0)),
    )


def in_order(
    rows: RegistrationQuerySet, overview: Overview, query: QueryDict, *, by: Membership
) -> RegistrationQuerySet:
    """Sorted as the address asks; who sees no amounts does not sort by them."""
    orders = dict(overview.orders)
    if not sees_everything(by):
        del orders["amount"]
    return paging.in_order(rows, query.get("order", ""), orders=orders, default=USUAL_ORDER)


def selectable(rows: RegistrationQuerySet, overview: Overview) -> dict[int, dict[str, str]]:
    """Ids with the figures that the bar of the selection adds up; at most MOST_SELECTED."""
    names = ["pk", "amount", *filter(None, [overview.figure])]
    return {
        row["pk"]: {
            "minutes": str(row.get("minutes", 0)),
            "km": str(row.get("distance", 0)),
            "amount": str(row["amount"]),
        }
        for row in rows.values(*names)[:MOST_SELECTED]
    }
