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
