"""Invoices created and sent from this program, in every state an invoice can have."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from accounts.models import Membership, Organisation, User
from billing.invoices.creating import InvoiceRequest, draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.paying import mark_paid
from billing.invoices.proposals import Options, propose
from billing.models import Invoice, NumberSeries, Origin, RowDisposition
from billing.numbering import series_prefix
from billing.unbilled import UnbilledFilter, unbilled_work
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from lib.days import ONE_DAY

from .days import Calendar, next_weekday

# The studio invoiced with another program before.
CREDITED = "K00106"
LAST_NUMBERS = {Origin.HERE: 112, Origin.EBOEKHOUDEN: 108}


@dataclass(frozen=True)
class Bill:
    """A bill to make: approved registrations of these customers until a day, on a date."""

    organisation: Organisation
    by: User
    numbers: tuple[str, ...]
    until: datetime.date
    date: datetime.date
    origin: Origin = Origin.HERE

    def request(self) -> InvoiceRequest:
        """Return the request of the dialog, with the token of what it showed."""
        options = Options(
            origin=self.origin, grouping=Grouping.TASK, per_project=False, date=self.date
        )
        token = propose(self.organisation, self.work().load(), options=options).token
        return InvoiceRequest(self.organisation, self.work(), options, token, self.by)

    def work(self) -> WorkQuery:
        """Return the unbilled work of these customers."""
        projects = self.organisation.projects.filter(customer__number__in=self.numbers)
        ids = tuple(projects.values_list("pk", flat=True))
        unbilled_filter = UnbilledFilter(self.until, ids, approved_only=True)
        return unbilled_work(self.organisation, unbilled_filter)


def first_bill(sanne: Membership, calendar: Calendar) -> Bill:
    """Return the bill of the first month, on the first weekday after it, without customers."""
    return Bill(
        sanne.organisation,
        sanne.user,
        numbers=(),
        until=calendar.second - ONE_DAY,
        date=next_weekday(calendar.second),
    )


def second_bill(sanne: Membership, calendar: Calendar) -> Bill:
    """Return the bill of the second month, a week ago, without customers."""
    until = calendar.recent - ONE_DAY
    return replace(first_bill(sanne, calendar), until=until, date=calendar.ago(7))


def begin_series(organisation: Organisation, calendar: Calendar) -> None:
    """Continue the invoice numbers of before."""
    year = next_weekday(calendar.second).year
    NumberSeries.objects.bulk_create(
        NumberSeries(
            organisation=organisation,
            prefix=series_prefix(organisation, origin),
            year=year,
            last=last,
        )
        for origin, last in LAST_NUMBERS.items()
    )


def invoice_from_here(sanne: Membership, calendar: Calendar) -> dict[str, list[Invoice]]:
    """Return invoices of two months by customer number: sent, paid, overdue, final and drafts."""
    first, second = first_bill(sanne, calendar), second_bill(sanne, calendar)
    invoices: dict[str, list[Invoice]] = {}
    for number in ("K00098", "K00095", "K00106", "K00108"):
        invoices[number] = [
            _send(draft, sanne.user, calendar) for draft in _draft(first, number, calendar)
        ]
    for number in ("K00098", "K00095"):
        invoices[number] += [
            _send(draft, sanne.user, calendar) for draft in _draft(second, number, calendar)
        ]
    for draft in _draft(second, "K00108", calendar):
        make_final(draft, by=sanne.user, now=calendar.at(second.date, 16, 40))
    _draft(second, "K00106", calendar)
    _draft(replace(second, until=calendar.today, date=calendar.ago(1)), "K00110", calendar)
    for number in ("K00098", "K00095"):
        settle(invoices[number][:1], sanne.user, calendar)
    invoices[CREDITED].append(_credit(invoices[CREDITED][0], sanne.user, calendar))
    return invoices


def send_all(bill: Bill, numbers: Iterable[str], calendar: Calendar) -> list[Invoice]:
    """Send invoices to some customers; for a sample without e-Boekhouden."""
    bill = replace(bill, numbers=tuple(numbers))
    drafts = draft_invoices(bill.request(), now=calendar.at(bill.date, 10, 2))
    return [_send(draft, bill.by, calendar) for draft in drafts]


def settle(invoices: Iterable[Invoice], by: User, calendar: Calendar) -> None:
    """Mark invoices as paid, three weeks after their date."""
    for invoice in invoices:
        day = next_weekday(invoice.date + 20 * ONE_DAY)
        mark_paid(invoice, by=by, now=calendar.at(day, 9, 5))


def _draft(bill: Bill, number: str, calendar: Calendar) -> list[Invoice]:
    now = calendar.at(bill.date, 16, 11)
    return draft_invoices(replace(bill, numbers=(number,)).request(), now=now)


def _credit(invoice: Invoice, by: User, calendar: Calendar) -> Invoice:
    """Credit the first line and release its hours, to be billed again."""
    day = calendar.ago(3)
    dispositions = {invoice.lines.all()[0].pk: RowDisposition.RELEASED}
    credit_input = CreditInput(dispositions, "Verkeerd tarief; u ontvangt een nieuwe factuur.", day)
    draft = draft_credit(invoice, credit_input, by=by, now=calendar.at(day, 11, 5))
    return mark_sent(draft, by=by, now=calendar.at(day, 11, 8), to=draft.customer.email)


def _send(draft: Invoice, by: User, calendar: Calendar) -> Invoice:
    now = calendar.at(draft.date, 16, 20)
    return mark_sent(draft, by=by, now=now, to=draft.customer.email)
