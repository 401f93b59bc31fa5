"""Where sessions are stored, and when they end: after so long without use, and after the login.

Both ends are one moment, the `expire_date` that Django compares at each request. Use moves it in
the row alone, and only by minutes: pages that are only read hardly ever write, and what another
request stored in the session at the same time is not overwritten.
"""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.utils import timezone

from ..middleware import LOGIN_KEY

# A use that would move the end by less is not written.
STEP = datetime.timedelta(minutes=5)


class SessionStore(db.SessionStore):
    """Django's store in the database, whose sessions end sooner."""

    ends_at: datetime.datetime | None = None

    def note_use(self, *, now: datetime.datetime) -> None:
        """Move the end of this session, because it is used now.

        The page is shown also when the database refuses: the session then ends where it did.
        """
        if self.ends_at is None:
            return
        ends_at = end_of(dict(self.items()), now=now)
        if abs(ends_at - self.ends_at) < min(STEP, _idle_time() / 4):
            return
        try:
            with transaction.atomic():
                Session.objects.filter(pk=self.session_key).update(expire_date=ends_at)
        except DatabaseError:
            return

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.expire_date = min(row.expire_date, end_of(data, now=timezone.now()))
        return row

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = super()._get_session_from_db()  # type: ignore[misc]
        self.ends_at = row.expire_date if row else None
        return row


def end_of(data: dict[str, Any], *, now: datetime.datetime) -> datetime.datetime:
    """Return when a session ends that holds this and is used now."""
    idle = now + _idle_time()
    if LOGIN_KEY not in data:
        return idle
    login = datetime.datetime.fromtimestamp(data[LOGIN_KEY], datetime.UTC)
    return min(idle, login + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def _idle_time() -> datetime.timedelta:
    return datetime.timedelta(minutes=settings.SESSION_IDLE_MINUTES)
