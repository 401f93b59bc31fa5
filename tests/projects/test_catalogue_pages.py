"""Management → Tasks, Expense categories and Vehicles."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from integrations.models import Connection, CostCentre, LedgerAccount
from projects.dated_rates import TripRates
from projects.models import DatedRate, ExpenseCategory, Task, TripSettings, Vehicle
from tests.factories import (
    TODAY,
    create_expense_category,
    create_membership,
    create_task,
    create_time_entry,
    create_vat_rate,
    create_vehicle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LISTS = ["task-list", "category-list", "vehicle-list"]
ADD = ["task-add", "category-add", "vehicle-add"]
MAKERS = {"task": create_task, "category": create_expense_category, "vehicle": create_vehicle}


def url(name: str, *args: object) -> str:
    return reverse(f"projects:{name}", args=args)


def errors(response, field: str) -> list[str]:
    return response.context["form"].errors[field]


@pytest.fixture
def connection(organisation) -> Connection:
    """A connection with a fetched chart of accounts and cost centres."""
    connection = Connection.objects.create(organisation=organisation)
    for code, name in (("8000", "Omzet"), ("8010", "Omzet advies")):
        LedgerAccount.objects.create(connection=connection, code=code, name=name, category="VW")
    CostCentre.objects.create(connection=connection, remote_id=12, name="Studio")
    return connection


@pytest.mark.parametrize("name", [*LISTS, *ADD])
@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMINISTRATOR, 200), (Role.PROJECT_MANAGER, 200), (Role.EMPLOYEE, 403)],
)
def test_managers_keep_the_catalogue_and_employees_do_not(
    organisation, client_of, name, role, status
):
    member = create_membership(organisation=organisation, role=role)

    assert client_of(member).get(url(name)).status_code == status


def test_who_sees_no_amounts_sees_no_rate_of_trips(organisation, client_of):
    settings, _new = TripSettings.objects.get_or_create(organisation=organisation)
    TripSettings.objects.filter(pk=settings.pk).update(rate=Decimal("0.37"))
    member = create_membership(
        organisation=organisation, role=Role.PROJECT_MANAGER, may_see_amounts=False
    )

    page = client_of(member).get(url("vehicle-list")).text

    assert "0.37" not in page
    assert url("vehicle-trip-settings") not in page


@pytest.mark.parametrize("name", LISTS)
def test_without_login_the_login_page_comes_first(name):
    response = Client().get(url(name))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("kind", MAKERS)
def test_what_belongs_to_another_organisation_does_not_exist(client, kind):
    other = MAKERS[kind]()

    assert client.get(url(f"{kind}-edit", other.pk)).status_code == 404
    assert client.post(url(f"{kind}-edit", other.pk), {"name": "Mine"}).status_code == 404
    assert client.post(url(f"{kind}-remove", other.pk)).status_code == 404
    assert other.name not in client.get(url(f"{kind}-list")).text


@pytest.mark.parametrize("kind", MAKERS)
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(
    client, organisation, connection, kind, django_assert_max_num_queries
):
    MAKERS[kind](organisation=organisation)
    with django_assert_max_num_queries(14) as few:
        client.get(url(f"{kind}-list"))
    for _ in range(30):
        MAKERS[kind](organisation=organisation)

    with django_assert_max_num_queries(len(few)):
        response = client.get(url(f"{kind}-list"))

    assert response.context["page"].paginator.count == 31


def test_a_task_is_added_with_its_own_ledger_account(client, organisation, connection):
    rate = create_vat_rate(organisation=organisation)

    response = client.post(
        url("task-add"),
        {
            "name": "Advice",
            "code": "ADV",
            "hourly_rate": "112,50",
            "is_billable": "on",
            "ledger_account": "8010",
            "vat_rate": rate.pk,
            "cost_centre_id": "12",
        },
    )

    assert response.status_code == 302
    task = Task.objects.get()
    assert (task.organisation, task.name, task.hourly_rate) == (
        organisation,
        "Advice",
        Decimal("112.50"),
    )
    assert (task.ledger_account, task.vat_rate, task.cost_centre_id) == ("8010", rate, 12)
    assert task.is_active
    assert not task.is_common


def test_a_pasted_ledger_account_comes_back_as_its_number_with_a_notice(client, connection):
    response = client.post(url("task-add"), {"name": "Advice", "ledger_account": "8000 Omzet"})

    assert response.status_code == 422
    assert errors(response, "ledger_account") == [
        "Only the number: 8000. We changed it for you. Check it and save."
    ]
    assert 'value="8000"' in response.text
    assert not Task.objects.exists()


def test_a_ledger_account_that_is_not_in_the_chart_is_refused(client, connection):
    response = client.post(url("task-add"), {"name": "Advice", "ledger_account": "8123"})

    assert ("Ledger account 8123 is not in the chart of accounts") in errors(
        response, "ledger_account"
    )[0]


def test_without_a_connection_any_number_will_do(client):
    client.post(url("task-add"), {"name": "Advice", "ledger_account": "8123"})

    assert Task.objects.get().ledger_account == "8123"


def test_a_vat_rate_of_another_organisation_cannot_be_chosen(client):
    rate = create_vat_rate()

    response = client.post(url("task-add"), {"name": "Advice", "vat_rate": rate.pk})

    assert "vat_rate" in response.context["form"].errors


@pytest.mark.parametrize("kind", MAKERS)
def test_a_name_is_given_once(client, organisation, kind):
    MAKERS[kind](organisation=organisation, name="Bike")

    response = client.post(url(f"{kind}-add"), {"name": "bike"})

    assert errors(response, "name") == ["Bike already exists. Choose another name."]


def test_an_inactive_one_with_the_name_says_so(client, organisation):
    create_vehicle(organisation=organisation, name="Bike", is_active=False)

    response = client.post(url("vehicle-add"), {"name": "Bike"})

    assert "Activate it or choose another name." in errors(response, "name")[0]


def test_another_organisation_may_use_the_same_name(client):
    create_task(name="Design")

    assert client.post(url("task-add"), {"name": "Design"}).status_code == 302


def test_a_wrong_amount_keeps_what_was_typed(client):
    response = client.post(url("task-add"), {"name": "Design", "hourly_rate": "a lot"})

    assert errors(response, "hourly_rate") == ["Enter an amount such as 95.50."]
    assert 'value="a lot"' in response.text


def test_a_task_is_changed_and_made_inactive(client, organisation):
    task = create_task(organisation=organisation, name="Design")

    client.post(url("task-edit", task.pk), {"name": "UX design"})

    task.refresh_from_db()
    assert (task.name, task.is_active, task.hourly_rate) == ("UX design", False, None)
    assert "UX design" not in client.get(url("task-list")).text.partition("toasts")[0]
    assert "UX design" in client.get(url("task-list"), {"state": "inactive"}).text


@pytest.mark.parametrize(
    ("kind", "model"), [("task", Task), ("category", ExpenseCategory), ("vehicle", Vehicle)]
)
def test_what_was_never_used_is_deleted(client, organisation, kind, model):
    row = MAKERS[kind](organisation=organisation)

    answer = client.post(url(f"{kind}-remove", row.pk))

    assert answer.status_code == 302
    assert not model.objects.exists()


def test_a_task_in_use_becomes_inactive(client, organisation):
    entry = create_time_entry(task=create_task(organisation=organisation, name="Design"))

    response = client.post(url("task-remove", entry.task.pk), follow=True)

    entry.task.refresh_from_db()
    assert not entry.task.is_active
    link = url("task-edit", entry.task.pk)
    assert f'<a href="{link}">Design</a> is in use and has been deactivated' in response.text


def test_looking_for_a_name(client, organisation):
    for name in ("Design", "Support"):
        create_task(organisation=organisation, name=name)

    page = client.get(url("task-list"), {"q": "des"}).context["page"]

    assert [task.name for task in page] == ["Design"]


def test_sorting_by_rate_puts_tasks_without_one_last(client, organisation):
    for name, rate in (("A", None), ("B", Decimal("10.00")), ("C", Decimal("90.00"))):
        create_task(organisation=organisation, name=name, hourly_rate=rate)

    page = client.get(url("task-list"), {"order": "-rate"}).context["page"]

    assert [task.name for task in page] == ["C", "B", "A"]


@pytest.mark.parametrize("query", ["order=nonsense", "size=7", "page=99", "page=x", "state=nope"])
def test_an_odd_address_still_shows_the_list(client, organisation, query):
    create_task(organisation=organisation)

    assert client.get(f"{url('task-list')}?{query}").status_code == 200


def test_the_rate_of_trips_is_set_on_the_page_of_the_vehicles(client, organisation):
    assert 'value="0.30"' in client.get(url("vehicle-list")).text

    client.post(url("vehicle-trip-settings"), {"rate": "0,23", "ledger_account": "4310"})

    settings = TripSettings.objects.get()
    assert (settings.organisation, settings.rate, settings.ledger_account) == (
        organisation,
        Decimal("0.23"),
        "4310",
    )


def test_the_rate_of_trips_says_until_when_it_holds(client, organisation):
    settings = TripSettings.objects.create(organisation=organisation, rate=Decimal("0.30"))
    first = TODAY - datetime.timedelta(days=10)
    DatedRate.objects.create(
        organisation=organisation, trip_settings=settings, from_on=first, rate=Decimal("0.40")
    )

    client.post(url("vehicle-trip-settings"), {"rate": "0,23"})

    rates = TripRates(organisation.pk)
    found = [rates.at(day) for day in (first - datetime.timedelta(days=1), first, TODAY)]
    assert found == [Decimal("0.23"), Decimal("0.40"), Decimal("0.40")]
    assert "until the first rate from a date" in client.get(url("vehicle-list")).text


def test_wrong_trip_settings_come_back_on_that_page(client):
    response = client.post(url("vehicle-trip-settings"), {"rate": "", "ledger_account": "4310 x"})

    assert response.status_code == 422
    assert errors(response, "rate") == ["This field is required."]
    assert "Only the number: 4310" in response.text


def test_an_ended_vat_rate_is_offered_only_where_it_is_chosen(organisation, client, ended_rate):
    task = create_task(organisation=organisation, vat_rate=ended_rate)
    option = f'<option value="{ended_rate.pk}"'

    new = client.get(url("task-add")).content.decode()
    there = client.get(url("task-edit", task.pk)).content.decode()
    trips = client.get(url("vehicle-list")).content.decode()

    assert option not in new
    assert option not in trips
    assert f"{option} selected" in there


def test_an_ended_vat_rate_is_refused_for_something_new(client, ended_rate):
    response = client.post(url("category-add"), {"name": "Hosting", "vat_rate": ended_rate.pk})

    assert response.status_code == 422
    assert errors(response, "vat_rate") == ["This VAT rate has ended. Choose another one."]


@pytest.fixture
def ended_rate(organisation):
    return create_vat_rate(
        organisation=organisation, name="19%", valid_until=datetime.date(2012, 9, 30)
    )
