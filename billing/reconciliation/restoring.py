"""Resume after a restore: e-Boekhouden still has documents that this database lost.

Nothing is sent until both sides were compared. The comparison starts when no request in transit can
have an effect any more. Numbers in use in e-Boekhouden are not assigned again. Unknown documents of
our series bill hours that look unbilled here, so a person must review each of them first.
"""

import datetime
from collections.abc import Callable
from typing import cast

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.database_identity import QUIET
from integrations.events import record
from integrations.models import Connection
from integrations.runs import RunState

from ..models import Booking, Difference, ReconciliationRun, State
from ..models.booking import NEEDS_ATTENTION, OPEN_STATES
from ..models.reconciliation import DifferenceKind
from ..numbering import skip_numbers
from .runs import CannotCheck, start_check

# The period that is compared; a backup is not so old that it lacks older documents.
COMPARED = datetime.timedelta(days=400)
AGAIN_AFTER = datetime.timedelta(minutes=15)
# What apps above do once more in a restored database; each returns sentences about it.
AGAIN: list[Callable[[datetime.datetime], list[str]]] = []


def do_again(*, now: datetime.datetime) -> list[str]:
    """Do what a backup cannot know, such as erasing who was erased after it."""
    return [sentence for work in AGAIN for sentence in work(now)]


@transaction.atomic
def require_comparisons(*, now: datetime.datetime) -> int:
    """Require a comparison of every connection before it sends again. Return their number."""
    connections = Connection.objects.exclude(username="").select_related("organisation")
    for connection in connections:
        text = gettext_lazy(
            "Restored from a backup: nothing is sent until the comparison is complete."
        )
        record(connection, text, by=None, now=now, good=False)
    return connections.update(must_compare_first=True, compare_from=now + QUIET)


def compare_and_resume(*, now: datetime.datetime, today: datetime.date) -> None:
    """Start the comparison of each waiting connection, or resume sending when it is complete."""
    waiting = Connection.objects.filter(
        must_compare_first=True, compare_from__lte=now, is_active=True, paused_at=None
    )
    for connection in waiting.select_related("organisation"):
        run = latest_comparison(connection)
        if run is None or _is_to_be_repeated(run, now=now):
            _start(connection, now=now, today=today)
        elif run.state == RunState.FINISHED:
            _resume(connection, now=now)


def latest_comparison(connection: Connection) -> ReconciliationRun | None:
    """Return the latest check that began late enough and covers the required period."""
    runs = connection.reconciliation_runs.filter(created_at__gte=connection.compare_from)
    return next((run for run in runs if run.until - run.since >= COMPARED), None)


def unseen(connection: Connection) -> int:
    """Return the number of unknown documents of our series that nobody has reviewed."""
    foreign = Difference.objects.filter(connection=connection, kind=DifferenceKind.FOREIGN)
    return foreign.needs_attention().count()


def _is_to_be_repeated(run: ReconciliationRun, *, now: datetime.datetime) -> bool:
    failed = run.state in (RunState.FAILED, RunState.INCOMPLETE)
    return failed and run.created_at < now - AGAIN_AFTER


def _start(connection: Connection, *, now: datetime.datetime, today: datetime.date) -> None:
    since = today - COMPARED
    try:
        start_check(connection.organisation, since=since, until=today, by=None, now=now)
    except CannotCheck:
        return  # switched off or paused meanwhile: the pages say so


class NotYet(Exception):
    """The connection may not resume; the text says what must be done first."""


@transaction.atomic
def resume_without_check(connection: Connection, *, now: datetime.datetime) -> None:
    """Resume a connection after a manual comparison, when no check can be complete.

    A day with 500 entries or more, or a used-up quota, makes a check incomplete. Raises NotYet.
    """
    locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if not locked.must_compare_first or locked.compare_from is None:
        raise NotYet(_("This connection does not wait for a comparison."))
    if now < locked.compare_from:
        minutes = (locked.compare_from - now) // datetime.timedelta(minutes=1) + 1
        raise NotYet(
            _(
                "Documents still on their way may arrive for another %(minutes)s minutes. Compare "
                "after that."
            )
            % {"minutes": minutes}
        )
    _resume(locked, now=now)
    locked.refresh_from_db()
    if locked.must_compare_first:
        raise NotYet(_("The daily check found documents that are unknown here. Review them first."))


@transaction.atomic
def _resume(connection: Connection, *, now: datetime.datetime) -> None:
    foreign = Difference.objects.filter(connection=connection, kind=DifferenceKind.FOREIGN).open()
    skip_numbers(connection.organisation, foreign.values_list("number", flat=True))
    if unseen(connection):
        return
    _mark_unfinished_unknown(connection)
    Connection.objects.filter(pk=connection.pk).update(must_compare_first=False, compare_from=None)
    text = gettext_lazy("Compared with e-Boekhouden after the restore; booking resumes.")
    record(connection, text, by=None, now=now)


def _mark_unfinished_unknown(connection: Connection) -> None:
    """Make every unfinished booking unknown: it may have been sent after the backup.

    It counts as sent at the moment of the restore, and is looked up before anything else.
    """
    # Set as long as the connection must compare first.
    compare_from = cast(datetime.datetime, connection.compare_from)
    restored_at = compare_from - QUIET
    unknown = {
        "unconfirmed_sends": Greatest(F("unconfirmed_sends"), 1),
        "last_sent_at": restored_at,
        "absent_at": None,
    }
    bookings = Booking.objects.filter(connection=connection)
    bookings.filter(state__in=OPEN_STATES).update(**unknown)
    stopped = bookings.filter(state__in=NEEDS_ATTENTION)
    stopped.update(state=State.UNKNOWN, next_at=compare_from, reason="", **unknown)
