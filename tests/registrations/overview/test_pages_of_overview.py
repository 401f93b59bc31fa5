"""A page of Overview is found by its first or last row, in every order and both directions."""

import datetime
import random
import re
from decimal import Decimal
from itertools import chain

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lib.folding import Folded, fold
from lib.seeking import page_of
from registrations.models import Status
from registrations.overview.overviews import HOURS, OVERVIEWS, TRIPS, in_order
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 3, 2)
SIZE = 25
EVERY_ORDER = [
    pytest.param(overview, f"{sign}{name}", id=f"{overview.key}: {sign}{name}")
    for overview in OVERVIEWS
    for name in overview.orders
    for sign in ("", "-")
]


@pytest.fixture
def rows(office):
    """Hours, expenses and trips with equal names, equal days, and trips without a vehicle."""
    choose = random.Random(7)
    organisation = office.organisation
    people = [factories.create_user(first_name=name) for name in ("Anna", "anna", "Bram")]
    members = [factories.create_membership(organisation=organisation, user=one) for one in people]
    customers = [
        factories.create_customer(organisation=organisation, name=name)
        for name in ("Kaas", "Kaas", "Éclair")
    ]
    projects = [
        factories.create_project(customer=customers[number % 3], name=f"Site {number // 2}")
        for number in range(6)
    ]
    cars = [factories.create_vehicle(organisation=organisation, name=n) for n in ("Bike", "Car")]
    for number in range(70):
        fields = {
            "project": choose.choice(projects),
            "membership": choose.choice(members),
            "date": DAY + datetime.timedelta(days=choose.randrange(5)),
            "description": choose.choice(["", "Review", "review", "x" * 80 + str(number)]),
            "status": choose.choice([Status.OPEN, Status.APPROVED]),
            "amount": Decimal(choose.randrange(4)),
        }
        factories.create_time_entry(**fields, minutes=choose.choice([30, 60]))
        factories.create_expense(**fields, quantity=choose.choice([1, 2]))
        factories.create_trip(**fields, vehicle=choose.choice([*cars, None]), distance=10)


def ordered(office, overview, order):
    rows = overview.model.objects.filter(organisation=office.organisation)
    return in_order(rows, overview, QueryDict(f"order={order}"), by=office.administrator)


def page(pages, parameters):
    query = QueryDict(mutable=True)
    query.update({"size": str(SIZE), **parameters})
    return page_of(pages, query, load=load_of(pages), default_size=SIZE)


def load_of(pages):
    return pages.rows.model.objects.in_bulk


def walk(pages, parameters, direction):
    """The pages from here to the end of a direction, as lists of ids."""
    found = []
    while True:
        shown = page(pages, parameters)
        found.append([row.pk for row in shown])
        parameters = getattr(shown, direction)
        if not parameters:
            return found


@pytest.mark.parametrize(("overview", "order"), EVERY_ORDER)
def test_pages_contain_every_row_once_in_the_order(office, rows, overview, order):
    pages = ordered(office, overview, order)
    everything = list(pages.all().values_list("pk", flat=True))

    onwards = walk(pages, {}, "next")
    back = walk(pages, {"before": ""}, "previous")

    assert list(chain(*onwards)) == everything
    assert list(chain(*reversed(back))) == everything
    assert len(onwards) == len(back) == 3


@pytest.mark.parametrize("order", ["date", "-customer", "notes"])
def test_rows_are_numbered_from_the_start(office, rows, order):
    pages = ordered(office, HOURS, order)

    first = page(pages, {})
    second = page(pages, first.next)
    again = page(pages, second.previous)
    last = page(pages, {"before": ""}).of_total(70)

    assert [(one.first, one.last) for one in (first, second, again)] == [(1, 25), (26, 50), (1, 25)]
    assert (last.first, last.last) == (46, 70)
    assert page(pages, last.previous).first == 21
    assert [row.pk for row in again] == [row.pk for row in first]


@pytest.mark.parametrize("order", ["date", "-project"])
def test_a_page_by_its_number_has_the_rows_of_that_number(office, rows, order):
    pages = ordered(office, HOURS, order)
    everything = list(pages.all().values_list("pk", flat=True))

    assert [row.pk for row in page(pages, {"page": "2"})] == everything[25:50]
    assert [row.pk for row in page(pages, {"page": "99"})] == everything[-25:]


@pytest.mark.parametrize(
    "position",
    [
        "x",
        "W10",
        "WyIyMDI2LTAzLTAyIl0",
        "bnVsbA",
        "WyJ4IiwiMSJd",
        "WyIyMDI2LTAzLTAyIiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ",
        "W" * 5000,
        "é",
        "W1tbW1tbW1tbW1tb",
    ],
)
def test_a_position_that_cannot_be_read_is_the_first_page(office, rows, position):
    pages = ordered(office, HOURS, "date")

    assert [row.pk for row in page(pages, {"after": position})] == [
        row.pk for row in page(pages, {})
    ]


def test_a_page_after_rows_that_were_deleted_shows_what_is_left(office, rows):
    pages = ordered(office, HOURS, "date")
    following = page(pages, {}).next
    kept = list(pages.all().values_list("pk", flat=True))[:10]
    gone = HOURS.model.objects.exclude(pk__in=kept)
    gone.update(status=Status.OPEN)
    gone.delete()

    assert [row.pk for row in page(pages, following)] == kept


def test_a_missing_vehicle_comes_last_in_both_directions(office, rows):
    for order in ("vehicle", "-vehicle"):
        last = page(ordered(office, TRIPS, order), {"before": ""})
        assert last.rows[-1].vehicle is None


@pytest.mark.parametrize(("overview", "order"), EVERY_ORDER)
def test_a_page_takes_as_many_queries_wherever_it_is(office, rows, overview, order):
    pages = ordered(office, overview, order)
    middle = page(pages, {}).next
    for parameters in ({}, middle, {"before": ""}):
        with CaptureQueriesContext(connection) as queries:
            page(pages, parameters)
        # Rows, and for a related name: the groups, the group of the position, the steps after it.
        assert len(queries) <= (7 if pages.related is not None else 2)


@pytest.mark.postgres
@pytest.mark.parametrize(("overview", "order"), EVERY_ORDER)
def test_no_page_reads_a_whole_table(office, rows, overview, order):
    pages = ordered(office, overview, order)
    with CaptureQueriesContext(connection) as queries:
        page(pages, page(pages, {}).next)
    with connection.cursor() as cursor:
        # Of few rows each plan is cheap: these show which one an index allows.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for query in queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert f"Seq Scan on {overview.model._meta.db_table}" not in plan
            if pages.related is None and "LIMIT" in query["sql"]:
                assert "Sort" not in plan


def test_totals_of_a_long_list_are_a_request_of_their_own(office, manager, monkeypatch):
    for _n in range(3):
        row_of(office, minutes=20)
    monkeypatch.setattr("registrations.overview.overviews.MOST_COUNTED_AT_ONCE", 2)

    shown = manager.get(reverse("registrations:overview-hours"))
    totals = manager.get(reverse("registrations:overview-hours-totals"))

    assert shown.context["totals"] is None
    assert reverse("registrations:overview-hours-totals") in shown.content.decode()
    assert totals.context["totals"].count == 3
    assert "1:00" in totals.content.decode()


@pytest.mark.parametrize(
    "text", ["sprint", "SPRINT", "t 1", "kaas", "website", "2026-0042", "%", "nothing of the kind"]
)
def test_a_search_finds_description_project_customer_and_number(office, manager, text):
    customer = factories.create_customer(organisation=office.organisation, name="Kaas & Co")
    project = factories.create_project(customer=customer, name="Website")
    line = factories.create_invoice_line(project=office.project)
    line.invoice.number, line.invoice.status = "2026-0042", "final"
    line.invoice.save()
    row_of(office, description="Sprint 12")
    row_of(office, description="100% done")
    row_of(office, project=project)
    row_of(office, invoice_line=line, status=Status.INVOICED)
    texts = {
        row.pk: f"{row.description} {row.project} {row.project.customer}"
        f" {row.invoice_line.invoice.number if row.invoice_line else ''}".lower()
        for row in HOURS.model.objects.filter(organisation=office.organisation)
    }

    found = manager.get(reverse("registrations:overview-hours"), {"q": text, "period": "all"})

    expected = {pk for pk, words in texts.items() if text.lower() in words}
    assert {row.pk for row in found.context["page"]} == expected


@pytest.mark.parametrize("text", ["café", "CAFE", "José", "jose"])
def test_a_search_makes_no_difference_of_accents_and_capitals(office, manager, text):
    customer = factories.create_customer(organisation=office.organisation, name="Jose Bouw")
    project = factories.create_project(customer=customer, name="Cafe")
    hits = [
        row_of(office, description="Overleg in café José"),
        row_of(office, project=project),
    ]
    row_of(office, description="Other")

    found = manager.get(reverse("registrations:overview-hours"), {"q": text, "period": "all"})

    assert {row.pk for row in found.context["page"]} == {row.pk for row in hits}


@pytest.mark.postgres
def test_a_search_in_descriptions_reads_the_index(office):
    row_of(office, description="Sprint 12")
    wanted = HOURS.model.objects.alias(folded=Folded("description")).filter(
        folded__contains=fold("Sprint")
    )

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = wanted.order_by().explain()

    assert "registrations_timeentry_folded" in plan


def test_the_size_of_the_page_is_the_chosen_one(office, manager):
    row_of(office)
    for name in ("registrations:overview-hours", "projects:project-list"):
        shown = manager.get(reverse(name), {"size": "100"}).content.decode()
        assert re.findall(r'<option value="(\d+)" selected>', shown) == ["100"]
