"""Somebody saw a finding, and says what they do about it."""

import datetime

from accounts.models import User

from ..models import CheckFinding


def mark_seen(finding: CheckFinding, *, note: str, by: User, now: datetime.datetime) -> bool:
    """No longer asks for attention, unless what stands there changes again.

    False: it is gone meanwhile.
    """
    return bool(
        CheckFinding.objects.filter(pk=finding.pk).open().update(seen_at=now, seen_by=by, note=note)
    )
