"""All rows of a filter are a selection: the filter travels, signed, with its exceptions."""

import datetime
from decimal import Decimal

import pytest
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate

from registrations.models import Status, TimeEntry
from registrations.overview.filtered_rows import SALT, FilteredRows
from registrations.overview.selection import Selection
from tests import factories
from tests.responses import exported

from ..rows import row_of

pytestmark = pytest.mark.django_db


def selected(client, kind="hours", **query):
    """The answer to "select all", and the fields that a form posts with it."""
    found = client.get(reverse(f"registrations:overview-{kind}-select"), query).json()
    return found, {f"{kind}-filter": found["token"]}


def posted(fields):
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name, value if isinstance(value, list) else [str(value)])
    return Selection.parsed(query)


def rows_of(office, fields, member=None):
    rows = posted(fields).rows_for(member or office.administrator)
    return {row.pk for some in rows for row in some}


def test_a_filter_selects_more_rows_than_any_form_has_fields(office, administrator):
    row = row_of(office)
    TimeEntry.objects.bulk_create(
        TimeEntry(
            **{name: getattr(row, name) for name in ("organisation", "membership", "project")},
            task=row.task,
            date=localdate(),
            minutes=60,
        )
        for _n in range(6000)
    )
    found, fields = selected(administrator)

    assert found["count"] == 6001
    assert posted(fields).rows_of(office.organisation).count() == 6001


def test_exceptions_and_ticked_rows_change_what_a_filter_selects(office, administrator):
    kept, left_out = row_of(office), row_of(office)
    ticked = row_of(office, date=localdate() - datetime.timedelta(days=400))
    trip = factories.create_trip(project=office.project, membership=office.employee)
    _found, fields = selected(administrator)

    fields |= {"hours-without": left_out.pk, "hours": ticked.pk, "trips": trip.pk}

    assert rows_of(office, fields) == {kept.pk, ticked.pk, trip.pk}
    again = posted(fields).fields()
    assert rows_of(office, dict(again)) == {kept.pk, ticked.pk, trip.pk}


def test_rows_registered_later_do_not_belong_to_a_selection(office, administrator):
    row = row_of(office)
    _found, fields = selected(administrator)
    row_of(office)

    assert rows_of(office, fields) == {row.pk}


def test_a_selection_keeps_its_days_when_the_month_ends(office, administrator, monkeypatch):
    row = row_of(office)
    _found, fields = selected(administrator, period="this_month")
    monkeypatch.setattr(
        "registrations.overview.filtered_rows.timezone.localdate",
        lambda: localdate() + datetime.timedelta(days=40),
    )

    assert rows_of(office, fields) == {row.pk}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "not_invoiced"},
        {"status": ["open", "approved"]},
        {"billable": "yes", "q": "sprint"},
        {"period": "all"},
        {"period": "last_month"},
        {"order": "-amount", "size": "25", "page": "2"},
    ],
)
def test_a_selection_is_what_the_list_shows(office, administrator, query):
    for number, status in enumerate((Status.OPEN, Status.APPROVED, Status.SUBMITTED)):
        row_of(office, status=status, description="Sprint" if number else "")
        row_of(office, date=localdate() - datetime.timedelta(days=35 * number), is_billable=False)
    shown = administrator.get(
        reverse("registrations:overview-hours"), {**query, "size": "250", "page": "1"}
    ).context

    found, fields = selected(administrator, **query)

    assert rows_of(office, fields) == {row.pk for row in shown["page"]}
    assert found["query"] == shown["filter_query"]


def test_the_rows_that_a_page_shows_are_told_apart(office, administrator):
    inside, outside = row_of(office), row_of(office, status=Status.APPROVED)
    found, _fields = selected(administrator, status="open")

    answer = administrator.post(
        reverse("registrations:overview-hours-selected"),
        {"filter": found["token"], "shown": [inside.pk, outside.pk]},
    )

    assert answer.json() == {"ids": [str(inside.pk)]}


def test_a_selection_has_no_rows_that_its_reader_may_not_see(office, administrator, employee):
    own, other = row_of(office), row_of(office, membership=office.colleague)
    found, fields = selected(administrator)
    assert rows_of(office, fields) == {own.pk, other.pk}

    assert rows_of(office, fields, office.employee) == {own.pk}
    answer = employee.post(
        reverse("registrations:overview-hours-selected"),
        {"filter": found["token"], "shown": [own.pk, other.pk]},
    )
    assert answer.json() == {"ids": [str(own.pk)]}
    assert selected(employee)[0]["count"] == 1


def test_a_selection_of_another_organisation_has_no_rows(office, client_of):
    row_of(office)
    stranger = factories.create_membership(role="administrator")
    factories.create_time_entry(
        project=factories.create_project(organisation=stranger.organisation), membership=stranger
    )
    _found, fields = selected(client_of(stranger), period="all")

    assert rows_of(office, fields) == set()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        signing.dumps(["hours", 1, "period=all", 9], salt="another"),
        signing.dumps(["trips", 1, "period=all", 9], salt=SALT),
    ],
    ids=["empty", "no token", "of another page", "of another kind"],
)
def test_a_filter_that_was_not_signed_for_these_rows_is_refused(office, administrator, token):
    with pytest.raises(SuspiciousOperation):
        FilteredRows.read(token, kind="hours")
    answer = administrator.post(
        reverse("registrations:overview-change", args=["approve"]), {"hours-filter": token}
    )
    assert answer.status_code == 400


def test_a_filter_on_what_is_gone_selects_nothing(office, administrator):
    row_of(office)
    customer = factories.create_customer(organisation=office.organisation)
    _found, fields = selected(administrator, customer=customer.pk)
    customer.delete()

    assert rows_of(office, fields) == set()


def test_an_action_and_an_export_take_the_whole_filter(office, administrator):
    rows = [row_of(office, status=Status.SUBMITTED) for _n in range(30)]
    _found, fields = selected(administrator, status="submitted")

    answer = administrator.post(reverse("registrations:overview-export-selection"), fields)
    assert len(exported(answer)) == 30
    fields["hours-without"] = rows[0].pk
    administrator.post(reverse("registrations:overview-change", args=["approve"]), fields)

    assert TimeEntry.objects.filter(status=Status.APPROVED).count() == 29


def test_a_selection_of_trips_adds_kilometres_to_the_tenth_by_project_and_rate(
    office, administrator
):
    row = {"project": office.project, "membership": office.employee, "date": localdate()}
    for distance in ("12.5", "7.1"):
        factories.create_trip(**row, distance=Decimal(distance), rate=Decimal("0.23"))
    factories.create_trip(**row, distance=3, is_billable=False, kind="private")

    found, _fields = selected(administrator, kind="trips", period="all")

    assert (found["count"], found["tenths"], found["amount"]) == (3, 226, 0)
    assert found["groups"] == [[office.project.pk, "0.23", 0, 196]]
    page = administrator.get(reverse("registrations:overview-trips"), {"period": "all"})
    assert 'data-km="12.5"' in page.content.decode()
