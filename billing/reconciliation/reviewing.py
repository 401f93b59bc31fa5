"""Marking a difference as reviewed, with a note."""

import datetime

from accounts.models import User

from ..models import Difference


def mark_seen(difference: Difference, *, note: str, by: User, now: datetime.datetime) -> bool:
    """Mark a difference as reviewed, until its content changes.

    Returns False if the difference was resolved meanwhile.
    """
    return bool(
        Difference.objects.filter(pk=difference.pk)
        .open()
        .update(reviewed_at=now, reviewed_by=by, note=note)
    )
