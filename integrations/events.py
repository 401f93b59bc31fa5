"""The history of a connection, for its settings page."""

import datetime

from accounts.models import User

from .models import Connection, ConnectionEvent


def record(
    connection: Connection, text: str, *, by: User | None, now: datetime.datetime, good: bool = True
) -> None:
    """Record an event; `by` is None if the program did it. `text` must contain no code."""
    ConnectionEvent.objects.create(
        connection=connection, text=text[:300], by=by, at=now, is_good=good
    )
