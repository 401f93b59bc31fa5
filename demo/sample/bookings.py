"""Bookings in e-Boekhouden in every state of Finance → Bookings.

Everything is really sent to the sandbox, and errors come from there.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from accounts.models import Membership
from billing.bookings.delivery import deliver
from billing.invoices.creating import invoice_in_eboekhouden
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Invoice, Origin
from integrations.eboekhouden.messages import SalesEntry, SalesEntryLine
from integrations.models import Connection
from integrations.sessions import open_client
from lib.money import cents

from .days import Calendar, ticking
from .invoices import Bill, first_bill, second_bill
from .remote import Remote

# Customers whose invoices are created in e-Boekhouden.
BOOKED_REMOTELY = ("K00085", "K00089", "K00091", "K00093", "K00102", "K00104")
NEW = "K00113"
REFUSED = "K00093"
DOUBTFUL = "K00104"
CONFLICTING = "K00098"

# The age of the last batch: its look-ups failed, and the next one is not due yet.
STARTED_AGO = datetime.timedelta(minutes=3)
LOOKED_AFTER = (20, 20, 40, 40, 110, 110)  # seconds; two bookings, one look-up at a time
LOST_LOOK_UPS = 3
HIGH = Decimal(21)


@dataclass(frozen=True)
class Office:
    """The connection, with the sandbox at its other end."""

    sanne: Membership
    connection: Connection
    remote: Remote
    calendar: Calendar

    def deliver(self, at: datetime.datetime) -> None:
        """Deliver what a worker would have delivered at that moment."""
        deliver(self.connection.pk, open_client=open_client, clock=ticking(at))

    def book(self, bill: Bill, *numbers: str, at: datetime.datetime) -> None:
        """Queue the invoices of these customers as one batch."""
        request = replace(bill, numbers=numbers, origin=Origin.EBOEKHOUDEN).request()
        invoice_in_eboekhouden(request, connection=self.connection, now=at)

    def enter(self, *invoices: Invoice, at: datetime.datetime) -> None:
        """Create sales entries for invoices that were sent from this program."""
        create_sales_entries(list(invoices), self.connection, by=self.sanne.user, now=at)
        self.deliver(at)


def book_first_month(office: Office) -> None:
    """Book the first month; all invoices arrive."""
    bill = first_bill(office.sanne, office.calendar)
    at = office.calendar.at(bill.date, 10, 2)
    office.book(bill, *BOOKED_REMOTELY, at=at)
    office.deliver(at)


def book_sales_entries(office: Office, invoices: Mapping[str, list[Invoice]]) -> None:
    """Book two entries of the first month, and one with a number that was already used manually."""
    early = [invoices[CONFLICTING][0], invoices["K00106"][0]]
    office.enter(*early, at=office.calendar.at(early[0].date, 16, 45))
    office.remote.pay(early[0].number)
    late = invoices[CONFLICTING][1]
    _enter_by_hand(office.connection, late)
    office.enter(late, at=office.calendar.at(late.date, 16, 31))
    credit = invoices["K00106"][-1]
    office.enter(credit, at=office.calendar.at(credit.date, 11, 12))


def book_second_month(office: Office) -> None:
    """Book a batch in which most arrive, one is refused, one is in doubt, and one waits."""
    bill = second_bill(office.sanne, office.calendar)
    bill = replace(bill, date=office.calendar.today)
    at = office.calendar.now - STARTED_AGO
    office.book(bill, *BOOKED_REMOTELY, NEW, at=at)
    numbers = _numbers(office)
    office.remote.refuse("AddFactuur", numbers[REFUSED], code="CFACT028")
    # The invoices are looked up together before they are sent, and the relation by its number.
    _lose(office.remote, "AddFactuur", "GetFacturen", numbers[DOUBTFUL], answered=0)
    _lose(office.remote, "AddRelatie", "GetRelaties", NEW, answered=1)
    office.deliver(at)
    for seconds in LOOKED_AFTER:
        office.deliver(at + datetime.timedelta(seconds=seconds))


def _numbers(office: Office) -> dict[str, str]:
    """Return the invoice numbers of the last batch, by customer number."""
    batch = office.sanne.organisation.batches.first()
    bookings = batch.bookings.documents() if batch else ()
    return {booking.customer.number: booking.natural_key for booking in bookings}


def _lose(remote: Remote, sending: str, looking: str, number: str, *, answered: int) -> None:
    """Let the document arrive, but lose the answer and the look-ups after it."""
    remote.lose_answer(sending, number)
    remote.lose_look_ups(looking, number, answered=answered, count=LOST_LOOK_UPS)


def _enter_by_hand(connection: Connection, invoice: Invoice) -> None:
    """Add the invoice to e-Boekhouden as the bookkeeper would, with one price wrong."""
    net = invoice.net - Decimal("0.60")
    vat = cents(net * HIGH / 100)
    line = SalesEntryLine(
        net=net,
        vat=vat,
        gross=net + vat,
        vat_code="HOOG_VERK_21",
        vat_percentage=HIGH,
        ledger_account="8000",
    )
    entry = SalesEntry(
        number=invoice.number,
        relation_code=invoice.addressee["number"],
        date=invoice.date,
        payment_term=invoice.payment_term,
        debtor_account=connection.debtor_account,
        description=invoice.addressee["name"],
        document="",
        lines=[line],
    )
    with open_client(connection) as client:
        client.add_sales_entry(entry)
