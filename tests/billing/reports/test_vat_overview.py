"""The VAT report: invoiced amounts, amounts in e-Boekhouden, and their difference."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, InvoiceStatus, Origin, RowDisposition, State
from billing.reports.icp import icp
from billing.reports.vat_overview import Amounts, vat_overview
from lib.money import ZERO
from registrations.periods import Period
from tests import factories
from tests.billing.test_long_lists import fill
from vat.treatments import VatTreatment

from .invoices import Line, create_invoice

NOW = timezone.now()
TODAY = factories.TODAY
PERIOD = Period(datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
DAYS = {"period": "custom", "since": "2026-10-01", "until": "2026-12-31"}


def overview(agency):
    return vat_overview(agency.organisation, PERIOD)


def rate(agency, treatment, name, percentage="0", code="X"):
    return factories.create_vat_rate(
        organisation=agency.organisation,
        name=name,
        treatment=treatment,
        percentage=Decimal(percentage),
        code=code,
    )


def made_there(connected, **options):
    """Invoices in e-Boekhouden, delivered and read back."""
    order = connected.order(**options)
    invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
    connected.deliver()


def entered(connected):
    """Create sent invoices with their sales entries; return the first."""
    drafts = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    invoices = [mark_sent(draft, by=connected.member.user, now=NOW) for draft in drafts]
    create_sales_entries(invoices, connected.connection, by=connected.member.user, now=NOW)
    connected.deliver()
    return invoices[0]


def test_each_rate_has_what_its_lines_come_to_and_the_total_is_the_invoices(agency):
    low = rate(agency, VatTreatment.DOMESTIC, "9%", "9", "LAAG_VERK_9")
    lines = [Line("10.10", agency.vat), Line("0.05", agency.vat), Line("99.99", low)]
    invoice = create_invoice(agency.organisation, *lines, discount="12.5")
    create_invoice(agency.organisation, Line("-5.00", low))
    create_invoice(agency.organisation, Line("1.00", low), status=InvoiceStatus.DRAFT)
    create_invoice(agency.organisation, Line("1.00", low), status=InvoiceStatus.VOID)
    create_invoice(agency.organisation, Line("1.00", low), date=datetime.date(2026, 9, 30))

    found = overview(agency)

    assert [one.label for one in found.rates] == ["21%", "9%"]
    sums = [tied.invoiced for tied in found.rates.values()]
    assert sum(sums, Amounts()) == found.total.invoiced
    assert found.total.invoiced == Amounts(invoice.net - 5, invoice.vat - Decimal("0.45"))
    assert found.total.not_booked == found.total.invoiced


def test_what_was_made_there_agrees_to_the_cent(connected):
    for minutes in (50, 65, 20):
        connected.hours(minutes=minutes)
    made_there(connected, discount=Decimal(10))

    found = overview(connected)

    assert found.total.remote == found.total.invoiced
    assert not found.total.difference
    assert (found.not_booked, found.differing) == ([], [])


def test_what_was_entered_agrees_to_the_cent_credits_too(connected):
    connected.hours(minutes=50)
    factories.create_expense(
        project=factories.create_project(organisation=connected.organisation),
        membership=connected.member,
        price=Decimal("33.33"),
    )
    first = entered(connected)
    credit = draft_credit(
        first,
        CreditInput(
            {line.pk: RowDisposition.RELEASED for line in first.lines.all()}, "Wrong", TODAY
        ),
        by=connected.member.user,
        now=NOW,
    )
    make_final(credit, by=connected.member.user, now=NOW)
    mark_sent(credit, by=connected.member.user, now=NOW)
    create_sales_entries(
        list(connected.organisation.invoices.filter(credit_of=first)),
        connected.connection,
        by=connected.member.user,
        now=NOW,
    )
    connected.deliver()

    found = overview(connected)

    assert found.not_booked == []
    assert not found.total.difference
    assert found.total.remote == found.total.invoiced


def test_what_is_not_booked_is_what_is_missing_there(connected):
    connected.hours(minutes=60)
    made_there(connected)
    late = create_invoice(connected.organisation, Line("10.00", connected.vat))

    found = overview(connected)

    assert found.not_booked == [late.pk]
    assert found.total.not_booked == Amounts(late.net, late.vat)
    assert found.total.remote + found.total.not_booked == found.total.invoiced


def test_a_difference_there_is_shown_with_its_invoice(connected):
    connected.hours(minutes=60)
    made_there(connected)
    booking = Booking.objects.get(invoice__isnull=False)
    changed = {**booking.remote_snapshot, "vat": str(Decimal(booking.remote_snapshot["vat"]) + 1)}
    Booking.objects.filter(pk=booking.pk).update(remote_snapshot=changed)

    found = overview(connected)

    assert found.total.difference == Amounts(ZERO, Decimal("1.00"))
    assert found.differing == [booking.invoice_id]


def test_invoices_that_differ_are_in_pages_before_those_not_booked(connected, inside):
    fill(connected, 60)
    Booking.objects.filter(invoice__isnull=False).update(remote_snapshot={"lines": []})
    address = reverse("billing:report-vat")

    pages = [inside.get(address, {**DAYS, "page": number}).context for number in (1, 2, 3)]

    counts = [(len(page["differing"]), len(page["not_booked"])) for page in pages]
    assert counts == [(25, 0), (5, 20), (0, 10)]


def test_an_entry_under_another_code_is_a_difference_though_the_total_is_the_same(connected):
    connected.hours(minutes=60)
    made_there(connected)
    booking = Booking.objects.get(invoice__isnull=False)
    lines = [{**line, "vat_code": "GEEN"} for line in booking.remote_snapshot["lines"]]
    Booking.objects.filter(pk=booking.pk).update(
        remote_snapshot={**booking.remote_snapshot, "lines": lines}
    )

    found = overview(connected)

    assert found.differing == [booking.invoice_id]
    assert {one.code for one in found.rates} == {connected.vat.code, "GEEN"}


def test_rates_that_share_a_code_there_agree_when_their_sum_does(connected):
    exempt = rate(connected, VatTreatment.EXEMPT, "Exempt", code="GEEN")
    small = rate(connected, VatTreatment.SMALL_BUSINESS, "KOR", code="GEEN")
    project = factories.create_project(organisation=connected.organisation)
    for vat_rate in (exempt, small):
        task = factories.create_task(organisation=connected.organisation, vat_rate=vat_rate)
        connected.hours(minutes=60, project=project, task=task)
    made_there(connected)

    found = overview(connected)

    assert len(found.rates) == 2
    assert (found.not_booked, found.differing) == ([], [])
    assert not any(tied.difference for tied in found.rates.values())


@pytest.mark.parametrize("state", [one for one in State if one != State.CONFIRMED])
def test_only_what_is_confirmed_is_booked(connected, state):
    connected.hours(minutes=60)
    made_there(connected)
    Booking.objects.update(state=state)

    assert len(overview(connected).not_booked) == 1


def test_the_list_within_the_eu_keeps_goods_and_services_apart(agency):
    goods = rate(agency, VatTreatment.EU_GOODS, "EU goods")
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")
    german = factories.create_customer(
        organisation=agency.organisation, name="Lichtwerk GmbH", vat_number="DE 136695976"
    )
    lines = [Line("100.00", goods), Line("40.00", services), Line("7.00", agency.vat)]
    create_invoice(agency.organisation, *lines, customer=german, discount="10")
    create_invoice(agency.organisation, Line("-10.00", services), customer=german)

    (row,) = icp(agency.organisation, PERIOD)

    assert (row.vat_number, row.country) == ("DE136695976", "DE")
    assert (row.goods, row.services) == (Decimal("90.00"), Decimal("26.00"))
    nets = {one.treatment: tied.invoiced.net for one, tied in overview(agency).rates.items()}
    assert nets[VatTreatment.EU_GOODS] == row.goods
    assert nets[VatTreatment.EU_SERVICES] == row.services


@pytest.mark.parametrize(
    ("spellings", "number"),
    [
        (("EL094259216", "GR 094259216", "el094.259.216", "gr-094259216"), "EL094259216"),
        (("DE136695976", "de 136 695 976", "DE136695976 "), "DE136695976"),
        (("XI980780684", "XI 980 7806 84"), "XI980780684"),
    ],
)
def test_one_vat_number_is_one_row_whatever_its_spelling(agency, spellings, number):
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")
    for spelling in spellings:
        buyer = factories.create_customer(organisation=agency.organisation, vat_number=spelling)
        create_invoice(agency.organisation, Line("10.00", services), customer=buyer)

    (row,) = icp(agency.organisation, PERIOD)

    assert (row.vat_number, row.services) == (number, 10 * Decimal(len(spellings)))


def test_who_has_no_vat_number_is_named_first(inside, agency):
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")
    for number in ("DE136695976", "", ""):
        customer = factories.create_customer(organisation=agency.organisation, vat_number=number)
        create_invoice(agency.organisation, Line("10.00", services), customer=customer)

    answer = inside.get(reverse("billing:report-icp"), DAYS)

    assert [row.vat_number for row in answer.context["rows"]] == ["", "", "DE136695976"]
    assert "2 customers have no VAT number" in answer.content.decode()


def test_every_figure_leads_to_the_invoices_that_it_adds_up(inside, agency):
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")
    create_invoice(agency.organisation, Line("10.00", services), Line("5.00", agency.vat))
    create_invoice(agency.organisation, Line("20.00", agency.vat))

    rates, rows = overview(agency).rates, list(icp(agency.organisation, PERIOD))
    assert (len(rates), len(rows)) == (2, 1)
    for one, tied in rates.items():
        behind = inside.get(
            reverse("billing:report-vat-invoices"), {**DAYS, "key": one.address}
        ).context
        assert behind["net"] == tied.invoiced.net
    for row in rows:
        query = {**DAYS, "key": row.vat_number, "customer": row.customer_id}
        behind = inside.get(reverse("billing:report-icp-invoices"), query).context
        assert behind["net"] == row.total


PAGES = ("report-vat", "report-vat-invoices", "report-icp", "report-icp-invoices")


@pytest.mark.parametrize("page", PAGES)
def test_many_invoices_cost_as_many_queries_as_one(inside, agency, page):
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            inside.get(reverse(f"billing:{page}"), {**DAYS, "key": "eu_services:0.00:X"})
        return len(asked)

    create_invoice(agency.organisation, Line("10.00", services))
    of_one = queries()
    for _number in range(30):
        create_invoice(agency.organisation, Line("10.00", services), Line("5.00", agency.vat))

    assert queries() == of_one


@pytest.mark.parametrize(
    ("page", "column", "value"),
    [("report-vat-export", "VAT €", "2.10"), ("report-icp-export", "Services €", "7.00")],
)
def test_the_reports_can_be_taken_away(inside, agency, page, column, value):
    services = rate(agency, VatTreatment.EU_SERVICES, "EU services")
    create_invoice(agency.organisation, Line("10.00", agency.vat), Line("7.00", services))

    answer = inside.get(reverse(f"billing:{page}"), DAYS)

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))[column] == value
    assert b"".join(
        inside.get(reverse(f"billing:{page}"), {**DAYS, "file": "xlsx"}).streaming_content
    ).startswith(b"PK")
