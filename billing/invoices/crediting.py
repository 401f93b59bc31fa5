"""Credit invoices: they take back lines of a final invoice and release or write off its rows.

A credit created here is a draft first; its rows do not change until it is final. A credit that is
created in e-Boekhouden is final at once, and the outbox delivers it. In both cases the rows are
released in the transaction that makes the credit final. Locks are taken in the order rows,
customer, invoice, credit, number.
"""

import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.models import Connection
from lib.money import ZERO
from vat.total_rows import total_fields

from ..bookings.outbox import hold_customers, queue_invoice
from ..events import add_event
from ..models import CreditState, Invoice, InvoiceLine, InvoiceStatus, Origin, State
from ..numbering import why_held
from ..unbilled.releasing import hold_rows_of, name_rows, release_rows, take_rows_back
from .credit_lines import (
    CannotCredit,
    CreditInput,
    credits_before,
    lines_of_credit,
    taken_meanwhile,
    totals_of_credit,
    why_no_credit,
)
from .freezing import freeze, numbers_there


def draft_credit(
    invoice: Invoice, credit_input: CreditInput, *, by: User, now: datetime.datetime
) -> Invoice:
    """Create a draft that takes back the chosen lines; their rows do not change yet.

    Raises CannotCredit, with a sentence, when the invoice or a line cannot be credited.
    """
    with transaction.atomic():
        return _draft(_held(invoice), credit_input, by=by, now=now)


def credit_in_eboekhouden(
    invoice: Invoice,
    credit_input: CreditInput,
    *,
    connection: Connection,
    by: User,
    now: datetime.datetime,
) -> Invoice:
    """Create a final credit invoice for e-Boekhouden; its rows are released at once.

    The outbox guarantees delivery, so the rows can be billed again before the credit is booked.
    Raises CannotCredit, also after a restore until the comparison with e-Boekhouden is complete.
    Raises RowsMoved when rows changed meanwhile.
    """
    with transaction.atomic():
        hold_rows_of(credit_input.dispositions)
        hold_customers([invoice.customer_id])
        held = _held(invoice)
        if why := why_no_credit(held) or why_no_remote_credit(held):
            raise CannotCredit(why)
        credit = _draft(held, credit_input, by=by, now=now)
        release_rows(credit, by=by)
        (credit.number,) = numbers_there(connection, year=credit.date.year, count=1)
        freeze([credit], by=by, now=now)
        count_credit(credit, by=by, now=now)
        queue_invoice(credit, connection, by=by, now=now)
        return credit


def why_no_remote_credit(invoice: Invoice) -> str:
    """Return the reason why it cannot be credited in e-Boekhouden now.

    Empty if it can, and for an invoice created here.
    """
    if invoice.origin == Origin.HERE:
        return ""
    connection = Connection.objects.filter(organisation=invoice.organisation).first()
    if connection is None or not connection.is_ready:
        return _("The connection with e-Boekhouden is not complete.")
    if why := why_held(invoice.organisation):
        return why
    booked = invoice.bookings.filter(
        state=State.CONFIRMED, administration=connection.administration_key
    )
    return "" if booked.exists() else _("This invoice is in another e-Boekhouden administration.")


def settle(credit: Invoice, *, by: User) -> None:
    """Release or write off the rows of a credit, and store its final totals.

    Must run in the transaction that makes it final, with invoice and credit locked. Raises
    RowsMoved.
    """
    release_rows(credit, by=by)
    _retotal(credit, list(_original(credit).credits.final()))


def count_credit(credit: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Update the credited amount of the invoice of a final credit."""
    original = _original(credit)
    recount(original)
    details = {"number": credit.number, "gross": str(credit.gross)}
    add_event(invoice=original, at=now, by=by, kind="credited", details=details)


def withdraw(credit: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Undo a credit whose booking was cancelled.

    Its rows return to their lines, and those lines can be credited again. Must run in the
    transaction that made the credit void. Raises RowsMoved when rows are billed elsewhere.
    """
    take_rows_back(credit)
    original = _held(_original(credit))
    credit.lines.update(is_withdrawn=True)
    recount(original)
    details = {"number": credit.number}
    add_event(invoice=original, at=now, by=by, kind="credit-withdrawn", details=details)


def recount(invoice: Invoice) -> None:
    """Recompute the credited amount and the credit state from the final credits."""
    final = list(invoice.credits.final())
    amount = -sum((credit.gross for credit in final), ZERO)
    Invoice.objects.filter(pk=invoice.pk).update(
        credited_amount=amount, credit_state=_state(invoice, final)
    )
    restate_drafts(invoice)


def restate_drafts(invoice: Invoice) -> None:
    """Recompute the totals of draft credits: the last one takes the rounding difference."""
    for draft in invoice.credits.filter(status=InvoiceStatus.DRAFT).order_by("pk"):
        _retotal(draft, credits_before(invoice, draft))


def _state(invoice: Invoice, final: list[Invoice]) -> CreditState:
    if not final:
        return CreditState.NOT
    taken = InvoiceLine.objects.filter(invoice__in=final).values("credits")
    is_whole = not invoice.lines.exclude(pk__in=taken).exists()
    return CreditState.WHOLLY if is_whole else CreditState.PARTLY


def _draft(
    invoice: Invoice, credit_input: CreditInput, *, by: User, now: datetime.datetime
) -> Invoice:
    if why := why_no_credit(invoice):
        raise CannotCredit(why)
    lines = lines_of_credit(invoice, credit_input.dispositions)
    totals = totals_of_credit(invoice, lines, before=credits_before(invoice))
    credit = Invoice.objects.create(
        organisation=invoice.organisation,
        customer=invoice.customer,
        origin=invoice.origin,
        credit_of=invoice,
        date=credit_input.date,
        payment_term=invoice.payment_term,
        due_on=credit_input.date + datetime.timedelta(days=invoice.payment_term),
        reference=invoice.reference,
        notes=credit_input.reason,
        language=invoice.language,
        discount=invoice.discount,
        with_specification=invoice.with_specification,
        **_supplied(invoice, lines),
        created_at=now,
        created_by=by,
        **total_fields(totals),
    )
    _keep_lines(credit, lines)
    details = {"of": invoice.number, "reason": credit_input.reason}
    add_event(invoice=credit, at=now, by=by, kind="credit-drafted", details=details)
    return credit


def _supplied(invoice: Invoice, lines: list[InvoiceLine]) -> dict[str, datetime.date | None]:
    """Return the period of supply of the credited rows, else that of the invoice."""
    rows = [row for line in lines for row in line.specification]
    if not rows or not all(line.specification for line in lines):
        return {"supplied_from": invoice.supplied_from, "supplied_until": invoice.supplied_until}
    first = min(row["date"] for row in rows)
    last = max(row["until"] or row["date"] for row in rows)
    days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return {"supplied_from": days[0], "supplied_until": days[1]}


def _keep_lines(credit: Invoice, lines: list[InvoiceLine]) -> None:
    """Store the lines and record their rows.

    Of two concurrent credits of a line, the database constraint refuses the second.
    """
    for line in lines:
        line.invoice = credit
    try:
        with transaction.atomic():
            kept = InvoiceLine.objects.bulk_create(lines)
    except IntegrityError as error:
        raise CannotCredit(taken_meanwhile()) from error
    name_rows({line.credits_id: line for line in kept if line.credits_id})


def _retotal(credit: Invoice, before: list[Invoice]) -> None:
    original = _original(credit)
    fields = total_fields(totals_of_credit(original, list(credit.lines.all()), before=before))
    Invoice.objects.filter(pk=credit.pk).update(**fields)
    for name, value in fields.items():
        setattr(credit, name, value)


def _original(credit: Invoice) -> Invoice:
    if credit.credit_of is None:
        raise ValueError("not a credit invoice")
    return credit.credit_of


def _held(invoice: Invoice) -> Invoice:
    """Read the invoice again and lock it until the end of the transaction."""
    held = Invoice.objects.select_for_update(of=("self",)).filter(pk=invoice.pk)
    return held.select_related("organisation", "customer").get()
