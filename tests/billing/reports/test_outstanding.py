"""The report of outstanding amounts, by customer and age."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from billing.invoices.creating import draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.paying import mark_paid
from billing.models import Invoice, InvoiceStatus, Origin, RowDisposition
from billing.reports import outstanding
from lib.money import ZERO
from tests import factories

from .invoices import Line, create_invoice

NOW = timezone.now()


def invoiced(agency, net="100.00", days_late=0, **fields):
    """Create an invoice at 21% that was due `days_late` days ago."""
    due = localdate() - datetime.timedelta(days=days_late)
    return create_invoice(agency.organisation, Line(net, agency.vat), due_on=due, **fields)


def total(agency):
    return outstanding.total_of(agency.organisation, today=localdate())


@pytest.mark.postgres
def test_what_is_open_is_found_without_reading_what_was_paid(agency):
    invoiced(agency)
    for _number in range(30):
        mark_paid(invoiced(agency), by=agency.member.user, now=NOW)

    with connection.cursor() as cursor:
        # Of few rows each plan is cheap: this shows which one the index allows. What is counted
        # tells the planner that most are paid.
        cursor.execute("ANALYZE billing_invoice")
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = outstanding.open_invoices(agency.organisation).order_by().explain()

    assert "invoice_may_be_open" in plan


def by_age(agency):
    return {age.key: amount for age, amount in total(agency).by_age if amount}


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-10, "not_due"),
        (0, "not_due"),
        (1, "to_30"),
        (30, "to_30"),
        (31, "to_60"),
        (60, "to_60"),
        (61, "to_90"),
        (90, "to_90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_an_invoice_has_one_age(agency, days, age):
    invoiced(agency, days_late=days)

    assert by_age(agency) == {age: Decimal("121.00")}
    assert total(agency).total == Decimal("121.00")


def test_only_what_was_asked_for_and_not_paid_is_open(agency):
    for status in InvoiceStatus.values:
        invoiced(agency, status=status)
    invoiced(agency, status=InvoiceStatus.FINAL, origin=Origin.EBOEKHOUDEN)

    # Sent from here, and created in e-Boekhouden.
    assert total(agency).total == Decimal("242.00")


def test_what_e_boekhouden_says_goes_before_what_we_think(agency):
    invoiced(agency, open_amount=Decimal("21.00"), paid_amount=Decimal("100.00"))
    invoiced(agency, paid_amount=Decimal("20.00"))

    assert total(agency).total == Decimal("122.00")


def credited(agency, *, paid=False, settle=False, part=False):
    """An invoice of two lines, with a credit of one or of both."""
    project = factories.create_project(organisation=agency.organisation)
    for _line in range(2):
        agency.hours(project=project, task=factories.create_task(organisation=agency.organisation))
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    invoice = mark_sent(draft, by=agency.member.user, now=NOW)
    if paid:
        mark_paid(invoice, by=agency.member.user, now=NOW)
    lines = list(invoice.lines.all())[: 1 if part else 2]
    credit_input = CreditInput(
        {line.pk: RowDisposition.WRITTEN_OFF for line in lines}, "Wrong", factories.TODAY
    )
    credit = draft_credit(invoice, credit_input, by=agency.member.user, now=NOW)
    credit = mark_sent(
        make_final(credit, by=agency.member.user, now=NOW), by=agency.member.user, now=NOW
    )
    if settle:
        mark_paid(credit, by=agency.member.user, now=NOW)
    return invoice, credit


def test_a_credit_is_subtracted_from_the_invoice_that_it_takes_back(agency):
    invoice, credit = credited(agency, part=True)

    assert total(agency).total == invoice.gross + credit.gross


def test_an_invoice_that_was_wholly_credited_is_not_open(agency):
    credited(agency)

    assert total(agency).total == ZERO


def test_what_was_paid_and_then_credited_is_to_be_refunded_until_it_is_settled(agency):
    _invoice, credit = credited(agency, paid=True, part=True)
    assert total(agency).total == credit.gross

    mark_paid(credit, by=agency.member.user, now=NOW)
    assert total(agency).total == ZERO


def test_a_credit_that_was_settled_before_the_rest_was_paid_leaves_nothing(agency):
    invoice, _credit = credited(agency, settle=True, part=True)
    mark_paid(Invoice.objects.get(pk=invoice.pk), by=agency.member.user, now=NOW)

    assert total(agency).total == ZERO


def test_in_the_books_a_credit_is_an_item_of_its_own_until_it_is_matched(agency):
    invoice, credit = credited(agency, part=True)
    rest = invoice.gross + credit.gross

    Invoice.objects.filter(pk=invoice.pk).update(open_amount=invoice.gross)
    assert total(agency).total == rest

    Invoice.objects.filter(pk=invoice.pk).update(open_amount=rest, paid_amount=-credit.gross)
    Invoice.objects.filter(pk=credit.pk).update(status=InvoiceStatus.PAID, open_amount=0)
    assert total(agency).total == rest


def test_rows_and_columns_add_up_to_the_invoices(agency):
    cents = [(1, 5), (33, 45), (99, 70), (12345, 100), (-250, 3), (7, -1)]
    for number, (net, days) in enumerate(cents):
        customer = factories.create_customer(organisation=agency.organisation)
        for _copy in range(1 + number % 3):
            invoiced(agency, str(Decimal(net).scaleb(-2)), days_late=days, customer=customer)

    groups = outstanding.per_customer(agency.organisation, today=localdate())
    rows = outstanding.rows_of(groups)
    grosses = sum(Invoice.objects.values_list("gross", flat=True), ZERO)

    assert len(rows) == len(cents)
    assert sum(row.total for row in rows) == grosses == total(agency).total
    assert all(sum(row.amounts) == row.total for row in rows)
    for place, amount in enumerate(total(agency).amounts):
        assert sum(row.amounts[place] for row in rows) == amount


def test_every_figure_leads_to_the_invoices_that_it_adds_up(inside, agency):
    for days in (0, 20, 40, 70, 100):
        invoiced(agency, net=f"{days}.10", days_late=days)
    url = reverse("billing:report-outstanding-invoices")

    rows = inside.get(reverse("billing:report-outstanding")).context["rows"]
    assert sum(bool(amount) for row in rows for _age, amount in row.by_age) == 5
    for row in rows:
        for age, amount in row.by_age:
            query = {"customer": row.customer_id, "age": age.key}
            assert inside.get(url, query).context["total"] == amount
    assert inside.get(url).context["total"] == total(agency).total


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("customer", ["Aa", "Bb"]),
        ("-customer", ["Bb", "Aa"]),
        ("total", ["Bb", "Aa"]),
        ("-to_30", ["Aa", "Bb"]),
        ("nonsense", ["Aa", "Bb"]),
    ],
)
def test_the_list_can_be_sorted(inside, agency, order, names):
    for name, net in (("Aa", "20.00"), ("Bb", "10.00")):
        customer = factories.create_customer(organisation=agency.organisation, name=name)
        invoiced(agency, net, days_late=3, customer=customer)

    rows = inside.get(reverse("billing:report-outstanding"), {"order": order}).context["rows"]

    assert [row.name for row in rows] == names


def test_the_first_page_says_the_same_as_the_report(inside, agency):
    invoiced(agency, status=InvoiceStatus.FINAL, origin=Origin.EBOEKHOUDEN, days_late=5)
    invoiced(agency, "200.00", open_amount=Decimal("21.00"))
    invoiced(agency, "10.00", days_late=-5, paid_amount=Decimal("2.10"))

    shown = inside.get(reverse("billing:dashboard")).context["outstanding"]

    assert (shown.total, shown.count) == (total(agency).total, 3)
    assert (shown.overdue, shown.overdue_count) == (Decimal("121.00"), 1)


def test_it_says_as_of_when_payments_are_known(inside, agency):
    invoiced(agency)
    factories.create_connection(organisation=agency.organisation, payments_seen_at=NOW)

    page = inside.get(reverse("billing:report-outstanding")).content.decode()

    assert f"Payments as of {timezone.localtime(NOW):%d-%m-%Y %H:%M}" in page


def test_without_a_connection_the_subtitle_ends_at_the_vat(inside):
    page = inside.get(reverse("billing:report-outstanding")).content.decode()

    assert ", incl. VAT</span>" in page


def test_many_customers_cost_as_many_queries_as_one(inside, agency):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            inside.get(reverse("billing:report-outstanding"))
            inside.get(reverse("billing:report-outstanding-invoices"))
        return len(asked)

    invoiced(agency)
    of_one = queries()
    for _number in range(30):
        invoiced(agency)

    assert queries() == of_one


def test_the_file_has_a_row_a_customer(inside, agency):
    invoiced(agency, days_late=40)

    answer = inside.get(reverse("billing:report-outstanding-export"))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["31–60 days"], row["Total €"]) == ("121.00", "121.00")


@pytest.mark.parametrize("query", [{"customer": "x"}, {"customer": "9" * 40}, {"age": "x"}])
def test_an_address_that_makes_no_sense_is_answered(inside, agency, query):
    invoiced(agency)

    assert inside.get(reverse("billing:report-outstanding-invoices"), query).status_code == 200


def test_nothing_open_is_said(inside):
    page = inside.get(reverse("billing:report-outstanding")).content.decode()

    assert "Nothing is outstanding" in page


def test_overdue_is_one_rule_for_tile_list_tag_and_report(agency, inside):
    there = {"origin": Origin.EBOEKHOUDEN, "status": InvoiceStatus.FINAL}
    overdue = {invoiced(agency, days_late=3).number, invoiced(agency, days_late=3, **there).number}
    invoiced(agency, days_late=3, paid_amount=Decimal("121.00"))
    invoiced(agency, days_late=0)
    invoiced(agency, days_late=3, status=InvoiceStatus.FINAL)

    open_now = outstanding.open_now(agency.organisation, today=localdate())
    listed = inside.get(reverse("billing:invoice-list"), {"status": "overdue"})
    start = inside.get(reverse("billing:dashboard")).content.decode()

    assert open_now.overdue_count == len(overdue)
    assert {row.number for row in listed.context["page"]} == overdue
    assert listed.content.decode().count("3 days overdue") == len(overdue)
    assert f"{reverse('billing:invoice-list')}?status=overdue" in start
