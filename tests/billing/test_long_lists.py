"""Lists of many invoices and bookings: a page reads its own rows, in as many queries as one row."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.bookings.listing import bookings_to_list
from billing.bookings.presenters import describe_booking
from billing.models import Booking, BookingKind, Invoice, State
from tests import factories
from tests.billing import issued

NOW = timezone.now()
ORDERS = ("number", "customer", "date", "due", "reference", "amount", "status")
# Columns with copies of documents, which no row of a list shows.
COPIES = ("vat_totals", "issuer", "addressee", "notes")


def fill(connected, count, *, state=State.CONFIRMED):
    """Invoices of several days, customers and amounts; half have a booking."""
    for number in range(count):
        invoice = issued.issued(
            issued.buyer(connected.organisation),
            [issued.Item(price=str(10 + number * 7 % 30))],
            number=f"L{Invoice.objects.count():04}",
            date=factories.TODAY + datetime.timedelta(days=number % 5),
            reference=f"PO {number % 3}",
        )
        if number % 2 == 0:
            Booking.objects.create(
                organisation=connected.organisation,
                connection=connected.connection,
                kind=BookingKind.SALES_ENTRY,
                customer=invoice.customer,
                invoice=invoice,
                natural_key=invoice.number,
                payload={"schema": 1, "gross": str(invoice.gross)},
                remote_snapshot={"gross": "1.00", "relation_code": "K1"},
                state=state,
                remote_id=invoice.number,
            )


def asked(inside, address):
    with CaptureQueriesContext(connection) as queries:
        response = inside.get(address)
    assert response.status_code == 200
    return response, [query["sql"] for query in queries]


@pytest.mark.parametrize("query", [f"order={name}" for name in ORDERS] + ["q=L00", "page=2"])
def test_a_page_of_many_invoices_costs_as_many_queries_as_of_one(connected, inside, query):
    address = reverse("billing:invoice-list") + f"?{query}"
    fill(connected, 1)
    _page, one = asked(inside, address)
    fill(connected, 60)

    page, many = asked(inside, address)

    assert len(page.context["rows"]) == 25
    assert len(many) == len(one) <= 12
    assert not [sql for sql in many if any(f'"billing_invoice"."{name}"' in sql for name in COPIES)]


@pytest.mark.parametrize("order", [f"{sign}{name}" for name in ORDERS for sign in ("", "-")])
def test_the_pages_of_invoices_are_the_whole_list_in_its_order(connected, inside, order):
    fill(connected, 60)
    address = reverse("billing:invoice-list") + f"?order={order}"

    whole = inside.get(f"{address}&size=250").context["rows"]
    pages = [inside.get(f"{address}&page={n}").context["rows"] for n in (1, 2, 3)]

    assert [len(page) for page in pages] == [25, 25, 10]
    shown = [row.invoice.pk for page in pages for row in page]
    assert shown == [row.invoice.pk for row in whole]
    assert len(set(shown)) == 60


@pytest.mark.parametrize("show", ["all", "booked", "needs-you", "in-progress"])
@pytest.mark.parametrize("state", [State.CONFIRMED, State.CONFLICT, State.QUEUED, State.REJECTED])
def test_a_page_of_many_bookings_costs_as_many_queries_as_of_one(connected, inside, show, state):
    address = reverse("billing:booking-list") + f"?show={show}"
    fill(connected, 1, state=state)
    _page, one = asked(inside, address)
    fill(connected, 60, state=state)

    page, many = asked(inside, address)

    assert len(many) <= len(one) <= 12 or not page.context["rows"]
    assert not [sql for sql in many if any(f'"billing_invoice"."{name}"' in sql for name in COPIES)]


@pytest.mark.parametrize("state", [State.CONFIRMED, State.REJECTED, State.CANCELLED])
def test_a_list_reads_no_copies_of_documents_that_ended(connected, state):
    fill(connected, 4, state=state)
    ids = list(Booking.objects.values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as queries:
        found = bookings_to_list(ids)
        assert all(describe_booking(booking, now=NOW).text for booking in found)

    assert len(found) == 2
    assert not [query for query in queries if '"payload"' in query["sql"]]


def test_a_list_describes_a_booking_as_its_own_page_does(connected):
    for state in State:
        fill(connected, 2, state=state)
    ids = list(Booking.objects.values_list("pk", flat=True))

    reader = connected.member
    listed = {
        booking.pk: describe_booking(booking, now=NOW, reader=reader)
        for booking in bookings_to_list(ids)
    }

    for booking in Booking.objects.for_display():
        alone = describe_booking(booking, now=NOW, reader=reader)
        assert (alone.text, alone.next_steps) == (
            listed[booking.pk].text,
            listed[booking.pk].next_steps,
        )
    assert len(listed) == len(State)
