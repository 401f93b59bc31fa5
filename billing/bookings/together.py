"""Deliver several documents with one look-up for all, an order each, and one reading back for all.

The promise is that of a delivery one by one, because only documents take this way of which nothing
was sent since their absence was last proven. What turns out to be there, what an answer may lack,
and what a fault leaves in doubt is looked up by itself (steps.py).
"""

import datetime
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations import leases
from integrations.eboekhouden.errors import EBoekhoudenError, MessageInvalid, OutcomeUnknown
from integrations.eboekhouden.failpoints import failpoint

from ..models import Attempt, Booking, BookingKind, State
from . import decisions, exchange, payloads
from .decisions import Step
from .payloads import SCHEMA
from .reading_back import Made, read_back_together
from .recording import (
    Accepted,
    AttemptResult,
    Held,
    keep_hold,
    progress_of,
    put_back,
    record,
    record_accepted,
    record_look_ups,
    save_look_ups,
)
from .steps import (
    ACCEPTED,
    DeliverySession,
    follow,
    look_failed,
    order,
    save_next,
    send_failed,
    write_result,
)

# The number of documents that one look-up serves. With fewer, one by one takes as many calls.
FEWEST, MOST = 3, 50
# Outcomes of a look-up for several: the number was in the answer, or it may be missing in it.
PRESENT, INCOMPLETE = "present", "incomplete"


@dataclass(frozen=True)
class Answer:
    """A document that e-Boekhouden accepted and that was not read back yet."""

    booking: Booking
    attempt: Attempt
    answered_id: str
    outcome: AttemptResult


def claim_together(session: DeliverySession) -> list[Held]:
    """Claim the next due documents of one kind, if one look-up may serve them.

    Returns an empty list if there are fewer than FEWEST, or if a customer must be created first.
    """
    now = session.clock()
    due = Booking.objects.filter(connection=session.connection, payload__schema=SCHEMA).due(now)
    if due.filter(kind=BookingKind.RELATION).exists():
        return []
    unsent = due.filter(state=State.QUEUED, unconfirmed_sends=0, refusal="")
    documents = unsent.exclude(natural_key="").exclude(pk__in=session.one_by_one)
    first = list(
        documents.select_related("customer", "invoice").order_by("created_at", "pk")[:MOST]
    )
    several = [
        booking
        for booking in first
        if booking.kind == first[0].kind
        and decisions.may_go_together(progress_of(booking), now=now)
    ]
    is_held = leases.renew(session.connection.pk, session.fencing_token, now=now)
    if len(several) < FEWEST or not is_held:
        return []
    return save_look_ups(several, now=now)


def deliver_together(session: DeliverySession, held: Sequence[Held]) -> int:
    """Look the claimed documents up at once, send those that are absent, and read them back.

    Returns how many it did not put back. The first one is sent also when the turn is over, so that
    every turn does something.
    """
    failpoint("after-claim")
    answers = []
    absent = _absent(session, held)
    unsent = list(absent)
    while unsent and (session.has_time or len(unsent) == len(absent)):
        now, (booking, look_up) = session.clock(), unsent[0]
        if not _may_send(session, booking, look_up, now=now):
            break
        unsent.pop(0)
        if answer := _send(session, booking, now=now):
            answers.append(answer)
    _put_back(session, unsent, is_all=len(unsent) == len(absent))
    _read_back(session, answers)
    return len(absent) - len(unsent)


def _may_send(
    session: DeliverySession, booking: Booking, look_up: Attempt, *, now: datetime.datetime
) -> bool:
    """Return whether the look-up still covers the booking."""
    started_at = look_up.started_at
    is_absent = decisions.is_still_absent(progress_of(booking), started_at=started_at, now=now)
    return is_absent and session.may_go_on


def _put_back(session: DeliverySession, unsent: Sequence[Held], *, is_all: bool) -> None:
    """Put unsent documents back; one by one if the look-up took too long for any of them."""
    bookings = [booking for booking, _attempt in unsent]
    if is_all:
        session.one_by_one |= {booking.pk for booking in bookings}
    put_back(bookings, now=session.clock())


def _absent(session: DeliverySession, held: Sequence[Held]) -> list[Held]:
    """Return the documents that e-Boekhouden provably lacks; put back the others."""
    since = time.monotonic()
    try:
        records = _look_up(session, held)
    except EBoekhoudenError as error:
        if isinstance(error, MessageInvalid) or error.reason == exchange.MAY_LACK_SOME:
            _leave_one_by_one(session, held, INCOMPLETE, since=since)
        else:
            _look_failed(session, held, error, since=since)
        return []
    failpoint("after-look-up")
    there = [one for one in held if exchange.with_number(records, one[0].natural_key)]
    absent = [one for one in held if one not in there]
    _leave_one_by_one(session, there, PRESENT, since=since)
    record_look_ups(absent, AttemptResult("absent", _milliseconds(since)))
    return absent


def _look_up(session: DeliverySession, held: Sequence[Held]) -> Sequence[exchange.Listed]:
    """Return all documents of a period that includes those of these bookings.

    A number of ours may be in use on another day, so it is the whole year. If an answer cannot hold
    a year, it is the days of the documents. Raises OutcomeUnknown if that is too much too.
    """
    bookings = [booking for booking, _attempt in held]
    for since, until in _periods(session, bookings):
        try:
            return exchange.documents_between(session.client, bookings[0].kind, since, until)
        except OutcomeUnknown as doubt:
            if doubt.reason != exchange.MAY_LACK_SOME:
                raise
    raise OutcomeUnknown(exchange.MAY_LACK_SOME)


def _periods(
    session: DeliverySession, bookings: Sequence[Booking]
) -> Iterator[tuple[datetime.date, datetime.date]]:
    days = [payloads.day_of(booking.payload) for booking in bookings]
    first, last = min(days), max(days)
    begin, end = first.replace(month=1, day=1), last.replace(month=12, day=31)
    kind = bookings[0].kind
    of_year = Booking.objects.filter(
        connection=session.connection,
        kind=kind,
        state=State.CONFIRMED,
        invoice__date__range=(begin, end),
    )
    most = exchange.most_listed(session.client, kind)
    if of_year[:most].count() < most:
        yield begin, end
    yield first, last


def _leave_one_by_one(
    session: DeliverySession, held: Sequence[Held], outcome: str, *, since: float
) -> None:
    """Put documents back; the session looks each up by itself."""
    record_look_ups(held, AttemptResult(outcome, _milliseconds(since)))
    bookings = [booking for booking, _attempt in held]
    session.one_by_one |= {booking.pk for booking in bookings}
    put_back(bookings, now=session.clock())


def _look_failed(
    session: DeliverySession, held: Sequence[Held], error: EBoekhoudenError, *, since: float
) -> None:
    for booking, attempt in held:
        result = look_failed(session, booking, error)
        write_result(session, booking, attempt, result, since=since)


def _send(session: DeliverySession, booking: Booking, *, now: datetime.datetime) -> Answer | None:
    """Send a document that is absent. Returns the answer, if e-Boekhouden accepted it."""
    since = time.monotonic()
    attempt = save_next(Step.SEND, session, booking, now=now)
    if attempt is None:
        session.may_go_on = False
        return None
    try:
        answered_id = order(session, booking, since=since)
    except EBoekhoudenError as error:
        result = send_failed(session, booking, error)
        write_result(session, booking, attempt, result, since=since)
        follow(result.next_step, session, booking)
        return None
    answered_at, outcome = session.clock(), AttemptResult(ACCEPTED, _milliseconds(since))
    noted = decisions.answered(progress_of(booking), now=answered_at)
    if not record(booking, attempt, noted, outcome, now=answered_at):
        return None
    failpoint("after-noting")
    return Answer(booking, attempt, answered_id, outcome)


def _read_back(session: DeliverySession, answers: Sequence[Answer]) -> None:
    """Read accepted documents back at once, and record the results."""
    kept = {it.pk for it in keep_hold([it.booking for it in answers], now=session.clock())}
    by_pk = {answer.booking.pk: answer for answer in answers if answer.booking.pk in kept}
    if not by_pk:
        return
    pairs = [(answer.booking, answer.answered_id) for answer in by_pk.values()]
    made = list(read_back_together(session.client, pairs))
    failpoint("before-recording")
    accepted = [_accepted(by_pk[booking.pk], it) for booking, it in made if isinstance(it, Made)]
    record_accepted(accepted, now=session.clock())
    for booking, it in made:
        if isinstance(it, OutcomeUnknown):
            result = send_failed(session, booking, it)
            attempt = by_pk[booking.pk].attempt
            write_result(session, booking, attempt, result, since=time.monotonic())
    failpoint("after-recording")


def _accepted(answer: Answer, made: Made) -> Accepted:
    progress, _step = decisions.accepted(progress_of(answer.booking), reason=made.reason)
    return Accepted(answer.booking, answer.attempt, progress, made.remote, answer.outcome)


def _milliseconds(since: float) -> int:
    return int((time.monotonic() - since) * 1000)
