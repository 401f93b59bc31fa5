"""Differences of the daily check: one invoice was changed, one was added in our series."""

from datetime import timedelta

from billing.models import Booking, BookingKind, State
from billing.reconciliation.running import run_reconciliation
from billing.reconciliation.runs import start_check
from integrations.sessions import open_client

from .bookings import BOOKED_REMOTELY, Office
from .days import ticking

CHANGED, COPIED = BOOKED_REMOTELY[1], BOOKED_REMOTELY[2]


def run_daily_check(office: Office) -> None:
    """Run a check of both months, as if Sanne started it just before the last batch."""
    changed, copied = _number(office, CHANGED), _number(office, COPIED)
    series, _dash, _last = copied.rpartition("-")
    office.remote.change_invoice(changed, {"lines": [{"account": "8020"}], "term": 60})
    office.remote.copy_invoice(copied, f"{series}-0200")
    at = office.calendar.now - timedelta(minutes=20)
    run = start_check(
        office.sanne.organisation,
        since=office.calendar.first,
        until=office.calendar.today,
        by=office.sanne.user,
        now=at,
    )
    run_reconciliation(run.pk, open_client=open_client, clock=ticking(at))


def _number(office: Office, customer: str) -> str:
    booked = Booking.objects.filter(
        connection=office.connection,
        kind=BookingKind.INVOICE,
        state=State.CONFIRMED,
        customer__number=customer,
    )
    return booked.order_by("pk").values_list("natural_key", flat=True)[0]
