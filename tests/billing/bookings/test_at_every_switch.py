"""The four jobs at every position of every switch: import, Overview, Unbilled, sales entry."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.presenters import describe_booking
from billing.invoices.creating import InvoiceRequest, draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.proposals import propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, State
from billing.unbilled.work import WorkQuery
from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import Customer, ImportMode
from integrations.models import Connection, Numbering
from integrations.probing import keep
from integrations.runs import RunState
from integrations.switching import resume
from projects.models import Method, Subscription
from projects.scheduled_amounts import plan_scheduled_amounts
from tests import factories
from tests.integrations.switch_positions import CASES, FOUND, NEVER_CALLED, WHEN_FULL

# Each position takes seconds, and the service is the same beside every database.
pytestmark = pytest.mark.once

NOW = timezone.now()
RELATION = {
    "Bedrijf": "Café Één",
    "Adres": "Dorpsstraat 1",
    "Postcode": "1234 AB",
    "Plaats": "Utrecht",
    "Land": "Nederland",
}
# At these the service refuses every call: the jobs wait, and go on afterwards.
CLOSED = [
    ("user_has_rights", False),
    ("administration_found", False),
    ("unable_to_verify", True),
    ("daily_quota", 0),
]
QUOTAS = ("daily_quota", "monthly_quota")
OPEN = [
    *(case for case in CASES if case not in CLOSED and case[0] not in QUOTAS),
    ("monthly_quota", 5_000),
    ("daily_quota", 10_000),
    *((switch, value) for switch, (_q, answers) in WHEN_FULL.items() for value in answers),
    *((switch, value) for switch in sorted(NEVER_CALLED) for value in (True, False)),
    ("templates", ["Factuursjabloon"]),
]


def import_all(connected):
    run = start_import(
        connected.organisation, mode=ImportMode.UPDATE, by=connected.member.user, now=NOW
    )
    carry_out_import(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run


def bill_hours(connected, customer):
    """From Overview, in e-Boekhouden."""
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)


def bill_subscription(connected, customer):
    """From Unbilled, in e-Boekhouden."""
    project = factories.create_project(customer=customer, method=Method.SUBSCRIPTION)
    today = factories.TODAY
    Subscription.objects.create(
        project=project,
        frequency="month",
        starts_on=today.replace(day=1),
        description="SLA",
        price=Decimal("100.15"),
    )
    plan_scheduled_amounts(project, until=today + datetime.timedelta(days=31), today=today)
    work = WorkQuery(scheduled_amounts=project.scheduled_amounts.filter(due_on__lte=today))
    options = connected.options()
    token = propose(connected.organisation, work.load(), options=options).token
    request = InvoiceRequest(connected.organisation, work, options, token, connected.member.user)
    invoice_in_eboekhouden(request, connection=connected.connection, now=NOW)


def enter(connected, customer):
    """A sales entry of an invoice that was sent from here."""
    connected.hours(project=factories.create_project(customer=customer))
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    sent = mark_sent(draft, by=connected.member.user, now=NOW)
    create_sales_entries([sent], connected.connection, by=connected.member.user, now=NOW)


def bill_everything(connected, customer):
    bill_hours(connected, customer)
    bill_subscription(connected, customer)
    enter(connected, customer)


def deliver(connected):
    for minutes in (0, 5, 40, 90, 150):
        connected.sweep(later=datetime.timedelta(minutes=minutes))


def check_books(connected, sandbox):
    bookings = Booking.objects.documents()
    said = [(one.state, one.reason, one.code, one.text) for one in bookings]
    assert [one.state for one in bookings] == [State.CONFIRMED] * 3, said
    assert len(sandbox.books.invoices()) == 2
    entered = Invoice.objects.get(origin=Origin.HERE)
    assert [e.number for e in sandbox.books.entries()].count(entered.number) == 1
    assert sum(invoice.net for invoice in sandbox.books.invoices()) == sum(
        invoice.net for invoice in Invoice.objects.filter(origin=Origin.EBOEKHOUDEN)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("switch", "position"), OPEN)
def test_the_four_jobs_work(connected, sandbox, switch, position):
    sandbox.seed_relations([{"Code": "k1 ", **RELATION}])
    sandbox.switches.change({switch: position})
    question, answers = {**FOUND, **WHEN_FULL}.get(switch, ("", {}))
    answer = answers.get(position) if isinstance(position, str | int) else None
    if answer:
        keep(connected.connection, {question: answer}, now=NOW)
    if switch == "assign_numbers":
        Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
    connected.connection.refresh_from_db()

    assert import_all(connected).state == RunState.FINISHED
    customer = Customer.objects.get()
    assert customer.name == "Café Één"
    bill_everything(connected, customer)
    deliver(connected)

    check_books(connected, sandbox)


@pytest.mark.django_db
@pytest.mark.parametrize(("switch", "position"), CLOSED)
def test_the_four_jobs_wait_while_every_call_is_refused(connected, sandbox, switch, position):
    sandbox.seed_relations([{"Code": "K1", **RELATION}])
    sandbox.switches.change({switch: position})

    run = import_all(connected)
    assert run.state == RunState.FAILED
    assert run.problem
    customer = factories.create_customer(organisation=connected.organisation, number="K1")
    Customer.objects.update(name="Café Één")
    bill_everything(connected, customer)
    connected.sweep()
    assert not sandbox.books.invoices()
    assert not Booking.objects.filter(state=State.CONFIRMED).exists()

    sandbox.switches.reset()
    resume(Connection.objects.get(), by=connected.member.user, now=NOW)
    deliver(connected)
    check_books(connected, sandbox)


@pytest.mark.django_db
def test_a_sales_entry_waits_for_the_next_month(connected, sandbox):
    sandbox.seed_relations([{"Code": "K1", **RELATION}])
    sandbox.switches.change({"monthly_quota": 0})
    assert import_all(connected).state == RunState.FINISHED
    bill_everything(connected, Customer.objects.get())
    connected.sweep()
    entry = Booking.objects.get(kind=BookingKind.SALES_ENTRY)
    assert entry.is_open
    assert "request limit" in describe_booking(entry, now=NOW).text
    assert entry.natural_key not in [one.number for one in sandbox.books.entries()]

    sandbox.switches.reset()
    deliver(connected)
    check_books(connected, sandbox)
