"""The rows that a user selected, across the three overviews.

A selection is ids of ticked rows, and for each kind perhaps all rows of a filter but some.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db.models import Q
from django.http import QueryDict

from accounts.models import Membership, Organisation

from ..models import Expense, RegistrationQuerySet, TimeEntry, Trip
from .filtered_rows import FilteredRows
from .overviews import RELATED

# The names of the form fields; the tick boxes of the overviews post the second one.
FIELDS = {
    "time_entries": ("time_entry", "hours"),
    "expenses": ("expense", "expenses"),
    "trips": ("trip", "trips"),
}
# The fields with the filter of a kind, and with the rows that it is without.
FILTER, WITHOUT = "{}-filter", "{}-without"
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
    """The ids of ticked rows, and all rows of some filters; `rows_of` finds those that exist."""

    time_entries: tuple[int, ...] = ()
    expenses: tuple[int, ...] = ()
    trips: tuple[int, ...] = ()
    filtered: tuple[FilteredRows, ...] = ()

    @classmethod
    def parsed(cls, posted: QueryDict) -> "Selection":
        """Read the fields time_entry, expense and trip of a form, each with any number of values.

        Besides, a kind may have a filter, and rows that it is without. Raises SuspiciousOperation
        (answered with 400) for a value that is not an id, and for a filter not signed here.
        """
        ids = {kind: _ids(posted, names) for kind, names in FIELDS.items()}
        return cls(**ids, filtered=tuple(_filtered(posted)))

    def __bool__(self) -> bool:
        return bool(self.time_entries or self.expenses or self.trips or self.filtered)

    def __len__(self) -> int:
        """The number of ticked rows, without those of filters."""
        return len(self.time_entries) + len(self.expenses) + len(self.trips)

    def fields(self) -> list[tuple[str, int | str]]:
        """Return name and value of the hidden fields that post this selection again."""
        ids = [(FIELDS[kind][0], pk) for kind in FIELDS for pk in getattr(self, kind)]
        filters = [(FILTER.format(one.kind), one.token) for one in self.filtered]
        without = [(WITHOUT.format(one.kind), pk) for one in self.filtered for pk in one.without]
        return [*ids, *filters, *without]

    def rows_of(self, organisation: Organisation) -> SelectedRows:
        """Return the selected rows of this organisation, without the ids of others."""
        return SelectedRows(
            time_entries=self._rows(TimeEntry, "time_entries", organisation, "task"),
            expenses=self._rows(Expense, "expenses", organisation, "category", "vat_rate"),
            trips=self._rows(Trip, "trips", organisation, "vehicle"),
        )

    def rows_for(self, membership: Membership) -> SelectedRows:
        """Return the selected rows that this member may see."""
        rows = self.rows_of(membership.organisation)
        return SelectedRows(*(queryset.visible_to(membership) for queryset in rows))

    def _rows(
        self, model: type[Any], kind: str, organisation: Organisation, *related: str
    ) -> RegistrationQuerySet:
        ids = getattr(self, kind)
        found = [one.rows(organisation) for one in self.filtered if one.kind == FIELDS[kind][1]]
        rows: RegistrationQuerySet = model.objects.filter(organisation=organisation)
        if len(found) == 1 and not ids:
            (rows,) = found  # without the look-up of its rows by id
        else:
            condition = Q(pk__in=ids)
            for some in found:
                condition |= Q(pk__in=some.order_by().values("pk"))
            rows = rows.filter(condition)
        return rows.select_related(*RELATED, *related).order_by("date", "pk")


def _filtered(posted: QueryDict) -> Iterator[FilteredRows]:
    for _name, kind in FIELDS.values():
        without = ids_in(posted.getlist(WITHOUT.format(kind)))
        for token in posted.getlist(FILTER.format(kind)):
            yield FilteredRows.read(token, kind=kind, without=without)


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
