"""Trips: there and back, without a project, and with the readings of the odometer."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localdate

from billing.unbilled.billable import why_not_row
from registrations.models import Expense, FavouriteTrip, Status, Trip
from tests import factories
from tests.responses import exported

from ..register.test_registering import a_trip, add, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

READINGS = {"odometer_begin": "41250", "odometer_end": "41300", "distance": ""}


def a_commute(office, **changes):
    return a_trip(office, project="", kind="commute", **changes)


def toasts(client, answer):
    page = client.get(answer.url)
    return page.content.decode()


def test_the_way_back_is_refused_with_the_way_there(office, employee):
    office.organisation.closed_until = localdate()
    office.organisation.save()

    answer = add(employee, a_trip(office, is_return="on"), "trips")

    assert (answer.status_code, Trip.objects.count()) == (422, 0)


def test_the_message_says_that_two_trips_were_added(office, employee):
    answer = add(employee, a_trip(office, is_return="on"), "trips")

    assert "Two trips have been added, there and back" in toasts(employee, answer)


def test_a_stored_trip_cannot_be_doubled(office, employee):
    trip = factories.create_trip(project=office.project, membership=office.employee)
    page = reverse("registrations:trip-edit", args=[trip.pk])

    employee.post(page, a_trip(office, is_return="on"))

    assert 'name="is_return"' not in employee.get(page).content.decode()
    assert Trip.objects.count() == 1


@pytest.mark.parametrize("kind", ["commute", "private"])
def test_commuting_and_private_trips_need_no_project_and_are_never_billed(office, employee, kind):
    answer = add(employee, a_commute(office) | {"kind": kind}, "trips")

    trip = Trip.objects.get()
    assert answer.status_code == 302
    assert (trip.project, trip.is_billable, trip.amount) == (None, False, 0)


def test_a_business_trip_that_is_not_billed_needs_no_project(office, employee):
    fields = a_trip(office, project="")
    del fields["is_billable"]

    add(employee, fields, "trips")

    assert Trip.objects.get().project is None


def test_a_billed_trip_without_a_project_is_told_both_ways_on(office, employee):
    answer = add(employee, a_trip(office, project=""), "trips")

    assert errors_of(answer, "project") == "Choose a project, or untick Billable."
    assert answer.context["form"]["origin"].value() == "Utrecht"


def test_an_expense_that_is_not_billed_needs_no_project(office, employee):
    fields = {
        "category": office.category.pk,
        "date": localdate().isoformat(),
        "quantity": "1",
        "price": "12,50",
    }

    refused = add(employee, {**fields, "is_billable": "on"}, "expenses")
    add(employee, fields, "expenses")

    assert errors_of(refused, "project") == "Choose a project, or untick Billable."
    expense = Expense.objects.get()
    assert (expense.project, expense.is_billable, expense.amount) == (None, False, 0)


def test_the_database_refuses_a_billed_row_without_a_project(office):
    trip = factories.create_trip(project=office.project, membership=office.employee)

    with pytest.raises(IntegrityError), transaction.atomic():
        Trip.objects.filter(pk=trip.pk).update(project=None)


@pytest.fixture
def without_project(office):
    """A commute and an expense of the employee, both rejected, so that every page shows them."""
    about = {
        "organisation": office.organisation,
        "membership": office.employee,
        "date": localdate(),
    }
    about |= {"is_billable": False, "status": Status.REJECTED, "status_note": "Why?"}
    return (
        Trip.objects.create(
            **about, origin="Thuis", destination="Kantoor", distance=8, kind="commute"
        ),
        Expense.objects.create(**about, category=office.category, price=Decimal("12.50")),
    )


@pytest.mark.parametrize("role", ["employee", "administrator"])
def test_every_page_shows_a_row_without_a_project(client_of, office, without_project, role):
    client = client_of(getattr(office, role))
    trip, expense = without_project
    pages = [
        reverse("registrations:trips"),
        reverse("registrations:expenses"),
        reverse("registrations:trip-edit", args=[trip.pk]),
        reverse("registrations:expense-edit", args=[expense.pk]),
        reverse("registrations:trip-copy", args=[trip.pk]),
        reverse("registrations:overview-trips") + "?period=all",
        reverse("registrations:overview-expenses") + "?period=all&order=project",
        reverse("registrations:overview-trips") + "?period=all&order=customer",
        "/",
    ]

    for page in pages:
        answer = client.get(page, follow=True)
        assert answer.status_code == 200, page
        assert "None" not in answer.content.decode(), page


def test_a_row_without_a_project_is_exported_with_empty_cells(client_of, office, without_project):
    client = client_of(office.administrator)

    answer = client.get(reverse("registrations:overview-trips-export"), {"period": "all"})

    (row,) = exported(answer)
    assert (row["Project"], row["Customer"], row["Km"]) == ("", "", "8")


def test_a_row_without_a_project_is_approved_like_any_other(client_of, office, without_project):
    trip, _expense = without_project
    Trip.objects.filter(pk=trip.pk).update(status=Status.SUBMITTED)
    client = client_of(office.administrator)
    week = {"week": localdate().isoformat()}

    page = client.get(reverse("registrations:approvals-person", args=[office.employee.pk]), week)
    client.post(reverse("registrations:approvals-approve"), {"what": f"r:trips:{trip.pk}", **week})

    assert "Thuis – Kantoor" in page.content.decode()
    trip.refresh_from_db()
    assert trip.status == Status.APPROVED


def test_the_readings_of_the_odometer_fill_the_distance(office, employee):
    add(employee, a_trip(office, vehicle=office.vehicle.pk, **READINGS), "trips")

    trip = Trip.objects.get()
    assert (trip.odometer_begin, trip.odometer_end, trip.distance) == (41250, 41300, 50)


@pytest.mark.parametrize(
    ("changes", "field", "part"),
    [
        ({"odometer_end": ""}, "odometer_end", "Enter this reading too"),
        ({"odometer_begin": ""}, "odometer_begin", "Enter this reading too"),
        ({"odometer_end": "41250"}, "odometer_end", "not higher than that at the start"),
        ({"odometer_end": "41.300"}, "odometer_end", "can mean 41300"),
        ({"distance": "43"}, "distance", "The readings come to 50 km."),
        ({"vehicle": ""}, "vehicle", "Choose the vehicle"),
        ({"odometer_begin": "", "odometer_end": ""}, "distance", "or both readings"),
    ],
)
def test_readings_that_cannot_be_right_are_told_at_their_field(
    office, employee, changes, field, part
):
    fields = a_trip(office, vehicle=office.vehicle.pk, **READINGS) | changes

    answer = add(employee, fields, "trips")

    assert part in errors_of(answer, field)
    assert not Trip.objects.exists()


def test_the_odometer_of_the_way_back_goes_on_where_the_way_there_ended(office, employee):
    add(employee, a_trip(office, vehicle=office.vehicle.pk, is_return="on", **READINGS), "trips")

    there, back = Trip.objects.order_by("pk")
    assert (there.odometer_end, back.odometer_begin, back.odometer_end) == (41300, 41300, 41350)


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (41312, "12 km are missing since"),
        (41290, "10 km overlap with"),
        (41300, ""),
    ],
)
def test_a_gap_or_an_overlap_with_the_former_trip_is_shown_and_not_refused(
    office, employee, begin, said
):
    readings = {"vehicle": office.vehicle.pk, "distance": ""}
    add(employee, a_trip(office, **readings, odometer_begin="41250", odometer_end="41300"), "trips")
    new = a_trip(office, **readings, odometer_begin=str(begin), odometer_end="41400")

    page = toasts(employee, add(employee, new, "trips"))

    assert Trip.objects.count() == 2
    if said:
        assert said in page
    else:
        assert "km are missing" not in page
        assert "km overlap" not in page


@pytest.fixture
def logged(office):
    """A year of the car: business, commuting with a gap before it, and private without readings."""
    about = {"organisation": office.organisation, "membership": office.employee}
    about |= {"vehicle": office.vehicle, "is_billable": False}
    ways = [
        (1, "business", 100, 150, 50, office.project),
        (2, "commute", 162, 170, 8, None),
        (3, "private", None, None, 500, None),
    ]
    for day, kind, begin, end, distance, project in ways:
        Trip.objects.create(
            **about,
            date=datetime.date(2026, 3, day),
            project=project,
            kind=kind,
            origin="Amsterdam",
            destination="Deventer",
            odometer_begin=begin,
            odometer_end=end,
            distance=distance,
            route="over Apeldoorn" if day == 1 else "",
        )
    return office.vehicle


LOG = reverse_lazy("registrations:trip-log")


def test_the_year_of_a_vehicle_has_its_trips_totals_and_gaps(logged, employee):
    page = employee.get(LOG, {"year": 2026, "vehicle": logged.pk})

    log = page.context["log"]
    assert (log.total, log.business, log.commuting, log.private) == (558, 58, 8, 500)
    remarks = [one.remark for one in log.trips]
    assert remarks[0] == ""
    assert remarks[1].startswith("12 km are missing since 01-03-2026")
    assert remarks[2] == "No odometer readings."
    text = page.content.decode()
    assert "Other route: over Apeldoorn" in text
    assert "Over the limit" not in text


def test_the_private_kilometres_above_the_limit_are_said(logged, employee):
    Trip.objects.filter(kind="private").update(distance=Decimal("500.1"))

    page = employee.get(LOG, {"year": 2026, "vehicle": logged.pk})

    assert "500.1 km were private; above 500 km" in page.content.decode()


def test_the_log_goes_on_from_the_last_reading_of_the_year_before(logged, employee):
    first = Trip.objects.get(odometer_begin=100)
    Trip.objects.filter(pk=first.pk).update(date=datetime.date(2025, 12, 31))

    log = employee.get(LOG, {"year": 2026, "vehicle": logged.pk}).context["log"]

    assert log.trips[0].remark.startswith("12 km are missing since 31-12-2025")


def test_the_log_is_a_file_with_its_totals(logged, employee):
    answer = employee.get(
        reverse("registrations:trip-log-export"), {"year": 2026, "vehicle": logged.pk}
    )

    rows = exported(answer)
    assert rows[0]["Odometer at the start"] == "100"
    assert (rows[0]["Other route"], rows[1]["Type"]) == ("over Apeldoorn", "Home–work")
    assert [(row["Employee"], row["Km"]) for row in rows[3:]] == [
        ("Business, with commuting", "58"),
        ("Of which commuting", "8"),
        ("Private in 2026; the limit is 500 km", "500"),
        ("Total", "558"),
    ]
    workbook = employee.get(
        reverse("registrations:trip-log-export"),
        {"year": 2026, "vehicle": logged.pk, "file": "xlsx"},
    )
    assert b"".join(workbook.streaming_content).startswith(b"PK")


def test_an_employee_sees_no_trips_of_others_in_the_log(client_of, office, logged):
    Trip.objects.filter(kind="private").update(membership=office.colleague)

    own = client_of(office.employee).get(LOG, {"year": 2026, "vehicle": logged.pk})
    everything = client_of(office.administrator).get(LOG, {"year": 2026, "vehicle": logged.pk})

    assert own.context["log"].private == 0
    assert everything.context["log"].private == 500


@pytest.mark.parametrize("query", ["", "year=0000", "year=26", "vehicle=x", "year=2020"])
def test_the_log_without_trips_says_what_to_do(employee, query):
    page = employee.get(f"{LOG}?{query}")

    assert page.status_code == 200
    assert "No trips with a vehicle in this year" in page.content.decode()


def test_a_favourite_fills_the_form_with_one_press(office, employee):
    trip = factories.create_trip(
        project=office.project,
        membership=office.employee,
        distance=Decimal("12.5"),
        vehicle=office.vehicle,
    )
    star = reverse("registrations:trip-star", args=[trip.pk])

    employee.post(star)
    favourite = FavouriteTrip.objects.get()
    page = employee.get(reverse("registrations:trips"), {"favourite": favourite.pk})

    form = page.context["form"]
    shown = {name: form[name].value() for name in ("origin", "destination", "project", "vehicle")}
    assert shown == {
        "origin": "Amsterdam",
        "destination": "Utrecht",
        "project": office.project.pk,
        "vehicle": office.vehicle.pk,
    }
    assert 'value="12.5"' in page.content.decode()
    employee.post(star)
    assert not FavouriteTrip.objects.exists()


def test_a_favourite_of_somebody_else_fills_and_removes_nothing(office, employee):
    favourite = factories.create_favourite_trip(membership=office.colleague)

    page = employee.get(reverse("registrations:trips"), {"favourite": favourite.pk})
    answer = employee.post(reverse("registrations:favourite-trip-remove", args=[favourite.pk]))

    assert not page.context["form"]["origin"].value()
    assert (answer.status_code, FavouriteTrip.objects.count()) == (404, 1)


def test_a_trip_without_a_project_in_a_selection_to_bill_is_told_as_not_billable(without_project):
    trip, expense = without_project
    for row in (trip, expense):
        type(row).objects.filter(pk=row.pk).update(status=Status.OPEN)
        row.refresh_from_db()

    assert {str(why_not_row(row).text) for row in (trip, expense)} == {"Not billable."}
