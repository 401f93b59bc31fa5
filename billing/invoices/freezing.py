"""Make invoices final: number, snapshots, specification and period of supply, for many at once."""

import datetime
from collections.abc import Sequence

from accounts.models import User
from integrations.models import Connection, Numbering

from ..documents.parties import addressee_snapshot, issuer_snapshot
from ..documents.specification import specify
from ..documents.supply import supply_periods
from ..events import add_events
from ..models import Invoice, InvoiceEvent, InvoiceStatus, Origin
from ..numbering import next_numbers
from ..reports.shares import store_shares

# The fields that making an invoice final writes.
FROZEN = (
    "status",
    "number",
    "final_at",
    "issuer",
    "addressee",
    "supplied_from",
    "supplied_until",
)


def numbers_there(connection: Connection, *, year: int, count: int) -> list[str]:
    """Return numbers for invoices in e-Boekhouden; empty texts if the service assigns them.

    Must run in the transaction that uses them.
    """
    if connection.numbering != Numbering.OWN:
        return [""] * count
    return next_numbers(connection.organisation, Origin.EBOEKHOUDEN, year=year, count=count)


def freeze(invoices: Sequence[Invoice], *, by: User, now: datetime.datetime) -> None:
    """Make drafts final, at most five hundred, each with the number that it has got.

    Copies the issuer, the addressee, the rows of their lines and the period of supply. The invoices
    never change after this.
    """
    specify(invoices)
    store_shares(invoices)
    supplied = supply_periods(invoices)
    for invoice in invoices:
        if period := supplied.get(invoice.pk):
            invoice.supplied_from, invoice.supplied_until = period
        invoice.status = InvoiceStatus.FINAL
        invoice.final_at = now
        invoice.issuer = issuer_snapshot(invoice.organisation)
        invoice.addressee = addressee_snapshot(invoice.customer)
    Invoice.objects.bulk_update(invoices, FROZEN)
    add_events(
        InvoiceEvent(
            invoice=invoice, at=now, by=by, kind="final", details={"number": invoice.number}
        )
        for invoice in invoices
    )
