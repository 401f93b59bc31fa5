"""The identity of the database: a copy on another server, or under another name, may not send.

A restored or copied database holds the same codes and bookings as its original. If both sent,
everything would be booked twice.
"""

import datetime
import hashlib
from pathlib import Path

from django.db import connection as database
from django.utils.translation import gettext_lazy

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
    """Return whether the connection belongs to another database than this one."""
    return is_other_database(connection.database_identity)


def is_other_database(database_identity: str) -> bool:
    """Return whether an identity is that of another database; an empty one is not."""
    return bool(database_identity) and database_identity != this_database()


def adopt_if_unclaimed(connection_id: int) -> bool:
    """Return whether the connection belongs to this database.

    A connection that never sent anything is claimed for it first.
    """
    current = this_database()
    unclaimed_or_own = Connection.objects.filter(
        pk=connection_id, database_identity__in=("", current)
    )
    return bool(unclaimed_or_own.update(database_identity=current))


def notice_move(connection_id: int, *, now: datetime.datetime) -> None:
    """Pause a connection of another database; a successful test resumes it.

    The test also requires a comparison first. Until then nothing is sent from here.
    """
    connection = Connection.objects.select_related("organisation").get(pk=connection_id)
    text = gettext_lazy(
        "This database was copied or restored elsewhere. Only one copy may book. If it is "
        "this one, test the connection; booking resumes after a comparison."
    )
    pause(connection, code=CODE, text=text, now=now)


def adopt(connection: Connection, *, now: datetime.datetime) -> None:
    """Make this database the one that sends, after a comparison with what the other one sent."""
    current = this_database()
    Connection.objects.filter(pk=connection.pk).exclude(database_identity__in=("", current)).update(
        must_compare_first=True, compare_from=now + QUIET
    )
    Connection.objects.filter(pk=connection.pk).update(database_identity=current)
