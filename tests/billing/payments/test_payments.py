"""Payments that were entered in e-Boekhouden come back to our invoices."""

import datetime
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse

from accounts.models import Organisation
from billing import tasks
from billing.invoices.creating import invoice_in_eboekhouden
from billing.invoices.paying import mark_paid
from billing.invoices.timeline import timeline
from billing.models import Booking, Invoice, InvoiceStatus
from billing.payments.fetching import OpenItems
from billing.payments.requesting import enqueue_waiting, request_payments, requested
from integrations.eboekhouden.messages import OpenItem
from integrations.models import Connection
from integrations.runs import ABANDONED_AFTER
from integrations.switching import pause, resume
from tests import factories
from tests.interleaving import just_before
from tests.plugins.worker import sending_to
from timechimp_eb.celery import app

from .fetching import HOUR, NOW, fetch, fresh

GROSS = Decimal("108.90")
NO_BROKER = "redis://127.0.0.1:1/0"


@pytest.fixture
def booked(connected) -> Invoice:
    """Made in e-Boekhouden, and booked there at once."""
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Invoice.objects.get()


def told(invoice: Invoice) -> list[str]:
    return [one.title for one in timeline(invoice, now=NOW)]


@pytest.mark.parametrize("kind", ["booked", "entered"])
def test_an_invoice_that_was_open_and_is_paid_there_becomes_paid(kind, request, sandbox):
    invoice = request.getfixturevalue(kind)
    fetch()
    sandbox.pay(invoice.number)

    fetch(1)

    paid = fresh(invoice)
    assert (paid.status, paid.paid_amount) == (InvoiceStatus.PAID, GROSS)
    assert paid.paid_at == NOW + HOUR
    assert "Paid according to e-Boekhouden" in told(invoice)


def test_an_invoice_that_was_never_seen_open_is_not_taken_for_paid(entered, sandbox):
    sandbox.pay(entered.number)

    assert fetch() == 0

    assert fresh(entered).status == InvoiceStatus.SENT


def test_what_was_paid_in_part_is_shown(inside, entered, sandbox, connected):
    fetch()
    sandbox.pay(entered.number, Decimal("8.90"))

    fetch(1)

    assert fresh(entered).status == InvoiceStatus.SENT
    assert fresh(entered).open_amount == Decimal("100.00")
    for page in (reverse("billing:invoice-list"), detail_of(entered)):
        assert "Paid €\u00a08.90 of €\u00a0108.90" in inside.get(page).content.decode()


def detail_of(invoice: Invoice) -> str:
    return reverse("billing:invoice-detail", args=[invoice.pk])


@pytest.mark.parametrize(
    ("kind", "status"), [("booked", InvoiceStatus.FINAL), ("entered", InvoiceStatus.SENT)]
)
def test_a_payment_that_is_taken_back_opens_the_invoice_again(kind, status, request, sandbox):
    invoice = request.getfixturevalue(kind)
    fetch()
    payment = sandbox.pay(invoice.number)
    fetch(1)
    sandbox.books.delete("entries", payment)

    fetch(2)

    again = fresh(invoice)
    assert (again.status, again.paid_amount, again.paid_at) == (status, 0, None)
    assert told(invoice)[0].startswith("Outstanding again")


def test_nothing_new_writes_nothing_new(entered, sandbox):
    fetch()

    assert fetch(1) == 0

    assert Connection.objects.get().payments_seen_at == NOW + HOUR


def test_what_somebody_marked_as_paid_stays_paid(entered, connected, sandbox):
    fetch()
    mark_paid(fresh(entered), by=connected.member.user, now=NOW)

    assert fetch(1) == 0

    assert fresh(entered).status == InvoiceStatus.PAID


def test_a_number_that_is_open_under_another_customer_proves_nothing(entered, sandbox):
    fetch()
    Booking.objects.filter(invoice=entered).update(
        payload={"schema": 1, "message": {"relation_code": "SOMEBODY-ELSE"}}
    )

    assert fetch(1) == 0

    assert fresh(entered).status == InvoiceStatus.SENT


def test_blanks_and_case_of_a_code_do_not_count(entered, sandbox):
    booking = Booking.objects.get(invoice=entered)
    code = booking.payload["message"]["relation_code"]
    booking.payload["message"]["relation_code"] = f" {code.lower()} "
    booking.save(update_fields=["payload"])

    assert fetch() == 1


def test_an_invoice_of_another_administration_is_left_alone(entered, sandbox):
    fetch()
    Connection.objects.update(administration_key="other")

    assert fetch(1) == 0

    assert fresh(entered).status == InvoiceStatus.SENT


def test_an_older_answer_does_not_undo_a_newer_one(entered, sandbox):
    fetch(1)
    sandbox.pay(entered.number)

    assert fetch() == 0

    assert fresh(entered).status == InvoiceStatus.SENT


@pytest.mark.parametrize(
    ("amounts", "seen", "expected"),
    [
        ([], None, None),
        ([], NOW, 0),
        (["-100.00"], None, Decimal("-100.00")),
        (["-100.00", "100.00"], NOW, 0),
        (["-100.00", "100.00"], None, None),
        (["20.00"], None, None),
    ],
)
def test_a_credit_is_open_while_its_amount_is_negative(amounts, seen, expected):
    credit = Invoice(number="TC-1", gross=-GROSS, open_seen_at=seen)
    items = OpenItems.of(open_item(amount) for amount in amounts)

    assert items.still_open(credit, relation_code="k1") == expected


def open_item(amount: str) -> OpenItem:
    return OpenItem(
        date=factories.TODAY,
        number=" tc-1",
        relation_code="K1 ",
        relation_name="",
        amount=-GROSS,
        paid=Decimal(0),
        open_amount=Decimal(amount),
    )


# --- When it does not work ------------------------------------------------------------------------


def test_a_failure_changes_nothing_and_says_why_on_the_list(inside, entered, sandbox, connected):
    Organisation.objects.update(language="en")
    fetch()
    sandbox.faults.add(operation="GetOpenPosten", action="html")

    fetch(1)

    assert fresh(entered).status == InvoiceStatus.SENT
    assert Connection.objects.get().payments_seen_at == NOW
    page = inside.get(reverse("billing:invoice-list")).content.decode()
    assert "Payments could not be fetched." in page
    assert "answered with a web page" in page
    fetch(2)
    assert not Connection.objects.get().payments_problem


def test_refused_codes_pause_the_connection(entered, sandbox):
    sandbox.books.renew_security_code_1()

    fetch()

    assert Connection.objects.get().is_paused


def test_a_paused_connection_is_not_asked(entered, connected, sandbox):
    pause(connected.connection, code="E0011", text="wrong", now=NOW)

    fetch()

    assert not sandbox.books.requests(operation="GetOpenPosten")
    resume(connected.connection, by=connected.member.user, now=NOW)
    fetch(1)
    assert sandbox.books.requests(operation="GetOpenPosten")


# --- Asking for it --------------------------------------------------------------------------------


def test_the_button_asks_and_the_page_says_as_of_when(inside, entered, connected, sandbox):
    assert "Payments have not been fetched yet" in inside.get(detail_of(entered)).content.decode()

    answer = inside.post(reverse("billing:invoice-payments"), follow=True).content.decode()
    tasks.fetch_payments(connected.connection.pk)

    assert "Payments are being fetched." in answer
    for page in (reverse("billing:invoice-list"), detail_of(entered)):
        assert "Payments as of" in inside.get(page).content.decode()


def test_only_who_may_invoice_may_ask(client_of, entered, connected):
    client = client_of(factories.create_membership(organisation=connected.organisation))

    assert client.post(reverse("billing:invoice-payments")).status_code == 403


def test_no_worker_to_ask_is_said(connected, django_capture_on_commit_callbacks):
    with sending_to(NO_BROKER), django_capture_on_commit_callbacks(execute=True):
        assert request_payments(connected.organisation, now=NOW)

    assert (
        "the background service (worker) cannot be reached"
    ) in Connection.objects.get().payments_problem


def test_what_a_broken_broker_lost_is_fetched_after_the_sweep(
    entered, connected, django_capture_on_commit_callbacks
):
    with sending_to(NO_BROKER), django_capture_on_commit_callbacks(execute=True):
        assert request_payments(connected.organisation, now=NOW)

    assert sent_by_the_sweep(django_capture_on_commit_callbacks, now=NOW) == []
    sent = sent_by_the_sweep(django_capture_on_commit_callbacks, now=NOW + 2 * ABANDONED_AFTER)
    assert sent == [("billing.tasks.fetch_payments", connected.connection.pk)]
    tasks.fetch_payments(connected.connection.pk)

    connection = Connection.objects.get()
    assert connection.payments_seen_at is not None
    assert (connection.payments_requested_at, connection.payments_problem) == (None, "")
    later = NOW + 4 * ABANDONED_AFTER
    assert sent_by_the_sweep(django_capture_on_commit_callbacks, now=later) == []


def sent_by_the_sweep(capture, *, now: datetime.datetime) -> list[tuple[str, int]]:
    """The messages that a broker in memory has received."""
    with sending_to("memory://"), app.connection_for_read() as broker:
        # All tests of this process share the queue.
        broker.SimpleQueue("celery").clear()
    with sending_to("memory://"), capture(execute=True):
        enqueue_waiting(now=now)
    with sending_to("memory://"), app.connection_for_read() as broker:
        queue = broker.SimpleQueue("celery")
        received = [queue.get(block=False) for _ in range(queue.qsize())]
        for message in received:
            message.ack()
    return [(message.headers["task"], message.payload[0][0]) for message in received]


def test_a_failed_fetch_is_not_repeated_by_the_sweep(entered, connected, sandbox):
    request_payments(connected.organisation, now=NOW)
    sandbox.faults.add(operation="GetOpenPosten", action="html")

    fetch()

    assert not requested().exists()
    assert Connection.objects.get().payments_problem


def test_a_request_during_a_fetch_is_kept(entered, connected):
    request_payments(connected.organisation, now=NOW + HOUR)

    fetch()

    assert requested().exists()


def test_codes_that_the_keys_do_not_decrypt_pause_the_connection(entered, sandbox, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]

    assert fetch() == 0

    connection = Connection.objects.get()
    assert (connection.is_paused, connection.pause_code) == (True, "keys")


def test_an_invoice_that_is_marked_as_paid_during_the_noting_stays_as_it_was_marked(
    entered, connected, sandbox
):
    fetch()
    sandbox.pay(entered.number, Decimal("8.90"))
    by = connected.member.user

    with just_before("UPDATE billing_invoice", lambda: mark_paid(entered, by=by, now=NOW)):
        assert fetch(1) == 0

    paid = fresh(entered)
    assert (paid.status, paid.paid_amount) == (InvoiceStatus.PAID, GROSS)
    assert not any(title.startswith("Paid €") for title in told(entered))
