"""Finance → Invoices: the list, an invoice, and what one does with them."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Language, Role
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import make_final, mark_sent
from billing.models import Booking, BookingKind, Invoice, InvoiceStatus, Origin, State
from billing.resolving import actions as actions
from registrations.models import Status, TimeEntry
from tests import factories
from tests.billing.issued import as_if
from tests.responses import text

from .pages import url

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ENTRY = "Create Sales Entry in e-Boekhouden"


def draft(agency, *, name: str = "De Groene Tuin", email: str = "anna@groen.example") -> Invoice:
    customer = factories.create_customer(organisation=agency.organisation, name=name, email=email)
    taken = set(Invoice.objects.values_list("pk", flat=True))
    agency.hours(project=factories.create_project(customer=customer))
    draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return Invoice.objects.exclude(pk__in=taken).get()


def sent(agency, **fields) -> Invoice:
    return mark_sent(draft(agency, **fields), by=agency.member.user, now=NOW)


# --- Who may see what -----------------------------------------------------------------------------


def test_only_those_who_invoice_see_invoices(client_of, agency):
    invoice = draft(agency)
    employee = factories.create_membership(organisation=agency.organisation)
    invoicer = factories.create_membership(organisation=agency.organisation, may_invoice=True)

    for member, status in ((employee, 403), (invoicer, 200)):
        client = client_of(member)
        for page in (url("list"), url("detail", invoice.pk), url("pdf", invoice.pk)):
            assert client.get(page, follow=True).status_code == status


def test_an_invoice_of_another_organisation_does_not_exist(client_of, agency):
    invoice = sent(agency)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    client = client_of(stranger)

    for name in ("detail", "pdf", "booking", "edit", "send"):
        assert client.get(url(name, invoice.pk)).status_code == 404
    for name in ("entry", "send", "edit"):
        assert client.post(url(name, invoice.pk)).status_code == 404
    assert client.post(url("change", invoice.pk, "mark-paid")).status_code == 404
    client.post(url("selection-change", "mark-paid"), {"invoices": invoice.pk})
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.SENT
    assert invoice.number not in text(client.get(url("list")))


# --- The list -------------------------------------------------------------------------------------


def test_the_list_says_how_far_each_invoice_is(agency, inside):
    today = timezone.localdate()
    draft(agency, name="A draft")
    make_final(draft(agency, name="A final"), by=agency.member.user, now=NOW)
    for name, due in (("Late", -3), ("Today", 0), ("Later", 9)):
        invoice = sent(agency, name=name)
        as_if(invoice, due_on=today + datetime.timedelta(days=due))

    page = text(inside.get(url("list")))

    for words in ("Draft", "Final, not sent yet", "3 days overdue", "Due today", "Sent"):
        assert words in page
    assert "544.50" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=groene", {"De Groene Tuin"}),
        ("status=draft", {"Drafted"}),
        ("status=overdue", {"Late"}),
        ("status=draft&status=overdue", {"Drafted", "Late"}),
        ("origin=eboekhouden", set()),
        ("booked=no", {"De Groene Tuin", "Drafted", "Late"}),
        ("booked=yes", set()),
        ("period=last_year", set()),
        ("period=custom&since=2026-11-22&until=2026-11-22", {"De Groene Tuin", "Drafted", "Late"}),
        ("customer=99999999", set()),
    ],
)
def test_filters_live_in_the_address(agency, inside, query, expected):
    sent(agency)
    draft(agency, name="Drafted")
    late = sent(agency, name="Late")
    as_if(late, due_on=datetime.date(2026, 1, 1))

    response = inside.get(f"{url('list')}?{query}")

    assert {row.invoice.customer.name for row in response.context["rows"]} == expected


@pytest.mark.parametrize(
    "order", ["number", "customer", "date", "due", "reference", "amount", "status", "nonsense"]
)
def test_every_column_sorts_up_and_down(agency, inside, order):
    sent(agency)
    draft(agency, name="Other")

    up = inside.get(f"{url('list')}?order={order}").context["rows"]
    down = inside.get(f"{url('list')}?order=-{order}").context["rows"]

    assert len(up) == len(down) == 2
    if order in ("number", "customer", "status"):
        assert [row.invoice.pk for row in up] == [row.invoice.pk for row in reversed(down)]


def test_the_list_asks_as_much_for_many_invoices_as_for_one(
    inside, connected, django_assert_num_queries, django_assert_max_num_queries
):
    entries = [sent(connected, name=f"C{n}") for n in range(3)]
    inside.post(url("entries-create"), {"invoices": entries[0].pk})
    with django_assert_max_num_queries(16) as seen:
        assert inside.get(url("list")).status_code == 200
    few = len(seen)
    for n in range(8):
        inside.post(url("entries-create"), {"invoices": sent(connected, name=f"D{n}").pk})

    with django_assert_num_queries(few):
        assert inside.get(url("list")).status_code == 200


def test_an_empty_list_leads_to_unbilled(inside):
    assert reverse("billing:unbilled") in text(inside.get(url("list")))


# --- One invoice ----------------------------------------------------------------------------------


def test_the_invoice_shows_what_will_be_printed(agency, inside):
    page = text(inside.get(url("detail", sent(agency).pk)))

    for words in ("De Groene Tuin", "90.00", "VAT 21% over 90.00", "18.90", "108.90"):
        assert words in page


def test_the_timeline_tells_in_sentences_who_did_what(agency, inside):
    invoice = draft(agency)
    inside.post(url("change", invoice.pk, "mark-sent"))

    page = text(inside.get(url("detail", invoice.pk)))

    for words in (
        "Draft created from 1 unbilled registration",
        "Finalised as 2026-0001",
        "Marked as sent",
    ):
        assert words in page
    assert "· Sanne" in page


def test_the_timeline_is_in_the_language_of_the_reader(inside, agency):
    invoice = sent(agency)
    agency.member.user.language = Language.DUTCH
    agency.member.user.save()

    assert inside.get(url("detail", invoice.pk)).status_code == 200


def test_the_pdf_opens_in_the_browser_under_its_number(agency, inside):
    invoice = sent(agency)

    response = inside.get(url("pdf", invoice.pk), follow=True)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert b"".join(response.streaming_content).startswith(b"%PDF-")


def test_a_draft_is_thrown_away_and_its_rows_are_free(agency, inside):
    invoice = draft(agency)
    page = text(inside.get(url("detail", invoice.pk)))
    assert "1 registration can be billed again" in page
    assert f'data-confirm-title="Delete the draft for {invoice.customer}"' in page

    response = inside.post(url("change", invoice.pk, "delete"))

    assert response.url == url("list")
    done = f"Drafts deleted: 1 ({invoice.customer}). Their registrations can be billed again."
    assert done in text(inside.get(url("list")))
    assert TimeEntry.objects.get().status == Status.APPROVED
    assert not Invoice.objects.exists()


def test_a_final_invoice_cannot_be_thrown_away(agency, inside):
    invoice = sent(agency)

    inside.post(url("change", invoice.pk, "delete"))

    assert Invoice.objects.filter(pk=invoice.pk).exists()


def test_an_invoice_is_sent_from_its_page(agency, inside):
    invoice = draft(agency)
    form = inside.get(url("send", invoice.pk)).context["form"]
    typed = {name: form.initial[name] for name in ("to", "subject", "body")}

    for _press in range(2):
        inside.post(url("send", invoice.pk), typed | {"key": str(form.initial["key"])})

    invoice.refresh_from_db()
    assert (invoice.status, invoice.sent_to) == (InvoiceStatus.SENT, "anna@groen.example")
    assert [message.subject for message in mail.outbox] == [
        typed["subject"].replace("{number}", invoice.number)
    ]


def test_a_wrong_address_is_said_next_to_the_field_and_nothing_happens(agency, inside):
    invoice = draft(agency)

    response = inside.post(
        url("send", invoice.pk), {"to": "anna", "subject": "s", "body": "b", "key": uuid.uuid4()}
    )

    invoice.refresh_from_db()
    assert response.status_code == 422
    assert "“anna” is not an e-mail address" in text(response)
    assert invoice.is_draft


# --- Several at once ------------------------------------------------------------------------------


def test_several_are_marked_as_paid_and_the_others_are_named(agency, inside):
    paid, unsent = sent(agency), draft(agency, name="Not yet")
    both = {"invoices": [paid.pk, unsent.pk]}

    asked = text(inside.post(url("selection", "mark-paid"), both))
    inside.post(url("selection-change", "mark-paid"), both)

    assert "Not yet: This invoice has not been sent yet." in " ".join(asked.split())
    states = dict(Invoice.objects.values_list("customer__name", "status"))
    assert states == {"De Groene Tuin": InvoiceStatus.PAID, "Not yet": InvoiceStatus.DRAFT}


def test_several_are_sent_each_to_its_customer(agency, inside):
    one, other = draft(agency), draft(agency, name="Two", email="two@two.example")
    without = draft(agency, name="Three", email="")

    inside.post(url("selection-change", "send"), {"invoices": [one.pk, other.pk, without.pk]})

    assert {tuple(message.to) for message in mail.outbox} == {
        ("anna@groen.example",),
        ("two@two.example",),
    }
    without.refresh_from_db()
    assert without.is_draft


@pytest.mark.parametrize("ids", ["x", "-1", "9" * 40, "1;2"])
def test_a_selection_holds_ids(inside, ids):
    assert inside.post(url("entries"), {"invoices": ids}).status_code == 400


# --- Create Sales Entry in e-Boekhouden -----------------------------------------------------------


def test_before_it_was_sent_nobody_can_enter_it(inside, connected):
    fresh = draft(connected)
    final = make_final(draft(connected, name="Final"), by=connected.member.user, now=NOW)

    for invoice in (fresh, final):
        assert ENTRY not in text(inside.get(url("detail", invoice.pk)))
        inside.post(url("entry", invoice.pk))
    asked = inside.post(url("entries"), {"invoices": [fresh.pk, final.pk]})
    inside.post(url("entries-create"), {"invoices": [fresh.pk, final.pk]})

    assert "This invoice has not been sent yet." in text(asked)
    assert not asked.context["found"].ready
    assert not Booking.objects.exists()


def test_when_nothing_can_be_booked_every_invoice_is_named_with_its_reason(inside, connected):
    invoice = draft(connected)

    page = text(inside.post(url("entries-create"), {"invoices": invoice.pk}, follow=True))

    assert "Nothing was booked" in page
    assert f'<a href="{url("detail", invoice.pk)}">{invoice}</a> · De Groene Tuin: ' in page


@pytest.mark.parametrize("how", ["page", "list"])
def test_after_sending_it_arrives_in_the_ledger_to_the_cent(inside, connected, sandbox, how):
    invoice = sent(connected)
    assert ENTRY in text(inside.get(url("detail", invoice.pk)))
    assert ENTRY in text(inside.get(url("list")))

    if how == "page":
        inside.post(url("entry", invoice.pk))
    else:
        inside.post(url("entries-create"), {"invoices": invoice.pk})
    connected.deliver()

    (entry,) = sandbox.books.entries()
    page = text(inside.get(url("detail", invoice.pk)))
    assert (entry.number, entry.total) == (invoice.number, invoice.gross)
    assert Booking.objects.get(kind=BookingKind.SALES_ENTRY).state == State.CONFIRMED
    assert "Booked in e-Boekhouden as ledger entry" in page
    assert ENTRY not in page
    assert "Booked" in text(inside.get(url("list")))


def test_pressing_twice_enters_it_once(inside, connected, sandbox):
    invoice = sent(connected)

    for _press in range(2):
        inside.post(url("entry", invoice.pk))
        inside.post(url("entries-create"), {"invoices": invoice.pk})
    connected.deliver()

    assert len(sandbox.books.entries()) == 1


def test_the_entry_that_would_be_made_adds_up(inside, connected):
    response = inside.get(url("detail", sent(connected).pk))

    rows = [(row.account, row.amount) for row in response.context["entry"]]
    assert rows == [
        ("1300", Decimal("108.90")),
        ("8000", Decimal("-90.00")),
        ("", Decimal("-18.90")),
    ]


def test_without_a_connection_it_is_not_offered(agency, inside):
    invoice = sent(agency)

    for page in (text(inside.get(url("detail", invoice.pk))), text(inside.get(url("list")))):
        assert invoice.number in page
        assert ENTRY not in page
    inside.post(url("entry", invoice.pk))
    assert not Booking.objects.exists()


def test_a_refused_entry_shows_the_reason_and_the_way_on(inside, connected):
    connected.connection.debtor_account = "9999"
    connected.connection.save()
    invoice = sent(connected)
    inside.post(url("entry", invoice.pk))
    connected.deliver()

    page = text(inside.get(url("detail", invoice.pk)))

    booking = Booking.objects.get(kind=BookingKind.SALES_ENTRY)
    assert booking.state == State.REJECTED
    assert "Refused" in page
    assert booking.code in page
    assert "Book again" in page
    assert reverse("billing:booking-detail", args=[booking.pk]) in page


def test_after_cancelling_it_can_be_entered_again(inside, connected):
    invoice = sent(connected)
    inside.post(url("entry", invoice.pk))
    booking = Booking.objects.get(kind=BookingKind.SALES_ENTRY)

    actions.cancel(booking, by=connected.member.user, now=NOW, reason="Typing error")

    page = text(inside.get(url("detail", invoice.pk)))
    assert ENTRY in page
    assert "Typing error" in page


def test_the_card_asks_again_until_the_entry_is_there(inside, connected):
    invoice = sent(connected)
    inside.post(url("entry", invoice.pk))

    waiting = inside.get(url("booking", invoice.pk))
    connected.deliver()
    done = inside.get(url("booking", invoice.pk))

    assert "every 2s" in text(waiting)
    assert "HX-Refresh" not in waiting
    assert done["HX-Refresh"] == "true"


def test_an_invoice_of_e_boekhouden_is_only_shown_here(inside, connected):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    invoice = Invoice.objects.get()

    page = text(inside.get(url("detail", invoice.pk)))

    assert ENTRY not in page
    assert f"Created in e-Boekhouden as {invoice.number}" in page
    assert inside.get(url("pdf", invoice.pk)).status_code == 404
    assert inside.get(url("send", invoice.pk)).status_code == 404


def test_an_action_on_several_invoices_names_and_links_them(inside, agency):
    invoices = [sent(agency, name=f"Customer {n}") for n in range(5)]
    address = url("selection-change", "mark-paid")

    page = text(inside.post(address, {"invoices": [one.pk for one in invoices]}, follow=True))

    assert "Marked as paid: 5." in page
    for n, one in enumerate(invoices[:3]):
        assert f'<a href="{url("detail", one.pk)}">{one}</a> · Customer {n}' in page
    assert "Customer 2, …" in page


def test_deleting_several_drafts_names_their_customers(inside, agency):
    drafts = [draft(agency, name=f"Customer {n}") for n in range(4)]
    address = url("selection-change", "delete")

    page = text(inside.post(address, {"invoices": [one.pk for one in drafts]}, follow=True))

    assert "Drafts deleted: 4 (Customer 0, Customer 1, Customer 2, …)." in page


def test_a_deleted_draft_is_no_longer_selected(inside, agency):
    invoice = draft(agency)
    address = url("change", invoice.pk, "delete")

    page = text(inside.post(address, follow=True))

    assert f'data-selection-done="invoices" data-row="invoices:{invoice.pk}"' in page
