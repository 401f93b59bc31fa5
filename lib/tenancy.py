"""Of which organisation a connection to the database may see rows.

A second wall behind the filters of the views, on PostgreSQL: policies (accounts/row_security.py)
compare each row with a setting of the connection. It holds for a role that does not own the
tables, and only with ROW_SECURITY; otherwise the functions here do nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connection

# The setting of a connection: the id of an organisation, EVERY, or NONE.
SETTING = "hours.organisation"
EVERY, NONE = "*", ""
# What a new connection sees: a worker and a command work for all organisations.
_first = EVERY


def begin_with_none() -> None:
    """Let new connections of this process see no rows: in a web process each request says which."""
    global _first  # noqa: PLW0603 - said once, when the process starts
    _first = NONE


def on_connection(**_: object) -> None:
    """Set what a new connection sees; on the signal of Django."""
    _show(_first)


def show_only(organisation_id: int | None) -> None:
    """Let the connection see the rows of one organisation from now on, or of none."""
    _show(NONE if organisation_id is None else str(organisation_id))


@contextmanager
def every_organisation() -> Iterator[None]:
    """Let the connection see all rows inside the block.

    For the few things of a page that are about no organisation, or not about that of the request:
    the first organisation, the audit trail of a login, the health of the installation.
    """
    before = _shown()
    _show(EVERY)
    try:
        yield
    finally:
        # In a transaction that failed nothing can be set; its end brings back what was before.
        with suppress(DatabaseError):
            _show(before)


def _show(value: str) -> None:
    if settings.ROW_SECURITY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, value])


def _shown() -> str:
    if not settings.ROW_SECURITY:
        return NONE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        return cursor.fetchone()[0] or NONE
