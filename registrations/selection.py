"""The rows that a user ticked, across the three overviews."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from accounts.models import Membership, Organisation

from .models import Expense, RegistrationQuerySet, TimeEntry, Trip

# By the name of a form's field; the second is what the tick boxes of the overviews post.
FIELDS = {
    "time_entries": ("time_entry", "hours"),
    "expenses": ("expense", "expenses"),
    "trips": ("trip", "trips"),
}
ABOUT = ("project__customer", "membership__user", "invoice_line__invoice")
BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class SelectedRows:
    """The rows of a selection that exist, each with what it is about, oldest first."""

    time_entries: RegistrationQuerySet
    expenses: RegistrationQuerySet
    trips: RegistrationQuerySet

    def __iter__(self) -> Iterator[RegistrationQuerySet]:
        return iter((self.time_entries, self.expenses, self.trips))

    def count(self) -> int:
        return sum(rows.count() for rows in self)


@dataclass(frozen=True)
class Selection:
    """Ids of ticked rows. Whether they exist, and whose they are, shows in `rows_of`."""

    time_entries: tuple[int, ...] = ()
    expenses: tuple[int, ...] = ()
    trips: tuple[int, ...] = ()

    @classmethod
    def parsed(cls, posted: QueryDict) -> "Selection":
        """From a form's fields time_entry, expense and trip, each any number of times.

        Raises SuspiciousOperation (answered with 400) for what is not an id.
        """
        return cls(**{kind: _ids(posted, names) for kind, names in FIELDS.items()})

    def __bool__(self) -> bool:
        return bool(self.time_entries or self.expenses or self.trips)

    def __len__(self) -> int:
        return len(self.time_entries) + len(self.expenses) + len(self.trips)

    def fields(self) -> list[tuple[str, int]]:
        """Name and value of the hidden fields that post this selection again."""
        return [(FIELDS[kind][0], pk) for kind in FIELDS for pk in getattr(self, kind)]

    def rows_of(self, organisation: Organisation) -> SelectedRows:
        """The selected rows of this organisation; the ids of others are left out."""
        return SelectedRows(
            time_entries=_rows(TimeEntry, self.time_entries, organisation, "task"),
            expenses=_rows(Expense, self.expenses, organisation, "category", "vat_rate"),
            trips=_rows(Trip, self.trips, organisation, "vehicle"),
        )

    def rows_for(self, membership: Membership) -> SelectedRows:
        """The selected rows that this member may see."""
        rows = self.rows_of(membership.organisation)
        return SelectedRows(*(some.visible_to(membership) for some in rows))


def _rows(
    model: type[Any], ids: tuple[int, ...], organisation: Organisation, *about: str
) -> RegistrationQuerySet:
    rows = model.objects.filter(organisation=organisation, pk__in=ids)
    return rows.select_related(*ABOUT, *about).order_by("date", "pk")


def _ids(posted: QueryDict, names: tuple[str, ...]) -> tuple[int, ...]:
    return ids_in(text for name in names for text in posted.getlist(name))


def ids_in(texts: Iterable[str]) -> tuple[int, ...]:
    """Posted ids, each once. Raises SuspiciousOperation for what no row can have."""
    given = list(texts)
    if not all(is_id(text) for text in given):
        raise SuspiciousOperation("A selection holds ids.")
    return tuple(dict.fromkeys(int(text) for text in given))


def is_id(text: str) -> bool:
    """Whether the text is a number that the id of a row can be."""
    # Its length first: Python refuses to read thousands of digits.
    digits = len(text) <= len(str(BIGGEST_ID)) and text.isascii() and text.isdigit()
    return digits and int(text) <= BIGGEST_ID
