"""Read the open items of e-Boekhouden, and note the payments on our invoices.

A paid invoice leaves the open items. An invoice that was never entered in the ledger is not among
them either, so only an invoice that was seen open can become paid. An invoice with a credit set off
against it also leaves them: see allocation.py. A credit invoice itself never becomes paid.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.changes import change
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import EBoekhoudenError, NotConfigured
from integrations.eboekhouden.messages import OpenItem
from integrations.error_messages import sentence, undecryptable
from integrations.models import Connection
from integrations.secrets import CannotDecrypt
from integrations.switching import pause
from lib.money import ZERO

from ..events import add_event
from ..models import Booking, Invoice, InvoiceStatus, State
from ..models.booking import DOCUMENTS
from .allocation import CreditItem, is_paid, paid_of

ISSUED = (InvoiceStatus.FINAL, InvoiceStatus.SENT, InvoiceStatus.PAID)


def fetchable() -> QuerySet[Connection]:
    """Return the connections that can be used: switched on, with codes, not paused."""
    return Connection.objects.filter(is_active=True, paused_at=None).exclude(
        Q(username="") | Q(sealed_code_1="") | Q(sealed_code_2="")
    )


def fetch_payments(
    connection: Connection,
    *,
    open_client: Callable[[Connection], EBoekhouden],
    now: datetime.datetime,
) -> int:
    """Read the open items once and note payments. Returns the number of changed invoices.

    The connection keeps the reason of a failure, in words; refused codes pause it.
    """
    if not fetchable().filter(pk=connection.pk).exists():
        return 0
    # Read before the call, because a booking made meanwhile may be missing in the answer.
    bookings = _booked(connection)
    try:
        with override(connection.organisation.language):
            items = _read(connection, open_client=open_client, now=now)
        return 0 if items is None else _note(connection, bookings, OpenItems.of(items), now=now)
    finally:
        _close_request(connection, now=now)


def _close_request(connection: Connection, *, now: datetime.datetime) -> None:
    """Close the request, also after a failure, which the pages show.

    If the worker was killed, the request stays for the sweep.
    """
    Connection.objects.filter(pk=connection.pk, payments_requested_at__lte=now).update(
        payments_requested_at=None
    )


def _booked(connection: Connection) -> list[Booking]:
    """Return bookings of the current administration.

    Invoices that a person marked as paid are left out.
    """
    confirmed = connection.bookings.filter(
        kind__in=DOCUMENTS,
        state=State.CONFIRMED,
        administration=connection.administration_key,
        invoice__status__in=ISSUED,
    )
    with_credits = Prefetch("invoice__credits", Invoice.objects.final())
    found = confirmed.select_related("invoice").prefetch_related(with_credits)
    return [one for one in found if one.invoice and not is_marked_paid(one.invoice)]


def is_marked_paid(invoice: Invoice) -> bool:
    """Return whether a person marked the invoice as paid, as its open amounts show.

    A paid credit was always marked by a person.
    """
    if invoice.status != InvoiceStatus.PAID:
        return False
    if invoice.is_credit or invoice.open_amount is None:
        return True
    issued = (one for one in invoice.credits.all() if one.status in ISSUED)
    of_credits = (credit.open_amount or ZERO for credit in issued)
    return invoice.would_be_open(sum(of_credits, invoice.open_amount))


def _read(
    connection: Connection,
    *,
    open_client: Callable[[Connection], EBoekhouden],
    now: datetime.datetime,
) -> list[OpenItem] | None:
    """Read the open items. None after a failure, whose reason the connection keeps."""
    try:
        with open_client(connection) as client:
            return client.open_items()
    except CannotDecrypt:
        code, text = "keys", undecryptable()
    except EBoekhoudenError as error:
        code, text = error.code, sentence(error)
        if not isinstance(error, NotConfigured):
            note_problem(connection.pk, text)
            return None
    pause(connection, code=code, text=text, now=now)
    return None


def note_problem(connection_id: int, text: str) -> None:
    """Store why payments were not fetched, for the pages; the next success clears it."""
    Connection.objects.filter(pk=connection_id).update(payments_problem=text)


# --- What follows from the open items -------------------------------------------------------------


@dataclass(frozen=True)
class OpenItems:
    """Open amounts in euros by invoice number and relation code, without blanks and case."""

    amounts: dict[tuple[str, str], Decimal]
    numbers: frozenset[str]

    @classmethod
    def of(cls, items: Iterable[OpenItem]) -> "OpenItems":
        amounts: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for item in items:
            amounts[_key(item.number), _key(item.relation_code)] += item.open_amount
        return cls(dict(amounts), frozenset(number for number, _code in amounts))

    def still_open(self, invoice: Invoice, *, relation_code: str) -> Decimal | None:
        """Return the open amount of the invoice in euros; None if the items do not show it."""
        number = _key(invoice.number)
        found = self.amounts.get((number, _key(relation_code)))
        if found is None and number in self.numbers:
            return None  # under another relation, such as one whose code was changed there
        amount = ZERO if found is None else found
        may_tell = invoice.open_seen_at is not None or invoice.would_be_open(amount)
        return amount if may_tell else None


def _key(text: str) -> str:
    return text.strip().casefold()


# --- Noting payments ------------------------------------------------------------------------------


def _note(
    connection: Connection, bookings: list[Booking], items: OpenItems, *, now: datetime.datetime
) -> int:
    """Note all payments in one transaction.

    An answer that is older than the last, or of another administration, changes nothing."""
    latest = Connection.objects.filter(
        Q(payments_seen_at=None) | Q(payments_seen_at__lt=now),
        pk=connection.pk,
        administration_key=connection.administration_key,
    )
    with transaction.atomic():
        if not latest.update(payments_seen_at=now, payments_problem=""):
            return 0
        amounts = _open_amounts(bookings, items)
        return sum(_note_one(one.invoice, amounts, now=now) for one in bookings if one.invoice)


def _open_amounts(bookings: Iterable[Booking], items: OpenItems) -> dict[int, Decimal | None]:
    """Return the open amount of every booked invoice by its id; None where it is unknown."""
    return {
        booking.invoice.pk: items.still_open(
            booking.invoice, relation_code=booking.payload["message"]["relation_code"]
        )
        for booking in bookings
        if booking.invoice
    }


def _note_one(
    invoice: Invoice, amounts: dict[int, Decimal | None], *, now: datetime.datetime
) -> bool:
    amount = amounts[invoice.pk]
    if amount is None:
        return False
    if invoice.is_credit:
        return _note_credit(invoice, amount, now=now)
    items = [_item(credit, amounts) for credit in invoice.credits.all()]
    if amount == invoice.open_amount and any(one.open is None for one in items):
        return False
    paid = paid_of(invoice.gross, amount, items, before=invoice.paid_amount)
    status = _status_with(invoice, paid)
    if (amount, paid, status) == (invoice.open_amount, invoice.paid_amount, invoice.status):
        return False
    changed = Invoice.objects.filter(pk=invoice.pk, status=invoice.status).update(
        status=status,
        open_amount=amount,
        open_seen_at=invoice.open_seen_at or now,
        paid_amount=paid,
        paid_at=(invoice.paid_at or now) if status == InvoiceStatus.PAID else None,
    )
    if changed:
        _add_event(invoice, paid, status, now=now)
    return bool(changed)


def _note_credit(credit: Invoice, amount: Decimal, *, now: datetime.datetime) -> bool:
    """Note that a credit was refunded or set off, which is no payment."""
    before = credit.open_amount
    if amount == before:
        return False
    Invoice.objects.filter(pk=credit.pk).update(
        open_amount=amount, open_seen_at=credit.open_seen_at or now
    )
    is_open, was_open = credit.would_be_open(amount), bool(before)
    if is_open != was_open and before is not None:
        kind = "open-again" if is_open else "settled-there"
        details = {"open": str(amount)}
        changes = change("open_amount", before, amount)
        add_event(credit, at=now, kind=kind, details=details, changes=changes)
    return True


def _item(credit: Invoice, amounts: dict[int, Decimal | None]) -> CreditItem:
    """Return the credit with its open amount of now, else of before; zero if marked as paid."""
    if credit.status == InvoiceStatus.PAID:
        return CreditItem(credit.gross, ZERO, is_booked=True)
    known = amounts.get(credit.pk)
    still_open = credit.open_amount if known is None else known
    return CreditItem(credit.gross, still_open, is_booked=credit.pk in amounts)


def _status_with(invoice: Invoice, paid: Decimal) -> str:
    if is_paid(invoice.gross, invoice.credited_amount, paid):
        return InvoiceStatus.PAID
    if invoice.status != InvoiceStatus.PAID:
        return invoice.status
    return InvoiceStatus.SENT if invoice.sent_at else InvoiceStatus.FINAL


def _add_event(invoice: Invoice, paid: Decimal, status: str, *, now: datetime.datetime) -> None:
    """Add an event, unless the invoice was only seen open for the first time."""
    due, kind = invoice.due, ""
    if status != invoice.status:
        kind = "paid-there" if status == InvoiceStatus.PAID else "open-again" if due else ""
    elif status != InvoiceStatus.PAID and paid != invoice.paid_amount:
        kind = "partly-paid"
    if kind:
        details = {"paid": str(paid), "gross": str(due), "open": str(due - paid)}
        changes = change("paid_amount", invoice.paid_amount, paid)
        changes |= change("status", invoice.status, status)
        add_event(invoice, at=now, kind=kind, details=details, changes=changes)


def unreachable() -> str:
    """Return the problem for people if no worker can be reached."""
    return _(
        "Payments were not fetched: the background service (worker) cannot be reached. They are "
        "fetched automatically as soon as it works again."
    )
