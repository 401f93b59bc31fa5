"""The connection with the sandbox, set up as an administrator does it under Settings."""

from accounts.models import Membership
from integrations.connecting import (
    ConnectionTest,
    CredentialsInput,
    activate,
    save_connection,
    test_connection,
)
from integrations.models import Connection, Numbering
from integrations.nightly import next_night

from .days import Calendar
from .remote import Remote


class NotConnected(Exception):
    """The sandbox did not accept its own codes."""


def connect(sanne: Membership, remote: Remote, calendar: Calendar) -> Connection:
    """Switch the connection on, test it and save it, in the first days of the sample."""
    now = calendar.at(calendar.first, 9, 12)
    connection = activate(sanne.organisation, by=sanne.user, now=now)
    settings = {
        "template": "Factuur NL",
        "ledger_account": "8000",
        "debtor_account": "1300",
        "numbering": Numbering.OWN,
        "book_at_once": True,
        "nightly_import": True,
    }
    typed = CredentialsInput(remote.username, remote.security_code_1, remote.security_code_2)
    tested = save_connection(connection, typed=typed, settings=settings, by=sanne.user, now=now)
    _require_success(tested)
    return connection


def check_connection(connection: Connection, sanne: Membership, calendar: Calendar) -> None:
    """Test the connection with the stored codes; plan the next import for tonight."""
    typed = CredentialsInput(connection.username)
    _require_success(test_connection(connection, typed=typed, by=sanne.user, now=calendar.now))
    tonight = next_night(connection.organisation_id, now=calendar.now)
    Connection.objects.filter(pk=connection.pk).update(next_import_at=tonight)


def _require_success(tested: ConnectionTest | None) -> None:
    if tested is None or not tested.ok:
        raise NotConnected(tested.text if tested else "there was nothing to test")
