"""The sample of the demo is alive: everything happened in earnest, and the books agree with it."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from stdnum import iban
from stdnum.eu import vat

from accounts.models import Organisation, User
from billing.models import (
    Booking,
    BookingKind,
    Difference,
    DifferenceKind,
    Invoice,
    InvoiceStatus,
    Origin,
    State,
)
from billing.unbilled import UnbilledFilter
from demo.home import LOGIN_PASSWORD
from demo.sample import load
from demo.sample.addresses import FIGURES, rows
from demo.sample.remote import Remote
from projects.models import Method, Project
from registrations.models import Status, TimeEntry
from registrations.rates.pricing import price
from tests.billing.everything_unbilled import everything_unbilled

pytestmark = [pytest.mark.django_db, pytest.mark.once]

AMSTERDAM = timezone.get_default_timezone()
CODES = ("url", "username", "security_code_1", "security_code_2")


@pytest.fixture
def loaded(sandbox, settings, own_media) -> Organisation:
    settings.EBOEKHOUDEN_URL = sandbox.url
    printed = {name: getattr(sandbox, name) for name in CODES}
    load(now=timezone.now(), today=timezone.localdate(), sandbox=printed)
    return Organisation.objects.get(name="Studio Oost")


def test_the_sample_is_what_the_demo_promises(loaded, sandbox):
    assert_everybody_can_log_in()
    assert_every_method_is_there(loaded)
    assert_invoices_of_every_state(loaded)
    assert_bookings_of_every_state()
    assert_the_books_agree(sandbox)
    assert_prices_are_those_of_the_rules()
    assert_the_import_tells_what_differs(loaded, sandbox)
    assert_the_daily_check_found_what_was_done_in_the_books(loaded)
    assert_loading_again_changes_nothing(sandbox)


def assert_everybody_can_log_in():
    people = User.objects.filter(organisations__name="Studio Oost")
    assert {one.first_name for one in people} == {"Sanne", "Daan", "Bram", "Lotte"}
    assert all(one.check_password(LOGIN_PASSWORD) for one in people)
    sanne = people.get(first_name="Sanne")
    assert [str(one) for one in sanne.organisations.all()] == ["Atelier Zuid", "Studio Oost"]


def assert_every_method_is_there(organisation):
    assert set(organisation.projects.values_list("method", flat=True)) == set(Method.values)
    billable = everything_unbilled(organisation, UnbilledFilter(until=timezone.localdate()))
    methods = {project.project.method for one in billable for project in one.projects}
    assert methods == set(Method.values) - {Method.NONE}
    scheduled_amounts = {
        project.project.name: project.scheduled_count
        for one in billable
        for project in one.projects
    }
    assert (scheduled_amounts["SLA support"], scheduled_amounts["Huisstijl"]) == (2, 1)


def assert_invoices_of_every_state(organisation):
    here = organisation.invoices.filter(origin=Origin.HERE)
    states = set(here.values_list("status", flat=True))
    assert states == {
        InvoiceStatus.DRAFT,
        InvoiceStatus.FINAL,
        InvoiceStatus.SENT,
        InvoiceStatus.PAID,
    }
    assert here.overdue(timezone.localdate()).exists()
    credit = here.get(credit_of__isnull=False)
    assert (credit.customer.number, credit.vat) == ("K00106", 0)
    assert credit.credit_of.credit_state == "partly"


def assert_bookings_of_every_state():
    documents = Booking.objects.documents()
    assert set(documents.values_list("kind", "state")) == {
        (BookingKind.INVOICE, State.CONFIRMED),
        (BookingKind.INVOICE, State.UNKNOWN),
        (BookingKind.INVOICE, State.BLOCKED),
        (BookingKind.INVOICE, State.REJECTED),
        (BookingKind.SALES_ENTRY, State.CONFIRMED),
        (BookingKind.SALES_ENTRY, State.CONFLICT),
    }
    assert documents.get(state=State.REJECTED).code == "CFACT028"
    assert documents.get(state=State.UNKNOWN).next_at > timezone.now()


def assert_the_books_agree(sandbox):
    typed = Difference.objects.get(kind=DifferenceKind.FOREIGN).number  # by hand, not in the ledger
    invoices = sandbox.books.invoices()
    there = {one.number: one.total for one in invoices if one.number != typed}
    sales = [one for one in sandbox.books.entries() if one.number]  # payments have none
    there |= {one.number: one.total for one in sales if one.number not in there}
    confirmed = Booking.objects.documents().filter(state=State.CONFIRMED)
    ours = dict(confirmed.values_list("natural_key", "invoice__gross"))
    assert {number: there[number] for number in ours} == ours
    unclear = Booking.objects.documents().exclude(state=State.CONFIRMED)
    others = set(there) - set(ours)
    assert others <= set(unclear.values_list("natural_key", flat=True))
    debtors = sum((one.open for one in sandbox.books.open_items()), Decimal(0))
    paid = Invoice.objects.filter(bookings__in=confirmed, status=InvoiceStatus.PAID)
    assert debtors == sum(there.values()) - sum(one.gross for one in paid)


def assert_prices_are_those_of_the_rules():
    entries = TimeEntry.objects.select_related("project__customer", "task", "membership")
    for entry in entries.order_by("pk")[:40]:
        before = (entry.hourly_rate, entry.amount)
        price(entry)
        assert (entry.hourly_rate, entry.amount) == before
    statuses = set(TimeEntry.objects.values_list("status", flat=True))
    assert statuses == set(Status.values)


def assert_the_import_tells_what_differs(organisation, sandbox):
    night = organisation.import_runs.first()
    assert night.is_nightly
    assert night.rows.get(number="K00098").reason
    assert night.rows.get(outcome="updated").number == "K00104"
    here = set(organisation.customers.values_list("number", flat=True))
    assert {one.code for one in sandbox.books.relations()} - here == {"K00119", "K00120"}
    assert organisation.connection.tested_at
    assert organisation.connection.nightly_import
    assert organisation.connection.next_import_at > timezone.now()


def assert_the_daily_check_found_what_was_done_in_the_books(organisation):
    changed, foreign = organisation.differences.order_by("kind")
    assert (changed.kind, changed.differs) == ("changed", ["payment_term", "ledger_account"])
    assert (foreign.kind, foreign.reason) == ("foreign", "series")


def assert_loading_again_changes_nothing(sandbox):
    before = (Invoice.objects.count(), len(sandbox.books.invoices()))
    load(now=timezone.now(), today=timezone.localdate(), sandbox={})
    assert (Invoice.objects.count(), len(sandbox.books.invoices())) == before


@pytest.mark.usefixtures("own_media")
@pytest.mark.parametrize("today", ["2027-01-03", "2028-02-29", "2026-11-10"])
def test_without_codes_it_loads_on_any_day_and_has_no_connection(today):
    day = datetime.date.fromisoformat(today)
    now = datetime.datetime.combine(day, datetime.time(8), tzinfo=AMSTERDAM)

    load(now=now, today=day, sandbox=None)

    organisation = Organisation.objects.get(name="Studio Oost")
    assert not hasattr(organisation, "connection")
    assert set(organisation.invoices.values_list("origin", flat=True)) == {Origin.HERE}
    assert organisation.time_entries.latest("date").date <= day


@pytest.mark.django_db(transaction=True)
def test_a_sample_that_failed_leaves_an_empty_database():
    nowhere = Remote("http://127.0.0.1:9/soap.asmx", "a", "b", "c")

    with pytest.raises(OSError, match="refused"):
        load(now=timezone.now(), today=timezone.localdate(), sandbox=vars(nowhere))

    assert not Organisation.objects.exists()
    assert not Project.objects.exists()


@pytest.mark.parametrize("figures", rows(FIGURES).items(), ids=lambda pair: pair[0])
def test_numbers_have_check_digits_that_fit(figures):
    _number, (_phone, email, coc_number, vat_number, account) = figures

    assert email.endswith(".example")
    assert not coc_number or (len(coc_number) == 8 and coc_number.isdigit())
    assert not vat_number or vat.is_valid(vat_number)
    assert not account or iban.is_valid(account)
