"""A worker delivers what is due: claims a booking, looks, sends, and records what came of it.

The intention is committed before the first byte; the result is written only by whoever still holds
the booking (its fence), so that a worker that was away too long changes nothing. A worker that dies
leaves a lease that runs out, after which the booking is as doubtful as after any lost answer.
"""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, IntegerField, When
from django.utils.translation import override

from integrations import database_identity as place
from integrations import leases
from integrations.connecting import pause
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import (
    EBoekhoudenError,
    MessageInvalid,
    NotConfigured,
    NotSent,
    Refused,
)
from integrations.eboekhouden.failpoints import failpoint
from integrations.error_messages import sentence, undecryptable
from integrations.models import Connection, Numbering, Uniqueness
from integrations.secrets import CannotDecrypt

from ..models import Attempt, Booking, BookingKind
from . import decisions, exchange
from .clock import database_now
from .decisions import Finding, Step
from .dispatch import ring
from .payloads import SCHEMA
from .reading_back import read_back
from .recording import Outcome, progress_of, record, remember

MOST_STEPS = 6
# Seconds after which a worker takes on no more and rings for the rest, so that one that is told to
# leave is gone soon.
LONGEST_TURN = 30.0
# A worker that slept longer than this since it claimed may no longer begin: its lease might run out
# while its request is on the way. In seconds.
LATEST_START = (decisions.LEASE - decisions.EXCHANGE_DEADLINE).total_seconds() / 2
SETTLE_WHEN_UNIQUE = datetime.timedelta(seconds=60)
SETTLE_WITH_THEIR_NUMBERS = datetime.timedelta(minutes=30)


@dataclass
class Courier:
    """Who delivers: one worker, holding the lease of one connection."""

    connection: Connection
    fence: int
    books: EBoekhouden
    clock: Callable[[], datetime.datetime]
    may_go_on: bool = True
    refused_codes: NotConfigured | None = None


def deliver(
    connection_id: int,
    *,
    open_books: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime] = database_now,
) -> int:
    """Delivers everything that is due on a connection. Returns how many bookings it took on.

    Does nothing when another worker holds the lease, or when the connection is off or paused; in a
    copy of its database it is paused.
    """
    if not Booking.objects.filter(connection=connection_id).due(clock()).exists():
        return 0
    if not place.settle_here(connection_id):
        place.notice_move(connection_id, now=clock())
        return 0
    fence = leases.take(connection_id, now=clock())
    if fence is None:
        return 0
    failpoint("after-lease")
    connection = Connection.objects.select_related("organisation").get(pk=connection_id)
    began = time.monotonic()
    try:
        return _deliver_with(connection, fence, open_books=open_books, clock=clock)
    finally:
        leases.release(connection_id, fence)
        if time.monotonic() - began >= LONGEST_TURN:
            ring(connection_id)


def _deliver_with(
    connection: Connection,
    fence: int,
    *,
    open_books: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime],
) -> int:
    try:
        books = open_books(connection)
    except CannotDecrypt:
        with override(connection.organisation.language):
            pause(connection, code="keys", text=undecryptable(), now=clock())
        return 0
    count, until = 0, time.monotonic() + LONGEST_TURN
    with books:
        courier = Courier(connection, fence, books, clock)
        while courier.may_go_on and (held := _claim_next(courier)):
            count += 1
            _carry_out(courier, *held)
            courier.may_go_on &= time.monotonic() < until
    return count


def _claim_next(courier: Courier) -> tuple[Booking, Attempt] | None:
    """The next due booking, now held by us; customers before the documents that need them."""
    now = courier.clock()
    if not leases.renew(courier.connection.pk, courier.fence, now=now):
        return None
    due = Booking.objects.filter(connection=courier.connection, payload__schema=SCHEMA).due(now)
    first = Case(When(kind=BookingKind.RELATION, then=0), default=1, output_field=IntegerField())
    for booking in due.select_related("customer", "invoice").order_by(first, "created_at", "pk"):
        progress, step = decisions.claim(progress_of(booking), now=now)
        if step is Step.STOP:
            continue
        if attempt := remember(booking, progress, is_look_up=True, now=now):
            return booking, attempt
    return None


def _carry_out(courier: Courier, booking: Booking, attempt: Attempt) -> None:
    """Looks, and sends if the look allows it, until there is nothing more to do now."""
    failpoint("after-claim")
    step = _look(courier, booking, attempt, since=time.monotonic())
    for _turn in range(MOST_STEPS):
        if step is Step.STOP:
            return
        watch = time.monotonic()
        progress, now = progress_of(booking), courier.clock()
        if step is Step.SEND:
            progress = decisions.begin_sending(progress, now=now)
        still_ours = leases.renew(courier.connection.pk, courier.fence, now=now)
        again = remember(booking, progress, is_look_up=step is Step.LOOK_UP, now=now)
        if not still_ours or again is None:
            return
        take = _look if step is Step.LOOK_UP else _send
        step = take(courier, booking, again, since=watch)


# --- Looking --------------------------------------------------------------------------------------


def _look(courier: Courier, booking: Booking, attempt: Attempt, *, since: float) -> Step:
    try:
        finding, sight = exchange.look_up(courier.books, booking)
    except EBoekhoudenError as error:
        return _look_failed(courier, booking, attempt, error, since)
    failpoint("after-look-up")
    _learn(courier.connection, booking, finding)
    progress, step = decisions.found(
        progress_of(booking),
        finding,
        started_at=attempt.started_at,
        now=courier.clock(),
        settle=_settle(courier.connection, booking),
    )
    if courier.refused_codes and progress.reason == "credentials":
        refused = courier.refused_codes
        pause(courier.connection, code=refused.code, text=refused.text, now=courier.clock())
        courier.may_go_on = False
    outcome = Outcome(finding.name.lower(), _milliseconds(since))
    record(booking, attempt, progress, outcome, sight=sight, now=courier.clock())
    return step


def _look_failed(
    courier: Courier, booking: Booking, attempt: Attempt, error: EBoekhoudenError, since: float
) -> Step:
    now = courier.clock()
    courier.may_go_on = False
    if isinstance(error, NotConfigured):
        with override(courier.connection.organisation.language):
            pause(courier.connection, code=error.code, text=sentence(error), now=now)
    quota = isinstance(error, Refused) and exchange.refusal(error) is decisions.Refusal.QUOTA
    progress, step = decisions.look_up_failed(progress_of(booking), now=now, quota=quota)
    if isinstance(error, MessageInvalid) and not booking.sends:
        courier.may_go_on = True
        progress, step = decisions.unsendable(progress_of(booking))
    outcome = Outcome("look-up-failed", _milliseconds(since), error.code, error.text or str(error))
    record(booking, attempt, progress, outcome, now=now)
    return step


def _learn(connection: Connection, booking: Booking, finding: Finding) -> None:
    """An invoice number refused as existing, that exists: this administration allows no doubles."""
    was_double = booking.refusal == decisions.Refusal.EXISTS.value
    if was_double and booking.kind == BookingKind.INVOICE and finding is not Finding.ABSENT:
        connection.refuses_doubles = Uniqueness.YES
        connection.save(update_fields=["refuses_doubles"])


def _settle(connection: Connection, booking: Booking) -> datetime.timedelta:
    """How long the service may still act on a request of which the answer was lost."""
    is_invoice = booking.kind == BookingKind.INVOICE
    if is_invoice and connection.numbering == Numbering.THEIRS:
        return SETTLE_WITH_THEIR_NUMBERS
    settle = datetime.timedelta(seconds=settings.BOOKING_SETTLE_SECONDS)
    if is_invoice and connection.refuses_doubles == Uniqueness.YES:
        return min(settle, SETTLE_WHEN_UNIQUE)
    return settle


# --- Sending --------------------------------------------------------------------------------------


def _send(courier: Courier, booking: Booking, attempt: Attempt, *, since: float) -> Step:
    failpoint("after-intent")
    try:
        if time.monotonic() - since > LATEST_START:
            raise NotSent("too-late")
        told = exchange.send(courier.books, booking)
        failpoint("after-answer")
        made = read_back(courier.books, booking, told=told)
    except EBoekhoudenError as error:
        return _send_failed(courier, booking, attempt, error, since)
    failpoint("before-recording")
    progress, step = decisions.accepted(progress_of(booking), reason=made.reason)
    outcome = Outcome("accepted", _milliseconds(since))
    record(booking, attempt, progress, outcome, sight=made.sight, now=courier.clock())
    failpoint("after-recording")
    return step


def _send_failed(
    courier: Courier, booking: Booking, attempt: Attempt, error: EBoekhoudenError, since: float
) -> Step:
    now, progress = courier.clock(), progress_of(booking)
    name, step = "doubted", Step.STOP
    match error:
        case MessageInvalid():
            name, (progress, step) = "invalid", decisions.unsendable(progress)
        case NotSent():
            courier.may_go_on = False
            tries = booking.attempts.filter(outcome="not-sent").count()
            name, (progress, step) = "not-sent", decisions.not_sent(progress, now=now, tries=tries)
        case NotConfigured() | Refused():
            name = "refused"
            courier.refused_codes = error if isinstance(error, NotConfigured) else None
            progress, step = decisions.refused(progress, exchange.refusal(error), now=now)
        case _:
            progress, step = decisions.doubted(progress, now=now, reason=error.reason)
    outcome = Outcome(name, _milliseconds(since), error.code, error.text or str(error))
    record(booking, attempt, progress, outcome, now=now)
    return step


def _milliseconds(since: float) -> int:
    return int((time.monotonic() - since) * 1000)
