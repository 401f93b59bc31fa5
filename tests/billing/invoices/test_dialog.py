"""The dialog shows what will be booked; confirming books exactly that."""

from decimal import Decimal

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.invoices.proposals import SALT
from billing.invoices.sales_entries import unlike_relations
from billing.models import Booking, BookingKind, Invoice, Origin, State
from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import ImportMode
from integrations.models import Connection
from registrations.models import TimeEntry
from tests import factories
from tests.responses import text
from vat.treatments import VatTreatment

DIALOG = "billing:eboekhouden-dialog"
BOOK = "billing:eboekhouden-book"
HERE = "billing:invoice-from-rows"
DRAFT = "billing:invoice-draft"


def first_choices() -> dict[str, str]:
    """What the dialog proposes, as the browser posts it."""
    return {"grouping": "task", "per": "customer", "date": timezone.localdate().isoformat()}


def _token(response) -> str:
    return response.context["proposal"].token


def test_it_shows_the_lines_and_books_them(inside, connected):
    entry = connected.hours(minutes=90)
    rows = {"time_entry": [entry.pk]}

    shown = inside.post(reverse(DIALOG), rows)
    done = inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})

    assert "135.00" in shown.content.decode()
    invoice = Invoice.objects.get()
    assert (invoice.origin, invoice.net) == (Origin.EBOEKHOUDEN, Decimal("135.00"))
    assert done.url == reverse("billing:batch-detail", args=[invoice.bookings.get().batch_id])


def test_a_row_that_changed_meanwhile_brings_the_dialog_back_with_the_reason(inside, connected):
    entry = connected.hours(minutes=90)
    rows = {"time_entry": [entry.pk]}
    shown = inside.post(reverse(DIALOG), rows)
    TimeEntry.objects.filter(pk=entry.pk).update(minutes=60)

    again = inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})

    assert "The registrations have changed since they were shown." in again.content.decode()
    assert not Invoice.objects.exists()
    assert _token(again) != _token(shown)


def test_a_customer_with_a_problem_is_left_out_and_the_others_go_on(inside, connected):
    zero = factories.create_vat_rate(
        organisation=connected.organisation, name="Without code", code=""
    )
    wrong = factories.create_customer(organisation=connected.organisation, vat_rate=zero)
    good = connected.hours()
    bad = connected.hours(project=factories.create_project(customer=wrong))
    rows = {"time_entry": [good.pk, bad.pk]}

    shown = inside.post(reverse(DIALOG), rows)
    inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})

    text = "The VAT rate Without code has no code in e-Boekhouden."
    assert text in shown.content.decode()
    assert Invoice.objects.get().customer == good.project.customer
    assert Booking.objects.documents().get().batch.skipped[0]["customer"] == wrong.name


def test_a_relation_with_the_code_and_another_name_is_said_before_and_gets_no_invoice(
    inside, connected, sandbox
):
    organisation, now = connected.organisation, timezone.now()
    sandbox.seed_relations([{"Code": "K00007", "Bedrijf": "De Groene Tuin"}])
    run = start_import(organisation, mode=ImportMode.ONLY_NEW, by=connected.member.user, now=now)
    carry_out_import(run.pk, clock=timezone.now)
    organisation.customers.all().delete()
    customer = factories.create_customer(
        organisation=organisation, number="K00007", name="Fietsenmaker"
    )
    entry = connected.hours(project=factories.create_project(customer=customer))
    rows = {"time_entry": [entry.pk]}
    warning = "In e-Boekhouden, K00007 is relation “De Groene Tuin”. The next import links it"

    shown = inside.post(reverse(DIALOG), rows)
    here = inside.post(reverse(HERE), rows)
    inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})
    connected.deliver()

    assert warning in text(shown)
    assert reverse("customers:customer-edit", args=[customer.pk]) in text(shown)
    assert warning not in text(here)
    relation = Booking.objects.get(kind=BookingKind.RELATION)
    assert relation.state == State.CONFLICT
    assert list(sandbox.books.invoices()) == []

    invoice = Invoice.objects.get()
    assert unlike_relations(organisation, [invoice])[0][1].startswith(warning)


def test_rows_of_another_organisation_are_not_there(inside, connected):
    stranger = factories.create_time_entry()

    shown = inside.post(reverse(DIALOG), {"time_entry": [stranger.pk]})

    assert shown.context["proposal"].is_empty
    assert stranger.project.name not in shown.content.decode()


def test_one_invoice_a_project_when_asked(inside, connected):
    customer = factories.create_customer(organisation=connected.organisation)
    rows = {
        "time_entry": [
            connected.hours(project=factories.create_project(customer=customer)).pk
            for _ in range(2)
        ]
    }

    shown = inside.post(reverse(DIALOG), rows | first_choices() | {"per": "project"})

    assert len(shown.context["proposal"].invoices) == 2


def test_an_employee_may_not_see_it(client, connected):
    employee = factories.create_membership(organisation=connected.organisation, role=Role.EMPLOYEE)
    client.force_login(employee.user)

    assert client.post(reverse(DIALOG)).status_code == 403


def test_a_date_that_is_none_is_told_next_to_the_field(inside, connected):
    entry = connected.hours()

    shown = inside.post(
        reverse(DIALOG), {"time_entry": [entry.pk]} | first_choices() | {"date": "31-31-2026"}
    )

    assert "date" in shown.context["form"].errors
    assert shown.context["proposal"] is None


def test_more_than_a_hundred_lines_are_refused_in_words(inside, connected):
    project = factories.create_project(organisation=connected.organisation)
    rows = {"time_entry": [connected.hours(project=project).pk for _ in range(101)]}

    shown = inside.post(reverse(DIALOG), rows | first_choices() | {"grouping": "detailed"})

    assert "101 lines: e-Boekhouden accepts at most 100." in shown.content.decode()


def test_without_a_usual_vat_rate_it_says_so(inside, connected):
    entry = connected.hours()
    connected.organisation.vat_rates.update(is_default=False)

    shown = inside.post(reverse(DIALOG), {"time_entry": [entry.pk]})

    assert "No default VAT rate is set." in shown.content.decode()
    assert shown.context["proposal"].is_empty


@pytest.mark.parametrize("how", ["off", "gone", "no-template"])
def test_nothing_is_booked_over_a_connection_that_was_switched_off_meanwhile(
    inside, connected, how
):
    rows = {"time_entry": [connected.hours().pk]}
    shown = inside.post(reverse(DIALOG), rows)
    token = _token(shown)
    match how:
        case "off":
            Connection.objects.update(is_active=False)
        case "gone":
            Connection.objects.all().delete()
        case "no-template":
            Connection.objects.update(template="")

    again = inside.post(reverse(BOOK), rows | first_choices() | {"token": token})

    assert again.status_code == 200
    assert again.context["why_not"]
    assert not Invoice.objects.exists()


def test_a_payment_term_of_no_days_is_told_before_eboekhouden_refuses_it(inside, connected):
    at_once = factories.create_customer(organisation=connected.organisation, payment_term=0)
    entry = connected.hours(project=factories.create_project(customer=at_once))

    shown = inside.post(reverse(DIALOG), {"time_entry": [entry.pk]})

    (refused,) = shown.context["proposal"].refused
    assert "payment term of 0 days" in refused.problems[0].text


@pytest.mark.parametrize("number", ["9" * 5000, str(2**63), "-1", "١٢", "1.0", ""])
@pytest.mark.parametrize("field", ["time_entry", "projects"])
def test_an_id_that_is_none_is_a_bad_request_or_nothing(inside, connected, field, number):
    answer = inside.post(reverse(DIALOG), {field: [number]})

    assert answer.status_code in {200, 400}


def test_after_a_refusal_the_ticks_stay(inside, connected):
    rows = {"time_entry": [connected.hours().pk]}

    again = inside.post(reverse(BOOK), rows | first_choices() | {"token": "stale"})

    assert again.context["proposal"].invoices
    assert "selection_done" not in inside.session


def test_thousands_of_rows_are_shown_and_booked(inside, connected, settings):
    settings.ROWS_IN_REQUEST = 5000
    project = factories.create_project(organisation=connected.organisation)
    entry = connected.hours(project=project)
    names = [f.attname for f in entry._meta.fields if not f.primary_key]
    copies = [TimeEntry(**{name: getattr(entry, name) for name in names}) for _ in range(4999)]
    TimeEntry.objects.bulk_create(copies)
    rows = {"time_entry": list(TimeEntry.objects.values_list("pk", flat=True))}

    shown = inside.post(reverse(DIALOG), rows)
    done = inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})

    assert done.status_code == 302
    assert TimeEntry.objects.filter(invoice_line=None).count() == 0
    assert Invoice.objects.get().net == 5000 * entry.hourly_rate


# --- Discount, week, one line, attachments --------------------------------------------------------


def test_a_discount_is_shown_as_the_line_that_will_be_booked(inside, connected, sandbox):
    entry = connected.hours(minutes=90)
    rows = {"time_entry": [entry.pk]}
    choices = first_choices() | {"discount": "12,5"}

    shown = inside.post(reverse(DIALOG), rows | choices)
    inside.post(reverse(BOOK), rows | choices | {"token": _token(shown)})
    connected.deliver()

    (proposed,) = shown.context["proposal"].invoices
    (booked,) = sandbox.books.invoices()
    assert [(line.description, line.net) for line in proposed.shown] == [
        (proposed.lines[0].description, Decimal("135.00")),
        ("Korting 12,5%", Decimal("-16.88")),
    ]
    assert (booked.net, booked.total) == (Decimal("118.12"), Decimal("142.93"))
    assert "142.93" in shown.content.decode()


def test_discount_lines_count_for_what_eboekhouden_takes(inside, connected):
    project = factories.create_project(organisation=connected.organisation)
    rows = {"time_entry": [connected.hours(project=project).pk for _ in range(100)]}
    choices = first_choices() | {"grouping": "detailed", "discount": "5"}

    shown = inside.post(reverse(DIALOG), rows | choices)

    assert "101 lines: e-Boekhouden accepts at most 100." in shown.content.decode()


@pytest.mark.parametrize("wrong", ["101", "-1", "many"])
def test_a_discount_that_is_none_is_told_next_to_the_field(inside, connected, wrong):
    rows = {"time_entry": [connected.hours().pk]}

    shown = inside.post(reverse(DIALOG), rows | first_choices() | {"discount": wrong})

    assert list(shown.context["form"].errors) == ["discount"]
    assert f'value="{wrong}"' in shown.content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"discount": "5"},
        {"with_week": "on"},
        {"with_specification": "on"},
        {"with_receipts": "on"},
        {"grouping": "whole"},
    ],
)
def test_what_was_shown_for_other_choices_is_not_made(inside, connected, other):
    rows = {"time_entry": [connected.hours().pk]}
    shown = inside.post(reverse(HERE), rows | first_choices())

    again = inside.post(reverse(DRAFT), rows | first_choices() | other | {"token": _token(shown)})

    assert again.context["has_changed"]
    assert not Invoice.objects.exists()


def test_the_choices_end_on_the_draft(inside, connected):
    project = factories.create_project(organisation=connected.organisation, name="Website")
    rows = {
        "time_entry": [
            connected.hours(project=project, minutes=50, hourly_rate=Decimal(rate)).pk
            for rate in ("90.00", "95.00")
        ]
    }
    choices = first_choices() | {
        "grouping": "whole",
        "discount": "10",
        "with_week": "on",
        "with_specification": "on",
        "with_receipts": "on",
    }
    shown = inside.post(reverse(HERE), rows | choices)

    inside.post(reverse(DRAFT), rows | choices | {"token": _token(shown)})

    invoice = Invoice.objects.get()
    (line,) = invoice.lines.all()
    assert (line.description, line.quantity, line.unit) == ("Website · week 47 2026", 1, "")
    assert (line.net, invoice.net) == (Decimal("153.55"), Decimal("138.19"))
    assert (invoice.with_specification, invoice.with_receipts) == (True, True)


def test_a_row_that_is_billed_already_names_its_invoice_with_a_link(inside, connected):
    entry = connected.hours(minutes=90)
    rows = {"time_entry": [entry.pk]}
    shown = inside.post(reverse(DIALOG), rows)
    inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})
    invoice = Invoice.objects.get()

    again = inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(shown)})

    page = again.content.decode()
    assert f"Already on invoice {invoice.number}." in page
    assert f'href="{reverse("billing:invoice-detail", args=[invoice.pk])}"' in page
    assert Invoice.objects.count() == 1


def test_a_row_on_a_draft_leads_to_the_draft(inside, connected):
    entry = connected.hours(minutes=90)
    rows = {"time_entry": [entry.pk]}
    shown = inside.post(reverse(HERE), rows)
    inside.post(reverse(DRAFT), rows | first_choices() | {"token": _token(shown)})

    page = inside.post(reverse(HERE), rows).content.decode()

    assert "Already on a draft." in page
    assert reverse("billing:invoice-detail", args=[Invoice.objects.get().pk]) in page


def test_many_invoices_are_shown_a_page_at_a_time_and_booked_all(inside, connected):
    rate = connected.organisation.vat_rates.get()
    for number in range(23):
        customer = factories.create_customer(
            organisation=connected.organisation, name=f"Customer {number:02}", vat_rate=rate
        )
        connected.hours(project=factories.create_project(customer=customer))
    rows = {"time_entry": [row.pk for row in TimeEntry.objects.all()]}

    first = inside.post(reverse(DIALOG), rows)
    third = inside.post(reverse(DIALOG), rows | first_choices() | {"shown": "3"})

    assert "Customer 09" in first.content.decode()
    assert "Customer 10" not in first.content.decode()
    assert "Invoices 21–23 of 23" in third.content.decode()
    assert signing.loads(_token(first), salt=SALT) == signing.loads(_token(third), salt=SALT)
    inside.post(reverse(BOOK), rows | first_choices() | {"token": _token(third)})
    assert Invoice.objects.count() == 23


def test_many_lines_of_an_invoice_are_shown_when_asked(inside, connected):
    project = factories.create_project(organisation=connected.organisation)
    entries = [connected.hours(project=project, description=f"Work {n:03}") for n in range(130)]
    rows = {"time_entry": [entry.pk for entry in entries]}
    detailed = rows | first_choices() | {"grouping": "detailed"}

    shown = inside.post(reverse(HERE), detailed).content.decode()
    opened = inside.post(reverse(HERE) + "?opened=1&lines=2", detailed).content.decode()

    assert "Work 019" in shown
    assert "Work 020" not in shown
    assert "Show all 130 lines" in shown
    assert "Work 099" not in opened
    assert "Work 100" in opened
    assert "Lines 101–130 of 130" in opened


@pytest.mark.parametrize("odd", ["x", "0", "-1", "²", "9" * 40])
def test_an_odd_page_of_the_dialog_is_the_nearest_one(inside, connected, odd):
    rows = {"time_entry": [connected.hours().pk]}
    address = f"{reverse(DIALOG)}?opened={odd}&lines={odd}"

    assert inside.post(address, rows | first_choices() | {"shown": odd}).status_code == 200


def test_the_dialog_takes_as_many_queries_for_many_customers(
    inside, connected, django_assert_max_num_queries
):
    def posted(count):
        for number in range(count):
            customer = factories.create_customer(
                organisation=connected.organisation, name=f"Customer {count} {number}"
            )
            connected.hours(project=factories.create_project(customer=customer))
        rows = {"time_entry": [row.pk for row in TimeEntry.objects.all()]}
        with django_assert_max_num_queries(40) as queries:
            inside.post(reverse(DIALOG), rows | first_choices())
        return len(queries)

    assert posted(1) == posted(15)


def test_the_dialog_of_drafts_shows_rate_and_unit_as_they_are_printed(inside, agency):
    agency.vat.percentage, agency.vat.treatment = Decimal(0), VatTreatment.SMALL_BUSINESS
    agency.vat.save()
    project = factories.create_project(organisation=agency.organisation)
    trip = factories.create_trip(project=project, membership=agency.member)

    page = text(inside.post(reverse(HERE), {"trip": [trip.pk]}))

    assert '<td class="second">KOR</td>' in page
    assert '<td class="second">km</td>' in page
