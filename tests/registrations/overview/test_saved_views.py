"""Overview → Views and grouping: saved for one person, and sums that open their rows."""

import datetime
import html
import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registrations.models import SavedView, Status
from registrations.overview.saved_views import views_of
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db
LIST, VIEWS = reverse("registrations:overview-hours"), reverse("registrations:overview-hours-views")
QUERY = "period=all&billable=yes&order=-amount&group=project&without=notes&without=amount"


def save(client, name: str = "Mine", query: str = QUERY, **fields: object):
    return client.post(VIEWS, {"query": query, "name": name, "action": "save", **fields})


def test_a_view_keeps_filters_order_grouping_and_columns(manager, office):
    answer = save(manager, query=f"{QUERY}&after=3&evil=1&view=9")

    (view,) = views_of(office.manager, "hours")
    assert QueryDict(view.query) == QueryDict(QUERY)
    assert answer["Location"] == f"{LIST}?{view.query}&view={view.pk}"
    row_of(office)
    page = manager.get(answer["Location"]).content.decode()
    assert 'class="card without-notes without-amount"' in page
    assert "By Project" in page
    assert manager.get(VIEWS).content.decode().count('value="Mine"') == 1


def test_a_view_belongs_to_one_person_and_one_list(manager, administrator, office):
    save(manager)
    pk = SavedView.objects.get().pk

    assert "<span>Mine<" not in administrator.get(LIST).content.decode()
    assert (
        "<span>Mine<" not in manager.get(reverse("registrations:overview-trips")).content.decode()
    )
    assert "<span>Mine<" in manager.get(LIST).content.decode()
    for action in ("rename", "replace", "pin", "unpin", "delete"):
        about = {"action": action, "view": pk, "name": "Stolen", "query": ""}
        assert administrator.post(VIEWS, about).status_code == 404
    assert SavedView.objects.get().name == "Mine"


def test_the_view_that_opens_first_does_so_where_the_address_says_nothing(manager, office):
    save(manager, is_default="on")
    save(manager, name="Other", query="period=all", is_default="on")

    mine, other = views_of(office.manager, "hours")
    assert (mine.is_default, other.is_default) == (False, True)
    assert manager.get(LIST)["Location"] == f"{LIST}?{other.address}"
    assert manager.get(LIST, {"view": ""}).status_code == 200
    assert manager.get(LIST, {"status": "open"}).status_code == 200

    manager.post(VIEWS, {"action": "unpin", "view": other.pk})

    assert manager.get(LIST).status_code == 200


def test_a_view_is_renamed_replaced_and_deleted(manager, office):
    save(manager)
    pk = SavedView.objects.get().pk

    manager.post(VIEWS, {"action": "rename", "view": pk, "name": " Better "})
    manager.post(VIEWS, {"action": "replace", "view": pk, "query": "period=last_week"})

    found = SavedView.objects.get()
    assert (found.name, found.query) == ("Better", "period=last_week")
    manager.post(VIEWS, {"action": "delete", "view": pk})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mine", "You have a view named mine. Choose another name."),
        ("", "This field is required."),
        ("x" * 61, "60"),
    ],
)
def test_a_name_that_is_empty_long_or_in_use_is_refused_at_its_field(manager, name, sentence):
    save(manager)

    answer = save(manager, name=name, query="period=all&customer=7")

    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert sentence in page
    assert 'name="query" value="period=all&customer=7"' in page
    assert SavedView.objects.count() == 1


def test_a_view_cannot_take_the_name_of_another_one(manager, office):
    save(manager)
    save(manager, name="Other")
    mine, _other = views_of(office.manager, "hours")

    answer = manager.post(VIEWS, {"action": "rename", "view": mine.pk, "name": "OTHER"})

    assert answer.status_code == 422
    assert "You have a view named OTHER." in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_too_many_filters_are_refused_with_a_sentence(manager):
    query = "&".join(f"customer={number}" for number in range(400))

    assert "too many filters" in save(manager, query=query).content.decode()
    assert not SavedView.objects.exists()


@pytest.fixture
def work(office):
    """Hours in two months, on two projects, of two people."""
    today = timezone.localdate().replace(day=15)
    before = today.replace(day=1) - datetime.timedelta(days=3)
    other = factories.create_project(organisation=office.organisation, name="Webshop")
    row_of(office, date=today, minutes=50)
    row_of(office, date=today, minutes=61, status=Status.APPROVED)
    row_of(office, date=before, minutes=95, membership=office.colleague)
    row_of(office, date=before, minutes=20, project=other, is_billable=False, hourly_rate=None)
    factories.create_trip(project=other, membership=office.employee, date=today)
    factories.create_trip(
        project=other, membership=office.employee, date=before, vehicle=office.vehicle
    )
    factories.create_expense(project=other, membership=office.employee, date=today)


GROUPS = ("customer", "project", "employee", "month", "week", "status", "billable")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("hours", one) for one in (*GROUPS, "task")]
    + [("trips", "vehicle"), ("expenses", "category"), ("expenses", "month")],
)
def test_every_group_opens_its_rows_with_the_same_sums(administrator, office, work, kind, name):
    url = reverse(f"registrations:overview-{kind}")
    page = administrator.get(url, {"period": "all", "group": name})

    found = page.context["groups"].rows
    totals = page.context["totals"]
    assert found
    assert sum(one.count for one in found) == totals.count > 0
    assert sum(one.figure for one in found) == totals.figure
    for one in found:
        if not one.query:
            assert (name, one.label) == ("vehicle", "None")
            continue
        listed = administrator.get(f"{url}?{one.query}").context["totals"]
        assert (listed.count, listed.figure, listed.amount) == (one.count, one.figure, one.amount)


def test_a_group_keeps_the_filter_and_the_period_of_its_list(administrator, office, work):
    today = timezone.localdate().replace(day=15)
    about = {
        "period": "custom",
        "since": today.isoformat(),
        "until": today.isoformat(),
        "status": "approved",
        "group": "week",
    }

    (week,) = administrator.get(LIST, about).context["groups"].rows

    query = QueryDict(week.query)
    assert (query["since"], query["until"], query["status"]) == (
        today.isoformat(),
        today.isoformat(),
        "approved",
    )
    assert "group" not in query


def test_who_sees_no_amounts_reads_none_in_a_grouped_list(employee, office, work):
    page = employee.get(LIST, {"period": "all", "group": "project"}).content.decode()

    assert "Website 2026" in page
    assert "Webshop" in page
    table = re.search(r"<table.*?</table>", page, re.DOTALL)[0]
    assert "Amount" not in table
    assert "79" not in re.sub(r'href="[^"]*"', "", table)


def test_the_queries_of_a_grouped_list_do_not_grow_with_its_groups(administrator, office):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator.get(LIST, {"period": "all", "group": "project"})
        return len(queries)

    row_of(office)
    before = asked()
    for _n in range(5):
        row_of(office, project=factories.create_project(organisation=office.organisation))

    assert asked() == before <= 12


def test_a_long_list_asks_for_its_groups_in_a_request_of_its_own(
    administrator, office, work, monkeypatch
):
    monkeypatch.setattr("registrations.overview.overviews.MOST_COUNTED_AT_ONCE", 2)
    about = {"period": "all", "group": "project"}

    page = html.unescape(administrator.get(LIST, about).content.decode())

    (url,) = re.findall(r'hx-get="([^"]*groups/[^"]*)"', page)
    part = administrator.get(url).content.decode()
    assert "Webshop" in part
    assert "<html" not in part
