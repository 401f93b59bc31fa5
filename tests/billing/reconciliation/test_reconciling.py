"""The daily check lists what differs from e-Boekhouden, of every kind, and changes nothing."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from billing.bookings.delivery import deliver
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import (
    Booking,
    Difference,
    DifferenceKind,
    Invoice,
    ReconciliationRun,
    State,
)
from billing.reconciliation import reading, runs
from billing.reconciliation.running import run_reconciliation
from billing.resolving.actions import cancel, link
from integrations.eboekhouden.client import EBoekhouden
from integrations.models import Connection, Numbering
from integrations.quota import note_call
from integrations.runs import RunState, claim_run
from integrations.sessions import open_client
from integrations.switching import pause
from tests import factories
from tests.integrations.eboekhouden import samples

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)
SINCE = factories.TODAY - datetime.timedelta(days=20)
UNTIL = factories.TODAY + datetime.timedelta(days=10)


@pytest.fixture
def invoice(connected) -> Invoice:
    """Made in e-Boekhouden, and entered in the ledger there at once."""
    return book(connected)


def book(connected, **fields: object) -> Invoice:
    connected.hours(**fields)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Invoice.objects.latest("pk")


def check(
    connected,
    *,
    hour: int = 0,
    since: datetime.date = SINCE,
    until: datetime.date = UNTIL,
    open_client: Callable[[Connection], EBoekhouden] = open_client,
) -> ReconciliationRun:
    now = NOW + hour * HOUR
    run = runs.start_check(
        connected.organisation, since=since, until=until, by=connected.member.user, now=now
    )
    run_reconciliation(run.pk, open_client=open_client, clock=lambda: now)
    run.refresh_from_db()
    return run


def found() -> list[tuple[str, str, str]]:
    return [(one.kind, one.reason, one.number) for one in Difference.objects.open()]


def only_finding() -> Difference:
    return Difference.objects.open().get()


# --- Nothing differs ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["invoice", "entered"])
def test_what_stands_there_as_it_was_booked_is_no_finding(kind, request, connected):
    request.getfixturevalue(kind)

    run = check(connected)

    assert (run.state, run.problem, found()) == (RunState.FINISHED, "", [])
    assert (run.booking_count, run.difference_count) == (1, 0)
    assert run.calls == {"OpenSession": 1, "GetFacturen": 1, "GetMutaties": 1}


def test_a_payment_with_the_same_number_is_not_a_double(entered, connected, sandbox):
    sandbox.pay(entered.number)

    run = check(connected)

    assert (run.state, run.booking_count) == (RunState.FINISHED, 1)
    assert found() == []


def test_the_order_of_lines_does_not_count(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    for _ in range(2):
        project = factories.create_project(customer=customer)
        connected.hours(project=project, hourly_rate=Decimal("90.00"))
    book(connected, project=factories.create_project(customer=customer))
    (there,) = sandbox.books.invoices()
    texts = [line.description for line in there.lines]
    changed = [{"description": text} for text in reversed(texts)]
    sandbox.books.change("invoices", there.id, {"lines": changed})

    check(connected)

    assert len(texts) == 3
    assert found() == []


def test_a_check_changes_nothing_there(invoice, connected, sandbox):
    before = sandbox.books.invoices(), sandbox.books.entries()
    asked_before = len(sandbox.books.requests())

    check(connected)

    asked = {one.operation for one in sandbox.books.requests(after=asked_before)}
    assert asked == {"OpenSession", "GetFacturen", "GetMutaties", "CloseSession"}
    assert (sandbox.books.invoices(), sandbox.books.entries()) == before


# --- Vanished -------------------------------------------------------------------------------------


def test_an_invoice_that_was_deleted_there_has_vanished(invoice, connected, sandbox):
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.number) == (DifferenceKind.VANISHED, invoice.number)
    assert finding.booking.invoice == invoice
    assert (finding.local["gross"], finding.remote) == ("108.90", [])


def test_of_more_that_vanished_than_one_check_looks_up_the_next_check_has_the_others(
    invoice, connected, sandbox, monkeypatch
):
    other = book(connected)
    for there in sandbox.books.invoices():
        sandbox.books.delete("invoices", there.id)
    monkeypatch.setattr(reading, "MAX_LOOK_UPS", 1)

    first = check(connected)
    check(connected, hour=1)

    assert first.state == RunState.INCOMPLETE
    assert sorted(number for _kind, _reason, number in found()) == [invoice.number, other.number]


def test_an_entry_that_was_deleted_there_has_vanished(entered, connected, sandbox):
    sandbox.books.delete("entries", sandbox.books.entries()[0].id)

    check(connected)

    assert found() == [("vanished", "entry", entered.number)]


def test_an_invoice_whose_entry_is_gone_is_missing_in_the_ledger(invoice, connected, sandbox):
    other = book(connected)
    gone = sandbox.books.entries(number=other.number)[0]
    sandbox.books.delete("entries", gone.id)

    check(connected)

    assert found() == [("vanished", "its-entry", other.number)]


def test_where_no_invoice_shows_in_the_ledger_none_is_missed(invoice, connected, sandbox):
    sandbox.books.delete("entries", sandbox.books.entries()[0].id)

    run = check(connected)

    assert (run.state, run.booking_count) == (RunState.FINISHED, 1)
    assert found() == []


def test_a_vanished_document_is_never_sent_again(invoice, connected, sandbox):
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)
    check(connected)

    connected.sweep(later=24 * HOUR)

    assert sandbox.books.invoices() == []
    assert Booking.objects.documents().get().state == State.CONFIRMED


# --- Changed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "differs"),
    [
        ({"relation_code": "OTHER"}, ["relation_code"]),
        ({"date": (factories.TODAY - HOUR * 48).isoformat()}, ["date"]),
        ({"date": "2026-01-05"}, ["date"]),
        ({"term": 8}, ["payment_term"]),
        ({"lines": [{"vat_code": "HOOG_VERK"}]}, ["vat_code"]),
        ({"lines": [{"account": "8100"}]}, ["ledger_account"]),
        ({"lines": [{"cost_centre": 1}]}, ["cost_centre_id"]),
        ({"lines": [{"quantity": "2"}]}, ["quantity", "gross"]),
        ({"lines": [{"price": "90.0049"}]}, ["price"]),
        ({"lines": [{"description": "Else"}]}, ["description"]),
    ],
)
def test_an_invoice_that_was_changed_there_is_told_field_by_field(
    invoice, connected, sandbox, values, differs
):
    (there,) = sandbox.books.invoices()
    sandbox.books.delete("entries", there.entry)
    sandbox.books.change("invoices", there.id, values)

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.differs) == (DifferenceKind.CHANGED, differs)


def test_an_entry_that_was_changed_there_is_told(entered, connected, sandbox):
    (there,) = sandbox.books.entries()
    line = {"net": "80.00", "vat": "16.80", "gross": "96.80", "entered": "80.00"}
    sandbox.books.change("entries", there.id, {"account": "1305", "lines": [line]})

    check(connected)

    finding = only_finding()
    assert finding.kind == DifferenceKind.CHANGED
    assert finding.differs == ["account", "net", "vat", "gross"]


def test_what_somebody_linked_is_compared_with_what_was_linked(invoice, connected, sandbox):
    booking = Booking.objects.documents().get()
    (there,) = sandbox.books.invoices()
    sandbox.books.change("invoices", there.id, {"lines": [{"price": "80"}]})
    sandbox.books.change("entries", there.entry, {"lines": [{"gross": "96.80"}]})
    copy = booking.remote_snapshot | {"gross": "96.80"}
    copy["lines"][0]["price"] = "80.00"
    Booking.objects.filter(pk=booking.pk).update(state=State.CONFLICT, remote_snapshot=copy)
    link(Booking.objects.get(pk=booking.pk), by=connected.member.user, now=NOW)

    run = check(connected)

    assert (run.state, run.booking_count) == (RunState.FINISHED, 1)
    assert found() == []


# --- A cent off -----------------------------------------------------------------------------------


def test_a_total_that_e_boekhouden_rounded_otherwise_is_a_cent_off(connected, sandbox):
    sandbox.switches.vat_rounded = "line"
    customer = factories.create_customer(organisation=connected.organisation)
    connected.hours(
        project=factories.create_project(customer=customer), hourly_rate=Decimal("10.07")
    )
    book(
        connected,
        project=factories.create_project(customer=customer),
        hourly_rate=Decimal("10.07"),
    )
    (there,) = sandbox.books.invoices()
    sandbox.books.delete("entries", there.entry)

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.differs) == (DifferenceKind.TOTAL, ["gross"])
    assert (finding.local["gross"], finding.remote[0]["gross"]) == ("24.37", "24.36")


def test_an_entry_a_cent_off_is_told_from_one_that_was_changed(entered, connected, sandbox):
    (there,) = sandbox.books.entries()
    sandbox.books.change("entries", there.id, {"lines": [{"vat": "18.91", "gross": "108.91"}]})

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.differs) == (DifferenceKind.TOTAL, ["vat", "gross"])


def test_an_entry_that_is_not_what_its_invoice_is_differs(invoice, connected, sandbox):
    entry = sandbox.books.invoices()[0].entry
    sandbox.books.change("entries", entry, {"lines": [{"net": "80.00", "gross": "98.90"}]})

    check(connected)

    assert found() == [("total", "its-entry", invoice.number)]


# --- Twice ----------------------------------------------------------------------------------------


def test_a_number_that_is_there_twice_is_a_double(invoice, connected, sandbox):
    sandbox.books.copy("invoices", sandbox.books.invoices()[0].id, invoice.number)

    check(connected)

    assert found() == [("double", "two-invoice", invoice.number)]
    assert len(only_finding().remote) == 2


def test_blanks_and_case_do_not_hide_a_double(entered, connected, sandbox):
    number = f" {entered.number.lower()} "
    sandbox.books.copy("entries", sandbox.books.entries()[0].id, number)

    check(connected)

    assert ("double", "two-entry", entered.number) in found()


def test_an_invoice_that_was_entered_twice_is_a_double(invoice, connected, sandbox):
    sandbox.books.copy("entries", sandbox.books.invoices()[0].entry, invoice.number)

    check(connected)

    assert found() == [("double", "two-entry", invoice.number)]


def test_a_sales_entry_that_is_also_an_invoice_there_is_a_double(entered, connected, sandbox):
    other = book(connected)
    copied = sandbox.books.copy("invoices", sandbox.books.invoices()[0].id, entered.number)
    assert other.number != entered.number

    check(connected)

    assert copied
    assert found() == [("double", "both", entered.number)]


def test_the_same_entry_under_another_number_is_known_by_its_token(entered, connected, sandbox):
    sandbox.books.copy("entries", sandbox.books.entries()[0].id, "BY-HAND-1")

    check(connected)

    assert found() == [("double", "correlation_id", entered.number)]
    assert [one["number"] for one in only_finding().remote] == [entered.number, "BY-HAND-1"]


@pytest.fixture
def numbered_there(connected) -> Invoice:
    """e-Boekhouden gave the number."""
    Connection.objects.update(numbering=Numbering.EBOEKHOUDEN, book_at_once=False)
    connected.connection.refresh_from_db()
    return book(connected)


def test_of_two_equal_invoices_we_know_one(numbered_there, connected, sandbox):
    sandbox.books.copy("invoices", sandbox.books.invoices()[0].id, "F00099")

    check(connected, hour=1)

    assert found() == [("double", "alike", numbered_there.number)]


def test_two_equal_invoices_of_which_we_know_both_are_right(numbered_there, connected, sandbox):
    project = Booking.objects.documents().get().customer.projects.get()
    book(connected, project=project)

    check(connected, hour=1)

    assert len(sandbox.books.invoices()) == 2
    assert found() == []


def test_one_of_two_equal_invoices_may_be_the_one_whose_answer_was_lost(
    numbered_there, connected, sandbox
):
    project = Booking.objects.documents().get().customer.projects.get()
    sandbox.faults.add("drop", operation="AddFactuur", phase="after", nth=1)
    book(connected, project=project)

    check(connected, hour=1)

    assert len(sandbox.books.invoices()) == 2
    assert found() == []


# --- Not ours -------------------------------------------------------------------------------------


def test_a_number_of_our_series_that_nobody_booked_is_not_ours(invoice, connected, sandbox):
    foreign = invoice.number.replace("0001", "0900")
    sandbox.books.copy("invoices", sandbox.books.invoices()[0].id, foreign)

    check(connected)

    assert found() == [("foreign", "series", foreign)]


def test_other_series_are_nobody_s_business(invoice, connected, sandbox):
    there = sandbox.books.invoices()[0].id
    copied = sandbox.books.copy("invoices", there, "2026-0001")
    sandbox.books.change("invoices", copied, {"term": 3, "lines": [{"price": "1.00"}]})

    run = check(connected)

    assert (run.state, run.booking_count) == (RunState.FINISHED, 1)
    assert found() == []


def test_our_own_invoice_that_somebody_else_entered_is_shown_beside_it(entered, connected, sandbox):
    Booking.objects.documents().delete()

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.invoice) == (DifferenceKind.FOREIGN, entered)
    assert finding.local["gross"] == "108.90"


def test_a_cancelled_number_that_stands_there_is_told(connected, sandbox):
    sandbox.faults.add("error_code", operation="AddFactuur", code="CFACT028", nth=1)
    book(connected)
    booking = Booking.objects.documents().get()
    cancel(booking, by=connected.member.user, now=NOW, reason="wrong")
    other = book(connected)
    there = sandbox.books.invoices(number=other.number)[0]
    sandbox.books.copy("invoices", there.id, booking.natural_key)

    check(connected)

    assert found() == [("foreign", "cancelled", booking.natural_key)]
    assert only_finding().booking == booking


# --- Which bookings -------------------------------------------------------------------------------


def test_what_is_dated_outside_the_period_is_not_judged(invoice, connected, sandbox):
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)

    run = check(connected, until=factories.TODAY - datetime.timedelta(days=1))

    assert (run.booking_count, found()) == (0, [])


def test_another_administration_is_not_judged(invoice, connected):
    ours = Connection.objects.get().administration_key
    Connection.objects.update(administration_key="other")

    assert check(connected).booking_count == 0
    Connection.objects.update(administration_key=ours)
    assert check(connected, hour=1).booking_count == 1


def test_a_booking_that_is_confirmed_during_the_check_is_no_finding(invoice, connected, sandbox):
    """It is in e-Boekhouden after the invoices were read, and we know it before comparing."""

    def open_and_book(connection: Connection) -> EBoekhouden:
        client = open_client(connection)
        read = client.invoices

        def read_and_book(**period: datetime.date) -> object:
            seen = read(**period)
            book(connected)
            return seen

        client.invoices = read_and_book
        return client

    run = check(connected, open_client=open_and_book)

    assert Booking.objects.documents().filter(state=State.CONFIRMED).count() == 2
    assert (run.state, run.booking_count, found()) == (RunState.FINISHED, 1, [])


def test_a_document_that_is_on_its_way_is_not_a_stranger(connected, sandbox):
    sandbox.faults.add("drop", operation="AddFactuur", phase="after", nth=1)
    book(connected)

    check(connected)

    assert len(sandbox.books.invoices()) == 1
    assert Booking.objects.documents().get().state == State.UNKNOWN
    assert found() == []


def test_what_was_confirmed_a_moment_ago_and_never_seen_may_not_be_visible_yet(
    invoice, connected, sandbox
):
    Booking.objects.documents().update(remote_snapshot=None, ended_at=NOW)
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)

    check(connected)
    assert found() == []

    check(connected, hour=1)
    assert found() == [("vanished", "invoice", invoice.number)]


# --- From check to check --------------------------------------------------------------------------


def test_a_finding_that_stays_is_one_finding_and_one_that_is_gone_is_kept(
    invoice, connected, sandbox
):
    there = sandbox.books.invoices()[0].id
    sandbox.books.change("invoices", there, {"term": 8})
    check(connected)
    check(connected, hour=1)
    finding = only_finding()
    assert (finding.found_at, finding.last_found_at) == (NOW, NOW + HOUR)
    sandbox.books.change("invoices", there, {"term": 30})

    run = check(connected, hour=2)

    finding.refresh_from_db()
    assert (finding.resolved_at, run.resolved_count) == (NOW + 2 * HOUR, 1)


def test_what_comes_back_is_a_new_finding(invoice, connected, sandbox):
    there = sandbox.books.invoices()[0].id
    for hour, term in enumerate([8, 30, 8]):
        sandbox.books.change("invoices", there, {"term": term})
        check(connected, hour=hour)

    assert Difference.objects.count() == 2
    assert only_finding().found_at == NOW + 2 * HOUR


def test_what_somebody_saw_asks_again_only_when_it_changes_there(invoice, connected, sandbox):
    there = sandbox.books.invoices()[0].id
    sandbox.books.change("invoices", there, {"term": 8})
    check(connected)
    Difference.objects.update(reviewed_at=NOW, reviewed_by=connected.member.user)

    check(connected, hour=1)
    assert only_finding().reviewed_at == NOW
    sandbox.books.change("invoices", there, {"term": 9})
    check(connected, hour=2)

    assert only_finding().reviewed_at is None


def test_what_was_put_right_later_is_gone_though_its_days_are_no_longer_read(
    invoice, connected, sandbox
):
    there = sandbox.books.invoices()[0].id
    sandbox.books.change("invoices", there, {"term": 8})
    check(connected)
    later = {"since": UNTIL, "until": UNTIL + datetime.timedelta(days=35)}
    check(connected, hour=1, **later)
    assert only_finding().last_found_at == NOW + HOUR
    sandbox.books.change("invoices", there, {"term": 30})

    run = check(connected, hour=2, **later)

    assert (run.resolved_count, run.booking_count, found()) == (1, 0, [])


def test_what_a_number_alone_does_not_tell_stays_until_its_days_are_read(
    entered, connected, sandbox
):
    copied = sandbox.books.copy("entries", sandbox.books.entries()[0].id, "BY-HAND-1")
    check(connected)
    sandbox.books.delete("entries", copied)

    check(connected, hour=1, since=UNTIL, until=UNTIL + datetime.timedelta(days=35))
    assert len(found()) == 1
    check(connected, hour=2)

    assert found() == []


# --- When it does not work ------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["OpenSession", "GetFacturen", "GetMutaties"])
@pytest.mark.parametrize("action", ["drop", "html"])
def test_a_failure_says_why_and_leaves_the_findings(invoice, connected, sandbox, operation, action):
    there = sandbox.books.invoices()[0].id
    sandbox.books.change("invoices", there, {"term": 8})
    check(connected)
    sandbox.books.change("invoices", there, {"term": 30})
    sandbox.faults.add(action, operation=operation)

    run = check(connected, hour=1)

    assert run.state == RunState.FAILED
    assert "Earlier results are unchanged" in run.problem
    assert only_finding().last_found_at == NOW


def test_a_look_up_that_fails_proves_nothing(invoice, connected, sandbox):
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)
    sandbox.faults.add("drop", operation="GetFacturen", nth=2)

    run = check(connected)

    assert (run.state, found()) == (RunState.FAILED, [])


def test_refused_codes_pause_the_connection(invoice, connected, sandbox):
    sandbox.books.renew_security_code_1()

    run = check(connected)

    assert run.state == RunState.FAILED
    assert "The connection is paused" in run.problem
    assert Connection.objects.get().is_paused


def test_a_connection_that_is_paused_meanwhile_is_not_asked(connected, sandbox):
    run = start(connected)
    pause(connected.connection, code="E0011", text="wrong", now=NOW)

    run_reconciliation(run.pk, open_client=open_client, clock=lambda: NOW)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert not sandbox.books.requests(operation="GetFacturen")


def test_more_on_a_day_than_one_answer_shows_is_a_gap_and_not_absence(entered, connected, sandbox):
    check(connected)
    entry = sandbox.books.entries()[0]
    filler = sandbox.books.copy("entries", entry.id, "2025-1")
    sandbox.books.change("entries", filler, {"voucher": ""})
    sandbox.books.copy("entries", filler, "2025-2", times=520)

    run = check(connected, hour=1)

    assert run.state == RunState.INCOMPLETE
    assert "22-11-2026" in run.problem
    assert found() == []


def test_an_incomplete_check_calls_nothing_gone(entered, connected, sandbox):
    entry = sandbox.books.entries()[0]
    sandbox.books.change("entries", entry.id, {"term": "8"})
    check(connected)
    sandbox.books.change("entries", entry.id, {"term": "30"})
    leave_calls(connected, 0, hour=1)

    run = check(connected, hour=1)

    assert run.state == RunState.INCOMPLETE
    assert len(found()) == 1


def test_no_call_of_the_month_is_taken_from_the_look_ups_of_bookings(entered, connected, sandbox):
    leave_calls(connected, 0)
    before = len(sandbox.books.requests(operation="GetMutaties"))

    run = check(connected)

    assert len(sandbox.books.requests(operation="GetMutaties")) == before
    assert "5,000 requests" in run.problem
    assert found() == []


def test_the_quota_of_e_boekhouden_itself_is_a_gap(entered, connected, sandbox):
    sandbox.switches.monthly_quota = 0

    run = check(connected)

    assert (run.state, found()) == (RunState.INCOMPLETE, [])


def leave_calls(connected, left: int, *, hour: int = 0) -> None:
    """The calls for checking but so many are used, of the month that it is after these hours."""
    note_call(connected.connection.pk, "GetMutaties", now=NOW + hour * HOUR)
    connected.connection.monthly_calls.update(count=4000 - left)


def test_every_question_about_entries_is_counted(entered, connected):
    counted = connected.connection.monthly_calls.get().count

    check(connected)

    assert connected.connection.monthly_calls.get().count == counted + 1


# --- One at a time --------------------------------------------------------------------------------


def start(connected, *, hour: int = 0) -> ReconciliationRun:
    return runs.start_check(
        connected.organisation,
        since=SINCE,
        until=UNTIL,
        by=connected.member.user,
        now=NOW + hour * HOUR,
    )


def test_a_second_start_finds_the_first(connected):
    assert start(connected) == start(connected)


def test_a_check_costs_as_many_queries_with_many_bookings(
    connected, sandbox, django_assert_max_num_queries
):
    project = factories.create_project(organisation=connected.organisation)
    book(connected, project=project)
    with django_assert_max_num_queries(60) as few:
        check(connected)
    for _ in range(12):
        book(connected, project=project)
    for one in sandbox.books.invoices():
        sandbox.books.change("invoices", one.id, {"term": 8})

    with django_assert_max_num_queries(len(few) + 2):
        run = check(connected, hour=1)

    assert (run.booking_count, run.difference_count) == (13, 13)


def test_a_second_worker_does_nothing(connected, sandbox):
    run = start(connected)
    claim_run(ReconciliationRun, run.pk, now=NOW)

    run_reconciliation(run.pk, open_client=open_client, clock=lambda: NOW)

    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.RUNNING, 1)
    assert not sandbox.books.requests()


def test_a_check_whose_worker_died_is_taken_over(connected):
    run = start(connected)
    claim_run(ReconciliationRun, run.pk, now=NOW - HOUR)

    run_reconciliation(run.pk, open_client=open_client, clock=lambda: NOW)

    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.FINISHED, 2)


def test_a_worker_that_lost_its_check_writes_nothing(invoice, connected, sandbox):
    sandbox.books.delete("invoices", sandbox.books.invoices()[0].id)
    run = start(connected)

    def open_and_lose(connection: Connection) -> EBoekhouden:
        ReconciliationRun.objects.filter(pk=run.pk).update(attempts=2)
        return open_client(connection)

    run_reconciliation(run.pk, open_client=open_and_lose, clock=lambda: NOW)

    run.refresh_from_db()
    assert (run.state, found()) == (RunState.RUNNING, [])


def test_a_check_that_every_worker_dies_of_is_given_up(connected):
    run = start(connected)
    ReconciliationRun.objects.update(attempts=ReconciliationRun.MAX_ATTEMPTS)

    run_reconciliation(run.pk, open_client=open_client, clock=lambda: NOW)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "3" in run.problem


def test_a_delivery_goes_on_while_a_check_runs(connected, sandbox):
    run = start(connected)
    claim_run(ReconciliationRun, run.pk, now=NOW)

    book(connected)

    assert deliver(connected.connection.pk, open_client=open_client) == 0
    assert len(sandbox.books.invoices()) == 1


def test_an_invoice_that_has_more_lines_there_differs_in_its_lines(connected, sandbox):
    connected.connection.book_at_once = False
    connected.connection.save()
    invoice = book(connected)
    (there,) = sandbox.books.invoices()
    sandbox.books.delete("invoices", there.id)
    line = samples.invoice_line(quantity=Decimal("0.5"), price=Decimal(90))
    with open_client(connected.connection) as client:
        client.add_invoice(
            samples.invoice(
                number=invoice.number,
                relation_code=invoice.customer.number,
                date=invoice.date,
                payment_term=invoice.payment_term,
                lines=[line, line],
            )
        )

    check(connected)

    finding = only_finding()
    assert (finding.kind, finding.differs) == (DifferenceKind.CHANGED, ["lines"])


def test_a_number_that_occurs_too_often_to_be_read_is_a_gap_and_not_absence(
    entered, connected, sandbox
):
    (there,) = sandbox.books.entries()
    sandbox.books.change("entries", there.id, {"date": "2026-01-05"})
    sandbox.books.copy("entries", there.id, entered.number, times=520)

    run = check(connected)

    assert run.state == RunState.INCOMPLETE
    assert f"Number {entered.number} occurs too often" in run.problem
    assert found() == []


def test_a_refusal_that_is_no_quota_ends_the_check(entered, connected, sandbox):
    sandbox.faults.add("error_code", operation="GetMutaties", code="X999", text="Onbekend")

    run = check(connected)

    assert (run.state, found()) == (RunState.FAILED, [])
    assert "Earlier results are unchanged" in run.problem


def test_codes_that_the_keys_do_not_decrypt_pause_the_connection(connected, sandbox, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]

    run = check(connected)

    connection = Connection.objects.get()
    assert run.state == RunState.FAILED
    assert (connection.is_paused, connection.pause_code) == (True, "keys")
    assert not sandbox.books.requests()


def test_at_night_a_connection_that_was_paused_meanwhile_keeps_no_other_waiting(connected):
    other = factories.create_organisation()
    factories.create_connection(organisation=other)
    pause(connected.connection, code="E0011", text="wrong", now=NOW)

    runs.start_nightly_reconciliations(Connection.objects.order_by("pk"))

    assert ReconciliationRun.objects.get().organisation == other
