"""Documents that are delivered together: few calls, and the promise of a delivery one by one."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.bookings import decisions, together
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, InvoiceEvent, Origin, State
from integrations.eboekhouden import failpoints
from integrations.models import Connection
from integrations.sessions import open_client
from tests import factories
from tests.integrations.eboekhouden import samples

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def several(connected, sandbox) -> Callable[..., list[Booking]]:
    """Documents that are due, one for each of as many customers that e-Boekhouden has."""

    def make(count: int, origin: Origin = Origin.EBOEKHOUDEN) -> list[Booking]:
        customers = [
            factories.create_customer(organisation=connected.organisation, remote_id=number + 1)
            for number in range(connected.organisation.customers.count(), count)
        ]
        sandbox.seed_relations([{"Code": it.number, "Bedrijf": it.name} for it in customers])
        for customer in customers:
            connected.hours(project=factories.create_project(customer=customer), minutes=60)
        order, by = connected.order(origin=origin), connected.member.user
        if origin == Origin.EBOEKHOUDEN:
            invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
        else:
            drafts = draft_invoices(order, now=NOW)
            sent = [mark_sent(draft, by=by, now=NOW) for draft in drafts]
            create_sales_entries(sent, connected.connection, by=by, now=NOW)
        return list(Booking.objects.filter(state=State.QUEUED).order_by("created_at", "pk"))

    return make


def die() -> None:
    raise KeyboardInterrupt


def states() -> list[str]:
    return sorted(Booking.objects.values_list("state", flat=True))


def calls(sandbox, operation: str) -> int:
    return len(sandbox.books.requests(operation=operation))


def numbers_there(sandbox) -> list[str]:
    return sorted(invoice.number for invoice in sandbox.books.invoices())


def entered_there(connected, number: str, date: datetime.date) -> None:
    """Somebody entered an invoice with this number in e-Boekhouden."""
    relation_code = connected.organisation.customers.first().number
    with open_client(connected.connection) as client:
        client.add_invoice(samples.invoice(number=number, relation_code=relation_code, date=date))


@pytest.mark.parametrize(
    ("origin", "look_up", "order"),
    [
        (Origin.EBOEKHOUDEN, "GetFacturen", "AddFactuur"),
        (Origin.HERE, "GetMutaties", "AddMutatie"),
    ],
)
def test_many_documents_take_one_look_up_and_one_reading_back(
    connected, sandbox, several, origin, look_up, order
):
    several(25, origin)

    assert connected.deliver() == 25

    assert (calls(sandbox, look_up), calls(sandbox, order)) == (2, 25)
    assert states() == [State.CONFIRMED] * 25
    assert set(Booking.objects.values_list("reason", flat=True)) == {"agrees"}
    assert not Booking.objects.filter(remote_snapshot=None).exists()
    assert InvoiceEvent.objects.filter(kind="booked").count() == 25


def test_two_documents_are_delivered_one_by_one(connected, sandbox, several):
    several(together.FEWEST - 1)

    connected.deliver()

    assert calls(sandbox, "GetFacturen") == 2 * (together.FEWEST - 1)
    assert set(states()) == {State.CONFIRMED}


def test_more_documents_take_eight_queries_each_at_most(connected, sandbox, several):
    def queries(count: int) -> int:
        several(count)
        with CaptureQueriesContext(database) as captured:
            connected.deliver()
        bounds = ("SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(bounds) for query in captured)

    few = queries(5)
    many = queries(30)

    assert many - few <= 8 * 20
    assert set(states()) == {State.CONFIRMED}


@pytest.mark.parametrize("month", [1, 12])
def test_a_number_that_somebody_else_used_on_another_day_is_for_a_person(
    connected, sandbox, several, month
):
    taken = several(5)[2]
    date = taken.invoice.date.replace(month=month, day=3)
    entered_there(connected, taken.natural_key, date)

    connected.deliver()

    taken.refresh_from_db()
    assert taken.state == State.CONFLICT
    assert states().count(State.CONFIRMED) == 4
    assert len(numbers_there(sandbox)) == len(set(map(str.upper, numbers_there(sandbox)))) == 5


@pytest.mark.parametrize("action", ["truncate", "drop", "html", "empty", "status"])
def test_a_list_that_did_not_come_whole_proves_nothing(connected, sandbox, several, action):
    several(5)
    sandbox.faults.add(action, operation="GetFacturen", phase="after", nth=1)

    connected.deliver()

    assert calls(sandbox, "AddFactuur") == 0
    assert states() == [State.QUEUED] * 5
    connected.sweep(later=HOUR)
    assert states() == [State.CONFIRMED] * 5
    assert len(numbers_there(sandbox)) == 5


def test_a_list_as_long_as_it_can_be_proves_nothing(connected, sandbox, several):
    date = several(5)[0].invoice.date
    for number in range(4):
        entered_there(connected, f"X{number}", date)
    Connection.objects.update(answers={"invoices_cap": "4"})

    connected.deliver()

    assert states() == [State.CONFIRMED] * 5
    looked = [it.number for it in sandbox.books.requests(operation="GetFacturen")]
    assert looked.count("") == 2
    assert len(looked) == 2 + 2 * 5


@pytest.mark.parametrize("point", ["after-look-up", "after-intent", "after-answer", "after-noting"])
@pytest.mark.parametrize("passing", [1, 3])
@pytest.mark.parametrize("origin", [Origin.EBOEKHOUDEN, Origin.HERE])
def test_a_worker_that_dies_among_several_leaves_each_document_there_once(
    connected, sandbox, several, at_point, point, passing, origin
):
    several(4, origin)
    at_point(point, die, passing=1 if point == "after-look-up" else passing)

    with pytest.raises(KeyboardInterrupt):
        connected.deliver()

    failpoints.ARMED.clear()
    for hours in range(1, 4):
        connected.sweep(later=hours * HOUR)
    assert states() == [State.CONFIRMED] * 4
    operation = "AddFactuur" if origin == Origin.EBOEKHOUDEN else "AddMutatie"
    assert calls(sandbox, operation) == 4


def test_a_worker_that_dies_before_recording_leaves_each_document_there_once(
    connected, sandbox, several, at_point
):
    several(4)
    at_point("before-recording", die)

    with pytest.raises(KeyboardInterrupt):
        connected.deliver()

    assert states() == [State.CHECKING] * 4
    failpoints.ARMED.clear()
    connected.sweep(later=HOUR)
    assert states() == [State.CONFIRMED] * 4
    assert calls(sandbox, "AddFactuur") == 4


def test_a_document_that_is_refused_does_not_stop_the_others(connected, sandbox, several):
    refused = several(5)[1]
    sandbox.faults.add(
        "error_code", operation="AddFactuur", number=refused.natural_key, code="E999"
    )

    connected.deliver()

    refused.refresh_from_db()
    assert (refused.state, refused.code) == (State.REJECTED, "E999")
    assert states().count(State.CONFIRMED) == 4


def test_a_lost_answer_leaves_only_its_own_document_in_doubt(connected, sandbox, several):
    lost = several(5)[1]
    sandbox.faults.add("drop", operation="AddFactuur", number=lost.natural_key, phase="after")

    connected.deliver()

    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN
    assert states().count(State.CONFIRMED) == 4
    connected.sweep(later=HOUR)
    assert states() == [State.CONFIRMED] * 5
    assert calls(sandbox, "AddFactuur") == 5


def test_what_was_not_sent_when_the_service_stopped_waits(connected, sandbox, several, at_point):
    several(5)
    at_point("after-intent", sandbox.stop, passing=3)

    connected.deliver()

    assert states() == [State.CONFIRMED] * 2 + [State.QUEUED] * 3
    sandbox.start()
    connected.sweep(later=HOUR)
    assert states() == [State.CONFIRMED] * 5


def test_an_entry_takes_the_number_that_is_read_back_not_the_one_in_the_answer(
    connected, sandbox, several
):
    wrong = several(5, Origin.HERE)[1]
    sandbox.faults.add(
        "wrong_number", operation="AddMutatie", number=wrong.natural_key, phase="after"
    )

    connected.deliver()
    connected.sweep(later=HOUR)

    entries = {entry.number: str(entry.id) for entry in sandbox.books.entries()}
    for booking in Booking.objects.all():
        assert (booking.state, booking.remote_id) == (
            State.CONFIRMED,
            entries[booking.natural_key],
        )


def test_entries_that_cannot_be_read_back_are_in_doubt(connected, sandbox, several):
    several(4, Origin.HERE)
    sandbox.faults.add("html", operation="GetMutaties", nth=2)

    connected.deliver()

    assert states() == [State.UNKNOWN] * 4
    connected.sweep(later=HOUR)
    assert states() == [State.CONFIRMED] * 4
    assert calls(sandbox, "AddMutatie") == 4


def test_a_record_that_is_linked_to_another_document_is_a_conflict_and_the_others_are_booked(
    connected, sandbox, several
):
    first, *others = several(4, Origin.HERE)
    Booking.objects.filter(pk=first.pk).update(
        state=State.CANCELLED, remote_id="1", administration=connected.connection.administration_key
    )

    connected.deliver()

    assert states().count(State.CONFLICT) == 1
    assert states().count(State.CONFIRMED) == len(others) - 1


def test_an_absence_that_is_too_old_is_not_used(connected, sandbox, several, monkeypatch):
    several(4)
    monkeypatch.setattr(decisions, "ABSENT_FOR", datetime.timedelta(seconds=-1))

    connected.deliver()

    looked = [it.number for it in sandbox.books.requests(operation="GetFacturen")]
    assert looked.count("") == 1
    assert states() == [State.CONFIRMED] * 4


def test_a_worker_that_lost_the_connection_sends_nothing_more(
    connected, sandbox, several, at_point
):
    several(4)
    at_point("after-noting", lambda: Connection.objects.update(fencing_token=99), passing=2)

    connected.deliver()

    assert calls(sandbox, "AddFactuur") == 2
    for hours in range(1, 4):
        connected.sweep(later=hours * HOUR)
    assert states() == [State.CONFIRMED] * 4
    assert calls(sandbox, "AddFactuur") == 4


def test_the_books_have_the_amounts_of_every_document(connected, sandbox, several):
    bookings = several(6)

    connected.deliver()

    there = {invoice.number: Decimal(invoice.total) for invoice in sandbox.books.invoices()}
    assert there == {it.natural_key: Decimal(it.payload["gross"]) for it in bookings}
