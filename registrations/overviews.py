"""The lists under Overview: which rows, in which order, and what they add up to."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from projects.money import cents

from .filters import ExpenseFilter, RegistrationFilter, TimeEntryFilter, TripFilter
from .models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip
from .rights import sees_everything
from .selection import ABOUT

PAGE_SIZES = (25, 50, 100, 250)
USUAL_ORDER = "-date"
# How many ids "select all" hands out at most.
MOST_SELECTED = 5000
ORDERS = {
    "date": ("date", "pk"),
    "employee": ("membership__user__first_name", "membership__user__last_name", "date", "pk"),
    "customer": ("project__customer__name", "date", "pk"),
    "project": ("project__name", "date", "pk"),
    "notes": ("description", "date", "pk"),
    "status": ("status", "date", "pk"),
    "amount": ("amount", "pk"),
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
    orders: dict[str, tuple[str, ...]]
    icon: str

    @property
    def about(self) -> tuple[str, ...]:
        return (*ABOUT, self.special)

    def rows_for(self, membership: Membership) -> RegistrationQuerySet:
        """What this member may see, before filters."""
        return self.model.objects.visible_to(membership)

    def ordered(self, rows: RegistrationQuerySet, *, order: str) -> RegistrationQuerySet:
        """Sorted by a column of this list; `-` before it turns it round."""
        columns = self.orders.get(order.removeprefix("-"))
        if columns is None:
            order, columns = USUAL_ORDER, self.orders["date"]
        sign = "-" if order.startswith("-") else ""
        return rows.order_by(*(f"{sign}{column}" for column in columns))


HOURS = Overview(
    key="hours",
    title=_("Hours"),
    model=TimeEntry,
    filterset=TimeEntryFilter,
    special="task",
    special_label=_("Task"),
    figure="minutes",
    orders={**ORDERS, "task": ("task__name", "date", "pk"), "figure": ("minutes", "pk")},
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
    orders={**ORDERS, "category": ("category__name", "date", "pk"), "figure": ("quantity", "pk")},
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
    orders={**ORDERS, "vehicle": ("vehicle__name", "date", "pk"), "figure": ("distance", "pk")},
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


def page_of(rows: RegistrationQuerySet, query: QueryDict, *, count: int) -> Page[Registration]:
    """The page that the address asks for; the count is known already."""
    size = query.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[1])
    paginator.count = count
    return paginator.get_page(query.get("page"))


def order_of(query: QueryDict, *, membership: Membership) -> str:
    """The order that the address asks for; who sees no amounts does not sort by them."""
    order = query.get("order", USUAL_ORDER)
    hidden = order.removeprefix("-") == "amount" and not sees_everything(membership)
    return USUAL_ORDER if hidden else order


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
