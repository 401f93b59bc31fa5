"""Sessions that ended are deleted, with what was kept of their browsers."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session


def purge_sessions() -> int:
    """Delete expired sessions, and the address and browser of every session that is gone.

    Returns of how many sessions the address and browser were deleted.
    """
    SessionStore.clear_expired()
    living = Session.objects.values("session_key")
    deleted, _by_model = UserSession.objects.exclude(session_key__in=living).delete()
    return deleted
