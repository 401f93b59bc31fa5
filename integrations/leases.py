"""One writer per connection at a time: a lease that runs out, with a fencing number that rises."""

import datetime

from django.db.models import F, Q

from .models import Connection

LEASE = datetime.timedelta(seconds=180)


def take(connection_id: int, *, now: datetime.datetime) -> int | None:
    """The fencing number, if the connection may be used and nobody else is writing; else None."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = Connection.objects.filter(
        free, pk=connection_id, is_active=True, paused_at=None, must_compare_first=False
    ).update(lease_until=now + LEASE, fencing_token=F("fencing_token") + 1)
    if not taken:
        return None
    return Connection.objects.values_list("fencing_token", flat=True).get(pk=connection_id)


def renew(connection_id: int, fencing_token: int, *, now: datetime.datetime) -> bool:
    """Holds the lease longer. False: it was lost, or the connection was paused; stop at once."""
    return bool(
        Connection.objects.filter(
            pk=connection_id, fencing_token=fencing_token, is_active=True, paused_at=None
        ).update(lease_until=now + LEASE)
    )


def shut_out(connection_id: int, *, now: datetime.datetime) -> bool:
    """Whoever read the connection before may not go on with it. False: somebody is writing now.

    In a transaction nobody can take the lease until its end.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return bool(
        Connection.objects.filter(free, pk=connection_id).update(
            fencing_token=F("fencing_token") + 1
        )
    )


def release(connection_id: int, fencing_token: int) -> None:
    """Lets the next one in."""
    Connection.objects.filter(pk=connection_id, fencing_token=fencing_token).update(
        lease_until=None
    )
