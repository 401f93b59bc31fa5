"""Start imports of customers."""

import datetime

from django.db import transaction

from accounts.models import Organisation, User
from audit.kinds import Action, Kind
from audit.recording import record
from integrations.availability import usable
from integrations.models import Connection
from integrations.runs import CannotRun, start

from .models import ImportRun

# What an entry of the audit trail calls where the relations come from.
SERVICE = "e-Boekhouden"


class CannotImport(CannotRun):
    """The reason why an import cannot start or continue, as a sentence for users."""


def start_import(
    organisation: Organisation, *, mode: str, by: User | None, now: datetime.datetime
) -> ImportRun:
    """Queue an import; if one is under way, return that one.

    Raises CannotImport when the connection cannot be used.
    """
    connection = check_usable(Connection.objects.filter(organisation=organisation).first())
    with transaction.atomic():
        run = _start(organisation, connection, mode=mode, by=by, now=now)
        if run.created_at == now:
            record(Kind.IMPORT, Action.STARTED, run, label=SERVICE, by=by)
        return run


def _start(
    organisation: Organisation,
    connection: Connection,
    *,
    mode: str,
    by: User | None,
    now: datetime.datetime,
) -> ImportRun:
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
