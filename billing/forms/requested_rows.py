"""What a request asks to bill: ticked rows of the overviews, or projects of Unbilled."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from accounts.models import Organisation
from registrations.selection import Selection, ids_in

from ..unbilled import TERMS, WORK, Wish, rows_of
from ..unbilled.billable import Rows


@dataclass(frozen=True)
class Wanted:
    """Rows by their ids, or everything unbilled of some projects in the days that were shown."""

    organisation: Organisation
    selection: Selection
    wish: Wish | None = None

    def load(self) -> Rows:
        """The rows as they are now, of this organisation only."""
        if self.wish:
            return rows_of(self.organisation, self.wish)
        rows = self.selection.rows_of(self.organisation)
        return Rows(tuple(rows.time_entries), tuple(rows.expenses), tuple(rows.trips))

    def fields(self) -> list[tuple[str, object]]:
        """Name and value of the hidden fields that ask for the same again."""
        if not self.wish:
            return list(self.selection.fields())
        projects = [("projects", pk) for pk in self.wish.project_ids or ()]
        since = [("since", self.wish.since.isoformat())] if self.wish.since else []
        approved = [("approved", "on")] if self.wish.approved_only else []
        part = [("part", self.wish.part)] if self.wish.part else []
        return [*projects, *since, ("until", self.wish.until.isoformat()), *approved, *part]

    @property
    def is_empty(self) -> bool:
        return not self.selection and not (self.wish and self.wish.project_ids)


def wanted(organisation: Organisation, posted: QueryDict, *, today: datetime.date) -> Wanted:
    """Reads a POST. Raises SuspiciousOperation for ids and days that are none."""
    ids = posted.getlist("projects")
    if not ids:
        return Wanted(organisation, Selection.parsed(posted))
    wish = Wish(
        until=_day(posted, "until") or today,
        project_ids=ids_in(ids),
        approved_only=bool(posted.get("approved")),
        since=_day(posted, "since"),
        part=part if (part := posted.get("part", "")) in (WORK, TERMS) else "",
    )
    return Wanted(organisation, Selection(), wish)


def _day(posted: QueryDict, name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(posted[name])) if posted.get(name) else None
    except ValueError as error:
        raise SuspiciousOperation("From and until are days.") from error
