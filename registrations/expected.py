"""Expected hours: those of the contract, without holidays and leave; and what is missing of them.

Nobody without a contract is expected to register anything.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from accounts.holidays import holiday_on
from accounts.models import WEEKDAYS, Contract, Membership
from lib.days import ONE_DAY

from .models import Leave, LeaveStatus, TimeEntry
from .rights import sees_leave_of

# A person and a day.
Key = tuple[int, datetime.date]


@dataclass(frozen=True)
class ExpectedDay:
    """What is expected of a person on a day, in minutes, and why.

    `contract` is None without a contract. `leave` counts unless it was rejected.
    """

    contract: int | None = None
    holiday: str = ""
    leave: int = 0
    leave_kind: str = ""

    @property
    def working_minutes(self) -> int:
        """The minutes of the contract; none on a holiday."""
        return 0 if self.holiday else self.contract or 0

    @property
    def minutes(self) -> int:
        """The minutes of the contract, less the holiday and the leave."""
        return max(0, self.working_minutes - self.leave)

    @property
    def is_free(self) -> bool:
        """True on a day that the contract leaves free."""
        return self.contract == 0

    @property
    def reason(self) -> str:
        """The holiday, or the kind of leave; empty on another day. It has a blue ground."""
        return self.holiday or self.leave_kind

    def missing(self, day: datetime.date, registered: int, *, today: datetime.date) -> int:
        """Return the expected minutes that are not registered; of days before today only."""
        return max(0, self.minutes - registered) if day < today else 0


NOTHING = ExpectedDay()


@dataclass(frozen=True)
class MissingDay:
    """A day before today with less registered than expected, in minutes."""

    membership_id: int
    date: datetime.date
    expected: int
    registered: int

    @property
    def minutes(self) -> int:
        return self.expected - self.registered


def expected_days(
    memberships: Iterable[Membership],
    first: datetime.date,
    last: datetime.date,
    *,
    by: Membership | None = None,
) -> dict[Key, ExpectedDay]:
    """Return what is expected of people on each day, first and last included; two queries.

    With `by` nothing is expected of people whose leave this member does not see: they may have
    hours that the member does not see either, so what is missing is not known.
    """
    everybody = list(memberships)
    people = [one.pk for one in everybody if by is None or sees_leave_of(by, one)]
    contracts = _contracts(people, last) if people else {}
    leave = _leave(people, first, last) if people else {}
    found = {(one.pk, day): NOTHING for one in everybody for day in days_between(first, last)}
    for pk in people:
        for day in days_between(first, last):
            contract, country = _valid_on(contracts.get(pk, ()), day)
            minutes, kind = leave.get((pk, day), (0, ""))
            found[pk, day] = ExpectedDay(
                contract=getattr(contract, WEEKDAYS[day.weekday()]) if contract else None,
                holiday=holiday_on(country, day) if contract else "",
                leave=minutes,
                leave_kind=kind,
            )
    return found


def expected_minutes(
    memberships: Iterable[Membership], first_day: datetime.date, last_day: datetime.date
) -> dict[Key, int]:
    """Return the expected minutes by person and day, less holidays and leave; two queries."""
    days = expected_days(memberships, first_day, last_day)
    return {key: day.minutes for key, day in days.items()}


def registered_minutes(
    memberships: Iterable[Membership],
    first: datetime.date,
    last: datetime.date,
    *,
    by: Membership | None = None,
) -> dict[Key, int]:
    """Return the registered minutes by person and day, where there are any; one query.

    With `by` those that this member sees.
    """
    seen = TimeEntry.objects.visible_to(by) if by else TimeEntry.objects.all()
    rows = seen.filter(
        membership__in=[one.pk for one in memberships], date__range=(first, last)
    ).order_by()
    sums = rows.values_list("membership", "date").annotate(total=Sum("minutes"))
    return {(pk, day): total for pk, day, total in sums}


def missing_days(
    memberships: Iterable[Membership],
    first: datetime.date,
    last: datetime.date,
    *,
    today: datetime.date,
) -> list[MissingDay]:
    """Return the days with missing hours, by person and day; three queries."""
    people = list(memberships)
    last = min(last, today - ONE_DAY)
    if last < first:
        return []
    expected = expected_days(people, first, last)
    return missing_of(expected, registered_minutes(people, first, last), today=today)


def missing_of(
    expected: Mapping[Key, ExpectedDay], registered: Mapping[Key, int], *, today: datetime.date
) -> list[MissingDay]:
    """Return the days with missing hours among these."""
    return [
        MissingDay(pk, day, due.minutes, registered.get((pk, day), 0))
        for (pk, day), due in expected.items()
        if due.missing(day, registered.get((pk, day), 0), today=today)
    ]


def days_between(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Yield the days from first to last, both included."""
    for number in range((last - first).days + 1):
        yield first + number * ONE_DAY


def _contracts(
    people: list[int], last: datetime.date
) -> dict[int, list[tuple[datetime.date, Contract, str]]]:
    """Return the contracts of each person up to a day, the latest first, with the country."""
    rows = Contract.objects.filter(membership__in=people, starts_on__lte=last)
    found: dict[int, list[tuple[datetime.date, Contract, str]]] = {}
    for contract in rows.select_related("membership__organisation").order_by("-starts_on"):
        country = contract.membership.organisation.holiday_country
        found.setdefault(contract.membership_id, []).append((contract.starts_on, contract, country))
    return found


def _valid_on(
    contracts: Iterable[tuple[datetime.date, Contract, str]], day: datetime.date
) -> tuple[Contract | None, str]:
    for starts_on, contract, country in contracts:
        if starts_on <= day:
            return contract, country
    return None, ""


def _leave(
    people: list[int], first: datetime.date, last: datetime.date
) -> dict[Key, tuple[int, str]]:
    """Return the minutes of leave, and its kind, by person and day."""
    rows = Leave.objects.filter(membership__in=people, date__range=(first, last))
    found: dict[Key, tuple[int, str]] = {}
    for one in rows.exclude(status=LeaveStatus.REJECTED):
        before, kind = found.get((one.membership_id, one.date), (0, ""))
        kinds = ", ".join(filter(None, [kind, str(one.get_kind_display())]))
        found[one.membership_id, one.date] = (before + one.minutes, kinds)
    return found
