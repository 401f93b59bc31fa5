"""The work that a request asks to bill: ticked rows of the overviews, or projects of Unbilled."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from accounts.models import Organisation
from lib.days import read_day
from registrations.overview.selection import Selection, ids_in

from .rows import SCHEDULED, WORK, UnbilledFilter, unbilled_work
from .work import WorkQuery


@dataclass(frozen=True)
class RequestedRows:
    """Rows by their ids, or all unbilled work of some projects in the days that were shown."""

    organisation: Organisation
    selection: Selection
    unbilled_filter: UnbilledFilter | None = None

    @property
    def work(self) -> WorkQuery:
        """The registrations and scheduled amounts, of this organisation only."""
        if self.unbilled_filter:
            return unbilled_work(self.organisation, self.unbilled_filter)
        rows = self.selection.rows_of(self.organisation)
        return WorkQuery(rows.time_entries, rows.expenses, rows.trips)

    def fields(self) -> list[tuple[str, object]]:
        """Return name and value of the hidden fields that ask for the same again."""
        if not self.unbilled_filter:
            return list(self.selection.fields())
        projects = [("projects", pk) for pk in self.unbilled_filter.project_ids or ()]
        since = (
            [("since", self.unbilled_filter.since.isoformat())]
            if self.unbilled_filter.since
            else []
        )
        approved = [("approved", "on")] if self.unbilled_filter.approved_only else []
        part = [("part", self.unbilled_filter.part)] if self.unbilled_filter.part else []
        return [
            *projects,
            *since,
            ("until", self.unbilled_filter.until.isoformat()),
            *approved,
            *part,
        ]

    @property
    def is_empty(self) -> bool:
        return not self.selection and not (
            self.unbilled_filter and self.unbilled_filter.project_ids
        )


def requested_rows(
    organisation: Organisation, posted: QueryDict, *, today: datetime.date
) -> RequestedRows:
    """Read a POST. Raises SuspiciousOperation for invalid ids or days."""
    ids = posted.getlist("projects")
    if not ids:
        return RequestedRows(organisation, Selection.parsed(posted))
    unbilled_filter = UnbilledFilter(
        until=_day(posted, "until", today=today) or today,
        project_ids=ids_in(ids),
        approved_only=bool(posted.get("approved")),
        since=_day(posted, "since", today=today),
        part=part if (part := posted.get("part", "")) in (WORK, SCHEDULED) else "",
    )
    return RequestedRows(organisation, Selection(), unbilled_filter)


def _day(posted: QueryDict, name: str, *, today: datetime.date) -> datetime.date | None:
    """Return the day of a hidden field, or one that a person typed in the form of New invoice."""
    try:
        return read_day(str(posted[name]), today=today).day if posted.get(name) else None
    except ValueError as error:
        raise SuspiciousOperation("From and until are days.") from error
