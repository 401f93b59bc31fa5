"""The history of registrations: who gave them which status, and when. Nothing in it changes."""

import datetime
from collections.abc import Iterable

from accounts.models import Membership

from .models import KINDS, Decision, Registration

KIND_OF = {model: key for key, model in KINDS.items()}


def record(
    model: type[Registration],
    owners: Iterable[tuple[int, int]],
    *,
    status: str,
    by: Membership,
    at: datetime.datetime,
    note: str = "",
) -> None:
    """Add the status that rows got, given as the id of the row and of whose it is."""
    Decision.objects.bulk_create(
        [
            Decision(
                organisation_id=by.organisation_id,
                kind=KIND_OF[model],
                row_id=row_id,
                membership_id=owner,
                status=status,
                note=note,
                by=by,
                at=at,
            )
            for row_id, owner in owners
        ],
        batch_size=500,
    )


def history_of(row: Registration) -> list[Decision]:
    """Return what was decided about a registration, the oldest first; one query."""
    made = Decision.objects.filter(
        organisation=row.organisation_id, kind=KIND_OF[type(row)], row_id=row.pk
    )
    return list(made.select_related("by__user").order_by("pk"))
