"""Sales entries of sent invoices: which invoices are eligible, the entry, and queueing it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.closed_periods import why_closed
from accounts.models import Organisation, User
from customers.known_codes import names_by_code, warning_about
from customers.models import Customer
from integrations.eboekhouden.messages import SalesEntryLine
from integrations.models import Connection, CostCentre, LedgerAccount, connection_of
from lib.money import ZERO

from ..bookings.composing import sales_entry_lines
from ..bookings.outbox import hold_customers, queue_sales_entries
from ..models import Batch, Invoice, State
from .locking import lock_invoices

# So many invoices are shown in a dialog, and so many reasons why others are left out.
MOST_SHOWN = 100
MOST_REASONS = 20


@dataclass(frozen=True)
class EntryRow:
    """A row of an entry, in euros; account and name are empty for VAT."""

    account: str
    name: str
    vat_code: str
    amount: Decimal
    cost_centre: str = ""


@dataclass(frozen=True)
class Eligible:
    """The invoices that can be entered, and the others with the reason.

    A dialog shows the first of both.
    """

    ready: tuple[Invoice, ...]
    skipped: tuple[tuple[Invoice, str], ...]

    @property
    def shown(self) -> tuple[Invoice, ...]:
        return self.ready[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.ready[MOST_SHOWN:])

    @property
    def shown_skipped(self) -> tuple[tuple[Invoice, str], ...]:
        return self.skipped[:MOST_REASONS]

    @property
    def more_skipped(self) -> int:
        return len(self.skipped[MOST_REASONS:])

    @property
    def gross(self) -> Decimal:
        """The total of the eligible invoices, in euros incl. VAT."""
        return sum((invoice.gross for invoice in self.ready), ZERO)


def connection_for_entries(organisation: Organisation) -> Connection | None:
    """Return the connection for sales entries; None while it is not complete."""
    connection = connection_of(organisation)
    complete = connection and connection.is_ready and connection.debtor_account
    return connection if complete else None


def eligible(invoices: Iterable[Invoice]) -> Eligible:
    """Select the invoices that were sent and are not booked yet; three queries for all."""
    found = list(invoices)
    prefetch_related_objects(found, "lines__vat_rate", "bookings")
    reasons = [(invoice, why_no_sales_entry(invoice)) for invoice in found]
    return Eligible(
        ready=tuple(invoice for invoice, why in reasons if not why),
        skipped=tuple((invoice, why) for invoice, why in reasons if why),
    )


def unlike_relations(
    organisation: Organisation, invoices: Iterable[Invoice]
) -> list[tuple[Customer, str]]:
    """Return the customers that may be another relation than their number says, with a sentence."""
    unlinked = {one.customer for one in invoices if not one.customer.is_in_eboekhouden}
    names = names_by_code(organisation) if unlinked else {}
    warned = [(one, warning_about(one, names)) for one in sorted(unlinked, key=str)]
    return [(customer, text) for customer, text in warned if text]


def proposed_entry(invoice: Invoice, connection: Connection) -> list[EntryRow]:
    """Return the rows of the entry: debtor, turnover per account, VAT per code."""
    lines = sales_entry_lines(invoice, connection)
    names = dict(LedgerAccount.objects.filter(connection=connection).values_list("code", "name"))
    centres = dict(
        CostCentre.objects.filter(connection=connection).values_list("remote_id", "name")
    )
    debtor = connection.debtor_account
    rows = [EntryRow(debtor, names.get(debtor, ""), "", invoice.gross)]
    for line in lines:
        name = names.get(line.ledger_account, "")
        centre = centres.get(line.cost_centre_id, "")
        rows.append(EntryRow(line.ledger_account, name, line.vat_code, -line.net, centre))
    return rows + [EntryRow("", "", code, -vat) for code, vat in _vat(lines).items() if vat]


def _vat(lines: Iterable[SalesEntryLine]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.vat_code] = sums.get(line.vat_code, ZERO) + line.vat
    return sums


def create_sales_entries(
    invoices: list[Invoice], connection: Connection, *, by: User, now: datetime.datetime
) -> Batch:
    """Queue a sales entry for each eligible invoice.

    The batch has the skipped invoices with the reason.
    """
    with transaction.atomic():
        batch = Batch.objects.create(
            organisation=connection.organisation, created_at=now, created_by=by
        )
        hold_customers(invoice.customer_id for invoice in invoices)
        found = eligible(lock_invoices(invoices))
        if found.ready:
            queue_sales_entries(found.ready, connection, by=by, now=now, batch=batch)
        batch.skipped = [
            {"customer": str(invoice), "reason": why, "url": ""} for invoice, why in found.skipped
        ]
        batch.save(update_fields=["skipped"])
        return batch


def why_no_sales_entry(invoice: Invoice) -> str:
    """Return the reason why this invoice cannot be entered; empty if it can."""
    if not invoice.was_sent:
        return _("This invoice has not been sent yet.")
    if closed := why_closed(invoice.organisation, invoice.date):
        return closed
    if has_booking(invoice):
        return _("This invoice is booked or being sent to e-Boekhouden.")
    missing = {line.vat_rate.name for line in invoice.lines.all() if not line.vat_code}
    if missing:
        return _("No VAT code in e-Boekhouden: %(rates)s.") % {"rates": ", ".join(sorted(missing))}
    return ""


def has_booking(invoice: Invoice) -> bool:
    """Return whether the invoice has a booking that was not cancelled."""
    return any(booking.state != State.CANCELLED for booking in invoice.bookings.all())
