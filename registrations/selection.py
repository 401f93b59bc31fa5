"""The rows that a user selected, across the three overviews."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from accounts.models import Membership, Organisation

from .models import Expense, RegistrationQuerySet, TimeEntry, Trip

# The names of the form fields; the tick boxes of the overviews post the second one.
FIELDS = {
    "time_entries": ("time_entry", "hours"),
    "expenses": ("expense", "expenses"),
    "trips": ("trip", "trips"),
}
RELATED = ("project__customer", "membership__user", "invoice_line__invoice")
MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class SelectedRows:
    """The existing rows of a selection with related objects, oldest first."""

    time_entries: RegistrationQuerySet
    expenses: RegistrationQuerySet
    trips: RegistrationQuerySet

    def __iter__(self) -> Iterator[RegistrationQuerySet]:
        return iter((self.time_entries, self.expenses, self.trips))

    def count(self) -> int:
        return sum(rows.count() for rows in self)


@dataclass(frozen=True)
class Selection:
    """The ids of ticked rows, not yet checked: `rows_of` finds those that exist."""

    time_entries: tuple[int, ...] = ()
    expenses: tuple[int, ...] = ()
    trips: tuple[int, ...] = ()

    @classmethod
    def parsed(cls, posted: QueryDict) -> "Selection":
        """Read the fields time_entry, expense and trip of a form, each with any number of values.

        Raises SuspiciousOperation (answered with 400) for a value that is not an id.
        """
        return cls(**{kind: _ids(posted, names) for kind, names in FIELDS.items()})

    def __bool__(self) -> bool:
        return bool(self.time_entries or self.expenses or self.trips)

    def __len__(self) -> int:
        return len(self.time_entries) + len(self.expenses) + len(self.trips)

    def fields(self) -> list[tuple[str, int]]:
        """Return name and value of the hidden fields that post this selection again."""
        return [(FIELDS[kind][0], pk) for kind in FIELDS for pk in getattr(self, kind)]

    def rows_of(self, organisation: Organisation) -> SelectedRows:
        """Return the selected rows of this organisation, without the ids of others."""
        return SelectedRows(
            time_entries=_rows(TimeEntry, self.time_entries, organisation, "task"),
            expenses=_rows(Expense, self.expenses, organisation, "category", "vat_rate"),
            trips=_rows(Trip, self.trips, organisation, "vehicle"),
        )

    def rows_for(self, membership: Membership) -> SelectedRows:
        """Return the selected rows that this member may see."""
        rows = self.rows_of(membership.organisation)
        return SelectedRows(*(queryset.visible_to(membership) for queryset in rows))


def _rows(
    model: type[Any], ids: tuple[int, ...], organisation: Organisation, *related: str
) -> RegistrationQuerySet:
    rows = model.objects.filter(organisation=organisation, pk__in=ids)
    return rows.select_related(*RELATED, *related).order_by("date", "pk")


def _ids(posted: QueryDict, names: tuple[str, ...]) -> tuple[int, ...]:
    return ids_in(text for name in names for text in posted.getlist(name))


def ids_in(texts: Iterable[str]) -> tuple[int, ...]:
    """Return posted ids without duplicates. Raises SuspiciousOperation for an impossible id."""
    posted = list(texts)
    if not all(is_id(text) for text in posted):
        raise SuspiciousOperation("A selection holds ids.")
    return tuple(dict.fromkeys(int(text) for text in posted))


def is_id(text: str) -> bool:
    """Return whether the text is a number that fits in the id of a row."""
    # Its length first: Python refuses to read thousands of digits.
    digits = len(text) <= len(str(MAX_ID)) and text.isascii() and text.isdigit()
    return digits and int(text) <= MAX_ID
