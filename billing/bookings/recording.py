"""Writing down what is about to happen, and what happened, so that only the holder can write it."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from customers.models import Customer
from integrations.models import Connection

from ..models import Attempt, Booking, BookingKind, Invoice, InvoiceEvent, State
from .decisions import Progress, somebody_elses
from .exchange import RemoteRecord

IN_HAND = (State.SENDING, State.CHECKING)
FIELDS = (
    "next_at",
    "lease_until",
    "unconfirmed_sends",
    "checks",
    "last_sent_at",
    "absent_at",
    "refusal",
    "reason",
)


@dataclass(frozen=True)
class AttemptResult:
    """What an exchange came to, for the timeline: a word, how long, and the service's own text."""

    word: str
    milliseconds: int
    code: str = ""
    text: str = ""


def progress_of(booking: Booking) -> Progress:
    """What the decisions need to know of a booking."""
    figures = {name: getattr(booking, name) for name in FIELDS}
    return Progress(state=State(booking.state), **figures)


def save_intent(
    booking: Booking, progress: Progress, *, is_look_up: bool, now: datetime.datetime
) -> Attempt | None:
    """Commits the intention before the wire. None: somebody else took the booking meanwhile."""
    with transaction.atomic():
        ours = Booking.objects.filter(
            pk=booking.pk, fencing_token=booking.fencing_token, state=booking.state
        )
        if not ours.update(
            state=progress.state, fencing_token=F("fencing_token") + 1, **_figures(progress)
        ):
            return None
        _take_over(booking, progress)
        booking.fencing_token += 1
        return Attempt.objects.create(
            booking=booking,
            fencing_token=booking.fencing_token,
            is_look_up=is_look_up,
            started_at=now,
        )


def record(
    booking: Booking,
    attempt: Attempt,
    progress: Progress,
    outcome: AttemptResult,
    *,
    now: datetime.datetime,
    remote: RemoteRecord | None = None,
) -> bool:
    """Writes what came of it and what follows.

    False: we were away too long; nothing but the attempt. What turns out to be tied to another
    document or customer meanwhile becomes a conflict.
    """
    try:
        return _record(booking, attempt, progress, outcome, remote, now=now)
    except AlreadyTied:
        return _record(booking, attempt, somebody_elses(progress), outcome, remote, now=now)


class AlreadyTied(Exception):
    """Something else here is tied to the record that stands there."""


def _record(
    booking: Booking,
    attempt: Attempt,
    progress: Progress,
    outcome: AttemptResult,
    remote: RemoteRecord | None,
    *,
    now: datetime.datetime,
) -> bool:
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=outcome.word,
            milliseconds=outcome.milliseconds,
            code=outcome.code[:20],
            text=outcome.text[:500],
        )
        held = Booking.objects.filter(
            pk=booking.pk, fencing_token=attempt.fencing_token, state__in=IN_HAND
        )
        if not held.update(state=progress.state, **_figures(progress), **_said(outcome)):
            return False
        _take_over(booking, progress)
        if progress.state == State.CONFIRMED and remote:
            _confirm(booking, remote, now=now)
        elif progress.state in (State.CONFLICT, State.REJECTED):
            _needs_somebody(booking, outcome, remote, now=now)
        return True


def _figures(progress: Progress) -> dict[str, object]:
    return {name: getattr(progress, name) for name in FIELDS}


def _said(outcome: AttemptResult) -> dict[str, str]:
    """A later look-up must not wipe out why something was refused."""
    if not outcome.code and not outcome.text:
        return {}
    return {"code": outcome.code[:20], "text": outcome.text[:500]}


def _take_over(booking: Booking, progress: Progress) -> None:
    booking.state = progress.state
    for name, value in _figures(progress).items():
        setattr(booking, name, value)


def _confirm(booking: Booking, remote: RemoteRecord, *, now: datetime.datetime) -> None:
    """It is there, once: bind it, and tell those who waited."""
    tie(booking, remote.remote_id)
    Booking.objects.filter(pk=booking.pk).update(
        remote_snapshot=remote.copy or None, ended_at=now, code="", text=""
    )
    if booking.invoice_id is None:
        release_waiting(booking.customer_id, now=now)
        return
    if booking.kind == BookingKind.INVOICE and not booking.natural_key:
        _take_their_number(booking, booking.invoice_id, number=remote.remote_id)
    details = {"kind": booking.kind, "remote_id": remote.remote_id, "reason": booking.reason}
    InvoiceEvent.objects.create(
        invoice_id=booking.invoice_id, at=now, kind="booked", details=details
    )


def tie(booking: Booking, remote_id: str) -> None:
    """Binds the booking, and a customer, to what stands there.

    Must run in a transaction, which cannot go on after AlreadyTied.
    """
    keys = Connection.objects.filter(pk=booking.connection_id)
    administration = keys.values_list("administration_key", flat=True).get()
    try:
        Booking.objects.filter(pk=booking.pk).update(
            remote_id=remote_id, administration=administration
        )
        if booking.kind == BookingKind.RELATION:
            Customer.objects.filter(pk=booking.customer_id).update(remote_id=int(remote_id))
    except IntegrityError as error:
        raise AlreadyTied from error


def _take_their_number(booking: Booking, invoice_id: int, *, number: str) -> None:
    """Unless an invoice of ours has that number already: then it is only known as theirs."""
    ours = Invoice.objects.filter(organisation=booking.organisation_id)
    if not ours.filter(number=number).exists():
        ours.filter(pk=invoice_id, number="").update(number=number)


def release_waiting(customer_id: int, *, now: datetime.datetime) -> None:
    """The customer is there: documents that waited for it may go."""
    Booking.objects.filter(customer=customer_id, state=State.BLOCKED, reason="customer").update(
        state=State.QUEUED, next_at=now, reason=""
    )


def _needs_somebody(
    booking: Booking, outcome: AttemptResult, remote: RemoteRecord | None, *, now: datetime.datetime
) -> None:
    Booking.objects.filter(pk=booking.pk).update(remote_snapshot=remote.copy if remote else None)
    if booking.invoice_id:
        details = {"state": booking.state, "code": outcome.code, "text": outcome.text}
        InvoiceEvent.objects.create(
            invoice_id=booking.invoice_id, at=now, kind="booking-stopped", details=details
        )
