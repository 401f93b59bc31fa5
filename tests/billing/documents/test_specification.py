"""The billed rows and the period of supply are stored on a final invoice and do not change."""

import datetime
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.documents.specification import BilledRow, specified
from billing.documents.supply import supply_period
from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import make_final
from billing.models import Invoice, Origin
from billing.unbilled.items import ItemKind, worth_of
from billing.unbilled.lines import Grouping
from registrations.models import TimeEntry
from tests import factories
from tests.billing.unbilled.test_lines import HOURS
from vat.total_rows import total_fields
from vat.totals import totals

NOW = timezone.now()
DAY = datetime.date(2026, 11, 2)


def final(agency, **choices) -> Invoice:
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE, **choices), now=NOW)
    return make_final(draft, by=agency.member.user, now=NOW)


def test_a_final_invoice_keeps_the_rows_behind_its_lines(agency):
    project = factories.create_project(organisation=agency.organisation, name="Website")
    task = factories.create_task(organisation=agency.organisation, name="Design")
    entry = agency.hours(
        project=project, task=task, minutes=100, date=DAY, description="A first sketch"
    )

    (line,) = final(agency).lines.all()

    assert line.specification == [
        {
            "kind": "hours",
            "id": entry.pk,
            "date": "2026-11-02",
            "until": None,
            "employee": str(agency.member),
            "employee_id": agency.member.pk,
            "project": "Website",
            "project_id": project.pk,
            "task": "Design",
            "description": "A first sketch",
            "minutes": 100,
            "quantity": "1.67",
            "unit": "hour",
            "price": "90.00",
            "amount": "150.30",
        }
    ]


def test_a_draft_has_no_copies_yet(agency):
    agency.hours()

    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)

    assert [line.specification for line in draft.lines.all()] == [[]]


def test_the_period_of_supply_stays_when_the_rows_are_released_later(agency):
    project = factories.create_project(organisation=agency.organisation)
    for day in (2, 20):
        agency.hours(project=project, date=DAY.replace(day=day))
    invoice = final(agency)

    TimeEntry.objects.update(invoice_line=None, status="approved")

    assert supply_period(Invoice.objects.get()) == (DAY, DAY.replace(day=20))
    assert supply_period(invoice) == (DAY, DAY.replace(day=20))


def test_a_typed_period_of_supply_goes_before_that_of_the_rows(agency):
    agency.hours(date=DAY)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    month = datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)
    Invoice.objects.update(supplied_from=month[0], supplied_until=month[1])

    invoice = make_final(draft, by=agency.member.user, now=NOW)

    assert supply_period(invoice) == month


def queries_of_becoming_final(agency, *, rows: int) -> int:
    project = factories.create_project(organisation=agency.organisation)
    for _ in range(rows):
        agency.hours(project=project)
        factories.create_expense(project=project, membership=agency.member)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE, grouping=Grouping.DETAILED), now=NOW)
    with CaptureQueriesContext(connection) as queries:
        make_final(draft, by=agency.member.user, now=NOW)
    assert draft.lines.count() == 2 * rows
    assert all(line.specification for line in draft.lines.all())
    return len(queries)


def test_becoming_final_asks_the_database_as_often_for_many_lines(agency):
    few = queries_of_becoming_final(agency, rows=1)

    assert queries_of_becoming_final(agency, rows=40) <= few


ROWS = st.lists(
    st.tuples(
        st.sampled_from([ItemKind.HOURS, ItemKind.TRIP, ItemKind.EXPENSE]),
        st.integers(1, 2000),
        st.sampled_from(["0.07", "33.33", "95.00", "-12.15"]),
    ),
    min_size=1,
    max_size=40,
)


@given(ROWS)
def test_the_rows_of_a_line_add_up_to_the_line_to_the_cent(rows):
    billed = [
        BilledRow(kind, 1, Decimal(quantity), Decimal(price), {"id": n, "project_id": 1})
        for n, (kind, quantity, price) in enumerate(rows, start=1)
    ]
    items = [
        HOURS._replace(id=n, kind=kind, quantity=Decimal(quantity), price=Decimal(price))
        for n, (kind, quantity, price) in enumerate(rows, start=1)
    ]

    specification = specified(billed)

    assert sum(Decimal(row["amount"]) for row in specification) == worth_of(items)
    assert sorted(row["id"] for row in specification) == [item.id for item in items]


def test_rows_without_a_quantity_have_no_amount():
    rows = [
        BilledRow(ItemKind.HOURS, 1, Decimal(0), Decimal("90.00"), {"id": n, "project_id": 1})
        for n in (1, 2)
    ]

    assert [row["amount"] for row in specified(rows)] == ["0.00", "0.00"]


@given(ROWS, st.decimals(-99999, 99999, places=2))
def test_the_rows_add_up_to_a_line_that_was_changed_on_the_draft(rows, amount):
    billed = [
        BilledRow(kind, 1, Decimal(quantity), Decimal(price), {"id": n, "project_id": 1})
        for n, (kind, quantity, price) in enumerate(rows, start=1)
    ]

    specification = specified(billed, amount=amount)

    assert sum(Decimal(row["amount"]) for row in specification) == amount


def test_a_line_that_was_changed_on_the_draft_keeps_its_total_in_the_specification(agency):
    project = factories.create_project(organisation=agency.organisation)
    for _ in range(3):
        agency.hours(project=project, minutes=20)
    order = agency.order(origin=Origin.HERE, grouping=Grouping.PROJECT)
    (draft,) = draft_invoices(order, now=NOW)
    line = draft.lines.get()
    line.quantity, line.price, line.net = Decimal(1), Decimal(500), Decimal(500)
    line.save()
    for name, value in total_fields(totals([line])).items():
        setattr(draft, name, value)
    draft.save()

    (line,) = make_final(draft, by=agency.member.user, now=NOW).lines.all()

    assert [row["amount"] for row in line.specification] == ["166.67", "166.67", "166.66"]
