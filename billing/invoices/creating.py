"""Make invoices from work: drafts to send from here, or final invoices for e-Boekhouden.

One transaction locks the work and reads it, compares the proposal with the token of what was
shown, and puts the work on invoice lines. For e-Boekhouden it also gives the number and queues the
booking.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Organisation, User
from integrations.eboekhouden.failpoints import failpoint
from integrations.models import Connection, Numbering
from vat.total_rows import total_fields

from ..bookings.outbox import hold_customers, queue_invoice
from ..documents.parties import addressee_snapshot, issuer_snapshot
from ..documents.specification import specify
from ..documents.supply import supply_period
from ..models import Batch, Invoice, InvoiceEvent, InvoiceLine, InvoiceStatus, Origin
from ..numbering import next_number, payment_term
from ..reports.shares import store_shares
from ..unbilled.claiming import RowsTaken, claim_rows
from ..unbilled.lines import Line
from ..unbilled.work import WorkQuery
from .presenters import skipped_entries
from .proposals import Options, Proposal, ProposedInvoice, fits, propose

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


class ProposalChanged(Exception):
    """The proposal has changed since it was shown; the new one must be shown first."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__("the rows have changed")
        self.proposal = proposal


@dataclass(frozen=True)
class InvoiceRequest:
    """A request to make invoices: the work, the options, and the token of the dialog."""

    organisation: Organisation
    work: WorkQuery
    options: Options
    token: str
    by: User


def draft_invoices(request: InvoiceRequest, *, now: datetime.datetime) -> list[Invoice]:
    """Create drafts of invoices to send from here, one per proposed invoice.

    Raises ProposalChanged when something changed since it was shown.
    """
    with transaction.atomic():
        proposal = _agreed(request)
        return [_draft(request, proposed, now=now) for proposed in proposal.invoices]


def invoice_in_eboekhouden(
    request: InvoiceRequest, *, connection: Connection, now: datetime.datetime
) -> Batch:
    """Create final invoices and queue them for e-Boekhouden; the batch shows their progress.

    Raises ProposalChanged when something changed since it was shown.
    """
    with transaction.atomic():
        proposal = _agreed(request)
        hold_customers(proposed.customer.pk for proposed in proposal.invoices)
        batch = Batch.objects.create(
            organisation=request.organisation,
            created_at=now,
            created_by=request.by,
            skipped=skipped_entries(proposal),
        )
        for proposed in proposal.invoices:
            invoice = _draft(request, proposed, now=now)
            make_final_there(invoice, connection, by=request.by, now=now)
            queue_invoice(
                invoice,
                connection,
                by=request.by,
                now=now,
                batch=batch,
                lines=proposed.service_lines,
            )
        failpoint("before-freeze-commit")
        return batch


def _agreed(request: InvoiceRequest) -> Proposal:
    """Return the proposal over locked rows, if the token belongs to it."""
    work = request.work.hold().load()
    proposal = propose(request.organisation, work, options=request.options)
    if proposal.is_empty or not fits(proposal, request.token):
        raise ProposalChanged(proposal)
    return proposal


def _draft(
    request: InvoiceRequest, proposed: ProposedInvoice, *, now: datetime.datetime
) -> Invoice:
    customer, options = proposed.customer, request.options
    term = payment_term(customer, request.organisation)
    invoice = Invoice.objects.create(
        organisation=request.organisation,
        customer=customer,
        origin=options.origin,
        date=options.date,
        payment_term=term,
        due_on=options.date + datetime.timedelta(days=term),
        language=customer.document_language,
        discount=options.discount,
        with_specification=options.with_specification,
        with_receipts=options.with_receipts,
        created_at=now,
        created_by=request.by,
        **total_fields(proposed.totals),
    )
    lines = InvoiceLine.objects.bulk_create(
        _invoice_line(invoice, position, line)
        for position, line in enumerate(proposed.lines, start=1)
    )
    try:
        for stored, line in zip(lines, proposed.lines, strict=True):
            claim_rows(stored, line.items)
    except RowsTaken as taken:
        changed = propose(request.organisation, request.work.load(), options=options)
        raise ProposalChanged(changed) from taken
    rows = sum(len(line.items) for line in proposed.lines)
    InvoiceEvent.objects.create(
        invoice=invoice, at=now, by=request.by, kind="drafted", details={"rows": rows}
    )
    return invoice


def _invoice_line(invoice: Invoice, position: int, line: Line) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        description=line.description,
        texts=line.texts or None,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        net=line.net,
        vat_rate_id=line.posting_rule.vat_rate_id,
        vat_percentage=line.vat_percentage,
        vat_code=line.vat_code,
        vat_treatment=line.vat_treatment,
        code=line.code,
        ledger_account=line.posting_rule.ledger_account,
        cost_centre_id=line.posting_rule.cost_centre_id,
        project_id=line.project_id,
        task_id=line.task_id,
    )


def make_final_there(
    invoice: Invoice, connection: Connection, *, by: User, now: datetime.datetime
) -> None:
    """Make an invoice for e-Boekhouden final, with our number unless the service assigns one."""
    if connection.numbering == Numbering.OWN:
        invoice.number = next_number(
            invoice.organisation, Origin.EBOEKHOUDEN, year=invoice.date.year
        )
    freeze(invoice, by=by, now=now)


def freeze(invoice: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Make a draft final.

    Copies the issuer, the addressee, the rows of its lines and the period of supply. The invoice
    never changes after this.
    """
    specify(invoice)
    store_shares([invoice])
    if supplied := supply_period(invoice):
        invoice.supplied_from, invoice.supplied_until = supplied
    invoice.status = InvoiceStatus.FINAL
    invoice.final_at = now
    invoice.issuer = issuer_snapshot(invoice.organisation)
    invoice.addressee = addressee_snapshot(invoice.customer)
    invoice.save(update_fields=FROZEN)
    InvoiceEvent.objects.create(
        invoice=invoice, at=now, by=by, kind="final", details={"number": invoice.number}
    )
