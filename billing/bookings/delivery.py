"""Delivery: a worker claims due bookings, looks them up, sends them, and records the results.

The intention is committed before the first byte is sent. Only the worker whose fencing token is
current can write the result, so a worker that was delayed too long changes nothing. The lease of
a dead worker runs out; its booking is then as doubtful as after a lost answer.
"""

import datetime
import time
from collections.abc import Callable

from django.db.models import Case, IntegerField, When
from django.utils.translation import override

from integrations import database_identity, leases
from integrations.connecting import pause
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.failpoints import failpoint
from integrations.error_messages import undecryptable
from integrations.models import Connection
from integrations.secrets import CannotDecrypt
from lib.clock import database_now

from ..models import Booking, BookingKind
from . import decisions
from .decisions import Step
from .outbox import enqueue_delivery
from .payloads import SCHEMA
from .recording import Held, progress_of, save_intent
from .steps import DeliverySession, carry_out
from .together import claim_together, deliver_together

# Seconds after which a worker claims no more bookings and enqueues the rest, so that it stops soon
# when it is asked to stop.
LONGEST_TURN = 30.0
# Bookings that a worker tries to claim until one is its own.
TRIED = 10


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
    until = time.monotonic() + LONGEST_TURN
    with client:
        session = DeliverySession(connection, fencing_token, client, clock, until=until)
        return _deliver_due(session)


def _deliver_due(session: DeliverySession) -> int:
    """Deliver what is due until the turn is over. Returns the number of bookings."""
    count = 0
    while session.may_go_on:
        if several := claim_together(session):
            count += deliver_together(session, several)
        elif held := _claim_next(session):
            count += 1
            carry_out(session, *held)
        else:
            break
        session.may_go_on &= session.has_time
    return count


def _claim_next(session: DeliverySession) -> Held | None:
    """Claim the next due booking; customers come before the documents that need them."""
    now = session.clock()
    if not leases.renew(session.connection.pk, session.fencing_token, now=now):
        return None
    due = Booking.objects.filter(connection=session.connection, payload__schema=SCHEMA).due(now)
    first = Case(When(kind=BookingKind.RELATION, then=0), default=1, output_field=IntegerField())
    ordered = due.select_related("customer", "invoice").order_by(first, "created_at", "pk")
    for booking in ordered[:TRIED]:
        progress, step = decisions.claim_booking(progress_of(booking), now=now)
        is_claimed = step is Step.LOOK_UP
        if is_claimed and (attempt := save_intent(booking, progress, is_look_up=True, now=now)):
            return booking, attempt
    return None
