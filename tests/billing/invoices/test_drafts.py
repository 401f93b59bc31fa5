"""A draft is edited: its head, its lines, and free lines; nothing typed is lost."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from billing.invoices.creating import draft_invoices
from billing.invoices.crediting import draft_credit
from billing.invoices.drafting import blank_draft
from billing.invoices.issuing import mark_sent
from billing.models import Invoice, InvoiceLine, Origin
from customers.models import Customer
from registrations.models import Status, TimeEntry
from tests import factories
from tests.billing.issued import Item, issued
from tests.responses import text

from .pages import url
from .test_crediting import credit_input

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def draft(agency) -> Invoice:
    """One line of an hour of 90 euros and one of half an hour at 100."""
    project = factories.create_project(organisation=agency.organisation, name="Website")
    agency.hours(project=project, minutes=60)
    agency.hours(project=project, minutes=30, hourly_rate=Decimal("100.00"))
    (made,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return made


@pytest.fixture
def blank(agency) -> Invoice:
    customer = factories.create_customer(organisation=agency.organisation)
    return blank_draft(customer, by=agency.member.user, now=NOW, today=factories.TODAY)


def typed(client: Client, invoice: Invoice, **changes: object) -> dict[str, object]:
    """What the page of a draft posts, with other values for some of its fields."""
    return fields_of(client.get(url("edit", invoice.pk))) | changes


def fields_of(response) -> dict[str, object]:
    editor = response.context["editor"]
    fields: dict[str, object] = {"lines": len(editor.lines), "known": sorted(editor.known)}
    for form in (editor.head, *editor.lines):
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                fields[bound.html_name] = "on" if value is True else value
    return fields


def figures(invoice: Invoice) -> tuple[Decimal, Decimal, Decimal]:
    stored = Invoice.objects.get(pk=invoice.pk)
    return stored.net, stored.vat, stored.gross


# --- The head -------------------------------------------------------------------------------------


def test_the_head_is_edited_and_the_due_date_follows(inside, draft):
    changes = {
        "date": "2026-11-30",
        "payment_term": "14",
        "language": "en",
        "reference": "PO 88120",
        "notes": "Dear Anna",
        "supplied_from": "2026-11-01",
        "supplied_until": "2026-11-30",
        "with_specification": "on",
    }

    response = inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    draft.refresh_from_db()
    assert response.status_code == 302
    assert (draft.due_on, draft.reference) == (datetime.date(2026, 12, 14), "PO 88120")
    assert (draft.language, draft.notes) == ("en", "Dear Anna")
    assert draft.supplied_until == datetime.date(2026, 11, 30)
    assert (draft.with_specification, draft.with_receipts) == (True, False)


def test_a_payment_term_beyond_the_law_is_stored_only_when_confirmed(inside, draft):
    changes = typed(inside, draft, payment_term="45")

    refused = inside.post(url("edit", draft.pk), changes)
    (question,) = refused.context["editor"].head.questions_at("payment_term")
    other = inside.post(
        url("edit", draft.pk), changes | {"payment_term": "90", "confirmed": question.token}
    )
    accepted = inside.post(url("edit", draft.pk), changes | {"confirmed": question.token})

    assert (refused.status_code, other.status_code, accepted.status_code) == (422, 422, 302)
    assert "A large company must pay a smaller one within 30 days" in text(refused)
    draft.refresh_from_db()
    assert draft.payment_term == 45
    # What is stored is not asked about again.
    assert inside.post(url("edit", draft.pk), typed(inside, draft)).status_code == 302


def test_a_private_customer_may_have_any_payment_term(inside, draft):
    type(draft.customer).objects.update(is_business=False)

    answer = inside.post(url("edit", draft.pk), typed(inside, draft, payment_term="90"))

    assert answer.status_code == 302


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_period_of_supply_is_in_days_that_can_be_booked(inside, draft, day):
    changes = {"supplied_from": day, "supplied_until": day}

    response = inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    assert response.status_code == 422
    assert "Choose a day between 1980 and 2049." in text(response)


def test_a_line_that_is_posted_twice_counts_once(inside, draft):
    wanted = typed(inside, draft)
    wanted |= {"lines": 3} | {
        name.replace("line-0", "line-2"): value
        for name, value in wanted.items()
        if name.startswith("line-0")
    }

    inside.post(url("edit", draft.pk), wanted)

    assert draft.lines.count() == 2
    assert figures(draft)[0] == sum(line.net for line in draft.lines.all())


def test_a_discount_on_the_whole_is_taken_off_before_vat(inside, draft):
    inside.post(url("edit", draft.pk), typed(inside, draft, discount="12,5"))

    assert figures(draft) == (Decimal("122.50"), Decimal("25.73"), Decimal("148.23"))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("date", "1970-01-01"),
        ("payment_term", "900"),
        ("discount", "101"),
        ("language", "fr"),
        ("supplied_until", "2026-11-30"),
        ("line-0-description", ""),
        ("line-0-discount", "-1"),
        ("line-0-vat_rate", "987654"),
        ("line-0-ledger_account", "turnover"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(inside, draft, field, wrong):
    changes = {field: wrong, "notes": "Kept as typed"}

    response = inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    editor = response.context["editor"]
    wrong_names = [
        bound.html_name for form in (editor.head, *editor.lines) for bound in form if bound.errors
    ]
    assert response.status_code == 422
    assert set(wrong_names) <= {field, "supplied_from"}
    assert wrong_names
    assert "Kept as typed" in text(response)
    draft.refresh_from_db()
    assert draft.notes == ""


def test_a_period_of_supply_ends_after_it_begins(inside, draft):
    changes = {"supplied_from": "2026-11-30", "supplied_until": "2026-11-01"}

    response = inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    assert "Choose a day after the first one." in text(response)


# --- Lines that were made from rows ---------------------------------------------------------------


def test_a_line_from_rows_keeps_quantity_and_price_whatever_is_sent(inside, draft):
    changes = {
        "line-0-quantity": "99",
        "line-0-price": "1",
        "line-0-description": "Work in November",
        "line-0-discount": "10",
    }

    inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    line = draft.lines.first()
    assert (line.quantity, line.price) == (Decimal("1.00"), Decimal("90.00"))
    assert (line.description, line.net) == ("Work in November", Decimal("81.00"))
    assert figures(draft)[0] == Decimal("131.00")


def test_the_page_says_why_quantity_and_price_stay(inside, draft):
    assert ("Quantity and price come from the registrations on this line") in text(
        inside.get(url("edit", draft.pk))
    )


def test_another_vat_rate_and_ledger_account_are_taken_over(agency, inside, draft):
    low = factories.create_vat_rate(
        organisation=agency.organisation, name="9%", percentage=Decimal(9), code="LAAG_VERK_9"
    )
    changes = {"line-1-vat_rate": low.pk, "line-1-ledger_account": "8100"}

    inside.post(url("edit", draft.pk), typed(inside, draft, **changes))

    line = draft.lines.last()
    assert (line.vat_percentage, line.vat_code) == (Decimal(9), "LAAG_VERK_9")
    assert line.ledger_account == "8100"
    assert figures(draft) == (Decimal("140.00"), Decimal("23.40"), Decimal("163.40"))


def test_lines_change_places(inside, draft):
    first, second = draft.lines.all()
    moved = inside.post(url("edit", draft.pk), typed(inside, draft) | {"do": "down-0"})

    assert list(draft.lines.all()) == [first, second]
    inside.post(url("edit", draft.pk), fields_of(moved))

    assert [line.pk for line in draft.lines.all()] == [second.pk, first.pk]


def test_the_rows_of_a_line_that_is_taken_off_are_free_again(inside, draft):
    fields = typed(inside, draft)
    left = inside.post(url("edit", draft.pk), fields | {"do": "remove-0"})
    assert TimeEntry.objects.filter(invoice_line=None).count() == 0

    inside.post(url("edit", draft.pk), fields_of(left))

    free = TimeEntry.objects.get(invoice_line=None)
    assert (free.minutes, free.status) == (60, Status.APPROVED)
    assert figures(draft) == (Decimal("50.00"), Decimal("10.50"), Decimal("60.50"))


# --- Free lines -----------------------------------------------------------------------------------


def free_line(agency, place: int, **changes: object) -> dict[str, object]:
    standard = {
        "id": "",
        "description": "Licence for a year",
        "quantity": "3",
        "unit": "piece",
        "price": "19,99",
        "discount": "",
        "vat_rate": agency.vat.pk,
        "ledger_account": "8200",
    }
    return {f"line-{place}-{name}": value for name, value in (standard | changes).items()}


def test_a_free_line_is_added(agency, inside, blank):
    added = inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "add"})
    fields = fields_of(added) | free_line(agency, 0)

    inside.post(url("edit", blank.pk), fields)

    line = blank.lines.get()
    assert (line.net, line.unit, line.ledger_account) == (Decimal("59.97"), "piece", "8200")
    assert line.code
    assert figures(blank) == (Decimal("59.97"), Decimal("12.59"), Decimal("72.56"))


def test_adding_keeps_what_was_typed_and_stores_nothing(agency, inside, blank):
    fields = typed(inside, blank, notes="Typed already") | {"lines": 1} | free_line(agency, 0)

    added = inside.post(url("edit", blank.pk), fields | {"do": "add"})

    assert added.status_code == 200
    assert "Typed already" in text(added)
    assert "Licence for a year" in text(added)
    assert len(added.context["editor"].lines) == 2
    assert not InvoiceLine.objects.exists()


def test_a_free_line_is_changed_and_taken_off_again(agency, inside, blank):
    inside.post(url("edit", blank.pk), typed(inside, blank) | {"lines": 1} | free_line(agency, 0))
    changes = {"line-0-quantity": "-2", "line-0-discount": "50"}

    inside.post(url("edit", blank.pk), typed(inside, blank, **changes))
    assert figures(blank)[0] == Decimal("-19.99")
    gone = inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "remove-0"})
    inside.post(url("edit", blank.pk), fields_of(gone))

    assert not blank.lines.exists()
    assert figures(blank) == (0, 0, 0)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("quantity", ""),
        ("quantity", "1,2345"),
        ("price", "much"),
        ("price", "9999999999.99"),
        ("vat_rate", ""),
        ("unit", "barrel"),
    ],
)
def test_a_free_line_that_is_wrong_says_so_at_its_field(agency, inside, blank, field, wrong):
    fields = typed(inside, blank) | {"lines": 1} | free_line(agency, 0, **{field: wrong})

    response = inside.post(url("edit", blank.pk), fields)

    (line,) = response.context["editor"].lines
    assert list(line.errors) == [field]
    assert response.status_code == 422
    assert not blank.lines.exists()


def test_an_invoice_of_too_much_money_is_refused_in_words(agency, inside, blank):
    fields = typed(inside, blank) | {"lines": 2}
    for place in range(2):
        fields |= free_line(agency, place, quantity="1", price="999999999")

    response = inside.post(url("edit", blank.pk), fields)

    assert "Split it into several invoices" in text(response)


def test_characters_that_cannot_be_sent_become_blanks(agency, inside, blank):
    line = free_line(agency, 0, description="Two\x07parts\nand a line")

    inside.post(url("edit", blank.pk), typed(inside, blank) | {"lines": 1} | line)

    assert blank.lines.get().description == "Two parts\nand a line"


# --- Credits --------------------------------------------------------------------------------------


def test_of_a_draft_credit_only_texts_and_days_change(agency, inside, draft):
    final = mark_sent(draft, by=agency.member.user, now=NOW)
    credit = draft_credit(final, credit_input(final.lines.all()), by=agency.member.user, now=NOW)
    before = figures(credit)
    fields = typed(inside, credit, notes="Sorry", discount="50") | {
        "line-0-description": "Taken back",
        "line-0-quantity": "-9",
        "line-0-vat_rate": 987654,
    }

    response = inside.post(url("edit", credit.pk), fields)
    moved = inside.post(url("edit", credit.pk), typed(inside, credit) | {"do": "remove-0"})

    credit.refresh_from_db()
    assert response.status_code == 302
    assert (credit.notes, credit.discount, figures(credit)) == ("Sorry", 0, before)
    assert credit.lines.first().description == "Taken back"
    assert len(moved.context["editor"].lines) == 2


# --- Preview --------------------------------------------------------------------------------------


def test_the_preview_shows_the_figures_that_would_be_stored(inside, draft):
    fields = typed(inside, draft, discount="10") | {"line-0-discount": "50"}

    shown = text(inside.post(url("preview", draft.pk), fields))
    inside.post(url("edit", draft.pk), fields)

    net, vat, gross = figures(draft)
    assert (net, vat, gross) == (Decimal("85.50"), Decimal("17.96"), Decimal("103.46"))
    for figure in ("85.50", "17.96", "103.46", "−9.50"):
        assert figure in shown


def test_the_preview_says_which_lines_are_not_counted_yet(agency, inside, draft):
    fields = typed(inside, draft) | {"lines": 3} | free_line(agency, 2, price="")

    shown = text(inside.post(url("preview", draft.pk), fields))

    assert "line 3." in shown
    assert "140.00" in shown


# --- Two people, other people ---------------------------------------------------------------------


def test_the_second_of_two_people_is_told_and_loses_nothing(client_of, agency, inside, draft):
    other = factories.create_membership(
        organisation=agency.organisation,
        user=factories.create_user(first_name="Milan"),
        role=Role.ADMINISTRATOR,
    )
    mine = typed(inside, draft, reference="Mine", notes="Typed by me")
    theirs = typed(inside, draft, reference="Theirs") | {"lines": 3} | free_line(agency, 2)
    client_of(other).post(url("edit", draft.pk), theirs)

    told = inside.post(url("edit", draft.pk), mine)

    assert told.status_code == 409
    assert "Milan changed this draft" in text(told)
    assert "Theirs" in text(told)
    assert "Typed by me" in text(told)
    draft.refresh_from_db()
    assert draft.reference == "Theirs"

    inside.post(url("edit", draft.pk), fields_of(told))

    draft.refresh_from_db()
    assert (draft.reference, draft.notes) == ("Mine", "Typed by me")
    assert draft.lines.filter(description="Licence for a year").exists()


def test_a_free_line_that_somebody_else_took_off_is_not_lost(agency, inside, blank):
    inside.post(url("edit", blank.pk), typed(inside, blank) | {"lines": 1} | free_line(agency, 0))
    mine = typed(inside, blank) | {"line-0-description": "Typed by me"}
    gone = inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "remove-0"})
    inside.post(url("edit", blank.pk), fields_of(gone))

    told = inside.post(url("edit", blank.pk), mine)
    inside.post(url("edit", blank.pk), fields_of(told))

    assert blank.lines.get().description == "Typed by me"


def test_a_line_of_another_invoice_cannot_be_reached(agency, inside, draft, blank):
    line = draft.lines.first()
    fields = typed(inside, blank) | {"lines": 1} | free_line(agency, 0, id=line.pk)

    inside.post(url("edit", blank.pk), fields)

    line.refresh_from_db()
    assert (line.invoice, line.description) == (draft, "Website · " + line.task.name)


def test_a_final_invoice_is_not_edited(agency, inside, draft):
    fields = typed(inside, draft, reference="Too late")
    mark_sent(draft, by=agency.member.user, now=NOW)

    assert inside.get(url("edit", draft.pk)).status_code == 404
    assert inside.post(url("preview", draft.pk), fields).status_code == 404
    inside.post(url("edit", draft.pk), fields)

    draft.refresh_from_db()
    assert draft.reference == ""


def test_only_who_invoices_edits_and_only_in_the_own_organisation(client_of, agency, draft):
    employee = factories.create_membership(organisation=agency.organisation, role=Role.EMPLOYEE)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)

    for name in ("edit", "preview"):
        assert client_of(employee).post(url(name, draft.pk)).status_code == 403
        assert client_of(stranger).post(url(name, draft.pk)).status_code == 404
    assert client_of(stranger).get(url("edit", draft.pk)).status_code == 404


def test_a_vat_rate_of_another_organisation_is_not_offered(inside, draft):
    theirs = factories.create_vat_rate(name="Theirs", code="GEEN")

    response = inside.post(
        url("edit", draft.pk), typed(inside, draft) | {"line-0-vat_rate": theirs.pk}
    )

    assert response.status_code == 422


@pytest.mark.parametrize("order", ["", "jump", "up", "up-99999999", "remove--1", "down-٣"])
def test_an_order_that_is_none_changes_nothing(inside, draft, order):
    fields = typed(inside, draft) | {"do": order or "save"}

    response = inside.post(url("edit", draft.pk), fields)

    assert response.status_code == 200
    assert len(response.context["editor"].lines) == 2


def queries_of(inside, agency, blank, *, lines: int) -> tuple[int, int]:
    """How often showing and storing a draft with so many free lines asks the database."""
    fields = typed(inside, blank) | {"lines": lines}
    for place in range(lines):
        fields |= free_line(agency, place)
    inside.post(url("edit", blank.pk), fields)
    with CaptureQueriesContext(connection) as shown:
        inside.get(url("edit", blank.pk))
    fields = typed(inside, blank)
    with CaptureQueriesContext(connection) as stored:
        inside.post(url("edit", blank.pk), fields)
    assert blank.lines.count() == lines
    return len(shown), len(stored)


def test_many_lines_ask_the_database_as_often_as_one(agency, inside, blank):
    few = queries_of(inside, agency, blank, lines=1)
    blank.lines.all().delete()

    many = queries_of(inside, agency, blank, lines=60)

    assert many[0] <= few[0]
    assert many[1] <= few[1]


def test_more_lines_than_fit_on_a_page_leave_the_head_to_edit(agency, inside, blank):
    line = {"price": Decimal(1), "net": Decimal(1), "quantity": Decimal(1)}
    about = {"vat_rate": agency.vat, "vat_percentage": 21, "vat_treatment": "domestic"}
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=blank, position=n, description="x", **line, **about)
        for n in range(1, 202)
    )

    inside.post(url("edit", blank.pk), typed(inside, blank, reference="PO 1"))

    blank.refresh_from_db()
    assert (blank.reference, blank.lines.count()) == ("PO 1", 201)
    assert blank.net == Decimal(201)


# --- VAT rates that have ended --------------------------------------------------------------------


def ended(organisation, **fields):
    return factories.create_vat_rate(
        organisation=organisation, name="19%", valid_until=datetime.date(2012, 9, 30), **fields
    )


def rates_offered(response, place: int) -> list[int]:
    return [pk for pk, _name in response.context["editor"].lines[place].fields["vat_rate"].choices]


def test_an_ended_vat_rate_is_offered_only_to_the_line_that_has_it(inside, draft):
    rate = ended(draft.organisation)
    first, _second = draft.lines.all()
    draft.lines.filter(pk=first.pk).update(vat_rate=rate)

    page = inside.get(url("edit", draft.pk))

    assert rate.pk in rates_offered(page, 0)
    assert rate.pk not in rates_offered(page, 1)


def test_a_line_of_before_the_end_of_a_rate_may_choose_it(inside, draft):
    rate = ended(draft.organisation)
    fields = typed(inside, draft, supplied_from="2012-09-01", supplied_until="2012-09-30")

    page = inside.post(url("edit", draft.pk), fields | {"do": "add"})

    assert rate.pk in rates_offered(page, 2)


def test_a_line_that_is_added_has_the_rate_that_follows_on_an_ended_one(inside, blank):
    rate = ended(blank.organisation)
    later = factories.create_vat_rate(
        organisation=blank.organisation, name="21% now", replaces=rate
    )
    Customer.objects.filter(pk=blank.customer_id).update(vat_rate=rate)

    page = inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "add"})

    added = page.context["editor"].lines[-1]
    assert added["vat_rate"].value() == later.pk


def test_an_ended_vat_rate_is_refused_for_a_new_line(inside, draft):
    rate = ended(draft.organisation)

    page = inside.post(url("edit", draft.pk), typed(inside, draft, **{"line-1-vat_rate": rate.pk}))

    assert page.status_code == 422
    assert "This VAT rate has ended. Choose another one." in text(page)


# --- What was understood of a line ----------------------------------------------------------------


def test_an_unlikely_line_is_worked_out_while_typing_and_stored_only_when_confirmed(inside, blank):
    issued(blank.customer, [Item(price=price) for price in ("90", "100", "110")])
    added = fields_of(inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "add"}))
    added |= {"line-0-description": "Advice", "line-0-quantity": "80", "line-0-price": "1.125,00"}

    sentence = "€ 90,000.00 is more than ten times what a line of this customer usually has"
    shown = text(inside.post(url("preview", blank.pk), added))
    assert "innerHTML:#id_line-0-price_notes" in shown
    assert sentence in shown.replace("\u00a0", " ")
    refused = inside.post(url("edit", blank.pk), added)
    assert refused.status_code == 422
    assert figures(blank)[0] == 0

    (question,) = refused.context["editor"].lines[0].questions_at("price")
    confirmed = added | {"line-0-confirmed": question.token}
    shown = text(inside.post(url("preview", blank.pk), confirmed)).replace("\u00a0", " ")
    assert "80 × 1,125.00 = € 90,000.00" in shown
    assert inside.post(url("edit", blank.pk), confirmed).status_code == 302
    assert figures(blank)[0] == Decimal("90000.00")
    # What is stored is not asked about again, also on a page that says something else is wrong.
    assert inside.post(url("edit", blank.pk), typed(inside, blank)).status_code == 302


def test_an_ordinary_line_is_only_worked_out(inside, blank):
    added = fields_of(inside.post(url("edit", blank.pk), typed(inside, blank) | {"do": "add"}))
    added |= {"line-0-description": "Advice", "line-0-quantity": "8", "line-0-price": "90"}
    added |= {"line-0-discount": "10"}
    shown = text(inside.post(url("preview", blank.pk), added)).replace("\u00a0", " ")
    assert "8 × 90.00 − 10% = € 648.00" in shown
    assert "Is that right?" not in shown
    assert inside.post(url("edit", blank.pk), added).status_code == 302
