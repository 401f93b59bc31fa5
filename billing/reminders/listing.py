"""Due reminders as rows of a page."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Organisation

from ..mailing import REASONS
from ..models import Invoice, MailState, Reminder, ReminderStep
from .attempts import last_tries
from .due import Plan, open_amount, step_of
from .loading import Surroundings
from .obstacles import why_not


@dataclass(frozen=True)
class DueRow:
    """An invoice with a due reminder; `why_not` says why it cannot be sent."""

    invoice: Invoice
    step: ReminderStep
    days: int
    open_amount: Decimal
    last_day: datetime.date | None
    why_not: str
    is_queued: bool
    # Why the last attempt failed.
    failure: str


def due_rows(
    organisation: Organisation,
    invoices: Iterable[Invoice],
    plan: Plan,
    *,
    now: datetime.datetime,
    today: datetime.date,
) -> list[DueRow]:
    """Return invoices of due_reminders as rows, in a fixed number of queries."""
    found = list(invoices)
    surroundings = Surroundings.of(organisation, found, plan=plan, now=now, today=today)
    failures = _failures(found)
    return [
        DueRow(
            invoice=invoice,
            step=step_of(invoice, plan),
            days=(today - invoice.due_on).days,
            open_amount=open_amount(invoice),
            last_day=invoice.last_day,  # type: ignore[attr-defined]  # annotated there
            why_not=why_not(invoice, surroundings, now=now),
            is_queued=invoice.pk in surroundings.queued,
            failure=failures.get(invoice.pk, ""),
        )
        for invoice in found
    ]


def _failures(invoices: list[Invoice]) -> dict[int, str]:
    """Return why the latest reminder failed, by invoice id."""
    return {
        invoice_id: str(REASONS[mail.reason])
        for invoice_id, mail in last_tries(invoices).items()
        if mail.state == MailState.FAILED and mail.reason
    }


def waiting(organisation: Organisation) -> int:
    """Return the number of queued reminders without an e-mail."""
    return Reminder.objects.filter(invoice__organisation=organisation, mail=None).count()
