"""No booking gets stuck for ever or holds up others: each comes to an end, or to a person."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.sweep import sweep
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, State
from billing.resolving import actions as actions
from customers.editing import is_number_fixed
from customers.models import Customer
from integrations import leases
from integrations.connecting import CredentialsInput, save_connection
from integrations.connecting import test_connection as try_connection
from integrations.models import Connection
from integrations.sessions import open_client
from sandbox import Sandbox
from tests import factories

NOW = timezone.now()
MINUTE = datetime.timedelta(minutes=1)


def book(agency) -> None:
    invoice_in_eboekhouden(agency.order(), connection=agency.connection, now=NOW)
    agency.deliver()


def entered(agency) -> Booking:
    """The hours that there are, sent from here and on their way into the ledger."""
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    sent = mark_sent(draft, by=agency.member.user, now=NOW)
    create_sales_entries([sent], agency.connection, by=agency.member.user, now=NOW)
    return Booking.objects.get(kind=BookingKind.SALES_ENTRY, invoice=sent)


@pytest.mark.parametrize("text", ["half\x0bway", "bell\x07", "tab\there", "lone \ufffe", "📐" * 50])
def test_odd_characters_in_a_description_do_not_stop_an_invoice(connected, sandbox, text):
    connected.hours(description=text)

    invoice_in_eboekhouden(
        connected.order(grouping="detailed"), connection=connected.connection, now=NOW
    )
    connected.deliver()

    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.CONFIRMED
    assert Booking.objects.get(kind=BookingKind.INVOICE).reason == "agrees"


@pytest.mark.parametrize("name", ["Tab\tB.V.", "Bell\x07 B.V.", "📐" * 100, "Line\nTwo", "x" * 100])
def test_odd_characters_in_a_name_do_not_stop_an_invoice(connected, sandbox, name):
    customer = factories.create_customer(organisation=connected.organisation, name=name)
    connected.hours(project=factories.create_project(customer=customer))

    book(connected)

    assert set(Booking.objects.values_list("state", flat=True)) == {State.CONFIRMED}


def test_an_entry_number_that_another_administration_gave_too_is_no_trouble(
    connected, sandbox, settings, tmp_path
):
    project = factories.create_project(organisation=connected.organisation)
    connected.hours(project=project)
    first = entered(connected)
    connected.deliver()
    with Sandbox(books=tmp_path / "another") as another:
        settings.EBOEKHOUDEN_URL = another.url
        connection = connected.connection
        connection.username = another.username
        connection.set_codes(another.security_code_1, another.security_code_2)
        connection.save()
        connected.organisation.customers.update(remote_id=None)
        connected.hours(project=project)

        second = entered(connected)
        connected.deliver()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.CONFIRMED, State.CONFIRMED)
    assert first.remote_id == second.remote_id


def test_a_relation_that_an_import_tied_to_somebody_else_is_for_a_person(connected, sandbox):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    for remote_id in range(1, 200):  # whatever id it is about to get
        factories.create_customer(organisation=connected.organisation, remote_id=remote_id)

    connected.deliver()

    relation = Booking.objects.get(kind=BookingKind.RELATION)
    assert (relation.state, relation.reason) == (State.CONFLICT, "different")
    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.BLOCKED


def test_linking_what_is_tied_already_says_so(connected, sandbox):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    relation = Booking.objects.get(kind=BookingKind.RELATION)
    sandbox.seed_relations([{"Code": relation.natural_key, "Bedrijf": "Somebody Else B.V."}])
    connected.deliver()
    relation.refresh_from_db()
    remote_id = relation.remote_snapshot["id"]
    factories.create_customer(organisation=connected.organisation, remote_id=remote_id)

    with pytest.raises(actions.AlreadyLinked):
        actions.link(relation, by=connected.member.user, now=NOW)

    relation.refresh_from_db()
    assert relation.state == State.CONFLICT


def test_two_rates_with_one_code_are_each_entered_once(connected, sandbox):
    zero = factories.create_vat_rate(
        organisation=connected.organisation,
        name="Zero",
        percentage=Decimal(0),
        code="GEEN",
    )
    exempt = factories.create_vat_rate(
        organisation=connected.organisation,
        name="Exempt",
        percentage=Decimal(0),
        code="GEEN",
        treatment="exempt",
    )
    project = factories.create_project(organisation=connected.organisation)
    for rate in (zero, exempt):
        factories.create_expense(
            project=project, membership=connected.member, price=Decimal("100.00"), vat_rate=rate
        )

    entry = entered(connected)
    connected.deliver()

    entry.refresh_from_db()
    assert entry.state == State.CONFIRMED
    assert entry.reason == "agrees"


def test_a_customer_number_of_somebody_else_can_be_changed_and_booked_again(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, number="K1")
    sandbox.seed_relations([{"Code": "K1", "Bedrijf": "Somebody Else B.V."}])
    connected.hours(project=factories.create_project(customer=customer))
    book(connected)
    actions.cancel(
        Booking.objects.get(kind=BookingKind.RELATION), by=connected.member.user, now=NOW
    )

    assert not is_number_fixed(customer)
    Customer.objects.filter(pk=customer.pk).update(number="K2")
    document = Booking.objects.get(kind=BookingKind.INVOICE)
    assert document.state == State.REJECTED
    actions.book_again(document, by=connected.member.user, now=NOW)
    connected.sweep(later=MINUTE)

    document.refresh_from_db()
    assert document.state == State.CONFIRMED
    assert sandbox.books.invoices()[0].relation_code == "K2"


def test_a_refused_customer_goes_again_under_its_new_number_with_its_invoices(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    factories.store_uncleaned(customer, number="BE\x07LL")
    connected.hours(project=factories.create_project(customer=customer))
    book(connected)
    relation = Booking.objects.get(kind=BookingKind.RELATION)
    assert relation.state == State.REJECTED

    Customer.objects.filter(pk=customer.pk).update(number="BELL")
    relation = Booking.objects.select_related("customer").get(pk=relation.pk)
    actions.book_again(relation, by=connected.member.user, now=NOW)
    connected.sweep(later=MINUTE)

    assert set(Booking.objects.values_list("state", flat=True)) == {State.CONFIRMED}
    assert sandbox.books.invoices()[0].relation_code == "BELL"


def test_booking_again_uses_the_number_the_customer_has_now(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, number="OLD")
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.seed_relations([{"Code": "NEW", "Bedrijf": customer.name}])
    remote_id = sandbox.books.relations()[0].id
    Customer.objects.filter(pk=customer.pk).update(remote_id=remote_id)
    book(connected)
    booking = Booking.objects.get()
    assert booking.state == State.REJECTED

    Customer.objects.filter(pk=customer.pk).update(number="NEW")
    actions.book_again(Booking.objects.get(), by=connected.member.user, now=NOW)
    connected.sweep(later=MINUTE)
    connected.sweep(later=2 * MINUTE)

    assert set(Booking.objects.values_list("state", flat=True)) == {State.CONFIRMED}
    assert len(sandbox.books.invoices()) == 1


def test_a_mistake_in_the_bookings_of_one_organisation_keeps_no_other_waiting(
    connected, sandbox, tmp_path
):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    broken = factories.create_connection(
        organisation=factories.create_organisation(name="Broken"), sandbox=None
    )
    Booking.objects.filter(kind=BookingKind.RELATION).update(connection=broken)
    customer = Invoice.objects.get().customer
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    Booking.objects.filter(kind=BookingKind.INVOICE).update(state=State.QUEUED, next_at=NOW)

    def open_or_fail(connection):
        if connection == broken:
            raise ZeroDivisionError
        return open_client(connection)

    assert broken.pk != connected.connection.pk
    # The troubled one goes first.
    Booking.objects.filter(connection=broken).update(created_at=NOW - 60 * MINUTE)
    sweep(open_client=open_or_fail, clock=lambda: timezone.now() + MINUTE)

    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.CONFIRMED


def test_a_booking_of_a_newer_version_is_left_alone(connected, sandbox):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    Booking.objects.update(payload={"schema": 2, "message": {"something": "new"}})

    connected.deliver()

    assert set(Booking.objects.values_list("state", flat=True)) == {State.QUEUED, State.BLOCKED}


def test_codes_that_may_read_but_not_write_pause_the_connection(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.faults.add(
        operation="AddFactuur", action="error_code", code="E002.5", text="x", count=50
    )

    book(connected)

    connection = Connection.objects.get()
    assert connection.is_paused
    assert len(sandbox.books.requests(operation="AddFactuur")) == 1
    assert Booking.objects.get().state == State.BLOCKED


@pytest.mark.parametrize("way", ["test", "save"])
def test_another_administration_waits_until_nothing_is_in_doubt(
    connected, sandbox, settings, tmp_path, way
):
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.faults.add(operation="AddFactuur", phase="after", action="drop")
    book(connected)
    assert Booking.objects.get().state == State.UNKNOWN

    with Sandbox(books=tmp_path / "another") as another:
        settings.EBOEKHOUDEN_URL = another.url
        typed = CredentialsInput(another.username, another.security_code_1, another.security_code_2)
        by = {"by": connected.member.user, "now": NOW}
        names = ("template", "ledger_account", "debtor_account", "numbering", "book_at_once")
        chosen = {name: getattr(connected.connection, name) for name in (*names, "nightly_import")}
        tested = (
            try_connection(connected.connection, typed=typed, **by)
            if way == "test"
            else save_connection(connected.connection, typed=typed, settings=chosen, **by)
        )

    assert not tested.ok
    assert "uncertain" in tested.text
    assert Connection.objects.get().username == sandbox.username


def test_another_administration_waits_until_no_worker_sends_with_the_codes_of_before(
    connected, settings, tmp_path
):
    fencing_token = leases.take(connected.connection.pk, now=NOW)
    assert fencing_token is not None

    with Sandbox(books=tmp_path / "another") as another:
        settings.EBOEKHOUDEN_URL = another.url
        typed = CredentialsInput(another.username, another.security_code_1, another.security_code_2)
        by = connected.member.user
        while_sending = try_connection(connected.connection, typed=typed, by=by, now=NOW)
        # The worker died with its lease, or only slept.
        later = NOW + 2 * leases.LEASE
        afterwards = try_connection(connected.connection, typed=typed, by=by, now=later)

    assert (while_sending.ok, while_sending.field) == (False, "code_2")
    assert afterwards.ok
    assert not leases.renew(connected.connection.pk, fencing_token, now=later)


@pytest.mark.postgres
def test_a_clock_that_is_an_hour_ahead_makes_nothing_wait(connected):
    connected.hours(project=factories.create_project(organisation=connected.organisation))
    ahead = timezone.now() + 60 * MINUTE

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=ahead)

    assert {one.kind for one in Booking.objects.due(timezone.now())} == {BookingKind.RELATION}
    connected.deliver()
    assert set(Booking.objects.values_list("state", flat=True)) == {State.CONFIRMED}


@pytest.mark.postgres
def test_linking_with_a_clock_that_is_ahead_makes_its_documents_due_at_once(connected, sandbox):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=timezone.now())
    relation = Booking.objects.get(kind=BookingKind.RELATION)
    sandbox.seed_relations([{"Code": relation.natural_key, "Bedrijf": "Somebody Else B.V."}])
    connected.deliver()
    relation.refresh_from_db()
    assert relation.state == State.CONFLICT

    actions.link(relation, by=connected.member.user, now=timezone.now() + 60 * MINUTE)

    assert [one.kind for one in Booking.objects.due(timezone.now())] == [BookingKind.INVOICE]
