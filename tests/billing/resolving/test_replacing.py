"""What disappears in the books after an invoice is final is replaced in its booking."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.bookings.replacements import Replaceable
from billing.invoices.creating import invoice_in_eboekhouden
from billing.invoices.sales_entries import create_sales_entries
from billing.models import (
    Booking,
    BookingKind,
    Difference,
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceStatus,
    State,
)
from billing.reconciliation.running import run_reconciliation
from billing.reconciliation.runs import start_check
from billing.resolving.actions import NoLonger, book_again
from billing.resolving.replacing import NotTheSameVat, book_with
from integrations.sessions import open_client
from tests import factories

from ..issued import Item, become, issued

NOW = timezone.now()
GONE = {
    "ledger account": ("accounts", "8010", Replaceable.LEDGER_ACCOUNT, "8000"),
    "cost centre": ("cost_centres", "1", Replaceable.COST_CENTRE, "2"),
    "no cost centre": ("cost_centres", "1", Replaceable.COST_CENTRE, "0"),
    "template": ("template", "Factuursjabloon", Replaceable.TEMPLATE, "Factuur NL"),
    "VAT code": ("vat", "HOOG_VERK_21", Replaceable.VAT_CODE, "HOOG_VERK"),
}


def vanish(sandbox, table, value):
    """The bookkeeper removes something."""
    if table == "template":
        sandbox.switches.change({"templates": ["Factuur NL"]})
        return
    if table == "vat":
        sandbox.faults.add("error_code", operation="AddFactuur", code="CFACT042")
        sandbox.faults.add("error_code", operation="AddMutatie", code="CMUT033")
        return
    column = "code" if table == "accounts" else "id"
    with sandbox.books.storage.transaction() as db:
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (value,))


def final_invoice(connected, way):
    """An invoice with account 8010 and cost centre 1, ready to be booked."""
    if way == "sales_entry":
        customer = factories.create_customer(organisation=connected.organisation)
        items = [Item(), Item(percentage="9")]
        made = issued(customer, items, number="", status=InvoiceStatus.DRAFT)
        made.lines.update(ledger_account="8010", cost_centre_id=1)
        become(made, status=InvoiceStatus.SENT, number="2026-0001")
        return made
    task = factories.create_task(
        organisation=connected.organisation, ledger_account="8010", cost_centre_id=1
    )
    connected.hours(task=task)
    return None


def book(connected, way):
    made = final_invoice(connected, way)
    if made is None:
        invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    else:
        create_sales_entries([made], connected.connection, by=connected.member.user, now=NOW)
    return Booking.objects.exclude(kind=BookingKind.RELATION).get()


WAYS = [
    (way, gone)
    for way in ("invoice", "sales_entry")
    for gone in GONE
    # A sales entry has no template, and no code is documented for its cost centre.
    if way == "invoice" or gone in ("ledger account", "VAT code")
]


def refused(connected, sandbox, way="invoice", gone="ledger account"):
    """A booking that names something that has disappeared."""
    booking = book(connected, way)
    vanish(sandbox, *GONE[gone][:2])
    connected.deliver()
    booking.refresh_from_db()
    assert booking.state == State.REJECTED
    return booking


@pytest.mark.parametrize(("way", "gone"), WAYS)
def test_a_booking_takes_another_one_and_the_invoice_stays(connected, sandbox, way, gone):
    _table, value, what, other = GONE[gone]
    booking = refused(connected, sandbox, way, gone)
    before = list(InvoiceLine.objects.values())
    head = Invoice.objects.values().get()

    book_with(booking, {(what, value): other}, reason="Merged", by=connected.member.user, now=NOW)
    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.revision, booking.reason) == (State.CONFIRMED, 2, "agrees")
    assert list(InvoiceLine.objects.values()) == before
    assert Invoice.objects.values().get() == head
    event = InvoiceEvent.objects.get(kind="booked-with")
    assert (event.by, event.details["reason"]) == (connected.member.user, "Merged")
    assert event.details["changes"] == [[what, value, other]]


@pytest.mark.parametrize(("way", "gone"), WAYS)
def test_the_comparison_is_with_what_was_booked(connected, sandbox, way, gone):
    _table, value, what, other = GONE[gone]
    booking = refused(connected, sandbox, way, gone)
    book_with(booking, {(what, value): other}, reason="x", by=connected.member.user, now=NOW)
    connected.deliver()

    day = datetime.timedelta(days=1)
    run = start_check(
        connected.organisation,
        since=factories.TODAY - day,
        until=factories.TODAY + day,
        by=connected.member.user,
        now=NOW,
    )
    run_reconciliation(run.pk, open_client=open_client, clock=lambda: NOW)

    assert not Difference.objects.exists()


def test_what_was_chosen_stays_when_it_is_refused_once_more(connected, sandbox):
    booking = refused(connected, sandbox)
    sandbox.faults.add("error_code", operation="AddFactuur", code="CFACT028")
    chosen = {(Replaceable.LEDGER_ACCOUNT, "8010"): "8000"}
    book_with(booking, chosen, reason="x", by=connected.member.user, now=NOW)
    connected.deliver()
    booking.refresh_from_db()
    assert booking.state == State.REJECTED

    book_again(booking, by=connected.member.user, now=NOW)
    connected.deliver()

    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED
    assert sandbox.books.invoices()[0].lines[0].account == "8000"


@pytest.mark.parametrize("code", ["LAAG_VERK_9", "GEEN", "VERL_VERK", "BU_EU_VERK", "HOOG_INK_21"])
def test_a_code_of_another_percentage_or_treatment_is_not_taken(connected, sandbox, code):
    booking = refused(connected, sandbox, gone="VAT code")
    chosen = {(Replaceable.VAT_CODE, "HOOG_VERK_21"): code}
    with pytest.raises(NotTheSameVat):
        book_with(booking, chosen, reason="x", by=connected.member.user, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.replacements) == (State.REJECTED, {})


@pytest.mark.parametrize("state", [one for one in State if one != State.REJECTED])
def test_only_a_refused_booking_can_take_another(connected, sandbox, inside, state):
    booking = refused(connected, sandbox)
    Booking.objects.filter(pk=booking.pk).update(state=state)
    booking.refresh_from_db()
    with pytest.raises(NoLonger):
        book_with(
            booking,
            {(Replaceable.LEDGER_ACCOUNT, "8010"): "8000"},
            reason="x",
            by=connected.member.user,
            now=NOW,
        )
    page = inside.get(reverse("billing:booking-replace", args=[booking.pk]))
    assert page.status_code == 302


# --- The page -------------------------------------------------------------------------------------


def test_the_page_of_a_refused_booking_leads_to_the_form_and_shows_who_and_why(
    connected, sandbox, inside
):
    booking = refused(connected, sandbox)
    detail = reverse("billing:booking-detail", args=[booking.pk])
    url = reverse("billing:booking-replace", args=[booking.pk])
    assert f'href="{url}"' in inside.get(detail).content.decode()
    fields = {
        form_field.name: form_field.value()
        for form_field in inside.get(url).context["form"].replacing
    }
    name = next(name for name, value in fields.items() if value == "8010")

    empty = inside.post(url, fields | {"reason": ""})
    same = inside.post(url, fields | {"reason": "Merged with 8000"})
    wrong = inside.post(url, fields | {name: "twelve", "reason": "Merged with 8000"})
    done = inside.post(url, fields | {name: "8000", "reason": "Merged with 8000"})

    assert [page.status_code for page in (empty, same, wrong, done)] == [422, 422, 422, 302]
    assert "Nothing is changed yet" in same.content.decode()
    page = inside.get(detail).content.decode()
    assert "ledger account 8010 → 8000" in page
    assert "Merged with 8000" in page
    timeline = inside.get(reverse("billing:invoice-detail", args=[booking.invoice_id]))
    assert "ledger account 8010 → 8000" in timeline.content.decode()


def test_another_organisation_finds_no_such_booking(connected, sandbox, client):
    booking = refused(connected, sandbox)
    stranger = factories.create_membership(organisation=factories.create_organisation(name="B"))
    client.force_login(stranger.user)
    page = client.get(reverse("billing:booking-replace", args=[booking.pk]))
    assert page.status_code in (403, 404)
