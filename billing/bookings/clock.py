"""Instants come from the database, so that the clocks of several machines cannot disagree."""

import datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime.datetime:
    """The database's clock; on SQLite, which has no server, this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now
