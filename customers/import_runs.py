"""Start imports of customers."""

import datetime

from accounts.models import Organisation, User
from integrations.availability import usable
from integrations.models import Connection
from integrations.runs import CannotRun, start

from .models import ImportRun


class CannotImport(CannotRun):
    """The reason why an import cannot start or continue, as a sentence for users."""


def start_import(
    organisation: Organisation, *, mode: str, by: User | None, now: datetime.datetime
) -> ImportRun:
    """Queue an import; if one is under way, return that one.

    Raises CannotImport when the connection cannot be used.
    """
    connection = check_usable(Connection.objects.filter(organisation=organisation).first())
    return start(
        ImportRun.objects.filter(organisation=organisation),
        organisation=organisation,
        connection=connection,
        mode=mode,
        started_by=by,
        created_at=now,
    )


def check_usable(connection: Connection | None) -> Connection:
    """Return the connection, or raise CannotImport with what to do first."""
    return usable(connection, refuse=CannotImport)
