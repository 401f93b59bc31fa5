"""Record intentions and results, so that only the worker that holds a booking can."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.closed_periods import close_until
from customers.models import Customer
from customers.relations import own_code
from integrations.eboekhouden.facts.codes import CodeClass, classify
from integrations.models import Connection

from ..models import Attempt, Booking, BookingKind, Invoice, InvoiceEvent, State
from .decisions import Progress, linked_elsewhere
from .exchange import RemoteRecord
from .payloads import fingerprint

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
        return _record(booking, attempt, progress, outcome, remote, now=now)
    except AlreadyLinked:
        return _record(booking, attempt, linked_elsewhere(progress), outcome, remote, now=now)


class AlreadyLinked(Exception):
    """Another document or customer is already linked to the record in e-Boekhouden."""


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
        close_until(booking.organisation_id, datetime.date.fromisoformat(date))


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
    details = {"kind": booking.kind, "remote_id": remote.remote_id, "reason": booking.reason}
    InvoiceEvent.objects.create(
        invoice_id=booking.invoice_id, at=now, kind="booked", details=details
    )


def link_record(booking: Booking, remote_id: str, snapshot: Mapping[str, Any] | None) -> None:
    """Link the booking, and its customer, to a record in e-Boekhouden.

    Must run in a transaction, which cannot go on after AlreadyLinked.
    """
    keys = Connection.objects.filter(pk=booking.connection_id)
    administration = keys.values_list("administration_key", flat=True).get()
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
        InvoiceEvent.objects.create(
            invoice_id=booking.invoice_id, at=now, kind="booking-stopped", details=details
        )
