"""The sentence and the next steps of a booking, in each state it can be in."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from billing.bookings import decisions
from billing.bookings.attempts import describe_attempts
from billing.bookings.presenters import describe_booking
from billing.bookings.recording import progress_of, save_intent
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Booking, BookingKind, State
from integrations.eboekhouden.facts.codes import explain
from integrations.models import Connection
from tests import factories

NOW = timezone.now()


def bill(connected, **of_customer: object) -> Booking:
    """An invoice of this customer, ready to go."""
    customer = factories.create_customer(organisation=connected.organisation, **of_customer)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    return Booking.objects.get(kind=BookingKind.INVOICE)


def described(booking: Booking, reader=None):
    fresh = Booking.objects.for_display().get(pk=booking.pk)
    return describe_booking(fresh, now=NOW, reader=reader)


@pytest.mark.parametrize(
    ("state", "reason", "text"),
    [
        (State.CONFLICT, "exists-unseen", "this number exists, but does not return the document"),
        (State.BLOCKED, "quota", "The e-Boekhouden request limit has been reached"),
        (State.BLOCKED, "credentials", "Sending resumes as soon as the connection works again"),
        (State.QUEUED, "not-reached", "e-Boekhouden could not be reached; nothing was sent"),
    ],
)
def test_what_holds_a_booking_up_is_a_sentence(connected, state, reason, text):
    booking = bill(connected, remote_id=1)
    Booking.objects.filter(pk=booking.pk).update(state=state, reason=reason)

    assert text in described(booking).text


@pytest.mark.parametrize(
    ("snapshot", "text"),
    [
        ({"name": "Jansen"}, "Another relation has this number: Jansen. Is it the same customer?"),
        (None, "this number exists, but does not return the document"),
    ],
)
def test_a_relation_in_the_way_is_named_if_it_was_seen(connected, snapshot, text):
    bill(connected)
    relation = Booking.objects.get(kind=BookingKind.RELATION)
    seen = {"reason": "exists-unseen", "remote_snapshot": snapshot}
    Booking.objects.filter(pk=relation.pk).update(state=State.CONFLICT, **seen)

    assert text in described(relation).text


def test_a_customer_that_breaks_a_rule_of_the_service_is_not_sent_and_says_why(connected):
    customer = factories.create_customer(organisation=connected.organisation)
    factories.store_uncleaned(customer, number="BE\x07LL")
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    connected.deliver()

    relation = Booking.objects.get(kind=BookingKind.RELATION)
    assert described(relation).text.startswith("Not sent: ")
    assert described(relation).text != "Not sent: ."


def test_codes_that_stop_working_during_the_sending_block_the_booking(connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    sandbox.faults.add("error_code", operation="AddFactuur", code="E0011", nth=1)

    connected.deliver()

    booking = Booking.objects.get()
    connected.connection.refresh_from_db()
    assert (booking.state, booking.reason) == (State.BLOCKED, "credentials")
    assert connected.connection.is_paused
    assert connected.connection.pause_text == explain("E0011", "", "en")
    with override("nl"):
        assert Connection.objects.get().pause_text == explain("E0011", "", "nl")


def test_a_paused_connection_holds_what_is_queued(connected, sandbox):
    sandbox.books.renew_security_code_1()
    booking = bill(connected, remote_id=1)

    connected.deliver()

    assert described(booking).text.startswith("On hold: the connection is paused")


def test_a_customer_that_is_unknown_there_leads_to_the_customer(connected):
    booking = bill(connected, remote_id=999)

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.code) == (State.REJECTED, "CFACT025")
    step = described(booking, connected.member).next_steps[0]
    assert step.url == reverse("customers:customer-edit", args=[booking.customer_id])


@pytest.mark.parametrize(
    ("code", "address", "whom"),
    [
        ("CFACT025", "customers:customer-edit", "Ask a project manager."),
        ("CFACT027", "integrations:eboekhouden", "Ask an administrator."),
    ],
)
def test_who_may_not_open_the_page_of_a_next_step_reads_whom_to_ask(
    connected, client_of, code, address, whom
):
    booking = bill(connected, remote_id=1)
    refused = {"state": State.REJECTED, "reason": "", "code": code}
    Booking.objects.filter(pk=booking.pk).update(**refused)
    fields = {"organisation": connected.organisation, "may_invoice": True}
    invoicer = factories.create_membership(**fields)
    page = reverse("billing:booking-detail", args=[booking.pk])
    link = reverse(address, args=[booking.customer_id] if "customer" in address else [])

    theirs = client_of(invoicer).get(page).content.decode()
    ours = client_of(connected.member).get(page).content.decode()

    assert described(booking, connected.member).next_steps[0].url == link
    step = described(booking, invoicer).next_steps[0]
    assert (step.label, step.url, step.action) == (whom, "", "")
    assert (whom in theirs, whom in ours) == (True, False)
    assert (f'href="{link}"' in theirs, f'href="{link}"' in ours) == (False, True)


def test_a_look_up_of_a_worker_that_died_has_no_result(connected):
    booking = bill(connected, remote_id=1)
    claimed, _step = decisions.claim_booking(progress_of(booking), now=timezone.now())
    save_intent(booking, claimed, is_look_up=True, now=NOW)

    (attempt,) = describe_attempts(booking)

    assert attempt.text == "Check started; the result was not recorded."
