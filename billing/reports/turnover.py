"""Turnover in euros excl. VAT: final invoices by invoice date, compared with a year before."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from customers.models import Customer
from lib.choices import chosen_id
from lib.money import ZERO, cents
from lib.spreadsheets import Cell, Sheet
from lib.sums import in_euros, sum_in_cents
from projects.periods import add_months
from registrations.periods import Period

from ..models import InvoiceQuerySet, InvoiceShare
from .invoices import issued
from .query import BY, year_before
from .shares import COLUMNS

Key = datetime.date | int | None
NOWHERE = "none"  # the key, in a URL, of amounts without project or employee
NOT_BY = {
    "project": gettext_lazy("Without a project"),
    "employee": gettext_lazy("Not assigned to an employee"),
}


@dataclass(frozen=True)
class ReportQuery:
    """The period, grouping and customers of turnover; no customers means all."""

    organisation: Organisation
    period: Period
    by: str
    customers: tuple[Customer, ...] = ()

    def invoices(self) -> InvoiceQuerySet:
        return self._of_customers(issued(self.organisation, self.period))

    def all_invoices(self) -> InvoiceQuerySet:
        """Return the invoices of all days."""
        return self._of_customers(issued(self.organisation, Period(None, None)))

    def _of_customers(self, found: InvoiceQuerySet) -> InvoiceQuerySet:
        return found.filter(customer__in=self.customers) if self.customers else found


@dataclass(frozen=True)
class Compared:
    """Turnover in the period, and in the same days a year before."""

    net: Decimal
    before: Decimal

    @property
    def difference(self) -> Decimal:
        return self.net - self.before

    @property
    def change(self) -> Decimal | None:
        """The difference in percent of the year before; None if that was zero."""
        if not self.before:
            return None
        return cents(self.difference * 100 / abs(self.before))


@dataclass(frozen=True)
class TurnoverRow(Compared):
    """The turnover of one month, customer, project or employee."""

    key: Key
    label: str

    @property
    def address(self) -> str:
        """The key as it is written in a URL."""
        if isinstance(self.key, datetime.date):
            return f"{self.key:%Y-%m}"
        return NOWHERE if self.key is None else str(self.key)

    @property
    def short(self) -> str:
        """The label; of a month its short name."""
        return date_format(self.key, "M") if isinstance(self.key, datetime.date) else self.label


@dataclass(frozen=True)
class Turnover(Compared):
    """The turnover, and the rows that add up to it.

    `is_empty`: there are no invoices. A total of zero can also be the result of credits.
    """

    rows: Sequence[TurnoverRow]
    is_empty: bool


def turnover(query: ReportQuery) -> Turnover:
    """Compute turnover: months in order without gaps, other groups from high to low."""
    now, before = _sums_of(query, query.period, year_before(query.period))
    is_empty = not (now or before)
    if query.by == "month":
        before = _a_year_later(before)
        keys: Iterable[Key] = _months(query.period)
    else:
        both = {*now, *before}
        keys = sorted(both, key=lambda key: (-now.get(key, ZERO), -before.get(key, ZERO)))
    keys = list(keys)
    labels = _labels(query, keys)
    rows = [
        TurnoverRow(now.get(key, ZERO), before.get(key, ZERO), key, labels.get(key, ""))
        for key in keys
    ]
    return Turnover(sum(now.values(), ZERO), sum(before.values(), ZERO), rows, is_empty)


def sums(query: ReportQuery) -> dict[Key, Decimal]:
    """Add up the invoices by month, customer, project or employee."""
    return _sums_of(query, query.period)[0]


def _sums_of(query: ReportQuery, *periods: Period) -> list[dict[Key, Decimal]]:
    """Add up the invoices of each period; all of them are read once, in one query."""
    conditions = [_dated(period) for period in periods]
    invoices = query.all_invoices().order_by()
    if all(conditions):
        invoices = invoices.filter(reduce(or_, conditions))
    if query.by in COLUMNS:
        rows = invoices.filter(shares__by=query.by).values(key=F("shares__key"))
        found = [Sum("shares__cents", filter=condition) for condition in conditions]
    else:
        rows = invoices.values(key=TruncMonth("date") if query.by == "month" else F("customer"))
        found = [sum_in_cents("net", only=condition) for condition in conditions]
    columns = {f"cents_{number}": total for number, total in enumerate(found)}
    groups: Any = list(rows.annotate(**columns))
    # A group without an invoice in a period has no sum there; one whose parts cancel out has zero.
    return [
        {group["key"]: in_euros(group[name]) for group in groups if group[name] is not None}
        for name in columns
    ]


def _dated(period: Period) -> Q:
    """Return the condition on invoices dated in the period; None is open."""
    found = Q()
    if period.first:
        found &= Q(date__gte=period.first)
    return found & Q(date__lte=period.last) if period.last else found


def invoices_behind(query: ReportQuery, address: str) -> dict[int, Decimal]:
    """Return the invoices of one group by id, each with its part; without address, of all."""
    invoices = query.invoices().order_by()
    if address and query.by in COLUMNS:
        none = address == NOWHERE
        own = {"key__isnull": True} if none else {"key": _key(query.by, address) or 0}
        rows = _shares(query).filter(**own).values_list("invoice", "cents")
        return {pk: in_euros(number) for pk, number in rows}
    if address:
        key = _key(query.by, address)
        invoices = invoices.none() if key is None else invoices.filter(**_is(key))
    return dict(invoices.values_list("pk", "net"))


def _shares(query: ReportQuery) -> QuerySet[InvoiceShare]:
    invoices = query.invoices().order_by().values("pk")
    return InvoiceShare.objects.filter(by=query.by, invoice__in=invoices)


def label_of(query: ReportQuery, address: str) -> str:
    """Return the label of a group; empty for an unknown one."""
    if not address:
        return ""
    if address == NOWHERE and query.by in COLUMNS:
        return str(NOT_BY[query.by])
    key = _key(query.by, address)
    return "" if key is None else _labels(query, [key]).get(key, "")


def turnover_sheet(query: ReportQuery) -> Sheet:
    """Return the report as a spreadsheet; amounts in euros excl. VAT."""
    name = f"turnover-{query.period.first}-{query.period.last}"
    head = [str(dict(BY)[query.by]), _("Turnover €"), _("A year before €"), _("Difference €")]
    return Sheet(name, _("Turnover"), head, _cells(query))


def _cells(query: ReportQuery) -> Iterator[list[Cell]]:
    for row in turnover(query).rows:
        yield [row.label, row.net, row.before, row.difference]


# --- Keys and their labels ------------------------------------------------------------------------


def _labels(query: ReportQuery, keys: Iterable[Key]) -> dict[Key, str]:
    if query.by == "month":
        return {key: _month(key) for key in keys if isinstance(key, datetime.date)}
    wanted = set(keys)
    names: dict[Key, str] = {pk: name for pk, name in _names(query) if pk in wanted}
    return names | ({None: str(NOT_BY[query.by])} if query.by in NOT_BY else {})


def _names(query: ReportQuery) -> Iterator[tuple[int, str]]:
    """Yield id and name of all that the report groups by.

    They are not filtered by id, because there may be more than a query can hold. Of many projects
    and customers only the names are read: to build them takes longer than to add them up.
    """
    if query.by == "employee":
        people = query.organisation.memberships.select_related("user")
        yield from ((one.pk, str(one)) for one in people)
    elif query.by == "project":
        rows = query.organisation.projects.order_by().values_list("pk", "name", "customer__name")
        yield from ((pk, f"{name} · {customer}") for pk, name, customer in rows)
    else:
        yield from query.organisation.customers.order_by().values_list("pk", "name")


def _month(day: datetime.date) -> str:
    return capfirst(date_format(day, "F Y"))


def _key(by: str, address: str) -> Key:
    if by == "month":
        try:
            return datetime.date.fromisoformat(f"{address}-01")
        except ValueError:
            return None
    return chosen_id(address) or None


def _is(key: datetime.date | int) -> dict[str, int]:
    """Return the filter for invoices of a month or a customer."""
    if isinstance(key, datetime.date):
        return {"date__year": key.year, "date__month": key.month}
    return {"customer": key}


def _months(period: Period) -> list[Key]:
    """Return the first day of every month of the period."""
    if not period.first or not period.last:
        return []
    first = period.first.replace(day=1)
    count = (period.last.year - first.year) * 12 + period.last.month - first.month + 1
    return [add_months(first, number) for number in range(count)]


def _a_year_later(sums: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    days = {day: net for day, net in sums.items() if isinstance(day, datetime.date)}
    return {add_months(day, 12): net for day, net in days.items()}
