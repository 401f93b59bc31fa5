"""A number that is somebody else's in e-Boekhouden: link, take a new number, look again, cancel."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.crediting import credit_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import (
    Booking,
    BookingKind,
    CreditState,
    Invoice,
    InvoiceStatus,
    Origin,
    RowDisposition,
    State,
)
from billing.resolving import actions as actions
from billing.resolving import renumbering
from integrations.sessions import open_client
from registrations.models import TimeEntry
from tests import factories
from tests.integrations.eboekhouden import samples

from ..invoices.test_crediting import credit_input

NOW = timezone.now()


def occupy(connected, sandbox, number: str) -> None:
    """Somebody else wrote an invoice with our next number, and an entry of it, in e-Boekhouden."""
    sandbox.seed_relations([{"Code": "X1", "Bedrijf": "Somebody Else B.V."}])
    with open_client(connected.connection) as client:
        client.add_invoice(
            samples.invoice(
                number=number, relation_code="X1", book=True, entry_description="By hand"
            )
        )


@pytest.fixture
def taken(connected, sandbox) -> Booking:
    """An invoice of two hours whose number exists in e-Boekhouden already."""
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    occupy(connected, sandbox, "TC2026-0001")
    project = factories.create_project(customer=customer)
    connected.hours(project=project)
    connected.hours(project=project)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Booking.objects.select_related("connection", "invoice", "customer").get()


def test_the_invoice_goes_under_the_next_number_with_the_same_rows(connected, sandbox, taken):
    assert taken.state == State.CONFLICT

    number = renumbering.take_new_number(taken, by=connected.member.user, now=NOW)
    connected.deliver()

    old, new = Invoice.objects.get(number="TC2026-0001"), Invoice.objects.get(number=number)
    assert (number, old.status, new.gross) == ("TC2026-0002", InvoiceStatus.VOID, old.gross)
    assert new.bookings.get().state == State.CONFIRMED
    assert TimeEntry.objects.filter(invoice_line__invoice=new).count() == 2
    ours = [i for i in sandbox.books.invoices() if i.relation_code == taken.customer.number]
    assert [(i.number, i.total) for i in ours] == [("TC2026-0002", new.gross)]


def test_the_copy_has_the_parts_of_its_project_and_employee(connected, taken):
    number = renumbering.take_new_number(taken, by=connected.member.user, now=NOW)

    old, new = Invoice.objects.get(number="TC2026-0001"), Invoice.objects.get(number=number)
    before, after = (
        list(one.shares.order_by("by").values_list("by", "key", "cents")) for one in (old, new)
    )
    assert [by for by, _, _ in after] == ["employee", "project"]
    assert before == after


def test_pressing_it_twice_makes_one_copy(connected, taken):
    renumbering.take_new_number(taken, by=connected.member.user, now=NOW)

    with pytest.raises(actions.NoLonger):
        renumbering.take_new_number(taken, by=connected.member.user, now=NOW)

    assert Invoice.objects.count() == 2


def test_a_customer_whose_number_is_somebody_elses_gets_the_next_free_one(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, number="K00007")
    sandbox.seed_relations([{"Code": "K00007", "Bedrijf": "Somebody Else B.V."}])
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    relation = Booking.objects.select_related("customer", "organisation").get(
        kind=BookingKind.RELATION
    )

    number = renumbering.take_new_number(relation, by=connected.member.user, now=NOW)
    connected.deliver()
    connected.deliver()

    assert number == "K00008"
    assert {r.code for r in sandbox.books.relations()} == {"K00007", "K00008"}
    assert {booking.state for booking in Booking.objects.all()} == {State.CONFIRMED}
    assert [i.relation_code for i in sandbox.books.invoices()] == ["K00008"]


def test_after_mending_it_there_it_is_looked_up_again_and_sent(connected, sandbox, taken):
    (theirs,) = sandbox.books.invoices()
    sandbox.books.delete("entries", theirs.entry)
    sandbox.books.delete("invoices", theirs.id)

    actions.check_now(taken, now=NOW)
    connected.deliver()

    taken.refresh_from_db()
    assert taken.state == State.CONFIRMED
    assert [i.number for i in sandbox.books.invoices()] == ["TC2026-0001"]


@pytest.fixture
def taken_entry(connected, sandbox) -> Booking:
    """A sales entry whose number stands there already; the customer has the invoice."""
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    connected.hours(project=factories.create_project(customer=customer))
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    sent = mark_sent(draft, by=connected.member.user, now=NOW)
    occupy(connected, sandbox, sent.number)
    create_sales_entries([sent], connected.connection, by=connected.member.user, now=NOW)
    connected.deliver()
    return Booking.objects.get()


def test_a_sales_entry_keeps_the_number_that_the_customer_has(connected, inside, taken_entry):
    page = inside.get(reverse("billing:booking-detail", args=[taken_entry.pk])).content.decode()

    assert taken_entry.state == State.CONFLICT
    assert not renumbering.may_take_new_number(taken_entry)
    assert "Your customer already has the invoice with this number" in page


def test_the_page_offers_to_link_to_renumber_to_look_again_and_to_cancel(connected, inside, taken):
    address = reverse("billing:booking-detail", args=[taken.pk])

    page = inside.get(address).content.decode()
    inside.post(reverse("billing:booking-action", args=[taken.pk, "renumber"]))

    for action in ("link", "renumber", "check", "cancel"):
        assert reverse("billing:booking-action", args=[taken.pk, action]) in page
    assert "Design" in page
    assert Invoice.objects.filter(number="TC2026-0002").exists()


def test_the_list_says_when_it_was_looked_up_though_nothing_was_sent(connected, inside, taken):
    page = inside.get(reverse("billing:booking-list")).content.decode()

    looked_up = timezone.localtime(taken.attempts.get().started_at)
    assert taken.last_sent_at is None
    assert f"{looked_up:%d-%m %H:%M}" in page


def test_what_exists_and_is_not_shown_ends_with_a_person(connected, sandbox, taken):
    """The invoice was deleted there and its entry was not: the number is taken, and invisible."""
    (theirs,) = sandbox.books.invoices()
    sandbox.books.delete("invoices", theirs.id)
    actions.check_now(taken, now=NOW)

    connected.deliver()
    for minutes in (20, 40):
        connected.sweep(later=datetime.timedelta(minutes=minutes))

    taken.refresh_from_db()
    assert (taken.state, taken.reason) == (State.CONFLICT, "exists-unseen")
    assert len(sandbox.books.requests(operation="AddFactuur")) == 2
    renumbering.take_new_number(taken, by=connected.member.user, now=NOW)
    connected.sweep(later=datetime.timedelta(minutes=50))
    assert [i.number for i in sandbox.books.invoices()] == ["TC2026-0002"]


def test_a_credit_goes_under_the_next_number_and_still_names_its_rows(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    (first,) = Invoice.objects.all()
    occupy(connected, sandbox, "TC2026-0002")
    asked = credit_input(list(first.lines.all()), RowDisposition.RELEASED)
    credit = credit_in_eboekhouden(
        first, asked, connection=connected.connection, by=connected.member.user, now=NOW
    )
    connected.deliver()
    booking = credit.bookings.select_related("connection").get()

    number = renumbering.take_new_number(booking, by=connected.member.user, now=NOW)
    connected.deliver()

    new = Invoice.objects.get(number=number)
    assert (booking.state, new.bookings.get().state) == (State.CONFLICT, State.CONFIRMED)
    assert new.lines.get().credited_rows.count() == 1
    first.refresh_from_db()
    assert (first.credited_amount, first.credit_state) == (first.gross, CreditState.WHOLLY)
