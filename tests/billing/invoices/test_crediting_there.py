"""Credits in e-Boekhouden: as an invoice or as a sales entry, to the cent."""

import datetime
import random
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.credit_lines import CannotCredit, CreditInput, uncredited_lines
from billing.invoices.crediting import credit_in_eboekhouden, draft_credit, why_no_remote_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.sales_entries import create_sales_entries, proposed_entry, why_no_sales_entry
from billing.models import (
    Booking,
    BookingKind,
    Invoice,
    InvoiceStatus,
    Origin,
    RowDisposition,
    State,
)
from billing.resolving import actions as actions
from billing.unbilled.releasing import RowsMoved
from integrations.models import Connection, Numbering
from projects.models import ScheduledAmount
from registrations.models import Status, TimeEntry
from tests import factories
from vat.total_rows import total_fields
from vat.totals import totals

from ..test_same_cents import fill
from .test_crediting import credit_input

NOW = timezone.now()


@pytest.fixture
def booked(connected) -> Invoice:
    """An invoice in e-Boekhouden of two lines: an hour of two tasks."""
    project = factories.create_project(organisation=connected.organisation)
    for _ in range(2):
        connected.hours(project=project)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Invoice.objects.get()


def credit(
    agency, invoice: Invoice, lines=None, disposition: RowDisposition = RowDisposition.RELEASED
) -> Invoice:
    """Create a credit in e-Boekhouden of these lines, else of all."""
    lines = list(invoice.lines.all()) if lines is None else lines
    return credit_in_eboekhouden(
        invoice,
        credit_input(lines, disposition),
        connection=agency.connection,
        by=agency.member.user,
        now=NOW,
    )


def refused_credit(
    agency, invoice: Invoice, disposition: RowDisposition = RowDisposition.RELEASED
) -> Booking:
    """A credit that the service refused: its template does not exist there."""
    Connection.objects.update(template="Overheid")
    agency.connection.refresh_from_db()
    made = credit(agency, invoice, disposition=disposition)
    agency.deliver()
    return Booking.objects.select_related("connection", "customer", "invoice").get(invoice=made)


def test_after_a_restore_no_credit_gets_a_number_before_the_books_were_compared(connected, booked):
    Connection.objects.update(must_compare_first=True)

    with pytest.raises(CannotCredit, match="backup"):
        credit(connected, booked)

    assert not booked.credits.exists()


def test_a_credit_is_an_invoice_with_negative_quantities_there(connected, sandbox, booked):
    made = credit(connected, booked)
    connected.deliver()

    booking = Booking.objects.get(invoice=made)
    theirs = {invoice.number: invoice for invoice in sandbox.books.invoices()}[made.number]
    assert (booking.state, booking.reason) == (State.CONFIRMED, "agrees")
    assert made.number == "TC2026-0002"
    assert [line.quantity for line in theirs.lines] == [Decimal(-1), Decimal(-1)]
    assert made.gross == -booked.gross


def test_the_rows_are_free_at_once_and_can_be_billed_while_the_credit_is_on_its_way(
    connected, booked
):
    credit(connected, booked)

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    assert {b.state for b in Booking.objects.documents()} == {State.CONFIRMED}
    assert sum(i.net for i in Invoice.objects.all()) == booked.net
    assert not TimeEntry.objects.unbilled().exists()


def test_e_boekhouden_may_give_the_number_of_a_credit(connected, sandbox, booked):
    Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
    connected.connection.refresh_from_db()

    made = credit(connected, booked)
    connected.deliver()

    made.refresh_from_db()
    assert made.number in {invoice.number for invoice in sandbox.books.invoices()}


def test_what_is_not_booked_yet_cannot_be_credited(connected):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    with pytest.raises(CannotCredit, match="not booked"):
        credit(connected, Invoice.objects.get())


def test_an_invoice_of_another_administration_is_not_credited_in_this_one(connected, booked):
    Connection.objects.update(administration_key="another")

    assert "another e-Boekhouden administration" in why_no_remote_credit(booked)


@pytest.mark.parametrize("disposition", RowDisposition)
def test_a_refused_credit_that_is_cancelled_puts_the_rows_back_where_they_were(
    connected, booked, disposition
):
    before = dict(TimeEntry.objects.values_list("pk", "invoice_line"))
    booking = refused_credit(connected, booked, disposition)
    assert not TimeEntry.objects.exclude(invoice_line=None).exists()

    actions.cancel(booking, by=connected.member.user, now=NOW, reason="Not needed")

    assert dict(TimeEntry.objects.values_list("pk", "invoice_line")) == before
    assert {entry.status for entry in TimeEntry.objects.all()} == {Status.INVOICED}
    booked.refresh_from_db()
    assert (booked.credit_state, booked.credited_amount) == ("", 0)
    assert Invoice.objects.get(pk=booking.invoice_id).status == InvoiceStatus.VOID


def test_after_cancelling_the_lines_can_be_credited_again(connected, booked):
    actions.cancel(refused_credit(connected, booked), by=connected.member.user, now=NOW)
    Connection.objects.update(template="Factuursjabloon")
    connected.connection.refresh_from_db()

    made = credit(connected, booked)
    connected.deliver()

    assert Booking.objects.get(invoice=made).state == State.CONFIRMED


def test_a_credit_of_which_a_row_was_billed_again_cannot_be_cancelled(connected, booked):
    booking = refused_credit(connected, booked)
    draft_invoices(connected.order(origin=Origin.HERE), now=NOW)

    with pytest.raises(RowsMoved, match="billed again"):
        actions.cancel(booking, by=connected.member.user, now=NOW)

    booking.refresh_from_db()
    assert booking.state == State.REJECTED
    assert Invoice.objects.get(pk=booking.invoice_id).status == InvoiceStatus.FINAL


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # Who edits an approved row opens it.
        ({"minutes": 30, "status": Status.OPEN}, "were changed"),
        ({"is_billable": False, "status": Status.OPEN}, "were changed"),
        ({"status": Status.INVOICED}, "marked as invoiced"),
    ],
)
def test_rows_that_are_no_longer_what_was_billed_do_not_go_back(connected, booked, change, words):
    booking = refused_credit(connected, booked)
    TimeEntry.objects.filter(pk=TimeEntry.objects.first().pk).update(**change)

    with pytest.raises(RowsMoved, match=words):
        actions.cancel(booking, by=connected.member.user, now=NOW)


def test_rows_that_are_gone_do_not_come_back(connected, booked):
    booking = refused_credit(connected, booked)
    row = TimeEntry.objects.filter(pk=TimeEntry.objects.first().pk)
    row.update(status=Status.OPEN)
    row.delete()

    with pytest.raises(RowsMoved, match="deleted"):
        actions.cancel(booking, by=connected.member.user, now=NOW)


def test_the_page_says_why_it_cannot_be_cancelled(inside, connected, booked):
    booking = refused_credit(connected, booked)
    draft_invoices(connected.order(origin=Origin.HERE), now=NOW)

    answer = inside.post(
        reverse("billing:booking-action", args=[booking.pk, "cancel"]),
        {"reason": "Not needed"},
        follow=True,
    )

    assert "registrations on it were billed again" in answer.content.decode()


def test_an_agreed_amount_goes_back_too(connected):
    project = factories.create_project(organisation=connected.organisation)
    connected.hours(project=project)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    invoice = Invoice.objects.get()
    scheduled = ScheduledAmount.objects.create(
        project=project,
        kind="fixed_price",
        description="Site",
        due_on=factories.TODAY,
        price=Decimal(90),
        invoice_line=invoice.lines.get(),
    )

    actions.cancel(refused_credit(connected, invoice), by=connected.member.user, now=NOW)

    scheduled.refresh_from_db()
    assert scheduled.invoice_line == invoice.lines.get()


def test_from_the_dialog_it_is_booked_and_its_page_follows_it(inside, connected, booked):
    line = booked.lines.first()
    url = reverse("billing:invoice-credit", args=[booked.pk])
    assert "Final immediately" in inside.get(url).content.decode()

    answer = inside.post(
        url,
        {"date": "2026-11-25", "reason": "Wrong", f"line-{line.pk}": "on"},
        follow=True,
    )
    connected.deliver()

    made = Invoice.objects.get(credit_of=booked)
    assert answer.redirect_chain[-1][0] == reverse("billing:invoice-detail", args=[made.pk])
    assert Booking.objects.get(invoice=made).state == State.CONFIRMED
    assert TimeEntry.objects.unbilled().count() == 1


# --- Made here, entered in the ledger -------------------------------------------------------------


def fill_both(agency, sandbox, dice: random.Random) -> None:
    """Work for two customers that exist in e-Boekhouden."""
    fill(agency, dice, customers=2)
    customers = agency.organisation.customers.all()
    sandbox.seed_relations([{"Code": c.number, "Bedrijf": c.name} for c in customers])


def sent_here(agency) -> Invoice:
    project = factories.create_project(organisation=agency.organisation)
    for _ in range(2):
        agency.hours(project=project)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return mark_sent(draft, by=agency.member.user, now=NOW)


@pytest.mark.parametrize(
    ("days", "sentence"), [(-1, "cannot be credited on an earlier day"), (400, "in the future")]
)
def test_a_credit_that_is_final_at_once_is_not_dated_before_its_invoice_or_later_than_today(
    inside, connected, booked, days, sentence
):
    boxes = {f"line-{line.pk}": "on" for line in booked.lines.all()}
    date = booked.date + datetime.timedelta(days)

    answer = inside.post(
        reverse("billing:invoice-credit", args=[booked.pk]),
        {"date": date.isoformat(), "reason": "Double", **boxes},
    )

    assert sentence in answer.content.decode()
    assert not Invoice.objects.filter(credit_of=booked).exists()


def test_before_it_was_sent_a_credit_cannot_be_entered(connected):
    invoice = sent_here(connected)
    by = connected.member.user
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=by, now=NOW)
    final = make_final(draft, by=by, now=NOW)

    assert why_no_sales_entry(draft)
    assert why_no_sales_entry(final)
    assert not why_no_sales_entry(mark_sent(final, by=by, now=NOW))


def test_the_entry_of_a_credit_is_shown_with_its_signs_turned(connected):
    invoice = sent_here(connected)
    by = connected.member.user
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=by, now=NOW)

    entry = [row.amount for row in proposed_entry(draft, connected.connection)]

    assert entry == [Decimal("-217.80"), Decimal("180.00"), Decimal("37.80")]


@pytest.mark.parametrize("seed", range(3))
def test_credits_in_parts_are_entered_to_the_cent_under_their_own_numbers(connected, sandbox, seed):
    dice = random.Random(seed)
    fill_both(connected, sandbox, dice)
    by = connected.member.user
    documents = []
    for draft in draft_invoices(connected.order(origin=Origin.HERE), now=NOW):
        discount = Decimal(dice.choice(["0", "7.5", "33.33"]))
        fields = total_fields(totals(list(draft.lines.all()), discount=discount))
        Invoice.objects.filter(pk=draft.pk).update(discount=discount, **fields)
        documents.append(mark_sent(draft, by=by, now=NOW))
    for invoice in list(documents):
        while free := list(uncredited_lines(invoice)):
            some = dice.sample(free, dice.randint(1, min(2, len(free))))
            order = CreditInput(
                {x.pk: RowDisposition.RELEASED for x in some}, "Wrong", factories.TODAY
            )
            made = draft_credit(invoice, order, by=by, now=NOW)
            documents.append(mark_sent(made, by=by, now=NOW))

    create_sales_entries(documents, connected.connection, by=by, now=NOW)
    connected.deliver()

    bookings = Booking.objects.filter(kind=BookingKind.SALES_ENTRY)
    assert {(b.state, b.reason, b.code, b.text) for b in bookings} == {
        (State.CONFIRMED, "agrees", "", "")
    }
    assert bookings.count() == len(documents) > 4
    assert len(sandbox.books.entries()) == len(documents)


@pytest.mark.parametrize("seed", range(2))
def test_credits_in_parts_are_made_there_to_the_cent(connected, sandbox, seed):
    dice = random.Random(seed)
    fill_both(connected, sandbox, dice)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    for invoice in Invoice.objects.all():
        while free := list(uncredited_lines(invoice)):
            credit(connected, invoice, dice.sample(free, dice.randint(1, len(free))))
    connected.deliver()

    bookings = Booking.objects.filter(kind=BookingKind.INVOICE, invoice__credit_of__isnull=False)
    assert {(b.state, b.reason, b.code) for b in bookings} == {(State.CONFIRMED, "agrees", "")}
