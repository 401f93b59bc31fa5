"""Record intentions and results, so that only the worker that holds a booking can."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.closed_periods import close_until
from customers.models import Customer
from customers.relations import own_code
from integrations.eboekhouden.facts.codes import CodeClass, classify
from integrations.models import Connection

from ..events import add_event, add_events
from ..models import Attempt, Booking, BookingKind, Invoice, InvoiceEvent, State
from .decisions import Progress, answered, claim_booking, linked_elsewhere, released
from .exchange import RemoteRecord
from .payloads import fingerprint

log = structlog.get_logger(__name__)
IN_HAND = (State.SENDING, State.CHECKING)
# A claimed booking and the exchange that was begun for it.
Held = tuple[Booking, Attempt]
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
    """The result of an exchange: its outcome, duration, and the text of e-Boekhouden."""

    name: str
    milliseconds: int
    code: str = ""
    text: str = ""


def progress_of(booking: Booking) -> Progress:
    """Return the fields of a booking on which the decisions depend."""
    figures = {name: getattr(booking, name) for name in FIELDS}
    return Progress(state=State(booking.state), **figures)


def save_intent(
    booking: Booking, progress: Progress, *, is_look_up: bool, now: datetime.datetime
) -> Attempt | None:
    """Commit the intention before the exchange. None when another worker took the booking."""
    with transaction.atomic():
        rows = Booking.objects.filter(
            pk=booking.pk, fencing_token=booking.fencing_token, state=booking.state
        )
        if not rows.update(
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
    """Write the result of an attempt, and the new progress of the booking.

    False when this worker was too late: then only the attempt is written. A record that is linked
    to another document or customer makes the booking a conflict.
    """
    try:
        is_written = _record(booking, attempt, progress, outcome, remote, now=now)
    except AlreadyLinked:
        progress = linked_elsewhere(progress)
        is_written = _record(booking, attempt, progress, outcome, remote, now=now)
    if is_written:
        _log(booking, outcome)
    return is_written


class AlreadyLinked(Exception):
    """Another document or customer is already linked to the record in e-Boekhouden."""


# --- Several at once ------------------------------------------------------------------------------


def save_look_ups(bookings: Sequence[Booking], *, now: datetime.datetime) -> list[Held]:
    """Claim bookings for one look-up; leaves out those that another worker took."""
    with transaction.atomic():
        kept = _locked(bookings)
        attempts = []
        for booking in kept:
            claimed, _step = claim_booking(progress_of(booking), now=now)
            _take_over(booking, claimed)
            booking.fencing_token += 1
            attempts.append(
                Attempt(
                    booking=booking,
                    fencing_token=booking.fencing_token,
                    is_look_up=True,
                    started_at=now,
                )
            )
        _update(kept, fencing_token=F("fencing_token") + 1)
        return list(zip(kept, Attempt.objects.bulk_create(attempts), strict=True))


def record_look_ups(held: Sequence[Held], outcome: AttemptResult) -> None:
    """Write the result of one look-up into the attempts of the bookings that it served."""
    rows = Attempt.objects.filter(pk__in=[attempt.pk for _booking, attempt in held])
    rows.update(outcome=outcome.name, milliseconds=outcome.milliseconds)


def put_back(bookings: Sequence[Booking], *, now: datetime.datetime) -> None:
    """Release claimed bookings of which nothing was sent."""
    with transaction.atomic():
        kept = _locked(bookings)
        for booking in kept:
            _take_over(booking, released(progress_of(booking), now=now))
        _update(kept)


def keep_hold(bookings: Sequence[Booking], *, now: datetime.datetime) -> list[Booking]:
    """Extend the leases of claimed bookings; leaves out those that another worker took."""
    with transaction.atomic():
        kept = _locked(bookings)
        for booking in kept:
            _take_over(booking, answered(progress_of(booking), now=now))
        _update(kept)
        return kept


@dataclass(frozen=True)
class Accepted:
    """A document that e-Boekhouden accepted, with the record that was read back."""

    booking: Booking
    attempt: Attempt
    progress: Progress
    remote: RemoteRecord
    outcome: AttemptResult


def record_accepted(accepted: Sequence[Accepted], *, now: datetime.datetime) -> None:
    """Write the results of documents that e-Boekhouden accepted.

    If one of the records is linked to another document, each result is written by itself.
    """
    try:
        with transaction.atomic():
            kept = _record_accepted(accepted, now=now)
    except IntegrityError:
        for one in accepted:
            record(one.booking, one.attempt, one.progress, one.outcome, now=now, remote=one.remote)
        return
    outcomes = {one.booking.pk: one.outcome for one in accepted}
    for booking in kept:
        _log(booking, outcomes[booking.pk])


def _log(booking: Booking, outcome: AttemptResult) -> None:
    """Log what became of a booking; the line has the id of the request that asked for it."""
    log.info(
        "booking.recorded",
        booking=booking.pk,
        connection=booking.connection_id,
        outcome=outcome.name,
        state=str(booking.state),
    )


def _record_accepted(accepted: Sequence[Accepted], *, now: datetime.datetime) -> list[Booking]:
    """Write them together; return the bookings that this worker still has."""
    by_pk = {one.booking.pk: one for one in accepted}
    kept = _locked([one.booking for one in accepted])
    for booking in kept:
        one = by_pk[booking.pk]
        _take_over(booking, one.progress)
        booking.remote_id, booking.remote_snapshot = (
            one.remote.remote_id,
            one.remote.snapshot or None,
        )
    if not kept:
        return kept
    administration = _administration_of(kept[0])
    _update(kept, administration=administration, ended_at=now, code="", text="")
    Booking.objects.bulk_update(kept, ["reason", "remote_id", "remote_snapshot"])
    add_events(
        _booked_event(booking, booking.invoice_id, now=now)
        for booking in kept
        if booking.invoice_id
    )
    return kept


def _locked(bookings: Sequence[Booking]) -> list[Booking]:
    """Lock bookings until the end of the transaction; return those that this worker still has."""
    rows = Booking.objects.filter(pk__in=[booking.pk for booking in bookings]).order_by("pk")
    stored = rows.select_for_update().values_list("pk", "state", "fencing_token")
    current = {pk: (state, token) for pk, state, token in stored}
    return [it for it in bookings if current.get(it.pk) == (it.state, it.fencing_token)]


def _update(bookings: Sequence[Booking], **more: object) -> None:
    """Write the state, the moment and the lease that all of these bookings have now."""
    for booking in bookings[:1]:
        shared = {name: getattr(booking, name) for name in ("state", "next_at", "lease_until")}
        Booking.objects.filter(pk__in=[it.pk for it in bookings]).update(**shared, **more)


# --- Results --------------------------------------------------------------------------------------


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
            outcome=outcome.name,
            milliseconds=outcome.milliseconds,
            code=outcome.code[:20],
            text=outcome.text[:500],
        )
        held = Booking.objects.filter(
            pk=booking.pk, fencing_token=attempt.fencing_token, state__in=IN_HAND
        )
        if not held.update(state=progress.state, **_figures(progress), **_code_and_text(outcome)):
            return False
        _take_over(booking, progress)
        if progress.state == State.CONFIRMED and remote:
            _confirm(booking, remote, now=now)
        elif progress.state in (State.CONFLICT, State.REJECTED):
            _needs_person(booking, outcome, remote, now=now)
            _close_period(booking, outcome)
        return True


def _close_period(booking: Booking, outcome: AttemptResult) -> None:
    """Close the period here too that e-Boekhouden says is closed."""
    date = booking.payload["message"].get("date")
    if date and classify(outcome.code, outcome.text) is CodeClass.PERIOD_CLOSED:
        day, why = datetime.date.fromisoformat(date), f"e-Boekhouden {outcome.code}"
        close_until(booking.organisation_id, day, note=why)


def _figures(progress: Progress) -> dict[str, object]:
    return {name: getattr(progress, name) for name in FIELDS}


def _code_and_text(outcome: AttemptResult) -> dict[str, str]:
    """Return code and text of the answer, if any: a later look-up must not erase the refusal."""
    if not outcome.code and not outcome.text:
        return {}
    return {"code": outcome.code[:20], "text": outcome.text[:500]}


def _take_over(booking: Booking, progress: Progress) -> None:
    booking.state = progress.state
    for name, value in _figures(progress).items():
        setattr(booking, name, value)


def _confirm(booking: Booking, remote: RemoteRecord, *, now: datetime.datetime) -> None:
    """Link the booking to its record, and release the documents that waited for it."""
    link_record(booking, remote.remote_id, remote.snapshot)
    Booking.objects.filter(pk=booking.pk).update(
        remote_snapshot=remote.snapshot or None, ended_at=now, code="", text=""
    )
    if booking.invoice_id is None:
        release_waiting(booking.customer_id, now=now)
        return
    if booking.kind == BookingKind.INVOICE and not booking.natural_key:
        _take_remote_number(booking, booking.invoice_id, number=remote.remote_id)
    booking.remote_id = remote.remote_id
    add_events([_booked_event(booking, booking.invoice_id, now=now)])


def _booked_event(booking: Booking, invoice_id: int, *, now: datetime.datetime) -> InvoiceEvent:
    details = {"kind": booking.kind, "remote_id": booking.remote_id, "reason": booking.reason}
    return InvoiceEvent(invoice_id=invoice_id, at=now, kind="booked", details=details)


def link_record(booking: Booking, remote_id: str, snapshot: Mapping[str, Any] | None) -> None:
    """Link the booking, and its customer, to a record in e-Boekhouden.

    Must run in a transaction, which cannot go on after AlreadyLinked.
    """
    administration = _administration_of(booking)
    try:
        Booking.objects.filter(pk=booking.pk).update(
            remote_id=remote_id, administration=administration
        )
        if booking.kind == BookingKind.RELATION:
            code = (snapshot or {}).get("code") or booking.payload["message"]["code"]
            Customer.objects.filter(pk=booking.customer_id).update(
                remote_id=int(remote_id), remote_code=own_code(code)
            )
    except IntegrityError as error:
        raise AlreadyLinked from error


def _administration_of(booking: Booking) -> str:
    keys = Connection.objects.filter(pk=booking.connection_id)
    return keys.values_list("administration_key", flat=True).get()


def _take_remote_number(booking: Booking, invoice_id: int, *, number: str) -> None:
    """Give the invoice the number of e-Boekhouden, unless another invoice here has it."""
    rows = Invoice.objects.filter(organisation=booking.organisation_id)
    if not rows.filter(number=number).exists():
        rows.filter(pk=invoice_id, number="").update(number=number)


def release_waiting(customer_id: int, *, now: datetime.datetime) -> None:
    """Queue the documents that waited for a customer, which now exists in e-Boekhouden.

    They name it by the code of its relation, which may be written in another way than its number.
    """
    waiting = Booking.objects.filter(customer=customer_id, state=State.BLOCKED, reason="customer")
    code = Customer.objects.get(pk=customer_id).relation_code
    for booking in waiting:
        message = booking.payload["message"]
        if message["relation_code"] == code or booking.unconfirmed_sends:
            continue
        payload = {**booking.payload, "message": {**message, "relation_code": code}}
        waiting.filter(pk=booking.pk).update(payload=payload, fingerprint=fingerprint(payload))
    waiting.update(state=State.QUEUED, next_at=now, reason="")


def _needs_person(
    booking: Booking, outcome: AttemptResult, remote: RemoteRecord | None, *, now: datetime.datetime
) -> None:
    Booking.objects.filter(pk=booking.pk).update(
        remote_snapshot=remote.snapshot if remote else None
    )
    if booking.invoice_id:
        details = {"state": booking.state, "code": outcome.code, "text": outcome.text}
        add_event(invoice_id=booking.invoice_id, at=now, kind="booking-stopped", details=details)
