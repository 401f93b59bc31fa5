"""Make invoices from work: drafts to send from here, or final invoices for e-Boekhouden.

One transaction locks the work and reads it, compares the proposal with the token of what was
shown, and puts the work on invoice lines. For e-Boekhouden it also gives the number and queues the
booking.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Organisation, User
from integrations.eboekhouden.failpoints import failpoint
from integrations.models import Connection
from vat.total_rows import total_fields

from ..bookings.outbox import enqueue_delivery, hold_customers, queue_invoices
from ..events import add_events
from ..models import (
    Batch,
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceSettings,
)
from ..numbering import payment_term, settings_of
from ..unbilled.claiming import RowsTaken, claim_rows_of_lines, release
from ..unbilled.lines import Line
from ..unbilled.work import WorkQuery
from .freezing import freeze, numbers_there
from .presenters import skipped_entries
from .proposals import Options, Proposal, ProposedInvoice, fits, propose

# Invoices that are made together: progress is reported after each block.
AT_ONCE = 100
Block = Sequence[ProposedInvoice]
# Called in the transaction, with the number of invoices that are made so far.
Progress = Callable[[int], object]


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


def no_progress(made: int) -> None:
    """Report nothing."""


def leave_drafts(drafts: list[Invoice], block: Block) -> None:
    """Do nothing more with drafts."""


def draft_invoices(
    request: InvoiceRequest, *, now: datetime.datetime, progress: Progress = no_progress
) -> list[Invoice]:
    """Create drafts of invoices to send from here, one per proposed invoice.

    Raises ProposalChanged when something changed since it was shown.
    """
    with transaction.atomic():
        return _make(request, _agreed(request), now=now, progress=progress)


def invoice_in_eboekhouden(
    request: InvoiceRequest,
    *,
    connection: Connection,
    now: datetime.datetime,
    progress: Progress = no_progress,
) -> Batch:
    """Create final invoices and queue them for e-Boekhouden; the batch shows their progress.

    Raises ProposalChanged when something changed since it was shown.
    """
    with transaction.atomic():
        proposal = _agreed(request)
        by = request.organisation.memberships.get(user=request.by)
        hold_customers(proposed.customer.pk for proposed in proposal.invoices)
        batch = Batch.objects.create(
            organisation=request.organisation,
            created_at=now,
            created_by=request.by,
            skipped=skipped_entries(proposal, by=by),
        )
        year, count = request.options.date.year, len(proposal.invoices)
        numbers = iter(numbers_there(connection, year=year, count=count))

        def finish(drafts: list[Invoice], block: Block) -> None:
            for draft in drafts:
                draft.number = next(numbers)
            freeze(drafts, by=request.by, now=now)
            lines = [proposed.service_lines for proposed in block]
            queue_invoices(drafts, connection, by=request.by, now=now, batch=batch, lines=lines)

        _make(request, proposal, now=now, progress=progress, finish=finish)
        enqueue_delivery(connection.pk)
        failpoint("before-freeze-commit")
        return batch


def _agreed(request: InvoiceRequest) -> Proposal:
    """Return the proposal over locked rows, if the token belongs to it."""
    work = request.work.hold().load()
    proposal = propose(request.organisation, work, options=request.options)
    if proposal.is_empty or not fits(proposal, request.token):
        raise ProposalChanged(proposal)
    return proposal


def _make(
    request: InvoiceRequest,
    proposal: Proposal,
    *,
    now: datetime.datetime,
    progress: Progress,
    finish: Callable[[list[Invoice], Block], object] = leave_drafts,
) -> list[Invoice]:
    """Create the invoices as drafts, block by block; `finish` is called with each block."""
    settings = settings_of(request.organisation)
    made: list[Invoice] = []
    for start in range(0, len(proposal.invoices), AT_ONCE):
        block = proposal.invoices[start : start + AT_ONCE]
        drafts = Invoice.objects.bulk_create(
            _draft(request, proposed, settings=settings, now=now) for proposed in block
        )
        made += drafts
        try:
            _add_lines(drafts, block)
        except RowsTaken as taken:
            raise ProposalChanged(_proposed_again(request, made)) from taken
        add_events(
            InvoiceEvent(
                invoice=draft, at=now, by=request.by, kind="drafted", details={"rows": one.rows}
            )
            for draft, one in zip(drafts, block, strict=True)
        )
        finish(drafts, block)
        progress(len(made))
    return made


def _proposed_again(request: InvoiceRequest, made: list[Invoice]) -> Proposal:
    """Return the proposal as it is now, as if the transaction had been rolled back already."""
    for invoice in made:
        release(invoice)
    return propose(request.organisation, request.work.load(), options=request.options)


def _add_lines(drafts: list[Invoice], block: Block) -> None:
    """Store the lines, and claim their rows. Raises RowsTaken."""
    lines = InvoiceLine.objects.bulk_create(
        _invoice_line(draft, position, line)
        for draft, proposed in zip(drafts, block, strict=True)
        for position, line in enumerate(proposed.lines, start=1)
    )
    items = [line.items for proposed in block for line in proposed.lines]
    claim_rows_of_lines(zip(lines, items, strict=True))


def _draft(
    request: InvoiceRequest,
    proposed: ProposedInvoice,
    *,
    settings: InvoiceSettings,
    now: datetime.datetime,
) -> Invoice:
    customer, options = proposed.customer, request.options
    term = payment_term(customer, settings)
    return Invoice(
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


def _invoice_line(invoice: Invoice, position: int, line: Line) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        description=line.description,
        texts=line.texts or None,
        rounding=line.rounding or None,
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
