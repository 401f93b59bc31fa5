"""The identity of the database. A copy on another server or under another name may not send.

A database that was restored elsewhere, or copied for a trial, holds the same codes and the same
bookings as the one it comes from: two of them would book everything twice.
"""

import datetime
import hashlib
from pathlib import Path

from django.db import connection as database
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import Connection
from .switching import pause

CODE = "copied"
# After this time a request that was in transit can no longer have an effect.
QUIET = datetime.timedelta(minutes=35)


def this_database() -> str:
    """Return the identity of the connected database: its server and name, or its file."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT system_identifier::text, current_database() FROM pg_control_system()"
            )
            parts = cursor.fetchone()
    else:
        file = Path(database.settings_dict["NAME"])
        parts = (str(file.resolve()), str(file.stat().st_ino) if file.exists() else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_elsewhere(connection: Connection) -> bool:
    """Whether the connection belongs to another database than this one."""
    return is_other_database(connection.database_identity)


def is_other_database(database_identity: str) -> bool:
    """Whether an identity is that of another database; an empty one is not."""
    return bool(database_identity) and database_identity != this_database()


def adopt_if_unclaimed(connection_id: int) -> bool:
    """Return whether the connection belongs here; one that never sent anything now does."""
    here = this_database()
    at_home = Connection.objects.filter(pk=connection_id, database_identity__in=("", here))
    return bool(at_home.update(database_identity=here))


def notice_move(connection_id: int, *, now: datetime.datetime) -> None:
    """Pause a connection of another database; a successful test resumes it, comparing first.

    Nothing was sent from here, and nothing will be until then.
    """
    connection = Connection.objects.select_related("organisation").get(pk=connection_id)
    with override(connection.organisation.language):
        text = _(
            "This database was copied or restored elsewhere. Only one copy may book. If it is "
            "this one, test the connection; booking resumes after a comparison."
        )
        pause(connection, code=CODE, text=text, now=now)


def adopt(connection: Connection, *, now: datetime.datetime) -> None:
    """Make this the database that sends; what the other one sent is compared first."""
    here = this_database()
    Connection.objects.filter(pk=connection.pk).exclude(database_identity__in=("", here)).update(
        must_compare_first=True, compare_from=now + QUIET
    )
    Connection.objects.filter(pk=connection.pk).update(database_identity=here)
