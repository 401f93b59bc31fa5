"""What rounding adds to hours: one by one, or the hours of a day on one task together.

Hours that are rounded as an invoice line keep their minutes until they are on one: see
`billing/unbilled/items.py`.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.models import Membership, Organisation
from lib.money import worth_of_minutes
from lib.rounding import Rounding, Unit
from projects.models import Project
from projects.models.project import HOURLY

from ..models import EDITABLE_STATUSES, TimeEntry

# Rows that one statement changes.
BATCH = 1000


@dataclass(slots=True)
class Hour:
    """What rounding needs of a time entry: many are read as values, without making objects."""

    pk: int
    project_id: int
    task_id: int
    membership_id: int
    date: datetime.date
    minutes: int
    is_billable: bool
    status: str
    invoice_line_id: int | None
    hourly_rate: Decimal | None
    rounded_by: int
    amount: Decimal

    @property
    def rounded_minutes(self) -> int:
        return self.minutes + self.rounded_by

    def entry(self) -> TimeEntry:
        """Return an entry of which rate, rounding and amount can be saved."""
        return TimeEntry(
            pk=self.pk,
            hourly_rate=self.hourly_rate,
            rounded_by=self.rounded_by,
            amount=self.amount,
        )


# The columns of an Hour, in its order.
COLUMNS = tuple(name.removesuffix("_id") for name in Hour.__slots__)


class Day(NamedTuple):
    """The work of an employee on one task of a project on one day, by their ids."""

    project: int
    task: int
    membership: int
    date: Any

    @classmethod
    def of(cls, entry: TimeEntry | Hour) -> "Day":
        return cls(entry.project_id, entry.task_id, entry.membership_id, entry.date)


class Rules:
    """The rule of each project, looked up once; a project that is known is not loaded again."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._by_project: dict[int, Rounding | None] = {}

    @classmethod
    def of_all(cls, organisation: Organisation) -> "Rules":
        """Return the rules, with those of all projects that are billed by the hour read."""
        found = cls(organisation)
        rounding = ("rounding_step", "rounding_direction", "rounding_unit")
        projects = organisation.projects.filter(method__in=HOURLY).order_by()
        only = projects.only("organisation", "method", *rounding)
        for project in only.iterator(chunk_size=BATCH):
            found._by_project[project.pk] = project.rounding(organisation)
        return found

    def of(self, entry: TimeEntry | Hour) -> Rounding | None:
        pk = entry.project_id
        if pk not in self._by_project:
            project = Project.objects.get(pk=pk) if isinstance(entry, Hour) else entry.project
            self._by_project[pk] = project.rounding(self.organisation)
        return self._by_project[pk]


def round_each(entries: Iterable[TimeEntry | Hour], *, rules: Rules) -> None:
    """Set what rounding adds to each of these entries by itself. Does not save.

    Of a project that rounds days this holds while the entry is the only one of its day.
    """
    for entry in entries:
        rule = rules.of(entry) if entry.is_billable else None
        if rule is None or rule.unit == Unit.LINE:
            entry.rounded_by = 0
        else:
            entry.rounded_by = rule.of(entry.minutes) - entry.minutes


def round_days(entries: Sequence[TimeEntry], *, organisation: Organisation) -> None:
    """Round again what is rounded together with these entries, and save it.

    They were just saved or deleted; one that moved is given as it was, too. Rows that are locked
    keep what they have. Three queries, and none for projects that do not round days. It locks the
    employees, so that two changes of one day wait for each other.
    """
    days, rules = _rounded_days(entries, Rules(organisation))
    if not days:
        return
    people = Membership.objects.filter(pk__in={day.membership for day in days})
    list(people.order_by("pk").select_for_update().values_list("pk"))
    changed = []
    for entry, added in _together(days, rules, organisation).values():
        if entry.rounded_by != added:
            entry.rounded_by = added
            set_amount(entry)
            changed.append(entry)
    save_rounding(changed)
    by_id = {entry.pk: (entry.rounded_by, entry.amount) for entry in changed}
    for given in entries:
        if given.pk in by_id:
            given.rounded_by, given.amount = by_id[given.pk]


def round_as_of_days(entries: Sequence[TimeEntry | Hour], *, rules: Rules) -> None:
    """Set what rounding adds to entries whose project rounds days. Does not save."""
    days, of_projects = _rounded_days(entries, rules)
    found = _together(days, of_projects, rules.organisation)
    for entry in entries:
        if entry.pk in found:
            entry.rounded_by = found[entry.pk][1]


def set_amount(entry: TimeEntry | Hour) -> None:
    """Set what the rounded minutes of an entry are worth at its rate, in euros excl. VAT."""
    entry.amount = worth_of_minutes(entry.rounded_minutes, entry.hourly_rate)


def save_rounding(entries: Sequence[TimeEntry]) -> set[int]:
    """Save rate, rounding and amount of the entries that are not locked; return their ids."""
    rows, ids = TimeEntry.objects.unlocked().order_by(), {entry.pk for entry in entries}
    written = ("hourly_rate", "rounded_by", "amount")
    if not ids or rows.bulk_update(entries, written, batch_size=BATCH) == len(ids):
        return ids
    # Some were billed or decided meanwhile.
    return set(rows.filter(pk__in=ids).values_list("pk", flat=True))


def _rounded_days(
    entries: Iterable[TimeEntry | Hour], rules: Rules
) -> tuple[set[Day], dict[int, Rounding]]:
    """Return the days that are rounded as a whole, and the rule of their projects by id."""
    days, found = set(), {}
    for entry in entries:
        rule = rules.of(entry)
        if rule is not None and rule.unit == Unit.DAY:
            days.add(Day.of(entry))
            found[entry.project_id] = rule
    return days, found


def _together(
    days: set[Day], rules: Mapping[int, Rounding], organisation: Organisation
) -> dict[int, tuple[TimeEntry, int]]:
    """Return each entry of the days that can change, with what rounding adds to it, by id."""
    if not days:
        return {}
    stored = TimeEntry.objects.filter(
        organisation=organisation,
        is_billable=True,
        project__in={day.project for day in days},
        membership__in={day.membership for day in days},
        date__in={day.date for day in days},
    )
    by_day: dict[Day, list[TimeEntry]] = defaultdict(list)
    for entry in stored.only(*COLUMNS).order_by("pk"):
        if (day := Day.of(entry)) in days:
            by_day[day].append(entry)
    found: dict[int, tuple[TimeEntry, int]] = {}
    for day, entries in by_day.items():
        may_change = [one for one in entries if is_open(one, organisation)]
        fixed = [one for one in entries if not is_open(one, organisation)]
        before = sum(one.minutes for one in fixed), sum(one.rounded_minutes for one in fixed)
        added = rules[day.project].shared([one.minutes for one in may_change], before=before)
        found |= {one.pk: (one, more) for one, more in zip(may_change, added, strict=True)}
    return found


def is_open(entry: TimeEntry | Hour, organisation: Organisation) -> bool:
    """Return whether nothing locks the entry: no decision, no invoice and no closed period."""
    closed = organisation.closed_until
    is_closed = closed is not None and entry.date <= closed
    return entry.invoice_line_id is None and entry.status in EDITABLE_STATUSES and not is_closed
