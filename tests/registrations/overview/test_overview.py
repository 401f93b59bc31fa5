"""The lists under Overview."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from lib.spreadsheets import safe
from registrations.models import Status
from registrations.periods import Period, named
from tests import factories
from tests.responses import exported

from ..rows import row_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.date(2020, 3, 2)


def listed(client, kind="hours", **query):
    page = client.get(reverse(f"registrations:overview-{kind}"), query)
    return page.context


def ids(context):
    return {row.pk for row in context["page"]}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", (2026, 2, 1), (2026, 2, 1)),
        ("yesterday", (2026, 1, 31), (2026, 1, 31)),
        ("this_week", (2026, 1, 26), (2026, 2, 1)),
        ("last_week", (2026, 1, 19), (2026, 1, 25)),
        ("this_month", (2026, 2, 1), (2026, 2, 28)),
        ("last_month", (2026, 1, 1), (2026, 1, 31)),
        ("this_quarter", (2026, 1, 1), (2026, 3, 31)),
        ("last_quarter", (2025, 10, 1), (2025, 12, 31)),
        ("this_year", (2026, 1, 1), (2026, 12, 31)),
        ("last_year", (2025, 1, 1), (2025, 12, 31)),
    ],
)
def test_a_period_is_whole_days_around_today(name, first, last):
    today = datetime.date(2026, 2, 1)

    assert named(name, today=today) == Period(datetime.date(*first), datetime.date(*last))


def test_unasked_it_is_this_month(office, manager):
    row_of(office, date=LONG_AGO)
    now = row_of(office)

    assert ids(listed(manager)) == {now.pk}
    assert listed(manager, period="all")["totals"].count == 2


def test_a_period_of_ones_own_has_both_ends(office, manager):
    row = row_of(office, date=LONG_AGO)
    row_of(office, date=LONG_AGO + datetime.timedelta(days=1))
    day = LONG_AGO.isoformat()

    assert ids(listed(manager, period="custom", since=day, until=day)) == {row.pk}


def test_filters_narrow_together(office, manager):
    other = factories.create_project(organisation=office.organisation)
    wanted = row_of(office, description="Sprint", status=Status.APPROVED)
    row_of(office, description="Sprint", status=Status.INVOICED)
    row_of(office, description="Sprint", project=other)
    row_of(office, description="Sprint", membership=office.colleague)
    row_of(office, description="Sprint", is_billable=False)
    row_of(office)

    found = listed(
        manager,
        q="sprint",
        project=office.project.pk,
        customer=office.project.customer_id,
        employee=office.employee.pk,
        task=office.task.pk,
        status="not_invoiced",
        billable="yes",
    )

    assert ids(found) == {wanted.pk}


@pytest.mark.parametrize("query", [{"customer": "999999"}, {"status": "odd"}, {"period": "x"}])
def test_a_filter_that_does_not_exist_shows_nothing_and_says_so(office, manager, query):
    row_of(office)
    page = manager.get(reverse("registrations:overview-hours"), query)

    assert page.context["totals"].count == 0
    assert "unknown filter" in page.content.decode()


def test_a_customer_of_another_organisation_is_no_filter(office, manager):
    foreign = factories.create_customer()

    assert listed(manager, customer=foreign.pk)["filter"].errors


def test_totals_are_of_the_whole_filter_not_of_the_page(office, manager):
    for _n in range(30):
        row_of(office, minutes=20, amount=Decimal("31.35"))

    context = listed(manager, size="25")

    assert len(context["page"]) == 25
    assert (context["totals"].count, context["totals"].figure) == (30, 600)
    assert context["totals"].amount == Decimal("950.00")  # 10 hours, not 30 times 0.33 hour


def test_rows_are_sorted_by_a_column(office, manager):
    small, large = row_of(office, amount=Decimal(9)), row_of(office, amount=Decimal(100))

    assert [row.pk for row in listed(manager, order="amount")["page"]] == [small.pk, large.pk]
    assert [row.pk for row in listed(manager, order="-amount")["page"]] == [large.pk, small.pk]


def test_employees_see_their_own_rows_without_amounts(office, employee):
    own = row_of(office, amount=Decimal("123.45"))
    row_of(office, membership=office.colleague)

    page = employee.get(reverse("registrations:overview-hours"), {"order": "amount"})

    assert ids(page.context) == {own.pk}
    assert "123.45" not in page.content.decode()
    assert "Reject…" not in page.content.decode()
    assert "Write off…" not in page.content.decode()
    assert "Invoice" not in page.content.decode().replace("Invoiced", "").replace("invoiced", "")


def test_who_may_invoice_sees_everything(office, employee):
    office.employee.may_invoice = True
    office.employee.save()
    row = row_of(office, membership=office.colleague)

    context = listed(employee)

    assert ids(context) == {row.pk}
    assert context["sees_amounts"]


def test_a_manager_of_all_projects_without_amounts_gets_none_in_the_page(office, manager):
    office.manager.manages_all_projects, office.manager.may_see_amounts = True, False
    office.manager.save()
    row_of(office, amount=Decimal("123.45"), hourly_rate=Decimal("87.65"))

    page = manager.get(reverse("registrations:overview-hours")).content.decode()

    assert 'data-minutes="60"' in page
    assert "123.45" not in page
    assert "87.65" not in page


def test_a_manager_without_amounts_can_set_to_open_and_write_off(office, manager):
    office.manager.may_see_amounts = False
    office.manager.save()
    row_of(office)

    page = manager.get(reverse("registrations:overview-hours")).content.decode()

    assert "Set to open…" in page
    assert "Write off…" in page


def test_a_manager_of_own_projects_adds_up_the_amounts_of_a_selection(office, manager):
    office.manager.manages_all_projects, office.manager.may_see_amounts = False, True
    office.manager.save()
    office.project.managers.add(office.manager)
    row_of(office, amount=Decimal("123.45"))

    page = manager.get(reverse("registrations:overview-hours")).content.decode()

    assert 'data-amount="123.45"' in page


def test_another_organisation_shows_nowhere(office, administrator):
    factories.create_time_entry(date=localdate())
    factories.create_expense(date=localdate())
    factories.create_trip(date=localdate())

    for kind in ("hours", "expenses", "trips"):
        assert listed(administrator, kind, period="all")["totals"].count == 0
    row_of(office)
    assert listed(administrator, period="all")["totals"].count == 1


def many(office, kind, count):
    create = {
        "hours": lambda **about: row_of(office, **about),
        "expenses": factories.create_expense,
        "trips": factories.create_trip,
    }[kind]
    line = factories.create_invoice_line(project=office.project)
    for _n in range(count):
        create(
            project=office.project,
            membership=office.employee,
            date=localdate(),
            status=Status.INVOICED,
            invoice_line=line,
        )


@pytest.mark.parametrize("kind", ["hours", "expenses", "trips"])
def test_a_long_list_takes_as_many_queries_as_a_short_one(
    office, administrator, kind, django_assert_max_num_queries
):
    address = reverse(f"registrations:overview-{kind}")
    many(office, kind, 1)
    with django_assert_max_num_queries(16) as short:
        administrator.get(address, {"size": "250"})

    many(office, kind, 199)
    with django_assert_max_num_queries(len(short)) as long:
        administrator.get(address, {"size": "250"})

    assert len(long) == len(short)


def test_everything_the_filter_finds_can_be_selected(office, manager):
    row = row_of(office, minutes=90, amount=Decimal("142.50"))
    row_of(office, date=LONG_AGO)

    found = manager.get(reverse("registrations:overview-hours-select")).json()

    assert (found["count"], found["minutes"]) == (1, 90)
    assert found["groups"] == [[row.project_id, "95.00", 90, 0]]


def test_an_employee_selects_without_amounts(office, employee):
    row_of(office, amount=Decimal("142.50"))

    found = employee.get(reverse("registrations:overview-hours-select")).json()

    assert (found["count"], found["amount"], found["groups"]) == (1, 0, [])


# --- Export -------------------------------------------------------------------------------------


def test_the_filter_is_exported_whole(office, manager):
    for _n in range(30):
        row_of(office, minutes=50)
    row_of(office, date=LONG_AGO)

    answer = manager.get(reverse("registrations:overview-hours-export"), {"size": "25"})

    rows = exported(answer)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 30
    assert (rows[0]["Hours"], rows[0]["Amount excl. VAT"]) == ("0.83", "95.00")


def test_the_selection_is_exported_with_all_its_kinds(office, manager):
    about = {"project": office.project, "membership": office.employee}
    fields = {
        "hours": row_of(office).pk,
        "expenses": factories.create_expense(**about).pk,
        "trips": factories.create_trip(**about).pk,
    }

    answer = manager.post(reverse("registrations:overview-export-selection"), fields)

    assert [row["Kind"] for row in exported(answer)] == ["Hours", "Expense", "Trip"]


def test_an_employee_exports_own_rows_without_amounts(office, employee):
    own, other = row_of(office), row_of(office, membership=office.colleague)
    fields = {"hours": [own.pk, other.pk]}

    rows = exported(employee.post(reverse("registrations:overview-export-selection"), fields))

    assert len(rows) == 1
    assert "Amount excl. VAT" not in rows[0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "  ="])
def test_no_cell_is_taken_for_a_formula(office, manager, start):
    text = f"{start}HYPERLINK(1)"

    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("start", ["\r", "\n"])
def test_no_line_break_begins_a_cell(office, manager, start):
    assert safe(f"{start}HYPERLINK(1)") == "' HYPERLINK(1)"


def test_a_description_with_a_formula_is_exported_as_text(office, manager):
    row_of(office, description='=cmd|"/c calc"!A1')

    rows = exported(manager.get(reverse("registrations:overview-hours-export")))

    assert rows[0]["Description"] == '\'=cmd|"/c calc"!A1'


@pytest.mark.parametrize("name", ["customer", "project", "employee", "task"])
def test_an_id_that_no_row_can_have_is_a_filter_that_does_not_exist(office, manager, name):
    answer = manager.get(reverse("registrations:overview-hours"), {name: "9" * 30})

    assert answer.status_code == 200
    assert "The link contains an unknown filter." in answer.content.decode()
