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

from integrations import database_identity as database_identity
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
from .outbox import enqueue_delivery
from .payloads import SCHEMA
from .reading_back import read_back
from .recording import Outcome, progress_of, record, save_intent

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
class DeliverySession:
    """Who delivers: one worker, holding the lease of one connection."""

    connection: Connection
    fencing_token: int
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
    if not database_identity.adopt_if_unclaimed(connection_id):
        database_identity.notice_move(connection_id, now=clock())
        return 0
    fencing_token = leases.take(connection_id, now=clock())
    if fencing_token is None:
        return 0
    failpoint("after-lease")
    connection = Connection.objects.select_related("organisation").get(pk=connection_id)
    began = time.monotonic()
    try:
        return _deliver_with(connection, fencing_token, open_books=open_books, clock=clock)
    finally:
        leases.release(connection_id, fencing_token)
        if time.monotonic() - began >= LONGEST_TURN:
            enqueue_delivery(connection_id)


def _deliver_with(
    connection: Connection,
    fencing_token: int,
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
        delivery = DeliverySession(connection, fencing_token, books, clock)
        while delivery.may_go_on and (held := _claim_next(delivery)):
            count += 1
            _carry_out(delivery, *held)
            delivery.may_go_on &= time.monotonic() < until
    return count


def _claim_next(delivery: DeliverySession) -> tuple[Booking, Attempt] | None:
    """The next due booking, now held by us; customers before the documents that need them."""
    now = delivery.clock()
    if not leases.renew(delivery.connection.pk, delivery.fencing_token, now=now):
        return None
    due = Booking.objects.filter(connection=delivery.connection, payload__schema=SCHEMA).due(now)
    first = Case(When(kind=BookingKind.RELATION, then=0), default=1, output_field=IntegerField())
    for booking in due.select_related("customer", "invoice").order_by(first, "created_at", "pk"):
        progress, step = decisions.claim(progress_of(booking), now=now)
        if step is Step.STOP:
            continue
        if attempt := save_intent(booking, progress, is_look_up=True, now=now):
            return booking, attempt
    return None


def _carry_out(delivery: DeliverySession, booking: Booking, attempt: Attempt) -> None:
    """Looks, and sends if the look allows it, until there is nothing more to do now."""
    failpoint("after-claim")
    step = _look(delivery, booking, attempt, since=time.monotonic())
    for _turn in range(MOST_STEPS):
        if step is Step.STOP:
            return
        watch = time.monotonic()
        progress, now = progress_of(booking), delivery.clock()
        if step is Step.SEND:
            progress = decisions.begin_sending(progress, now=now)
        still_ours = leases.renew(delivery.connection.pk, delivery.fencing_token, now=now)
        again = save_intent(booking, progress, is_look_up=step is Step.LOOK_UP, now=now)
        if not still_ours or again is None:
            return
        take = _look if step is Step.LOOK_UP else _send
        step = take(delivery, booking, again, since=watch)


# --- Looking --------------------------------------------------------------------------------------


def _look(delivery: DeliverySession, booking: Booking, attempt: Attempt, *, since: float) -> Step:
    try:
        finding, remote = exchange.look_up(delivery.books, booking)
    except EBoekhoudenError as error:
        return _look_failed(delivery, booking, attempt, error, since)
    failpoint("after-look-up")
    _learn(delivery.connection, booking, finding)
    progress, step = decisions.found(
        progress_of(booking),
        finding,
        started_at=attempt.started_at,
        now=delivery.clock(),
        settle=_settle(delivery.connection, booking),
    )
    if delivery.refused_codes and progress.reason == "credentials":
        refused = delivery.refused_codes
        pause(delivery.connection, code=refused.code, text=refused.text, now=delivery.clock())
        delivery.may_go_on = False
    outcome = Outcome(finding.name.lower(), _milliseconds(since))
    record(booking, attempt, progress, outcome, remote=remote, now=delivery.clock())
    return step


def _look_failed(
    delivery: DeliverySession,
    booking: Booking,
    attempt: Attempt,
    error: EBoekhoudenError,
    since: float,
) -> Step:
    now = delivery.clock()
    delivery.may_go_on = False
    if isinstance(error, NotConfigured):
        with override(delivery.connection.organisation.language):
            pause(delivery.connection, code=error.code, text=sentence(error), now=now)
    quota = isinstance(error, Refused) and exchange.refusal(error) is decisions.Refusal.QUOTA
    progress, step = decisions.look_up_failed(progress_of(booking), now=now, quota=quota)
    if isinstance(error, MessageInvalid) and not booking.unconfirmed_sends:
        delivery.may_go_on = True
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


def _send(delivery: DeliverySession, booking: Booking, attempt: Attempt, *, since: float) -> Step:
    failpoint("after-intent")
    try:
        if time.monotonic() - since > LATEST_START:
            raise NotSent("too-late")
        answered_id = exchange.send(delivery.books, booking)
        failpoint("after-answer")
        made = read_back(delivery.books, booking, answered_id=answered_id)
    except EBoekhoudenError as error:
        return _send_failed(delivery, booking, attempt, error, since)
    failpoint("before-recording")
    progress, step = decisions.accepted(progress_of(booking), reason=made.reason)
    outcome = Outcome("accepted", _milliseconds(since))
    record(booking, attempt, progress, outcome, remote=made.remote, now=delivery.clock())
    failpoint("after-recording")
    return step


def _send_failed(
    delivery: DeliverySession,
    booking: Booking,
    attempt: Attempt,
    error: EBoekhoudenError,
    since: float,
) -> Step:
    now, progress = delivery.clock(), progress_of(booking)
    name, step = "doubted", Step.STOP
    match error:
        case MessageInvalid():
            name, (progress, step) = "invalid", decisions.unsendable(progress)
        case NotSent():
            delivery.may_go_on = False
            tries = booking.attempts.filter(outcome="not-sent").count()
            name, (progress, step) = "not-sent", decisions.not_sent(progress, now=now, tries=tries)
        case NotConfigured() | Refused():
            name = "refused"
            delivery.refused_codes = error if isinstance(error, NotConfigured) else None
            progress, step = decisions.refused(progress, exchange.refusal(error), now=now)
        case _:
            progress, step = decisions.doubted(progress, now=now, reason=error.reason)
    outcome = Outcome(name, _milliseconds(since), error.code, error.text or str(error))
    record(booking, attempt, progress, outcome, now=now)
    return step


def _milliseconds(since: float) -> int:
    return int((time.monotonic() - since) * 1000)
