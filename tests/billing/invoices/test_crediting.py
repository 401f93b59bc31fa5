"""Credit invoices: their lines and totals, and the disposition of the rows."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.invoices.creating import draft_invoices
from billing.invoices.credit_lines import CannotCredit, CreditInput, preview
from billing.invoices.crediting import draft_credit
from billing.invoices.drafting import delete_draft
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.locking import NotAllowed
from billing.invoices.paying import mark_paid
from billing.models import CreditedRow, Invoice, InvoiceLine, InvoiceStatus, Origin, RowDisposition
from billing.unbilled import UnbilledFilter
from billing.unbilled.items import ItemKind
from billing.unbilled.written_off import written_off_of
from lib.money import ZERO
from projects.models import ScheduledAmount, ScheduledAmountKind
from registrations.models import Status
from tests import factories

NOW = timezone.now()
TODAY = factories.TODAY


@pytest.fixture
def invoice(agency) -> Invoice:
    """A sent invoice of three lines: two tasks and an expense."""
    project = factories.create_project(organisation=agency.organisation)
    tasks = [factories.create_task(organisation=agency.organisation) for _ in range(2)]
    for minutes, task in ((60, tasks[0]), (65, tasks[0]), (50, tasks[1])):
        agency.hours(project=project, minutes=minutes, task=task)
    factories.create_expense(project=project, membership=agency.member)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return mark_sent(draft, by=agency.member.user, now=NOW)


def credit_input(lines, disposition: RowDisposition = RowDisposition.RELEASED) -> CreditInput:
    return CreditInput({line.pk: disposition for line in lines}, "Too many hours", TODAY)


def credited(
    agency, invoice: Invoice, lines=None, disposition: RowDisposition = RowDisposition.RELEASED
) -> Invoice:
    """Create a final credit of these lines, else of all."""
    lines = list(invoice.lines.all()) if lines is None else lines
    draft = draft_credit(invoice, credit_input(lines, disposition), by=agency.member.user, now=NOW)
    return make_final(draft, by=agency.member.user, now=NOW)


def statuses(agency) -> list[str]:
    return sorted(entry.status for entry in agency.organisation.time_entries.all())


def test_every_kind_of_row_fits_its_column():
    """SQLite ignores the length of a column; PostgreSQL refuses a longer value."""
    longest = CreditedRow._meta.get_field("kind").max_length

    assert max(len(kind) for kind in ItemKind) <= longest


def test_a_draft_credit_changes_nothing_for_the_rows(agency, invoice):
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW)

    assert draft.is_draft
    assert draft.credit_of == invoice
    assert statuses(agency) == [Status.INVOICED] * 3
    invoice.refresh_from_db()
    assert (invoice.credited_amount, invoice.credit_state) == (ZERO, "")


def test_a_credit_of_everything_and_its_invoice_come_to_nothing_per_rate(agency, invoice):
    credit = credited(agency, invoice)

    assert credit.number == "2026-0002"
    assert credit.gross == -invoice.gross
    assert [(r.net, r.vat) for r in credit.vat_by_rate] == [
        (-r.net, -r.vat) for r in invoice.vat_by_rate
    ]
    invoice.refresh_from_db()
    assert invoice.is_wholly_credited
    assert invoice.outstanding == 0
    assert not Invoice.objects.outstanding().exists()


def test_only_the_rows_of_the_chosen_line_can_be_billed_again(agency, invoice):
    line = invoice.lines.first()

    credited(agency, invoice, [line])

    freed = agency.organisation.time_entries.filter(invoice_line=None)
    assert {entry.status for entry in freed} == {Status.APPROVED}
    assert sum(entry.minutes for entry in freed) == 125
    assert agency.organisation.expenses.get().invoice_line is not None
    invoice.refresh_from_db()
    assert invoice.credit_state == "partly"
    assert invoice.outstanding == invoice.gross - invoice.credited_amount > 0


def test_rows_can_be_written_off_instead(agency, invoice):
    credited(agency, invoice, [invoice.lines.first()], RowDisposition.WRITTEN_OFF)

    assert statuses(agency) == [Status.INVOICED, Status.WRITTEN_OFF, Status.WRITTEN_OFF]
    assert not agency.organisation.time_entries.unbilled().exists()


def test_what_a_credit_writes_off_says_who_did_so_and_why(agency, invoice):
    line = invoice.lines.first()
    draft = draft_credit(
        invoice,
        CreditInput({line.pk: RowDisposition.WRITTEN_OFF}, "Too many\nhours", TODAY),
        by=agency.member.user,
        now=NOW,
    )

    make_final(draft, by=agency.member.user, now=NOW)

    written_off = agency.organisation.time_entries.filter(status=Status.WRITTEN_OFF)
    assert {(row.status_by, row.status_note) for row in written_off} == {
        (agency.member, f"Factuur {invoice.number} gecrediteerd: Too many hours")
    }


def test_a_long_reason_fits_into_the_note_of_a_row(agency, invoice):
    wanted = CreditInput({invoice.lines.first().pk: RowDisposition.WRITTEN_OFF}, "x" * 1000, TODAY)
    draft = draft_credit(invoice, wanted, by=agency.member.user, now=NOW)

    make_final(draft, by=agency.member.user, now=NOW)

    row = agency.organisation.time_entries.filter(status=Status.WRITTEN_OFF).first()
    assert (len(row.status_note), row.status_note[-2:]) == (300, "x…")


@pytest.fixture
def agreed(agency) -> ScheduledAmount:
    """A scheduled amount on a draft."""
    line = factories.create_invoice_line(
        project=factories.create_project(organisation=agency.organisation)
    )
    return ScheduledAmount.objects.create(
        project=line.project,
        kind=ScheduledAmountKind.FIXED_PRICE,
        key="",
        description="Site",
        due_on=TODAY,
        price=Decimal(95),
        invoice_line=line,
    )


@pytest.mark.parametrize("disposition", RowDisposition)
def test_an_agreed_amount_goes_the_way_that_was_chosen(agency, agreed, disposition):
    invoice = mark_sent(agreed.invoice_line.invoice, by=agency.member.user, now=NOW)

    credited(agency, invoice, disposition=disposition)

    agreed.refresh_from_db()
    assert agreed.invoice_line is None
    assert agreed.is_written_off == (disposition == RowDisposition.WRITTEN_OFF)


def test_an_agreed_amount_that_a_credit_wrote_off_is_listed_with_who_and_why(agency, agreed):
    invoice = mark_sent(agreed.invoice_line.invoice, by=agency.member.user, now=NOW)

    credited(agency, invoice, disposition=RowDisposition.WRITTEN_OFF)

    (row,) = written_off_of([agreed.project], UnbilledFilter(until=TODAY))
    assert (row.kind, row.by) == ("scheduled_amounts", agency.member)
    assert row.note == f"Site · Factuur {invoice.number} gecrediteerd: Too many hours"


def test_a_line_is_credited_once(agency, invoice):
    line = invoice.lines.first()
    draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)

    with pytest.raises(CannotCredit, match="credited in the meantime"):
        draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)


def test_the_database_itself_refuses_a_second_credit_of_a_line(agency, invoice):
    line = invoice.lines.first()
    draft = draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)
    taken = draft.lines.get()
    taken.pk, taken.position = None, 99

    with pytest.raises(IntegrityError), transaction.atomic():
        taken.save()


def test_after_deleting_a_draft_credit_its_line_can_be_credited_again(agency, invoice):
    line = invoice.lines.first()
    draft = draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)

    freed = delete_draft(draft)

    assert freed == 0
    assert statuses(agency) == [Status.INVOICED] * 3
    assert not CreditedRow.objects.exists()
    assert credited(agency, invoice, [line]).number


def test_a_credit_invoice_cannot_be_credited(agency, invoice):
    credit = credited(agency, invoice)

    with pytest.raises(CannotCredit):
        draft_credit(credit, credit_input(credit.lines.all()), by=agency.member.user, now=NOW)


def test_a_row_that_left_its_line_stops_the_credit_and_nothing_happens(agency, invoice):
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW)
    entry = agency.organisation.time_entries.first()
    type(entry).objects.filter(pk=entry.pk).update(invoice_line=None, status=Status.APPROVED)

    with pytest.raises(NotAllowed):
        make_final(draft, by=agency.member.user, now=NOW)

    assert Invoice.objects.get(pk=draft.pk).number == ""
    assert statuses(agency) == [Status.APPROVED, Status.INVOICED, Status.INVOICED]


def test_the_credit_remembers_which_rows_were_on_the_line(agency, invoice):
    line = invoice.lines.first()
    on_it = set(line.time_entries.values_list("pk", flat=True))

    credit = credited(agency, invoice, [line])

    rows = CreditedRow.objects.filter(line__invoice=credit, kind="hours")
    assert {row.row_id for row in rows} == on_it
    assert {row.was["minutes"] for row in rows} == {"60", "65"}


def test_paid_after_a_part_was_credited_is_what_was_left(agency, invoice):
    credited(agency, invoice, [invoice.lines.first()])

    mark_paid(invoice, by=agency.member.user, now=NOW)

    invoice.refresh_from_db()
    assert invoice.paid_amount == invoice.gross - invoice.credited_amount


def test_what_was_wholly_credited_cannot_be_paid(agency, invoice):
    credited(agency, invoice)

    with pytest.raises(NotAllowed):
        mark_paid(invoice, by=agency.member.user, now=NOW)


def test_the_last_draft_takes_the_cent_however_the_drafts_come_and_go(agency, invoice):
    lines = list(invoice.lines.all())
    by = agency.member.user
    drafts = [draft_credit(invoice, credit_input([line]), by=by, now=NOW) for line in lines]
    shown = [Invoice.objects.get(pk=draft.pk).gross for draft in drafts]

    delete_draft(drafts[0])
    made = [make_final(draft, by=by, now=NOW) for draft in reversed(drafts[1:])]
    made.append(credited(agency, invoice, lines[:1]))

    assert sum(shown) == -invoice.gross
    assert sum(credit.gross for credit in made) == -invoice.gross


def test_the_preview_is_what_is_made(agency, invoice):
    lines = list(invoice.lines.all())[1:]

    chosen = [line.pk for line in lines]
    shown = preview(invoice, chosen, date=invoice.date, today=invoice.date)
    draft = draft_credit(invoice, credit_input(lines), by=agency.member.user, now=NOW)

    assert (draft.net, draft.vat, draft.gross) == (
        shown.totals.net,
        shown.totals.vat,
        shown.totals.gross,
    )
    assert [line.quantity for line in draft.lines.all()] == [-line.quantity for line in lines]


def test_an_invoice_that_was_credited_is_never_changed(agency, invoice):
    before = list(InvoiceLine.objects.filter(invoice=invoice).values())

    credited(agency, invoice)

    after = Invoice.objects.get(pk=invoice.pk)
    assert list(InvoiceLine.objects.filter(invoice=invoice).values()) == before
    assert (after.status, after.gross, after.number) == (
        InvoiceStatus.SENT,
        invoice.gross,
        invoice.number,
    )
