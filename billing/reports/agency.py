"""The turnover of this year beside the last one, for the page of the agency; euros excl. VAT."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import TruncMonth

from accounts.models import Organisation
from lib.money import ZERO
from lib.sums import in_euros, sum_in_cents
from registrations.periods import Period

from .invoices import issued
from .query import year_before
from .turnover import Compared


@dataclass(frozen=True)
class MonthTurnover:
    """The turnover of a month, and of the same month a year before. `now` is None if to come."""

    month: datetime.date
    now: Decimal | None
    before: Decimal

    @property
    def key(self) -> str:
        """The month as reports write it in an address."""
        return f"{self.month:%Y-%m}"

    @property
    def key_before(self) -> str:
        return f"{self.month.year - 1}-{self.month:%m}"


@dataclass(frozen=True)
class YearTurnover:
    """The months of a year. `until_today` compares with the same days a year before."""

    year: int
    months: Sequence[MonthTurnover]
    until_today: Compared
    query: str
    query_before: str

    @property
    def is_empty(self) -> bool:
        return not any(one.now or one.before for one in self.months)


def turnover_of_year(organisation: Organisation, *, today: datetime.date) -> YearTurnover:
    """Return the turnover of this year up to today, and of the whole year before; one query."""
    so_far = Period(today.replace(month=1, day=1), today)
    last_year = Period.months(today.year - 1, 1, length=12)
    same_days = Q(date__lte=year_before(so_far).last)
    invoices = issued(organisation, Period(last_year.first, today)).order_by()
    groups = invoices.values(month=TruncMonth("date")).annotate(
        cents=sum_in_cents("net"), early=sum_in_cents("net", only=same_days)
    )
    found = {group["month"]: in_euros(group["cents"]) for group in groups}
    early = sum((in_euros(group["early"]) for group in groups), ZERO)
    months = []
    for number in range(1, 13):
        month = datetime.date(today.year, number, 1)
        before = found.get(month.replace(year=today.year - 1), ZERO)
        now = found.get(month, ZERO) if month <= today else None
        months.append(MonthTurnover(month, now, before))
    net = sum((one.now for one in months if one.now is not None), ZERO)
    return YearTurnover(
        year=today.year,
        months=months,
        until_today=Compared(net, early),
        query=_query(so_far),
        query_before=_query(last_year),
    )


def _query(period: Period) -> str:
    """Return the part of an address that gives a report these days."""
    return urlencode({"by": "month", **period.in_address()})
