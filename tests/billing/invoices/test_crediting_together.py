"""Concurrent credits on PostgreSQL: lines and rows are taken back once."""

import pytest
from django.utils import timezone

from billing.invoices.creating import ProposalChanged, draft_invoices, invoice_in_eboekhouden
from billing.invoices.credit_lines import CannotCredit
from billing.invoices.crediting import credit_in_eboekhouden, draft_credit
from billing.invoices.drafting import delete_draft
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.locking import NotAllowed
from billing.models import Booking, Invoice, Origin, State
from billing.resolving import actions as actions
from billing.unbilled.releasing import RowsMoved
from registrations.models import Status, TimeEntry
from tests import factories

from .concurrent import together, unexpected
from .test_crediting import credit_input

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOW = timezone.now()
ALLOWED = (CannotCredit, NotAllowed, RowsMoved, ProposalChanged, actions.NoLonger)


def sent(agency) -> Invoice:
    project = factories.create_project(organisation=agency.organisation)
    for _ in range(3):
        agency.hours(project=project)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return mark_sent(draft, by=agency.member.user, now=NOW)


@pytest.mark.parametrize("_round", range(5))
def test_overlapping_credits_never_take_a_line_twice(agency, _round):
    invoice = sent(agency)
    lines = list(invoice.lines.all())

    results = together(
        *[
            lambda some=some: draft_credit(
                invoice, credit_input(some), by=agency.member.user, now=NOW
            )
            for some in (lines[:2], lines[1:], lines[:2])
        ]
    )

    assert not unexpected(results, allowed=ALLOWED)
    assert sum(not isinstance(result, Exception) for result in results) == 1


@pytest.mark.parametrize("_round", range(5))
def test_parts_that_become_final_at_once_come_to_the_invoice(agency, _round):
    invoice = sent(agency)
    by = agency.member.user
    drafts = [draft_credit(invoice, credit_input([x]), by=by, now=NOW) for x in invoice.lines.all()]

    results = together(*[lambda d=d: make_final(d, by=by, now=NOW) for d in [*drafts, drafts[0]]])

    assert not unexpected(results, allowed=ALLOWED)
    invoice.refresh_from_db()
    assert invoice.credited_amount == invoice.gross
    assert sum(credit.gross for credit in invoice.credits.all()) == -invoice.gross
    assert TimeEntry.objects.filter(status=Status.APPROVED, invoice_line=None).count() == 3


@pytest.mark.parametrize("_round", range(5))
def test_a_draft_credit_is_either_deleted_or_final(agency, _round):
    invoice = sent(agency)
    by = agency.member.user
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=by, now=NOW)

    results = together(
        lambda: delete_draft(draft),
        lambda: make_final(draft, by=by, now=NOW),
        lambda: draft_credit(invoice, credit_input(invoice.lines.all()), by=by, now=NOW),
    )

    assert not unexpected(results, allowed=ALLOWED)
    invoice.refresh_from_db()
    free = TimeEntry.objects.filter(invoice_line=None).count()
    assert free == (3 if invoice.is_wholly_credited else 0)


@pytest.mark.parametrize("_round", range(5))
def test_crediting_there_and_billing_at_once_leave_every_row_on_one_line_or_none(connected, _round):
    project = factories.create_project(organisation=connected.organisation)
    for _ in range(5):
        connected.hours(project=project)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    invoice = Invoice.objects.get()
    connected.hours(project=project)
    by, connection = connected.member.user, connected.connection

    def credit() -> object:
        order = credit_input(invoice.lines.all())
        return credit_in_eboekhouden(invoice, order, connection=connection, by=by, now=NOW)

    def bill() -> object:
        return invoice_in_eboekhouden(connected.order(), connection=connection, now=NOW)

    results = together(credit, bill, credit, bill)

    assert not unexpected(results, allowed=ALLOWED)
    assert Invoice.objects.filter(credit_of=invoice).count() == 1
    on_lines = TimeEntry.objects.exclude(invoice_line=None).count()
    assert sum(i.net for i in Invoice.objects.all()) == on_lines * 90


@pytest.mark.parametrize("_round", range(5))
def test_a_cancelled_credit_and_billing_its_rows_exclude_each_other(connected, _round):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    invoice = Invoice.objects.get()
    by = connected.member.user
    credit = credit_in_eboekhouden(
        invoice, credit_input(invoice.lines.all()), connection=connected.connection, by=by, now=NOW
    )
    booking = Booking.objects.select_related("invoice", "customer", "connection").get(
        invoice=credit
    )

    results = together(
        lambda: actions.cancel(booking, by=by, now=NOW),
        lambda: draft_invoices(connected.order(origin=Origin.HERE), now=NOW),
    )

    assert not unexpected(results, allowed=ALLOWED)
    booking.refresh_from_db()
    line = TimeEntry.objects.get().invoice_line
    if booking.state == State.CANCELLED:
        assert line.invoice == invoice
    else:
        assert line.invoice.origin == Origin.HERE
