"""Delivery: a worker claims due bookings, looks each up, sends it, and records the result.

The intention is committed before the first byte is sent. Only the worker whose fencing token is
current can write the result, so a worker that was delayed too long changes nothing. The lease of
a dead worker runs out; its booking is then as doubtful as after a lost answer.
"""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, IntegerField, When
from django.utils.translation import override

from integrations import database_identity, leases
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
from .decisions import LookUpResult, Progress, Step
from .exchange import RemoteRecord
from .outbox import enqueue_delivery
from .payloads import SCHEMA
from .reading_back import read_back
from .recording import AttemptResult, progress_of, record, save_intent

# The outcome of an attempt whose document e-Boekhouden accepted.
ACCEPTED = "accepted"
# Steps that may follow the first look-up of one claim.
MOST_STEPS = 6
# Seconds after which a worker claims no more bookings and enqueues the rest, so that it stops soon
# when it is asked to stop.
LONGEST_TURN = 30.0
# Seconds between claim and request. A worker that was suspended for longer must not send: its
# lease could run out during the request.
LATEST_START = (decisions.LEASE - decisions.EXCHANGE_DEADLINE).total_seconds() / 2
SETTLE_WHEN_UNIQUE = datetime.timedelta(seconds=60)
SETTLE_WITH_REMOTE_NUMBERS = datetime.timedelta(minutes=30)


@dataclass
class DeliverySession:
    """A worker that holds the lease of a connection."""

    connection: Connection
    fencing_token: int
    client: EBoekhouden
    clock: Callable[[], datetime.datetime]
    may_go_on: bool = True
    refused_codes: NotConfigured | None = None


def deliver(
    connection_id: int,
    *,
    open_client: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime] = database_now,
) -> int:
    """Deliver everything that is due on a connection. Returns the number of claimed bookings.

    Does nothing when another worker holds the lease, or when the connection is off or paused. In a
    copy of its database the connection is paused.
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
        return _deliver_with(connection, fencing_token, open_client=open_client, clock=clock)
    finally:
        leases.release(connection_id, fencing_token)
        if time.monotonic() - began >= LONGEST_TURN:
            enqueue_delivery(connection_id)


def _deliver_with(
    connection: Connection,
    fencing_token: int,
    *,
    open_client: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime],
) -> int:
    try:
        client = open_client(connection)
    except CannotDecrypt:
        with override(connection.organisation.language):
            pause(connection, code="keys", text=undecryptable(), now=clock())
        return 0
    count, until = 0, time.monotonic() + LONGEST_TURN
    with client:
        session = DeliverySession(connection, fencing_token, client, clock)
        while session.may_go_on and (held := _claim_next(session)):
            count += 1
            _carry_out(session, *held)
            session.may_go_on &= time.monotonic() < until
    return count


def _claim_next(session: DeliverySession) -> tuple[Booking, Attempt] | None:
    """Claim the next due booking; customers come before the documents that need them."""
    now = session.clock()
    if not leases.renew(session.connection.pk, session.fencing_token, now=now):
        return None
    due = Booking.objects.filter(connection=session.connection, payload__schema=SCHEMA).due(now)
    first = Case(When(kind=BookingKind.RELATION, then=0), default=1, output_field=IntegerField())
    for booking in due.select_related("customer", "invoice").order_by(first, "created_at", "pk"):
        progress, step = decisions.claim_booking(progress_of(booking), now=now)
        is_claimed = step is Step.LOOK_UP
        if is_claimed and (attempt := save_intent(booking, progress, is_look_up=True, now=now)):
            return booking, attempt
    return None


def _carry_out(session: DeliverySession, booking: Booking, attempt: Attempt) -> None:
    """Look the booking up, and take the steps that the decisions return, until they stop."""
    failpoint("after-claim")
    step = _take_step(Step.LOOK_UP, session, booking, attempt, since=time.monotonic())
    for _step_number in range(MOST_STEPS):
        if step is Step.STOP:
            return
        since = time.monotonic()
        next_attempt = _save_next(step, session, booking)
        if next_attempt is None:
            return
        step = _take_step(step, session, booking, next_attempt, since=since)


def _save_next(step: Step, session: DeliverySession, booking: Booking) -> Attempt | None:
    """Commit the intention to take a step. None when the lease or the booking was lost."""
    progress, now = progress_of(booking), session.clock()
    if step is Step.SEND:
        progress = decisions.begin_sending(progress, now=now)
    is_held = leases.renew(session.connection.pk, session.fencing_token, now=now)
    attempt = save_intent(booking, progress, is_look_up=step is Step.LOOK_UP, now=now)
    return attempt if is_held else None


@dataclass(frozen=True)
class StepResult:
    """The result of a step: its outcome, the progress to write, and the next step."""

    outcome: str
    progress: Progress
    next_step: Step
    remote: RemoteRecord | None = None
    error: EBoekhoudenError | None = None


def _take_step(
    step: Step, session: DeliverySession, booking: Booking, attempt: Attempt, *, since: float
) -> Step:
    """Look up or send, and record the result. Return the next step."""
    carry_out_step = _look if step is Step.LOOK_UP else _send
    result = carry_out_step(session, booking, attempt, since=since)
    record(
        booking,
        attempt,
        result.progress,
        _attempt_result(result, since=since),
        remote=result.remote,
        now=session.clock(),
    )
    if result.outcome == ACCEPTED:
        failpoint("after-recording")
    return result.next_step


def _attempt_result(result: StepResult, *, since: float) -> AttemptResult:
    milliseconds = int((time.monotonic() - since) * 1000)
    if result.error is None:
        return AttemptResult(result.outcome, milliseconds)
    text = result.error.text or str(result.error)
    return AttemptResult(result.outcome, milliseconds, result.error.code, text)


# --- Looking --------------------------------------------------------------------------------------


def _look(
    session: DeliverySession, booking: Booking, attempt: Attempt, *, since: float
) -> StepResult:
    try:
        result, remote = exchange.look_up(session.client, booking)
    except EBoekhoudenError as error:
        return _look_failed(session, booking, error)
    failpoint("after-look-up")
    _note_uniqueness(session.connection, booking, result)
    progress, next_step = decisions.found(
        progress_of(booking),
        result,
        started_at=attempt.started_at,
        now=session.clock(),
        settle=_settle(session.connection, booking),
    )
    if session.refused_codes and progress.reason == "credentials":
        refused = session.refused_codes
        pause(session.connection, code=refused.code, text=refused.text, now=session.clock())
        session.may_go_on = False
    return StepResult(result.name.lower(), progress, next_step, remote=remote)


def _look_failed(session: DeliverySession, booking: Booking, error: EBoekhoudenError) -> StepResult:
    now, progress = session.clock(), progress_of(booking)
    if isinstance(error, NotConfigured):
        with override(session.connection.organisation.language):
            pause(session.connection, code=error.code, text=sentence(error), now=now)
    if isinstance(error, MessageInvalid) and not booking.unconfirmed_sends:
        # Only this booking is wrong: the next one may be fine.
        return StepResult("look-up-failed", *decisions.unsendable(progress), error=error)
    session.may_go_on = False
    quota = isinstance(error, Refused) and exchange.refusal(error) is decisions.Refusal.QUOTA
    failed = decisions.look_up_failed(progress, now=now, quota=quota)
    return StepResult("look-up-failed", *failed, error=error)


def _note_uniqueness(connection: Connection, booking: Booking, result: LookUpResult) -> None:
    """Note that the administration refuses duplicates, after a refused number that does exist."""
    was_refused_as_existing = booking.refusal == decisions.Refusal.EXISTS.value
    if (
        was_refused_as_existing
        and booking.kind == BookingKind.INVOICE
        and result is not LookUpResult.ABSENT
    ):
        connection.refuses_duplicates = Uniqueness.YES
        connection.save(update_fields=["refuses_duplicates"])


def _settle(connection: Connection, booking: Booking) -> datetime.timedelta:
    """Return how long e-Boekhouden may still act on a request whose answer was lost."""
    is_invoice = booking.kind == BookingKind.INVOICE
    if is_invoice and connection.numbering == Numbering.EBOEKHOUDEN:
        return max(SETTLE_WITH_REMOTE_NUMBERS, connection.visible_after)
    settle = datetime.timedelta(seconds=settings.BOOKING_SETTLE_SECONDS)
    if is_invoice and connection.refuses_duplicates == Uniqueness.YES:
        settle = min(settle, SETTLE_WHEN_UNIQUE)
    return max(settle, connection.visible_after)


# --- Sending --------------------------------------------------------------------------------------


def _send(
    session: DeliverySession, booking: Booking, attempt: Attempt, *, since: float
) -> StepResult:
    failpoint("after-intent")
    try:
        if time.monotonic() - since > LATEST_START:
            raise NotSent("too-late")
        answered_id = exchange.send(session.client, booking)
        failpoint("after-answer")
        made = read_back(session.client, booking, answered_id=answered_id)
    except EBoekhoudenError as error:
        return _send_failed(session, booking, error)
    failpoint("before-recording")
    accepted = decisions.accepted(progress_of(booking), reason=made.reason)
    return StepResult(ACCEPTED, *accepted, remote=made.remote)


def _send_failed(session: DeliverySession, booking: Booking, error: EBoekhoudenError) -> StepResult:
    """Return the result of a failed sending, per error of integrations/eboekhouden/errors.py."""
    now, progress = session.clock(), progress_of(booking)
    match error:
        case MessageInvalid():
            return StepResult("invalid", *decisions.unsendable(progress), error=error)
        case NotSent():
            session.may_go_on = False
            tries = booking.attempts.filter(outcome="not-sent").count()
            not_sent = decisions.not_sent(progress, now=now, tries=tries)
            return StepResult("not-sent", *not_sent, error=error)
        case NotConfigured() | Refused():
            session.refused_codes = error if isinstance(error, NotConfigured) else None
            refused = decisions.refused(progress, exchange.refusal(error), now=now)
            return StepResult("refused", *refused, error=error)
    doubted = decisions.doubted(progress, now=now, reason=error.reason)
    return StepResult("doubted", *doubted, error=error)
