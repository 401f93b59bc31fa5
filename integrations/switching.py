"""Switch the connection on and off, pause it and resume it."""

import datetime
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import record
from audit.security import log_event
from lib.constraints import violates
from lib.stored_texts import in_every_language

from .events import record as record_event
from .leases import shut_out
from .models import Connection
from .nightly import next_night


class AdministrationTaken(Exception):
    """Another organisation is connected with this administration. The text is for users."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another organisation already uses this administration, so their numbers would "
                "collide. Switch off the other connection, or enter codes of another "
                "administration."
            )
        )


def refuse_taken(error: IntegrityError) -> NoReturn:
    """Raise AdministrationTaken if that is why the database refused; else the error itself."""
    if violates(error, Connection, "unique_connection_administration"):
        raise AdministrationTaken from None
    raise error


class StillInDoubt(Exception):
    """A document may have arrived in the old administration. The text is for users."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A booking is still uncertain and may be in the current administration. Wait "
                "until Finance → Bookings shows the result. Then change the administration."
            )
        )


# The name of the connection in the audit trail.
SERVICE = "e-Boekhouden"
# States in which the answer was lost, or is still to come.
IN_DOUBT = ("sending", "checking", "unknown")


def check_nothing_in_doubt(connection: Connection, *, now: datetime.datetime) -> None:
    """Raise StillInDoubt if a booking has an unknown outcome or a worker is sending.

    In another administration the document would not be found, and would be sent again. A worker
    that is sending uses the codes that it read: its document would arrive in the old administration
    and be recorded for the new one. Must run in a transaction.
    """
    is_alone = shut_out(connection.pk, now=now)
    if (
        not is_alone
        or connection.bookings.filter(state__in=IN_DOUBT, unconfirmed_sends__gt=0).exists()
    ):
        raise StillInDoubt


def activate(organisation: Organisation, *, by: User, now: datetime.datetime) -> Connection:
    """Switch the connection on; create it the first time. Raises AdministrationTaken."""
    connection, _made = Connection.objects.get_or_create(organisation=organisation)
    next_import = next_night(organisation.pk, now=now) if connection.nightly_import else None
    try:
        with transaction.atomic():
            if Connection.objects.filter(pk=connection.pk, is_active=False).update(
                is_active=True, next_import_at=next_import
            ):
                record_event(connection, gettext_lazy("Switched on."), by=by, now=now)
                _record_switch(connection, Action.SWITCHED_ON, by=by)
    except IntegrityError as error:
        refuse_taken(error)
    connection.refresh_from_db()
    return connection


@transaction.atomic
def deactivate(connection: Connection, *, by: User, now: datetime.datetime) -> None:
    """Switch the connection off: nothing is sent or imported. The settings are kept."""
    switched_off = Connection.objects.filter(pk=connection.pk, is_active=True).update(
        is_active=False, next_import_at=None
    )
    if switched_off:
        record_event(connection, gettext_lazy("Switched off."), by=by, now=now)
        _record_switch(connection, Action.SWITCHED_OFF, by=by)
    connection.refresh_from_db()


def _record_switch(connection: Connection, action: Action, *, by: User) -> None:
    is_on = action == Action.SWITCHED_ON
    changes = change("is_active", not is_on, is_on)
    record(Kind.CONNECTION, action, connection, label=SERVICE, changes=changes, by=by)
    organisation = connection.organisation_id
    log_event("security.connection_switched", organisation=organisation, is_on=is_on)


@transaction.atomic
def pause(
    connection: Connection, *, code: str, text: str | Promise, now: datetime.datetime
) -> bool:
    """Stop sending and importing until a test succeeds or a person resumes the connection.

    `text` is shown to people, and may be translatable. False if it was paused already.
    """
    paused = Connection.objects.filter(pk=connection.pk, paused_at=None).update(
        paused_at=now, pause_code=code[:20], pause_text=text
    )
    if paused:
        paused_for = in_every_language(lambda: _("Paused: %(text)s") % {"text": text})
        record_event(connection, paused_for, by=None, now=now, good=False)
        record(Kind.CONNECTION, Action.PAUSED, connection, label=SERVICE, note=str(text), by=None)
    connection.refresh_from_db()
    return bool(paused)


@transaction.atomic
def resume(connection: Connection, *, by: User | None, now: datetime.datetime) -> bool:
    """End a pause; False if there was none."""
    resumed = (
        Connection.objects.filter(pk=connection.pk)
        .exclude(paused_at=None)
        .update(paused_at=None, pause_code="", pause_text="")
    )
    if resumed:
        record_event(connection, gettext_lazy("Resumed."), by=by, now=now)
        record(Kind.CONNECTION, Action.RESUMED, connection, label=SERVICE, by=by)
    connection.refresh_from_db()
    return bool(resumed)
