"""Somebody saw a finding, and says what they do about it."""

import datetime

from accounts.models import User

from ..models import Difference


def mark_seen(difference: Difference, *, note: str, by: User, now: datetime.datetime) -> bool:
    """No longer asks for attention, unless what stands there changes again.

    False: it is gone meanwhile.
    """
    return bool(
        Difference.objects.filter(pk=difference.pk)
        .open()
        .update(reviewed_at=now, reviewed_by=by, note=note)
    )
