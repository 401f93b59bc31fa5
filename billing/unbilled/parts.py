"""The lines of Unbilled: a customer with its projects, and their texts."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.models import Customer
from lib.money import ZERO
from projects.models import Frequency, Method, Project

MONTHS = (Frequency.MONTH, Frequency.QUARTER)
# Up to this number of scheduled amounts each is named; of more, the first and the last.
MOST_NAMED = 3


@dataclass
class UnbilledProject:
    """One project; amounts in euros excl. VAT. `minutes` also where they are not billed.

    `billed` is the amount on its invoices so far, `agreed` its price or budget if it has one. The
    project is annotated with its scheduled amounts (`scheduled_total`, `scheduled_billed`).
    """

    project: Project
    minutes: int = 0
    hours: Decimal = ZERO
    expenses: Decimal = ZERO
    trips: Decimal = ZERO
    scheduled_amounts: Decimal = ZERO
    billed: Decimal = ZERO
    agreed: Decimal | None = None
    scheduled_days: list[datetime.date] = field(default_factory=list)
    first: datetime.date | None = None
    last: datetime.date | None = None

    @property
    def total(self) -> Decimal:
        return self.hours + self.expenses + self.trips + self.scheduled_amounts

    @property
    def scheduled_count(self) -> int:
        return len(self.scheduled_days)

    def widen(self, first: datetime.date, last: datetime.date) -> None:
        """Widen `first` and `last` to include these days."""
        self.first = min(first, self.first or first)
        self.last = max(last, self.last or last)

    @property
    def method(self) -> str:
        """The method, as `Task rate`, `Subscription · month`, `Fixed price · instalment 2 of 3`."""
        label = str(self.project.billing_method.label)
        match self.project.billing_method:
            case Method.SUBSCRIPTION if self._frequency:
                return f"{label} · {self._frequency.label.lower()}"
            case Method.INSTALMENTS:
                figures = {
                    "n": self.project.scheduled_billed + 1,  # type: ignore[attr-defined]  # annotated
                    "total": self.project.scheduled_total,  # type: ignore[attr-defined]  # annotated
                }
                return _("Fixed price · instalment %(n)d of %(total)d") % figures
        return label

    @property
    def when(self) -> str:
        """`01-11 – 20-11` for what was registered; `Oct, Nov` or `due 15-11` for agreed amounts."""
        parts = []
        if self.first and self.last:
            parts.append(_days(self.first, self.last))
        if self.scheduled_days:
            parts.append(self._scheduled_days())
        return ", ".join(parts)

    def _scheduled_days(self) -> str:
        is_subscription = self.project.billing_method is Method.SUBSCRIPTION
        first, last = self.scheduled_days[0], self.scheduled_days[-1]
        if is_subscription and self._frequency in MONTHS:
            if self.scheduled_count <= MOST_NAMED:
                return ", ".join(date_format(day, "M") for day in self.scheduled_days)
            return " – ".join(date_format(day, "M Y") for day in (first, last))
        return _("due %(day)s") % {"day": _days(first, last)}

    @property
    def _frequency(self) -> Frequency | None:
        subscription = getattr(self.project, "subscription", None)
        return Frequency(subscription.frequency) if subscription else None


def _days(first: datetime.date, last: datetime.date) -> str:
    """Format as `15-11`, `01-11 – 20-11`, or with the years where they differ."""
    written = "%d-%m" if first.year == last.year else "%d-%m-%Y"
    return " – ".join(dict.fromkeys(f"{day:{written}}" for day in (first, last)))


@dataclass
class UnbilledCustomer:
    """A customer with its projects that have something to bill."""

    customer: Customer
    projects: list[UnbilledProject] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((project.total for project in self.projects), ZERO)
