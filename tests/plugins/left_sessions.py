"""A test database on PostgreSQL can be dropped although a killed process had a session in it."""

import warnings
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

SESSIONS = """
SELECT pid, state, query, pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End the sessions that are left before the database is dropped, and warn of each."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            end_left_sessions()


def end_left_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS)
        for _pid, state, query, _ended in cursor.fetchall():
            warnings.warn(f"a session was left ({state}): {query}", stacklevel=2)
