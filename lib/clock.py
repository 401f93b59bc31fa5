"""The current time, from the database: the clocks of several machines may differ."""

import datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime.datetime:
    """Return the time of the database server; on SQLite, which has none, of this machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now


def due_at(now: datetime.datetime) -> datetime.datetime:
    """Return from when something is due that is queued at `now` by the clock of this machine.

    A worker asks the database what is due. If this clock is ahead of it, `now` would make that
    wait as long as the clocks differ.
    """
    return min(now, database_now())
