"""The history of a connection, for its settings page."""

import datetime
from typing import Any

from django.utils.functional import Promise

from accounts.models import User

from .models import Connection, ConnectionEvent


def record(
    connection: Connection,
    text: str | Promise,
    *,
    by: User | None,
    now: datetime.datetime,
    good: bool = True,
) -> None:
    """Record an event; `by` is None if the program did it. `text` must contain no code.

    A translatable text is stored in every language (lib/stored_texts.py).
    """
    stored: Any = text
    ConnectionEvent.objects.create(connection=connection, text=stored, by=by, at=now, is_good=good)
