"""The boxes of the Dutch VAT return, to the cent and in whole euros."""

import csv
import datetime
import io
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Invoice, InvoiceLine, InvoiceStatus
from billing.reports.icp import icp
from billing.reports.vat_overview import Amounts
from billing.reports.vat_return import invoices_in, kind_of, vat_return
from lib.money import ZERO
from registrations.periods import Period
from tests import factories
from tests.billing import issued as invoices
from vat.boxes import Box, box_of, whole_turnover, whole_vat
from vat.treatments import VatTreatment

from .invoices import Line, create_invoice

YEAR = Period(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
DAYS = {"period": "custom", "since": "2026-01-01", "until": "2026-12-31"}
# The boxes by treatment and percentage, written again: the test reads no table of the program.
EXPECTED = {
    ("domestic", "21"): "1a",
    ("domestic", "19"): "1a",
    ("domestic", "9"): "1b",
    ("domestic", "6"): "1b",
    ("domestic", "13"): "1c",
    ("domestic", "0"): "1e",
    ("reverse_charge", "0"): "1e",
    ("eu_goods", "0"): "3b",
    ("eu_services", "0"): "3b",
    ("export", "0"): "3a",
    ("world_services", "0"): None,
    ("exempt", "0"): None,
    ("small_business", "0"): None,
}


def rate(agency, treatment, percentage="0", code="GEEN"):
    return factories.create_vat_rate(
        organisation=agency.organisation,
        name=f"{treatment} {percentage} {code}",
        treatment=treatment,
        percentage=Decimal(percentage),
        code=code,
    )


def found(agency, period=YEAR):
    return vat_return(agency.organisation, period)


def by_box(agency):
    return {str(row.box): row.amounts for row in found(agency).rows if row.amounts}


def test_every_treatment_has_a_known_place(agency):
    assert {treatment for treatment, _percentage in EXPECTED} == set(VatTreatment.values)


@pytest.mark.parametrize(("supply", "box"), EXPECTED.items())
def test_each_supply_is_in_the_box_of_its_treatment_and_rate(agency, supply, box):
    treatment, percentage = supply
    create_invoice(agency.organisation, Line("100.00", rate(agency, treatment, percentage)))

    amounts = Amounts(Decimal("100.00"), Decimal(percentage) + ZERO)
    assert box_of(treatment, Decimal(f"{percentage}.00")) == box
    assert by_box(agency) == ({box: amounts} if box else {})
    assert [row.net for row in found(agency).outside] == ([] if box else [Decimal("100.00")])


def test_services_outside_the_eu_are_in_no_box_whatever_their_code(agency):
    for code in ("GEEN", "BU_EU_VERK"):
        world = rate(agency, VatTreatment.WORLD_SERVICES, code=code)
        create_invoice(agency.organisation, Line("50.00", world))
    create_invoice(agency.organisation, Line("7.00", rate(agency, VatTreatment.EXPORT)))

    assert by_box(agency) == {"3a": Amounts(Decimal("7.00"))}
    assert found(agency).coded_as_export == Decimal("50.00")


def half_up(numerator, denominator):
    """Divide whole numbers; a half goes away from zero."""
    sign = -1 if numerator * denominator < 0 else 1
    return sign * ((2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator)))


def boxes_in_cents(organisation):
    """The boxes in cents, from the lines: net and VAT per invoice, treatment and percentage."""
    sums = {}
    lines = InvoiceLine.objects.filter(invoice__organisation=organisation)
    lines = lines.exclude(invoice__status__in=("draft", "void")).select_related("invoice")
    groups = {}
    for line in lines:
        key = line.invoice_id, line.vat_treatment, int(line.vat_percentage * 100)
        discount, nets = groups.setdefault(key, (int(line.invoice.discount * 100), []))
        nets.append(int(line.net * 100))
    for (_pk, treatment, percentage), (discount, nets) in groups.items():
        box = EXPECTED[treatment, str(percentage // 100)]
        net = sum(nets) - half_up(sum(nets) * discount, 10_000)
        vat = half_up(net * percentage, 10_000)
        before = sums.get(box, (0, 0))
        sums[box] = before[0] + net, before[1] + vat
    return sums


@pytest.mark.parametrize("seed", range(3))
def test_the_boxes_of_random_invoices_are_those_of_their_lines(agency, seed):
    dice = random.Random(seed)
    organisation = invoices.complete(agency.organisation)
    customers = {kind: invoices.buyer(organisation, kind) for kind in invoices.KINDS}
    for number in range(120):
        invoices.random_invoice(dice, customers, number=f"2026-{number:04d}")

    expected = boxes_in_cents(organisation)
    report = found(agency)

    outside = expected.pop(None, (0, 0))
    assert len(expected) >= 5
    for row in report.rows:
        net, vat = expected.get(str(row.box), (0, 0))
        assert row.amounts == Amounts(Decimal(net).scaleb(-2), Decimal(vat).scaleb(-2))
        assert row.turnover == half_up(net, 100)
        assert row.vat == (vat // 100 if row.has_vat else 0)
    assert sum((row.net for row in report.outside), ZERO) == Decimal(outside[0]).scaleb(-2)
    assert report.exact.net == sum(Invoice.objects.values_list("net", flat=True), ZERO)
    assert report.exact.vat == sum(Invoice.objects.values_list("vat", flat=True), ZERO)
    for row in report.rows:
        behind = invoices_in(organisation, YEAR, row.box)
        assert sum(behind.values(), Amounts()) == row.amounts
    within_eu = sum((row.total for row in icp(organisation, YEAR)), ZERO)
    assert within_eu == by_box(agency)["3b"].net


def test_only_final_invoices_dated_in_the_period_count_also_unsent_ones(agency):
    for status in InvoiceStatus.values:
        create_invoice(agency.organisation, Line("100.00", agency.vat), status=status)
    create_invoice(agency.organisation, Line("1.00", agency.vat), date=datetime.date(2025, 12, 31))

    assert by_box(agency) == {"1a": Amounts(Decimal("300.00"), Decimal("63.00"))}


@pytest.mark.parametrize(
    ("exact", "turnover", "vat"),
    [
        ("0.49", 0, 0),
        ("0.50", 1, 0),
        ("0.99", 1, 0),
        ("1.00", 1, 1),
        ("1234.99", 1235, 1234),
        ("-0.01", 0, -1),
        ("-0.50", -1, -1),
        ("-1.00", -1, -1),
        ("-1.01", -1, -2),
    ],
)
def test_turnover_is_rounded_and_vat_is_rounded_in_favour(exact, turnover, vat):
    assert whole_turnover(Decimal(exact)) == turnover
    assert whole_vat(Decimal(exact)) == vat


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("2026-02-01", "2026-02-28", "month"),
        ("2024-02-01", "2024-02-29", "month"),
        ("2026-04-01", "2026-06-30", "quarter"),
        ("2026-01-01", "2026-12-31", "year"),
        ("2026-02-01", "2026-04-30", ""),
        ("2026-04-01", "2026-06-29", ""),
        ("2026-04-02", "2026-06-30", ""),
        ("2026-01-01", "2026-06-30", ""),
        ("2025-07-01", "2026-06-30", ""),
    ],
)
def test_a_return_is_of_a_month_a_quarter_or_a_year(first, last, kind):
    fromiso = datetime.date.fromisoformat
    assert kind_of(Period(fromiso(first), fromiso(last))) == kind


def test_every_box_leads_to_the_invoices_that_it_adds_up(inside, agency):
    for treatment, percentage in EXPECTED:
        create_invoice(agency.organisation, Line("33.33", rate(agency, treatment, percentage)))
    url = reverse("billing:report-return-invoices")

    rows = inside.get(reverse("billing:report-return"), DAYS).context["found"].rows

    assert sum(bool(row.amounts) for row in rows) == 6
    for row in rows:
        answer = inside.get(url, {**DAYS, "key": str(row.box)})
        assert answer.context["sum"] == row.amounts
    assert inside.get(url, {**DAYS, "key": "9z"}).status_code == 200


def test_boxes_that_need_purchases_say_so(inside, agency):
    create_invoice(agency.organisation, Line("100.00", agency.vat))

    page = inside.get(reverse("billing:report-return"), DAYS).content.decode()

    assert "Purchases are not registered here" in page
    assert "Boxes 4a, 4b and 5b are about purchases" in page


def test_many_invoices_cost_as_many_queries_as_one(inside, agency):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            for name in ("report-return", "report-return-invoices", "report-return-export"):
                inside.get(reverse(f"billing:{name}"), {**DAYS, "key": "1a"}).getvalue()
        return len(asked)

    create_invoice(agency.organisation, Line("100.00", agency.vat))
    of_one = queries()
    for _number in range(30):
        create_invoice(agency.organisation, Line("100.00", agency.vat))

    assert queries() == of_one


def test_the_file_has_a_row_a_box(inside, agency):
    create_invoice(agency.organisation, Line("100.55", agency.vat))

    answer = inside.get(reverse("billing:report-return-export"), DAYS)

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, *others = csv.DictReader(io.StringIO(text))
    assert [first["Box"], *(row["Box"] for row in others)] == Box.values
    assert (first["Turnover, whole €"], first["VAT, whole €"]) == ("101", "21")
    assert (first["Excl. VAT €"], first["VAT €"]) == ("100.55", "21.12")


def test_nothing_invoiced_is_said(inside):
    page = inside.get(reverse("billing:report-return"), DAYS).content.decode()

    assert "Nothing was invoiced in this period." in page
