"""The rows of a list in Overview added up by one column, each group with the filter of its rows."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.functions import TruncMonth, TruncWeek
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from lib.days import ONE_DAY

from ..models import RegistrationQuerySet, Status
from ..periods import Period
from ..worth import worth_by
from .filters import RegistrationFilter
from .overviews import RELATED_ROWS, Overview

# More groups than this are cut off; the total counts all rows.
MOST = 500
# Parameters of a list that its groups do not hand on.
OWN = ("group", "view", "after", "before", "period", "since", "until")


@dataclass(frozen=True)
class Group:
    """The rows with one value: their number, minutes or kilometres, and euros excl. VAT."""

    label: str
    count: int
    figure: Decimal | int
    amount: Decimal
    query: str


@dataclass(frozen=True)
class Groups:
    """All groups of a list; `more` of them are not in `rows`."""

    rows: list[Group]
    more: int


def choices(overview: Overview) -> dict[str, str | Promise]:
    """Return what the rows of a list can be added up by, with its label."""
    return {
        "customer": gettext_lazy("Customer"),
        "project": gettext_lazy("Project"),
        overview.special: overview.special_label,
        "employee": gettext_lazy("Employee"),
        "month": gettext_lazy("Month"),
        "week": gettext_lazy("Week"),
        "status": gettext_lazy("Status"),
        "billable": gettext_lazy("Billable"),
    }


def groups_of(
    found: RegistrationFilter, overview: Overview, name: str, *, by: Membership
) -> Groups:
    """Add up the rows of a filter by one of the `choices`; two queries."""
    column = {"employee": "membership", "billable": "is_billable"}.get(name, name)
    expressions: Mapping[str, Any] = {
        "customer": F("project__customer"),
        "month": TruncMonth("date"),
        "week": TruncWeek("date"),
    }
    rows: RegistrationQuerySet = found.rows
    if name in expressions:
        column = f"by_{name}"
        rows = rows.annotate(**{column: expressions[name]})
    sums = worth_by(rows, column)
    keys = [key for (key,) in sums]
    labels = _labels(overview, name, keys, by=by)
    ordered = sorted(keys, key=_order(name, labels), reverse=name in ("month", "week"))
    figure = {"minutes": "minutes", "distance": "kilometres"}.get(overview.figure, "")
    groups = []
    for key in ordered[:MOST]:
        worth = sums[key,]
        number = getattr(worth, figure) if figure else 0
        # Rows without a vehicle have no filter of their own, and so no list.
        query = "" if key is None else _query(found, name, key)
        groups.append(Group(labels[key], worth.count, number, worth.amount, query))
    return Groups(groups, len(ordered[MOST:]))


def _order(name: str, labels: Mapping[Any, str]) -> Callable[[Any], Any]:
    if name in ("month", "week"):
        return lambda key: key
    return lambda key: (key is None, labels[key].lower())


def _labels(overview: Overview, name: str, keys: list[Any], *, by: Membership) -> dict[Any, str]:
    """Return the words for the values; names of rows take one query."""
    if name == "month":
        return {key: date_format(key, "F Y") for key in keys}
    if name == "week":
        text = _("Week %(number)s, from %(day)s")
        return {
            key: text % {"number": key.isocalendar().week, "day": date_format(key, "j F Y")}
            for key in keys
        }
    if name == "status":
        return {key: str(Status(key).label) for key in keys}
    if name == "billable":
        return {True: _("Billable"), False: _("Not billable")}
    relation = {"customer": "customers", "employee": "memberships"}.get(name)
    rows = getattr(by.organisation, relation or RELATED_ROWS[name])
    if name == "employee":
        rows = rows.select_related("user")
    names = {pk: str(row) for pk, row in rows.in_bulk([key for key in keys if key]).items()}
    return {key: names.get(key, _("None")) for key in keys}


def _query(found: RegistrationFilter, name: str, key: Any) -> str:
    """Return the part of an address that shows the rows of a group, within the filter."""
    query: QueryDict = found.data.copy()
    for own in OWN:
        query.pop(own, None)
    if name in ("month", "week"):
        days = _within(found.period_chosen, _days(name, key))
    else:
        days = found.period_chosen
        query[name] = ("yes" if key else "no") if name == "billable" else str(key)
    for parameter, value in days.in_address().items():
        query[parameter] = value
    result: str = query.urlencode()
    return result


def _days(name: str, key: datetime.date) -> Period:
    if name == "month":
        return Period.months(key.year, key.month, length=1)
    return Period(key, key + 6 * ONE_DAY)


def _within(chosen: Period, group: Period) -> Period:
    """Return the days of a group that are in the chosen period too."""
    firsts = [one for one in (chosen.first, group.first) if one]
    lasts = [one for one in (chosen.last, group.last) if one]
    return Period(max(firsts), min(lasts))
