"""The page of bookings shows the latest batch as long as something in it is on its way."""

import datetime

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Batch, Booking, BookingKind, State
from billing.resolving.actions import cancel
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_latest_batch_is_shown_and_not_the_first(connected, inside):
    now = timezone.now()
    for minutes in (2, 1):
        connected.hours()
        at = now - datetime.timedelta(minutes=minutes)
        invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=at)

    page = inside.get(reverse("billing:booking-list"))

    assert page.context["batch"].batch == Batch.objects.latest("created_at")


def test_many_bookings_cost_as_many_queries_as_one(connected, inside):
    def queries_with_one_more() -> int:
        connected.hours()
        invoice_in_eboekhouden(
            connected.order(), connection=connected.connection, now=timezone.now()
        )
        with CaptureQueriesContext(database) as asked:
            inside.get(reverse("billing:booking-list"))
        return len(asked)

    of_one = queries_with_one_more()
    queries_with_one_more()

    assert queries_with_one_more() == of_one


def test_a_batch_that_also_makes_a_customer_counts_its_documents(connected, inside):
    project = factories.create_project(organisation=connected.organisation)
    connected.hours(project=project)
    order = connected.order()
    invoice_in_eboekhouden(order, connection=connected.connection, now=timezone.now())

    page = inside.get(reverse("billing:booking-list"))

    batch = page.context["batch"]
    assert (batch.total, batch.open, batch.booked) == (1, 1, 0)


def test_what_was_cancelled_is_counted_too(connected, inside):
    connected.hours()
    batch = invoice_in_eboekhouden(
        connected.order(), connection=connected.connection, now=timezone.now()
    )
    cancel(
        Booking.objects.get(kind=BookingKind.INVOICE),
        by=connected.member.user,
        now=timezone.now(),
        reason="Wrong",
    )

    page = inside.get(reverse("billing:batch-detail", args=[batch.pk])).content.decode()

    assert "1 cancelled" in page


def test_a_number_that_exists_is_not_called_refused(connected, inside):
    connected.hours()
    batch = invoice_in_eboekhouden(
        connected.order(), connection=connected.connection, now=timezone.now()
    )
    Booking.objects.filter(kind=BookingKind.INVOICE).update(state=State.CONFLICT, next_at=None)

    page = inside.get(reverse("billing:batch-detail", args=[batch.pk])).content.decode()

    assert "1 number exists" in page
    assert "refused" not in page


def test_a_document_that_waits_for_a_customer_that_stopped_leads_to_that_customer(
    connected, inside, sandbox
):
    customer = factories.create_customer(organisation=connected.organisation)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": "Somebody Else B.V."}])
    connected.hours(project=factories.create_project(customer=customer))
    batch = invoice_in_eboekhouden(
        connected.order(), connection=connected.connection, now=timezone.now()
    )
    connected.deliver()

    page = inside.get(reverse("billing:batch-detail", args=[batch.pk])).content.decode()

    stopped = Booking.objects.get(kind=BookingKind.RELATION)
    assert "was not created in e-Boekhouden. Open that booking and decide first" in page
    assert page.count(reverse("billing:booking-detail", args=[stopped.pk])) >= 2


def test_the_page_of_a_batch_says_when_everything_is_booked(connected, client, sandbox):
    connected.hours()
    batch = invoice_in_eboekhouden(
        connected.order(), connection=connected.connection, now=timezone.now()
    )
    client.force_login(connected.member.user)
    url = reverse("billing:batch-detail", args=[batch.pk])

    assert "Being booked in e-Boekhouden" in client.get(url).content.decode()
    connected.deliver()
    whole = client.get(url).content.decode()
    refreshed = client.get(url, headers={"HX-Request": "true"}).content.decode()

    for page in (whole, refreshed):
        assert "Everything is booked in e-Boekhouden" in page
        assert "Being booked" not in page
        assert "You can leave this page" not in page


@pytest.mark.parametrize(
    ("state", "title", "lead"),
    [
        (State.REJECTED, "Booking in e-Boekhouden has ended", "1 document needs your decision."),
        (State.CONFLICT, "Booking in e-Boekhouden has ended", "1 document needs your decision."),
        (State.CANCELLED, "Booking in e-Boekhouden has ended", "You need not do anything more."),
        (State.UNKNOWN, "Being booked in e-Boekhouden", "You can leave this page"),
    ],
)
def test_the_title_of_a_batch_follows_its_documents(connected, client, state, title, lead):
    connected.hours()
    batch = invoice_in_eboekhouden(
        connected.order(), connection=connected.connection, now=timezone.now()
    )
    Booking.objects.filter(kind=BookingKind.INVOICE).update(state=state)
    client.force_login(connected.member.user)

    page = client.get(reverse("billing:batch-detail", args=[batch.pk])).content.decode()

    assert title in page
    assert lead in page


def test_a_large_batch_is_shown_in_pages_and_what_needs_somebody_comes_first(connected, inside):
    batch = _batch_of(connected, 30)
    last = batch.bookings.latest("pk")
    Booking.objects.filter(pk=last.pk).update(state=State.REJECTED)
    url = reverse("billing:batch-detail", args=[batch.pk])

    first = inside.get(url)
    second = inside.get(f"{url}?page=2", headers={"HX-Request": "true"})

    assert first.context["page"].object_list[0] == last
    assert (len(first.context["rows"]), len(second.context["rows"])) == (25, 5)
    # What refreshes the second page asks for the second page.
    assert f'hx-get="{url}?page=2"' in second.content.decode()


def test_a_large_batch_costs_as_many_queries_as_a_small_one(connected, inside):
    def queries_of(batch: Batch) -> int:
        with CaptureQueriesContext(database) as asked:
            inside.get(reverse("billing:batch-detail", args=[batch.pk]))
        return len(asked)

    assert queries_of(_batch_of(connected, 30)) == queries_of(_batch_of(connected, 1))


def _batch_of(connected, count: int) -> Batch:
    """Queue as many invoices at once, each of a customer of its own that is known there."""
    for _number in range(count):
        customer = factories.create_customer(organisation=connected.organisation)
        connected.hours(project=factories.create_project(customer=customer))
    order = connected.order()
    batch = invoice_in_eboekhouden(order, connection=connected.connection, now=timezone.now())
    batch.bookings.filter(kind=BookingKind.RELATION).delete()
    return batch
