"""Leases: one writer per connection at a time. Each lease has a higher fencing token."""

import datetime

from django.db import transaction
from django.db.models import F, Q

from .models import Connection

LEASE = datetime.timedelta(seconds=180)


def take(connection_id: int, *, now: datetime.datetime) -> int | None:
    """Take the lease. Returns its fencing token; None if it is held or the connection is off.

    The row stays locked until the token is read. Otherwise a worker that is suspended in between,
    for longer than a lease, would read the token of the worker that took over.
    """
    unheld = Q(lease_until=None) | Q(lease_until__lt=now)
    with transaction.atomic():
        is_taken = Connection.objects.filter(
            unheld, pk=connection_id, is_active=True, paused_at=None, must_compare_first=False
        ).update(lease_until=now + LEASE, fencing_token=F("fencing_token") + 1)
        if not is_taken:
            return None
        return Connection.objects.values_list("fencing_token", flat=True).get(pk=connection_id)


def renew(connection_id: int, fencing_token: int, *, now: datetime.datetime) -> bool:
    """Extend the lease. False when it was lost or the connection was paused: stop at once."""
    return bool(
        Connection.objects.filter(
            pk=connection_id, fencing_token=fencing_token, is_active=True, paused_at=None
        ).update(lease_until=now + LEASE)
    )


def shut_out(connection_id: int, *, now: datetime.datetime) -> bool:
    """Invalidate all earlier fencing tokens. False when a worker holds the lease now.

    In a transaction the lease cannot be taken until its end.
    """
    unheld = Q(lease_until=None) | Q(lease_until__lt=now)
    return bool(
        Connection.objects.filter(unheld, pk=connection_id).update(
            fencing_token=F("fencing_token") + 1
        )
    )


def release(connection_id: int, fencing_token: int) -> None:
    """Release the lease for the next worker."""
    Connection.objects.filter(pk=connection_id, fencing_token=fencing_token).update(
        lease_until=None
    )
