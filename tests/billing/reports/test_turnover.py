"""Turnover: in every grouping the parts add up to the invoices, to the cent."""

import csv
import datetime
import html
import io
import re
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.invoices.creating import draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.models import Invoice, InvoiceStatus, Origin, RowDisposition
from billing.reports.query import year_before
from billing.reports.turnover import ReportQuery, invoices_behind, sums, turnover
from lib.money import ZERO
from projects.models import Method
from registrations.periods import Period
from tests import factories

from .invoices import Line, create_invoice

NOW = timezone.now()
YEAR = Period(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
BY = ("month", "customer", "project", "employee")
COUNTED = (InvoiceStatus.FINAL, InvoiceStatus.SENT, InvoiceStatus.PAID)


def query(agency, by="month", period=YEAR, customers=()):
    return ReportQuery(agency.organisation, period, by, customers)


def invoiced(agency, net="100.00", **fields):
    return create_invoice(agency.organisation, Line(net, agency.vat), **fields)


def get(inside, page="report-turnover", **query):
    return inside.get(reverse(f"billing:{page}"), {"period": "custom", **DAYS, **query})


DAYS = {"since": "2026-01-01", "until": "2026-12-31"}


def test_drafts_and_void_invoices_do_not_count_and_credits_are_subtracted(agency):
    for status in InvoiceStatus.values:
        invoiced(agency, status=status)
    invoiced(agency, net="-30.00")

    assert turnover(query(agency)).net == Decimal("270.00")


def test_the_invoice_date_says_in_which_month(agency):
    invoiced(agency, date=datetime.date(2026, 1, 31))
    invoiced(agency, date=datetime.date(2026, 2, 1))
    invoiced(agency, date=datetime.date(2025, 12, 31))

    rows = turnover(query(agency)).rows

    assert [row.label for row in rows[:3]] == ["January 2026", "February 2026", "March 2026"]
    assert [row.net for row in rows[:3]] == [100, 100, 0]
    assert (rows[11].net, rows[11].before) == (0, 100)


def test_a_line_is_divided_over_its_rows_by_their_amounts(agency):
    website = factories.create_project(organisation=agency.organisation)
    bram = factories.create_membership(organisation=agency.organisation)
    rows = [(agency.member, website, "50.00"), (bram, website, "50.00"), (None, website, "50.00")]
    create_invoice(agency.organisation, Line("100.00", agency.vat, website, rows))

    found = sums(query(agency, "employee"))

    assert sorted(found.values()) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert set(found) == {agency.member.pk, bram.pk, None}


def test_lines_without_rows_belong_to_their_project_and_to_nobody(agency):
    logo = factories.create_project(organisation=agency.organisation)
    create_invoice(agency.organisation, Line("100.00", agency.vat, logo), discount="10")

    assert sums(query(agency, "employee")) == {None: Decimal("90.00")}
    assert sums(query(agency, "project")) == {logo.pk: Decimal("90.00")}
    assert [row.label for row in turnover(query(agency, "employee")).rows] == [
        "Not assigned to an employee"
    ]


def test_a_credit_invoice_takes_the_turnover_from_who_had_it(agency):
    bram = factories.create_membership(organisation=agency.organisation)
    project = factories.create_project(organisation=agency.organisation)
    for member, minutes in ((agency.member, 50), (bram, 65)):
        factories.create_time_entry(project=project, membership=member, minutes=minutes)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    invoice = mark_sent(draft, by=agency.member.user, now=NOW)
    dispositions = {line.pk: RowDisposition.RELEASED for line in invoice.lines.all()}
    before = sums(query(agency, "employee"))

    credit = draft_credit(
        invoice, CreditInput(dispositions, "Wrong", factories.TODAY), by=agency.member.user, now=NOW
    )
    make_final(credit, by=agency.member.user, now=NOW)

    assert set(before) == {agency.member.pk, bram.pk}
    assert sums(query(agency, "employee")) == dict.fromkeys(before, ZERO)


def test_hours_and_an_agreed_amount_on_one_line_go_to_who_worked_and_to_nobody(agency):
    project = factories.create_project(organisation=agency.organisation, method=Method.PROJECT_RATE)
    rows = [(agency.member, project, "60.00"), (None, project, "40.00")]
    create_invoice(agency.organisation, Line("50.00", agency.vat, project, rows))

    assert sums(query(agency, "employee")) == {agency.member.pk: 30, None: 20}


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2029-02-01", "2029-02-28"), ("2028-02-01", "2028-02-29")),
        (("2028-02-29", "2028-03-15"), ("2027-02-28", "2027-03-15")),
        (("2026-04-01", "2026-06-30"), ("2025-04-01", "2025-06-30")),
    ],
)
def test_the_year_before_has_the_same_days(period, earlier):
    period, earlier = (
        Period(*map(datetime.date.fromisoformat, days)) for days in (period, earlier)
    )

    assert year_before(period) == earlier


@pytest.mark.parametrize("by", BY)
def test_the_invoices_of_both_years_are_read_once(agency, by):
    project = factories.create_project(organisation=agency.organisation)
    line = Line("100.00", agency.vat, project)
    for day in (datetime.date(2026, 3, 1), datetime.date(2025, 3, 1), datetime.date(2024, 3, 1)):
        create_invoice(agency.organisation, line, date=day)

    with CaptureQueriesContext(connection) as queries:
        found = turnover(query(agency, by))

    assert (found.net, found.before) == (100, 100)
    assert len([one for one in queries if 'FROM "billing_invoice' in one["sql"]]) == 1


# --- The parts add up -----------------------------------------------------------------------------

CENTS = st.integers(-50_000, 200_000).map(lambda cents: str(Decimal(cents).scaleb(-2)))
SMALL = st.integers(0, 3)
ROWS = st.lists(st.tuples(SMALL, SMALL, CENTS), max_size=4)
LINES = st.lists(st.tuples(CENTS, st.integers(0, 2), SMALL, ROWS), min_size=0, max_size=5)
INVOICES = st.lists(
    st.tuples(
        st.sampled_from(InvoiceStatus.values),
        SMALL,
        st.dates(datetime.date(2025, 11, 1), datetime.date(2027, 1, 31)),
        st.sampled_from(["0", "10", "12.5", "33.33", "100"]),
        LINES,
    ),
    max_size=6,
)


@given(drawn=INVOICES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_parts_are_the_invoices_to_the_cent(agency, drawn):
    with transaction.atomic():
        make_all(agency, drawn)
        invoices = Invoice.objects.filter(date__range=(YEAR.first, YEAR.last), status__in=COUNTED)
        expected = sum(invoices.values_list("net", flat=True), ZERO)

        for by in BY:
            found = turnover(query(agency, by))
            assert found.net == expected, by
            assert sum((row.net for row in found.rows), ZERO) == expected, by
            for row in found.rows:
                behind = invoices_behind(query(agency, by), row.address)
                assert sum(behind.values(), ZERO) == row.net, by
        transaction.set_rollback(True)


def make_all(agency, drawn):
    rates = [agency.vat] + [
        factories.create_vat_rate(
            organisation=agency.organisation, name=name, percentage=Decimal(name), code=name
        )
        for name in ("9", "0")
    ]
    customers = [factories.create_customer(organisation=agency.organisation) for _ in range(4)]
    projects = [None, *(factories.create_project(customer=one) for one in customers[1:])]
    people = [None, agency.member, *(_colleague(agency) for _ in range(2))]
    for status, customer, date, discount, lines in drawn:
        create_invoice(
            agency.organisation,
            *(
                Line(
                    net,
                    rates[rate],
                    projects[project],
                    [(people[who], projects[which or 1], amount) for who, which, amount in rows],
                )
                for net, rate, project, rows in lines
            ),
            customer=customers[customer],
            date=date,
            discount=discount,
            status=status,
        )


def _colleague(agency):
    return factories.create_membership(organisation=agency.organisation)


# --- The pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", BY)
def test_every_figure_leads_to_the_invoices_that_it_adds_up(inside, agency, by):
    project = factories.create_project(organisation=agency.organisation)
    rows = [(agency.member, project, "1.00"), (None, project, "2.00")]
    create_invoice(agency.organisation, Line("100.00", agency.vat, project, rows))
    invoiced(agency, "0.10")

    rows = get(inside, by=by).context["found"].rows
    assert sum(row.net for row in rows) == Decimal("100.10")
    for row in rows:
        behind = get(inside, "report-turnover-invoices", by=by, key=row.address).context
        assert behind["net"] == row.net
        assert sum(part for _invoice, part in behind["rows"]) == row.net


@pytest.mark.parametrize("by", BY)
def test_many_invoices_cost_as_many_queries_as_one(inside, agency, by):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            get(inside, by=by)
            get(inside, "report-turnover-invoices", by=by)
        return len(asked)

    invoiced(agency)
    of_one = queries()
    for _number in range(30):
        project = factories.create_project(organisation=agency.organisation)
        create_invoice(agency.organisation, Line("1.00", agency.vat, project), discount="10")

    assert queries() == of_one


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_report_can_be_taken_away(inside, agency, kind):
    invoiced(
        agency,
        net="1003.75",
        customer=factories.create_customer(organisation=agency.organisation, name="=1+1"),
    )

    answer = get(inside, "report-turnover-export", by="customer", file=kind)

    content = b"".join(answer.streaming_content)
    if kind == "csv":
        (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        assert (row["By customer"], row["Turnover €"]) == ("'=1+1", "1003.75")
    else:
        assert content.startswith(b"PK")


@pytest.mark.parametrize(
    "query",
    [
        {"by": "x"},
        {"period": "x"},
        {"since": "x"},
        {"since": "2027-01-01"},
        {"key": "2026-99"},
        {"by": "project", "key": "x" * 40},
        {"by": "customer", "key": "9" * 40},
        {"by": "customer", "key": "\0"},
        {"by": "month", "key": "\0"},
        {"by": "month", "key": "9999-12"},
        {"customer": "9" * 40},
        {"until": "0001-01-01", "since": "0001-01-01"},
    ],
)
@pytest.mark.parametrize(
    "page", ["report-turnover", "report-turnover-invoices", "report-turnover-export"]
)
def test_an_address_that_makes_no_sense_is_answered(inside, agency, page, query):
    invoiced(agency)

    assert get(inside, page, **query).status_code == 200


def test_what_was_wholly_credited_was_invoiced_all_the_same(inside, agency):
    create_invoice(agency.organisation, Line("100.00", agency.vat))
    create_invoice(agency.organisation, Line("-100.00", agency.vat))

    answer = get(inside, "report-turnover", by="customer")

    assert answer.context["found"].rows
    assert "Nothing was invoiced" not in answer.content.decode()


def test_nothing_invoiced_is_said(inside):
    assert "Nothing was invoiced in this period" in get(inside).content.decode()


@pytest.mark.parametrize("by", BY)
def test_the_page_names_its_days_and_every_figure_keeps_them(inside, agency, by):
    invoiced(agency)

    page = get(inside, by=by).content.decode()
    behind = reverse("billing:report-turnover-invoices")
    links = re.findall(rf'href="{behind}\?([^"]*)"', page)

    assert "01-01-2026 – 31-12-2026" in page
    assert len(links) >= 2
    for link in links:
        assert QueryDict(html.unescape(link))["since"] == "2026-01-01"
        assert QueryDict(html.unescape(link))["by"] == by
