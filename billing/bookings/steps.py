"""The steps of delivery: look one booking up, send it, and record the result of each exchange."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import override

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
from integrations.error_messages import sentence
from integrations.models import Connection, Numbering, Uniqueness

from ..models import Attempt, Booking, BookingKind
from . import decisions, exchange
from .decisions import LookUpResult, Progress, Step
from .exchange import RemoteRecord
from .reading_back import read_back
from .recording import AttemptResult, progress_of, record, save_intent

# The outcome of an attempt whose document e-Boekhouden accepted.
ACCEPTED = "accepted"
# Steps that may follow the first look-up of one claim.
MOST_STEPS = 6
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
    # The end of its turn, on the monotonic clock.
    until: float
    may_go_on: bool = True
    refused_codes: NotConfigured | None = None
    # Bookings that were looked up with others and must be looked up by themselves.
    one_by_one: set[int] = field(default_factory=set)

    @property
    def has_time(self) -> bool:
        """Return whether its turn is not over."""
        return time.monotonic() < self.until


def carry_out(session: DeliverySession, booking: Booking, attempt: Attempt) -> None:
    """Look the booking up, and take the steps that the decisions return, until they stop."""
    failpoint("after-claim")
    step = take_step(Step.LOOK_UP, session, booking, attempt, since=time.monotonic())
    follow(step, session, booking)


def follow(step: Step, session: DeliverySession, booking: Booking) -> None:
    """Take a step and those that follow from it, until the decisions stop."""
    for _step_number in range(MOST_STEPS):
        if step is Step.STOP:
            return
        since = time.monotonic()
        next_attempt = save_next(step, session, booking, now=session.clock())
        if next_attempt is None:
            return
        step = take_step(step, session, booking, next_attempt, since=since)


def save_next(
    step: Step, session: DeliverySession, booking: Booking, *, now: datetime.datetime
) -> Attempt | None:
    """Commit the intention to take a step. None when the lease or the booking was lost."""
    progress = progress_of(booking)
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


def take_step(
    step: Step, session: DeliverySession, booking: Booking, attempt: Attempt, *, since: float
) -> Step:
    """Look up or send, and record the result. Return the next step."""
    carry_out_step = _look if step is Step.LOOK_UP else _send
    result = carry_out_step(session, booking, attempt, since=since)
    write_result(session, booking, attempt, result, since=since)
    if result.outcome == ACCEPTED:
        failpoint("after-recording")
    return result.next_step


def write_result(
    session: DeliverySession,
    booking: Booking,
    attempt: Attempt,
    result: StepResult,
    *,
    since: float,
) -> None:
    """Record the result of a step that began at `since`, on the monotonic clock."""
    outcome = _attempt_result(result, since=since)
    now = session.clock()
    record(booking, attempt, result.progress, outcome, remote=result.remote, now=now)


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
        return look_failed(session, booking, error)
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
        _pause(session, session.refused_codes)
        session.may_go_on = False
    return StepResult(result.name.lower(), progress, next_step, remote=remote)


def look_failed(session: DeliverySession, booking: Booking, error: EBoekhoudenError) -> StepResult:
    """Return the result of a failed look-up; pause the connection if its codes were refused."""
    now, progress = session.clock(), progress_of(booking)
    if isinstance(error, NotConfigured) and session.may_go_on:
        _pause(session, error)
    if isinstance(error, MessageInvalid) and not booking.unconfirmed_sends:
        # Only this booking is wrong: the next one may be fine.
        return StepResult("look-up-failed", *decisions.unsendable(progress), error=error)
    session.may_go_on = False
    quota = isinstance(error, Refused) and exchange.refusal(error) is decisions.Refusal.QUOTA
    failed = decisions.look_up_failed(progress, now=now, quota=quota)
    return StepResult("look-up-failed", *failed, error=error)


def _pause(session: DeliverySession, refused: NotConfigured) -> None:
    """Pause the connection whose codes were refused, with a sentence instead of the answer."""
    with override(session.connection.organisation.language):
        text = sentence(refused)
        pause(session.connection, code=refused.code, text=text, now=session.clock())


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
    try:
        answered_id = order(session, booking, since=since)
        made = read_back(session.client, booking, answered_id=answered_id)
    except EBoekhoudenError as error:
        return send_failed(session, booking, error)
    failpoint("before-recording")
    accepted = decisions.accepted(progress_of(booking), reason=made.reason)
    return StepResult(ACCEPTED, *accepted, remote=made.remote)


def order(session: DeliverySession, booking: Booking, *, since: float) -> str:
    """Send the document, whose intention was saved at `since`. Returns the number or id answered.

    Raises the errors of integrations.eboekhouden.errors.
    """
    failpoint("after-intent")
    if time.monotonic() - since > LATEST_START:
        raise NotSent("too-late")
    answered_id = exchange.send(session.client, booking)
    failpoint("after-answer")
    return answered_id


def send_failed(session: DeliverySession, booking: Booking, error: EBoekhoudenError) -> StepResult:
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
