"""Rows that cannot be billed are counted with their reason, and claimed rows stay claimed."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import ProposalChanged, draft_invoices
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.locking import NotAllowed
from billing.models import Invoice, Origin
from billing.unbilled.billable import billable
from billing.unbilled.claiming import RowsTaken, claim_rows
from billing.unbilled.work import SelectedWork
from projects.models import Method, ScheduledAmount
from registrations.models import Status, TimeEntry
from tests import factories
from tests.interleaving import just_before

from ..invoices.test_crediting import credit_input

NOW = timezone.now()
TODAY = factories.TODAY


def reasons(agency, **rows: object) -> list[str]:
    """Why these rows are left out; none of them may be billed."""
    everything = {"time_entries": [], "expenses": [], "trips": [], "scheduled_amounts": []}
    found = billable(agency.organisation, SelectedWork(**everything | rows))
    assert not found.items
    return [reason.text for reason in found.skipped.elements()]


def scheduled(agency, **fields: object) -> ScheduledAmount:
    return ScheduledAmount.objects.create(
        project=factories.create_project(
            organisation=agency.organisation, method=Method.INSTALMENTS
        ),
        kind="instalment",
        key="1",
        description="Part",
        due_on=TODAY,
        price=Decimal("100.00"),
        **fields,
    )


def test_what_is_not_billable_is_left_out(agency):
    entry = agency.hours(is_billable=False)

    assert reasons(agency, time_entries=[entry]) == ["Not billable."]


def test_rows_of_a_project_that_is_not_billed_are_left_out(agency):
    project = factories.create_project(
        organisation=agency.organisation, name="Own site", method=Method.NONE
    )
    expense = factories.create_expense(project=project, membership=agency.member)

    assert reasons(agency, expenses=[expense]) == ["Project Own site is not billed."]


def test_hours_without_a_rate_are_left_out_with_the_way_to_the_rate(agency):
    entry = agency.hours(hourly_rate=None)

    (text,) = reasons(agency, time_entries=[entry])

    assert text == f"{entry.project.name} · {entry.task.name} has no hourly rate."


def test_an_agreed_amount_is_billed_once(agency):
    line = factories.create_invoice_line(
        project=factories.create_project(organisation=agency.organisation)
    )

    assert reasons(agency, scheduled_amounts=[scheduled(agency, invoice_line=line)]) == [
        "Already on a draft."
    ]


def test_an_agreed_amount_that_was_written_off_is_left_out(agency):
    amount = scheduled(agency, is_written_off=True)

    assert reasons(agency, scheduled_amounts=[amount]) == ["Status “Written off”."]


def test_a_row_is_claimed_once(agency):
    entry = agency.hours()
    (line,) = agency.proposal(origin=Origin.HERE).invoices[0].lines
    stored = factories.create_invoice_line(project=entry.project)
    claim_rows(stored, line.items)

    with pytest.raises(RowsTaken):
        claim_rows(stored, line.items)


def test_a_row_that_is_billed_between_showing_and_claiming_makes_no_invoice(agency):
    agency.hours()
    order = agency.order(origin=Origin.HERE)

    def bill_elsewhere() -> None:
        TimeEntry.objects.update(status=Status.INVOICED)

    with (
        just_before("INSERT INTO billing_invoiceline", bill_elsewhere),
        pytest.raises(ProposalChanged) as changed,
    ):
        draft_invoices(order, now=NOW)

    assert changed.value.proposal.is_empty
    assert not Invoice.objects.exists()


def test_a_row_that_was_added_to_a_credited_line_stops_the_credit(agency):
    agency.hours()
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    invoice = mark_sent(draft, by=agency.member.user, now=NOW)
    credit = draft_credit(
        invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW
    )
    added = agency.hours()
    TimeEntry.objects.filter(pk=added.pk).update(
        invoice_line=invoice.lines.get(), status=Status.INVOICED
    )

    with pytest.raises(NotAllowed, match="rows") as refusal:
        make_final(credit, by=agency.member.user, now=NOW)

    assert str(refusal.value.__cause__).startswith("Registrations were added to these lines")
    assert TimeEntry.objects.filter(invoice_line__invoice=invoice).count() == 2


def test_the_link_to_what_is_left_out_keeps_the_first_day(inside, agency):
    since = TODAY - datetime.timedelta(days=10)
    agency.hours(date=TODAY, is_billable=False)

    page = inside.get(
        reverse("billing:unbilled-skipped"),
        {"period": "custom", "since": since.isoformat(), "until": TODAY.isoformat()},
    ).content.decode()

    assert f"until={TODAY.isoformat()}&amp;since={since.isoformat()}" in page
