"""What a person may do with a booking that stopped: correct and book again, link, cancel."""

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Booking, BookingKind, Invoice, InvoiceStatus, State
from billing.resolving import actions as actions
from integrations.models import Connection
from registrations.models import TimeEntry
from tests import factories

NOW = timezone.now()


@pytest.fixture
def refused(connected) -> Booking:
    """An invoice that the service refused: its template does not exist there."""
    connected.hours()
    Connection.objects.update(template="Overheid")
    connected.connection.refresh_from_db()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Booking.objects.select_related("connection", "customer", "invoice").get(
        kind=BookingKind.INVOICE
    )


@pytest.fixture
def mistaken(connected, sandbox) -> Booking:
    """A customer whose number belongs to somebody else there."""
    customer = factories.create_customer(organisation=connected.organisation)
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": "Somebody Else B.V."}])
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Booking.objects.select_related("connection", "customer").get(kind=BookingKind.RELATION)


def test_after_mending_the_template_it_goes_again_under_the_same_number(
    connected, sandbox, refused
):
    Connection.objects.update(template="Factuursjabloon")
    refused.connection.refresh_from_db()

    actions.book_again(refused, by=connected.member.user, now=NOW)
    connected.deliver()

    refused.refresh_from_db()
    assert (refused.state, refused.revision) == (State.CONFIRMED, 2)
    assert [invoice.number for invoice in sandbox.books.invoices()] == [refused.natural_key]


def test_cancelling_frees_the_rows_and_keeps_the_number(connected, refused):
    actions.cancel(refused, by=connected.member.user, now=NOW, reason="Wrong month")

    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.number) == (InvoiceStatus.VOID, refused.natural_key)
    assert TimeEntry.objects.unbilled().count() == 1


def test_freed_rows_can_be_billed_again_under_the_next_number(connected, refused):
    actions.cancel(refused, by=connected.member.user, now=NOW)
    Connection.objects.update(template="Factuursjabloon")
    connected.connection.refresh_from_db()

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    assert Booking.objects.get(state=State.CONFIRMED, kind=BookingKind.INVOICE).natural_key == (
        "TC2026-0002"
    )


def test_a_linked_customer_lets_its_invoice_go(connected, sandbox, mistaken):
    actions.link(mistaken, by=connected.member.user, now=NOW)
    connected.deliver()

    assert len(sandbox.books.relations()) == 1
    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.CONFIRMED


def test_a_customer_that_vanished_there_is_made_again(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, remote_id=999)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    booking = Booking.objects.select_related("connection", "customer", "invoice").get()
    assert (booking.state, booking.code) == (State.REJECTED, "CFACT025")

    actions.book_again(booking, by=connected.member.user, now=NOW)
    connected.deliver()

    assert [relation.code for relation in sandbox.books.relations()] == [customer.number]
    assert Booking.objects.get(pk=booking.pk).state == State.CONFIRMED


def test_a_booking_that_a_worker_took_meanwhile_is_not_touched(connected, refused):
    Booking.objects.filter(pk=refused.pk).update(fencing_token=refused.fencing_token + 1)

    with pytest.raises(actions.NoLonger):
        actions.cancel(refused, by=connected.member.user, now=NOW)


def test_what_may_be_there_cannot_be_cancelled(connected, refused):
    Booking.objects.filter(pk=refused.pk).update(state=State.UNKNOWN, unconfirmed_sends=1)
    refused.refresh_from_db()

    with pytest.raises(actions.NoLonger):
        actions.cancel(refused, by=connected.member.user, now=NOW)


def test_the_page_says_why_and_offers_the_way_on(inside, connected, refused):
    page = inside.get(reverse("billing:booking-detail", args=[refused.pk])).content.decode()

    assert "Factuursjabloon is niet gevonden" in page
    assert "Book again" in page
    assert reverse("integrations:eboekhouden") in page


def test_a_conflict_shows_both_sides(inside, connected, mistaken):
    page = inside.get(reverse("billing:booking-detail", args=[mistaken.pk])).content.decode()

    assert "Somebody Else B.V." in page
    assert mistaken.customer.name in page


def test_a_choice_on_the_page_is_carried_out(inside, connected, refused):
    inside.post(reverse("billing:booking-action", args=[refused.pk, "cancel"]), {"reason": "Twice"})

    refused.refresh_from_db()
    assert refused.state == State.CANCELLED


def test_the_booking_of_another_organisation_is_not_there(client, refused):
    stranger = factories.create_membership(role="administrator")
    client.force_login(stranger.user)

    assert client.get(reverse("billing:booking-detail", args=[refused.pk])).status_code == 404


@pytest.mark.parametrize("action", ["check", "again", "renumber", "link", "cancel"])
def test_a_booking_that_was_booked_meanwhile_is_not_touched(inside, connected, refused, action):
    Connection.objects.update(template="Factuursjabloon")
    refused.connection.refresh_from_db()
    actions.book_again(refused, by=connected.member.user, now=NOW)
    connected.deliver()

    page = inside.post(
        reverse("billing:booking-action", args=[refused.pk, action]), follow=True
    ).content.decode()

    assert "This booking has changed in the meantime" in page
    refused.refresh_from_db()
    assert (refused.state, refused.revision) == (State.CONFIRMED, 2)


def test_an_unknown_action_is_not_found(inside, refused):
    address = reverse("billing:booking-action", args=[refused.pk, "send-again"])

    assert inside.post(address).status_code == 404


def test_the_page_books_again_with_the_settings_of_now(inside, connected, refused):
    Connection.objects.update(template="Factuursjabloon")

    inside.post(reverse("billing:booking-action", args=[refused.pk, "again"]))
    connected.deliver()

    refused.refresh_from_db()
    assert (refused.state, refused.revision) == (State.CONFIRMED, 2)


def test_the_page_links_the_relation_that_is_there(inside, connected, sandbox, mistaken):
    inside.post(reverse("billing:booking-action", args=[mistaken.pk, "link"]))

    mistaken.refresh_from_db()
    assert (mistaken.state, mistaken.reason) == (State.CONFIRMED, "linked")
    assert mistaken.remote_id == str(sandbox.books.relations()[0].id)


def test_the_page_refuses_to_link_what_another_customer_is_linked_to(inside, connected, mistaken):
    remote_id = mistaken.remote_snapshot["id"]
    factories.create_customer(organisation=connected.organisation, remote_id=remote_id)

    page = inside.post(
        reverse("billing:booking-action", args=[mistaken.pk, "link"]), follow=True
    ).content.decode()

    assert "Another document is already linked to this record" in page
    mistaken.refresh_from_db()
    assert mistaken.state == State.CONFLICT


def test_the_page_decides_nothing_before_the_comparison_after_a_restore(inside, refused):
    Connection.objects.update(must_compare_first=True)

    page = inside.post(
        reverse("billing:booking-action", args=[refused.pk, "cancel"]), follow=True
    ).content.decode()

    assert "you can decide this after the comparison has finished" in page
    refused.refresh_from_db()
    assert refused.state == State.REJECTED
