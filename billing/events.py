"""Events in the timelines of invoices, and their entries in the audit trail, always together."""

import datetime
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from audit.changes import Changes, change
from audit.kinds import Action, Kind
from audit.recording import Rows, entry, store

from .models import Invoice, InvoiceEvent, InvoiceStatus

# What the audit trail calls each event.
NAMES: dict[str, tuple[Kind, Action]] = {
    "drafted": (Kind.INVOICE, Action.DRAFTED),
    "begun": (Kind.INVOICE, Action.DRAFTED),
    "credit-drafted": (Kind.INVOICE, Action.DRAFTED),
    "edited": (Kind.INVOICE, Action.CHANGED),
    "final": (Kind.INVOICE, Action.FINALISED),
    "mailed": (Kind.INVOICE, Action.SENT),
    "marked-sent": (Kind.INVOICE, Action.SENT),
    "mail-failed": (Kind.INVOICE, Action.NOT_SENT),
    "reminded": (Kind.INVOICE, Action.SENT),
    "no-reminders": (Kind.INVOICE, Action.CHANGED),
    "reminders-again": (Kind.INVOICE, Action.CHANGED),
    "credited": (Kind.INVOICE, Action.CREDITED),
    "credit-withdrawn": (Kind.INVOICE, Action.CANCELLED),
    "replaced-by": (Kind.INVOICE, Action.CANCELLED),
    "replaces": (Kind.INVOICE, Action.FINALISED),
    "marked-paid": (Kind.PAYMENT, Action.PAID),
    "marked-settled": (Kind.PAYMENT, Action.PAID),
    "payment-undone": (Kind.PAYMENT, Action.UNDONE),
    "settlement-undone": (Kind.PAYMENT, Action.UNDONE),
    "paid-there": (Kind.PAYMENT, Action.PAID),
    "settled-there": (Kind.PAYMENT, Action.PAID),
    "partly-paid": (Kind.PAYMENT, Action.CHANGED),
    "open-again": (Kind.PAYMENT, Action.CHANGED),
    "booked": (Kind.BOOKING, Action.BOOKED),
    "booking-stopped": (Kind.BOOKING, Action.REFUSED),
    "booked-again": (Kind.BOOKING, Action.RETRIED),
    "booked-with": (Kind.BOOKING, Action.RETRIED),
    "linked": (Kind.BOOKING, Action.LINKED),
    "cancelled": (Kind.BOOKING, Action.CANCELLED),
}
# The status before and after, where an event always has these.
STATUSES: dict[str, tuple[str | None, str]] = {
    "drafted": (None, InvoiceStatus.DRAFT),
    "begun": (None, InvoiceStatus.DRAFT),
    "credit-drafted": (None, InvoiceStatus.DRAFT),
    "final": (InvoiceStatus.DRAFT, InvoiceStatus.FINAL),
    "marked-paid": (InvoiceStatus.SENT, InvoiceStatus.PAID),
    "marked-settled": (InvoiceStatus.SENT, InvoiceStatus.PAID),
    "payment-undone": (InvoiceStatus.PAID, InvoiceStatus.SENT),
    "settlement-undone": (InvoiceStatus.PAID, InvoiceStatus.SENT),
}
# Details that an entry says, in this order; never a text of a mail.
NOTED = ("of", "to", "step", "remote_id", "code", "text")
# The number of another invoice, and reasons that a person typed.
WITH_NUMBER = {"credited", "credit-withdrawn", "replaced-by", "replaces"}
WITH_REASON = {"credit-drafted", "no-reminders", "cancelled", "booked-with"}


def add_event(
    invoice: Invoice | None = None,
    *,
    at: datetime.datetime,
    kind: str,
    by: Any = None,
    invoice_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    changes: Changes | None = None,
) -> None:
    """Add an event to the timeline of an invoice, in the transaction of what happened.

    `changes` are what the audit trail says besides.
    """
    event = InvoiceEvent(at=at, kind=kind, by=by, details=dict(details or {}))
    if invoice is not None:
        event.invoice = invoice
    elif invoice_id is not None:
        event.invoice_id = invoice_id
    add_events([event], changes=changes)


def add_events(events: Iterable[InvoiceEvent], *, changes: Changes | None = None) -> None:
    """Add events of one action; several alike are one entry of the audit trail."""
    stored = InvoiceEvent.objects.bulk_create(events)
    _load_invoices(stored)
    found = []
    for _kind, some in groupby(stored, key=lambda event: event.kind):
        alike = list(some)
        is_one = len(alike) == 1
        found.append(_entry_of(alike[0], changes) if is_one else _entry_of_several(alike))
    store(found)


def _load_invoices(events: list[InvoiceEvent]) -> None:
    """Read the invoices that are known by their id only, in one query."""
    lacking = [event for event in events if not InvoiceEvent.invoice.is_cached(event)]
    if lacking:
        invoices = Invoice.objects.select_related("customer")
        found = invoices.in_bulk([event.invoice_id for event in lacking])
        for event in lacking:
            event.invoice = found[event.invoice_id]


def _entry_of(event: InvoiceEvent, changes: Changes | None) -> Any:
    kind, action = NAMES[event.kind]
    return entry(
        kind,
        action,
        event.invoice,
        label=name_of(event.invoice),
        note=_note(event),
        changes=_changes_of(event) | (changes or {}),
        by=event.by,
    )


def _entry_of_several(events: list[InvoiceEvent]) -> Any:
    first = events[0]
    kind, action = NAMES[first.kind]
    invoices = [event.invoice for event in events]
    labels = [name_of(invoice) for invoice in invoices]
    rows = [Rows(Invoice, [one.pk for one in invoices], _statuses_of(first), labels)]
    return entry(kind, action, organisation=first.invoice.organisation_id, rows=rows, by=first.by)


def name_of(invoice: Invoice) -> str:
    """Return number and customer; of a numbered invoice the customer only if it is loaded."""
    is_known = Invoice.customer.is_cached(invoice) or not invoice.number
    return f"{invoice.number} {invoice.customer if is_known else ''}".strip()


def _changes_of(event: InvoiceEvent) -> Changes:
    found = _statuses_of(event)
    if event.kind == "final":
        found |= change("number", "", event.invoice.number)
        found |= change("gross", None, event.invoice.gross)
    return found


def _statuses_of(event: InvoiceEvent) -> Changes:
    return change("status", *STATUSES[event.kind]) if event.kind in STATUSES else {}


def _note(event: InvoiceEvent) -> str:
    names = list(NOTED)
    names += ["number"] if event.kind in WITH_NUMBER else []
    names += ["reason"] if event.kind in WITH_REASON else []
    return " · ".join(str(event.details[name]) for name in names if event.details.get(name))
