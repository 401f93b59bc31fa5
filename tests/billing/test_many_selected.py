"""Actions on many ticked invoices: as many queries as for a few, and a dialog that stays short."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.invoices import sales_entries
from billing.invoices.bulk_actions import ACTIONS
from billing.invoices.paying import mark_paid
from billing.models import Batch, Booking, Invoice, InvoiceStatus
from tests.billing.test_long_lists import NOW, fill


def posted(inside, name, *args):
    """Post every invoice to a page of the selection; return the page and the number of queries."""
    ids = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        page = inside.post(reverse(name, args=args), {"invoices": ids})
    return page, len(queries)


def few_and_many(inside, make, more, name, *args):
    """Post two invoices, and then more; return the last page and both numbers of queries."""
    make(2)
    _page, few = posted(inside, name, *args)
    make(more)
    page, many = posted(inside, name, *args)
    return page, few, many


def sent(connected, count):
    """Invoices that were sent; half have a booking."""
    fill(connected, count)
    Invoice.objects.update(status=InvoiceStatus.SENT)


def paid(connected, count):
    """Invoices that a person marked as paid."""
    fill(connected, count)
    Invoice.objects.exclude(status=InvoiceStatus.PAID).update(status=InvoiceStatus.SENT)
    for invoice in Invoice.objects.filter(status=InvoiceStatus.SENT):
        mark_paid(invoice, by=connected.member.user, now=NOW)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("made", [fill, sent, paid])
def test_the_question_about_many_invoices_costs_as_many_queries(connected, inside, action, made):
    make = partial(made, connected)
    page, few, many = few_and_many(inside, make, 8, "billing:invoice-selection", action)

    found = page.context["found"]
    assert len(found.ready) + len(found.skipped) == 10
    assert many == few


def test_the_question_about_sales_entries_costs_as_many_queries_for_many(connected, inside):
    make = partial(sent, connected)
    page, few, many = few_and_many(inside, make, 8, "billing:invoice-entries")

    assert len(page.context["found"].ready) == 5
    assert many == few


def test_sales_entries_of_many_invoices_are_queued_in_as_many_queries(connected, inside):
    make = partial(sent, connected)
    page, few, many = few_and_many(inside, make, 12, "billing:invoice-entries-create")

    assert page.status_code == 302
    assert Booking.objects.documents().filter(batch__isnull=False).count() == 7
    assert many == few


def test_a_dialog_shows_the_first_of_many_invoices_and_says_how_many_more(
    connected, inside, monkeypatch
):
    monkeypatch.setattr(sales_entries, "MOST_SHOWN", 3)
    monkeypatch.setattr(sales_entries, "MOST_REASONS", 2)
    sent(connected, 10)

    page, _queries = posted(inside, "billing:invoice-entries")

    text = page.content.decode()
    found = page.context["found"]
    assert text.count("</th><td>") == len(found.shown) == 3
    assert text.count("booked or being sent") == len(found.shown_skipped) == 2
    assert "And 2 more." in text
    assert "And 3 more." in text
    assert text.count('name="invoices"') == 10


def test_a_batch_shows_the_first_reasons_and_the_others_on_request(connected, inside):
    skipped = [{"customer": f"L{n}", "reason": "Not sent.", "url": ""} for n in range(50)]
    batch = Batch.objects.create(
        organisation=connected.organisation, created_by=connected.member.user, skipped=skipped
    )
    address = reverse("billing:batch-detail", args=[batch.pk])

    some, every = inside.get(address), inside.get(address, {"skipped": "all"})

    assert some.content.decode().count("Not sent.") == 20
    assert "Show 30 more" in some.content.decode()
    assert every.content.decode().count("Not sent.") == 50
