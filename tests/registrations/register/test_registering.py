"""Adding, changing and deleting registrations, through the pages of Register."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership
from projects.models import ProjectTask, Task, TripSettings
from registrations.models import Expense, Status, TimeEntry, Trip
from registrations.register import registering
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db


def typed(office, **changes):
    return {
        "work": office.work.pk,
        "date": localdate().isoformat(),
        "description": "Sprint",
        "duration": "1,5",
        **changes,
    }


def a_trip(office, **changes):
    return {
        "project": office.project.pk,
        "date": localdate().isoformat(),
        "origin": "Utrecht",
        "destination": "Zwolle",
        "distance": "43",
        "kind": "business",
        "is_billable": "on",
        **changes,
    }


def add(client, fields, kind="hours", **query):
    address = reverse(f"registrations:{kind}")
    return client.post(address, fields, query_params=query)


def errors_of(answer, field):
    return " ".join(answer.context["form"].errors.get(field, []))


def test_hours_are_added_and_priced(office, employee):
    answer = add(employee, typed(office))

    row = TimeEntry.objects.get()
    assert answer.status_code == 302
    assert (row.minutes, row.membership, row.amount) == (90, office.employee, 142.5)


def test_start_end_and_pause_make_the_duration(office, employee):
    add(employee, typed(office, duration="", start="9", end="1230", pause="30"))

    row = TimeEntry.objects.get()
    assert (row.minutes, row.pause_minutes, row.started_at) == (180, 30, datetime.time(9))


@pytest.mark.parametrize("pause", ["30", "½", "1h", "130m"])
def test_a_pause_without_start_and_end_is_refused_and_not_dropped(office, employee, pause):
    answer = add(employee, typed(office, duration="2", pause=pause))

    assert "belongs to start and end" in errors_of(answer, "pause")
    assert not TimeEntry.objects.exists()
    assert add(employee, typed(office, duration="2", pause="0")).status_code == 302


def test_a_duration_that_contradicts_start_and_end_is_refused(office, employee):
    answer = add(employee, typed(office, duration="5", start="9", end="12"))

    assert answer.status_code == 422
    assert "3:00" in errors_of(answer, "duration")


@pytest.mark.parametrize("duration", ["", "0:00", "-1", "8x7"])
def test_hours_without_a_duration_are_refused(office, employee, duration):
    answer = add(employee, typed(office, duration=duration))

    assert errors_of(answer, "duration")
    assert not TimeEntry.objects.exists()


def test_a_day_has_24_hours(office, employee):
    add(employee, typed(office, duration="20"))

    answer = add(employee, typed(office, duration="4:01"))

    assert "20:00" in errors_of(answer, "duration")
    assert add(employee, typed(office, duration="4")).status_code == 302


def test_days_outside_the_project_are_refused_with_the_day(office, employee):
    office.project.starts_on, office.project.ends_on = localdate(), localdate()
    office.project.save()
    before = localdate() - datetime.timedelta(days=1)
    after = localdate() + datetime.timedelta(days=1)

    too_early = add(employee, typed(office, date=before.isoformat()))
    too_late = add(employee, typed(office, date=after.isoformat()))

    assert f"starts on {localdate():%d-%m-%Y}" in errors_of(too_early, "date")
    assert f"ended on {localdate():%d-%m-%Y}" in errors_of(too_late, "date")


def test_an_archived_project_cannot_be_chosen_and_not_be_kept(office, manager):
    row = factories.create_time_entry(
        project=office.project, task=office.task, membership=office.employee, date=localdate()
    )
    office.project.is_archived = True
    office.project.save()

    added = add(manager, typed(office))
    changed = manager.post(reverse("registrations:hour-edit", args=[row.pk]), typed(office))

    assert errors_of(added, "work")
    assert "archived" in errors_of(changed, "work")


def test_a_task_that_is_not_on_the_project_is_refused(office, employee):
    row = row_of(office)
    row.task = factories.create_task(organisation=office.organisation)

    with pytest.raises(ValidationError, match="not on this project"):
        registering.change(row, by=office.employee)


def test_things_of_another_organisation_cannot_be_chosen(office, employee):
    project = factories.create_project()
    task = factories.create_task(organisation=project.organisation)
    theirs = ProjectTask.objects.create(project=project, task=task)

    answer = add(employee, typed(office, work=theirs.pk))

    assert errors_of(answer, "work")


def test_a_manager_registers_for_another_person(office, manager):
    add(manager, typed(office), employee=office.employee.pk)

    assert TimeEntry.objects.get().membership == office.employee


def test_an_employee_registers_only_for_oneself(office, employee):
    add(employee, typed(office), employee=office.colleague.pk)

    assert TimeEntry.objects.get().membership == office.employee


def test_a_person_of_another_organisation_is_not_found(office, manager):
    outsider = factories.create_membership()

    assert add(manager, typed(office), employee=outsider.pk).status_code == 404


def test_what_was_rejected_is_submitted_again_once_it_is_corrected(office, employee):
    row = row_of(office, status=Status.REJECTED, status_note="Which ticket?")

    employee.post(reverse("registrations:hour-edit", args=[row.pk]), typed(office))

    row.refresh_from_db()
    assert (row.status, row.status_note, row.minutes) == (Status.SUBMITTED, "", 90)


def test_a_manager_who_changes_an_approved_row_opens_it(office, manager):
    row = row_of(office, status=Status.APPROVED)

    manager.post(reverse("registrations:hour-edit", args=[row.pk]), typed(office))

    row.refresh_from_db()
    assert (row.status, row.minutes) == (Status.OPEN, 90)


@pytest.mark.parametrize(
    ("status", "way_on"),
    [
        (Status.SUBMITTED, "Take it back to change it"),
        (Status.APPROVED, "Ask a project manager"),
        (Status.WRITTEN_OFF, "Ask a project manager"),
    ],
)
def test_an_employee_does_not_change_what_was_handed_in(office, employee, status, way_on):
    row = row_of(office, status=status)

    page = employee.post(reverse("registrations:hour-edit", args=[row.pk]), typed(office))
    employee.post(reverse("registrations:hour-delete", args=[row.pk]))

    row.refresh_from_db()
    assert row.minutes == 60
    assert way_on in page.content.decode()


@pytest.mark.parametrize("verb", ["edit", "delete", "copy"])
def test_rows_of_colleagues_and_of_others_are_not_found(office, employee, manager, verb):
    of_colleague = row_of(office, membership=office.colleague)
    of_others = factories.create_time_entry()

    def status(client, row):
        address = reverse(f"registrations:hour-{verb}", args=[row.pk])
        return (client.get if verb == "copy" else client.post)(address).status_code

    assert status(employee, of_colleague) == 404
    assert status(manager, of_others) == 404
    assert TimeEntry.objects.count() == 2


def billed(office, create, **fields):
    line = factories.create_invoice_line(project=office.project)
    return create(
        project=office.project,
        membership=office.employee,
        date=localdate(),
        status=Status.INVOICED,
        invoice_line=line,
        **fields,
    )


@pytest.mark.parametrize(
    ("kind", "create"),
    [
        ("hour", factories.create_time_entry),
        ("expense", factories.create_expense),
        ("trip", factories.create_trip),
    ],
)
def test_a_billed_row_is_neither_changed_nor_deleted(office, manager, kind, create):
    row = billed(office, create)
    row.invoice_line.invoice.__class__.objects.update(number="2026-0118", status="sent")

    page = manager.post(reverse(f"registrations:{kind}-edit", args=[row.pk]), {"date": "x"})
    manager.post(reverse(f"registrations:{kind}-delete", args=[row.pk]))

    assert "invoice 2026-0118" in page.content.decode()
    assert type(row).objects.get(pk=row.pk).amount == row.amount


def test_a_corrected_typo_keeps_the_price_from_before_a_change_of_rates(office, employee):
    add(employee, typed(office))
    row = TimeEntry.objects.get()
    Task.objects.update(hourly_rate=200)

    answer = employee.post(
        reverse("registrations:hour-edit", args=[row.pk]),
        typed(office, description="Sprint 12", duration="2"),
    )

    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.description, row.hourly_rate, row.amount) == ("Sprint 12", 95, 190)


def test_hours_moved_to_another_task_take_its_rate(office, employee):
    add(employee, typed(office))
    row = TimeEntry.objects.get()
    other = factories.create_task(organisation=office.organisation, hourly_rate=120)
    work = ProjectTask.objects.create(project=office.project, task=other)

    employee.post(reverse("registrations:hour-edit", args=[row.pk]), typed(office, work=work.pk))

    row.refresh_from_db()
    assert (row.task, row.hourly_rate, row.amount) == (other, 120, 180)


def test_a_changed_trip_keeps_its_rate(office, employee):
    fields = a_trip(office)
    add(employee, fields, "trips")
    row = Trip.objects.get()
    TripSettings.objects.update_or_create(organisation=office.organisation, defaults={"rate": 1})

    employee.post(reverse("registrations:trip-edit", args=[row.pk]), {**fields, "distance": "50"})

    row.refresh_from_db()
    assert (row.distance, float(row.rate), float(row.amount)) == (50, 0.3, 15)


def test_deleting_and_copying_an_own_row(office, employee):
    row = row_of(office, description="Stand-up")

    page = employee.get(reverse("registrations:hour-copy", args=[row.pk]))
    employee.post(reverse("registrations:hour-delete", args=[row.pk]))

    assert "Stand-up" in page.content.decode()
    assert not TimeEntry.objects.exists()


def test_a_price_incl_vat_is_kept_excl_vat(office, employee):
    rate = factories.create_vat_rate(organisation=office.organisation)
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": localdate().isoformat(),
        "quantity": "2",
        "price": "1.210,00",
        "vat_rate": rate.pk,
        "includes_vat": "on",
        "is_billable": "on",
    }

    answer = add(employee, fields, "expenses")

    row = Expense.objects.get()
    assert answer.status_code == 302
    assert (row.price, row.amount) == (1000, 2000)


def test_there_and_back_are_two_trips(office, employee):
    add(employee, a_trip(office, is_return="on"), "trips")

    there, back = Trip.objects.order_by("pk")
    assert (there.origin, there.destination) == ("Utrecht", "Zwolle")
    assert (back.origin, back.destination) == ("Zwolle", "Utrecht")
    assert {(row.distance, float(row.amount)) for row in (there, back)} == {(43, 12.9)}


def test_the_week_strip_adds_up(office, employee):
    row_of(office, minutes=90)
    row_of(office, minutes=30)

    week = employee.get(reverse("registrations:hours")).context["week"]

    assert (week.minutes_on(localdate()), week.minutes) == (120, 120)


@pytest.mark.parametrize("kind", ["hours", "expenses", "trips"])
@pytest.mark.parametrize("role", ["employee", "manager"])
def test_the_pages_open_for_everybody_with_a_membership(client_of, office, kind, role):
    client = client_of(getattr(office, role))

    assert client.get(reverse(f"registrations:{kind}")).status_code == 200


@pytest.mark.parametrize("date", ["nonsense", "2026-13-45", "", "0001-01-01", "9999-12-31"])
def test_a_day_that_does_not_exist_is_today(office, employee, date):
    page = employee.get(reverse("registrations:hours"), {"date": date})

    assert page.context["day"] == localdate()


def test_a_day_that_can_never_be_booked_is_refused(office, employee):
    assert "1980" in errors_of(add(employee, typed(office, date="1979-12-31")), "date")


def test_an_amount_that_no_invoice_holds_is_refused(office, employee):
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": localdate().isoformat(),
        "quantity": "999999",
        "price": "99999999",
        "is_billable": "on",
    }

    assert "higher than can be invoiced" in errors_of(add(employee, fields, "expenses"), "price")


@pytest.mark.parametrize("employee_id", ["²", "x", "9" * 20, "9" * 5000])
def test_an_employee_who_does_not_exist_is_not_found(office, manager, employee_id):
    address = reverse("registrations:hours")

    assert manager.get(address, {"employee": employee_id}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "create"),
    [
        ("hours", factories.create_time_entry),
        ("expenses", factories.create_expense),
        ("trips", factories.create_trip),
    ],
)
def test_a_full_day_takes_as_many_queries_as_one_row(
    office, employee, kind, create, django_assert_max_num_queries
):
    address = reverse(f"registrations:{kind}")
    about = {"project": office.project, "membership": office.employee, "date": localdate()}
    create(**about)
    with django_assert_max_num_queries(20) as one:
        employee.get(address)

    for _n in range(15):
        create(**about)
    with django_assert_max_num_queries(len(one)) as many:
        employee.get(address)

    assert len(many.captured_queries) == len(one.captured_queries)


# --- VAT rates that have ended --------------------------------------------------------------------


@pytest.fixture
def lower(office):
    """A VAT rate that ended in September 2012."""
    return factories.create_vat_rate(
        organisation=office.organisation,
        name="19%",
        percentage=19,
        valid_until=datetime.date(2012, 9, 30),
    )


def paid(office, **changes):
    return {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": localdate().isoformat(),
        "quantity": "1",
        "price": "119",
        "is_billable": "on",
        **changes,
    }


def test_an_ended_vat_rate_is_not_offered_for_what_is_paid_today(office, employee, lower):
    page = employee.get(reverse("registrations:expenses")).content.decode()

    answer = add(employee, paid(office, vat_rate=lower.pk), "expenses")

    assert "19%</option>" not in page
    assert errors_of(answer, "vat_rate") == "This VAT rate has ended. Choose another one."


def test_what_was_paid_before_the_end_of_a_rate_still_takes_it(office, employee, lower):
    fields = paid(office, date="2012-09-30", vat_rate=lower.pk, includes_vat="on")
    address = reverse("registrations:expenses")
    page = employee.get(address, {"date": "2012-09-30"}).content.decode()

    answer = add(employee, fields, "expenses")

    assert "19%</option>" in page
    assert answer.status_code == 302
    assert Expense.objects.get().price == 100


def test_an_expense_keeps_the_ended_rate_it_has(office, employee, lower):
    row = factories.create_expense(
        project=office.project, membership=office.employee, category=office.category, vat_rate=lower
    )
    address = reverse("registrations:expense-edit", args=[row.pk])
    page = employee.get(address).content.decode()

    answer = employee.post(address, paid(office, vat_rate=lower.pk))

    assert f'<option value="{lower.pk}" selected' in page
    assert answer.status_code == 302


def test_vat_in_a_price_is_taken_off_only_at_a_rate_of_that_day(office, employee, lower):
    later = factories.create_vat_rate(
        organisation=office.organisation, name="21%", valid_from=datetime.date(2012, 10, 1)
    )
    fields = paid(office, date="2012-09-30", vat_rate=later.pk, includes_vat="on")

    answer = add(employee, fields, "expenses")

    assert "is not valid on that date" in errors_of(answer, "vat_rate")
    assert "19%</option>" in answer.content.decode()


@pytest.mark.parametrize("project_id", ["٣", "9" * 25, "9" * 5000])
def test_a_project_that_cannot_exist_is_refused_at_its_field(office, employee, project_id):
    answer = add(employee, typed(office, work=project_id))

    assert answer.status_code == 422
    assert errors_of(answer, "work")


def test_a_row_of_a_former_employee_is_changed_and_shown_again(office, manager):
    row = factories.create_time_entry(
        project=office.project, task=office.task, membership=office.colleague
    )
    Membership.objects.filter(pk=office.colleague.pk).update(is_active=False)
    address = reverse("registrations:hour-edit", args=[row.pk])

    answer = manager.post(address, typed(office), follow=True)

    assert answer.status_code == 200
    assert "for Daan" in answer.content.decode()


def test_an_approval_that_came_meanwhile_refuses_a_change_of_what_was_open(office):
    row = factories.create_time_entry(
        project=office.project, task=office.task, membership=office.employee
    )
    as_loaded = TimeEntry.objects.get(pk=row.pk)
    TimeEntry.objects.filter(pk=row.pk).update(status=Status.APPROVED)

    with pytest.raises(registering.NotChangeable):
        registering.change(as_loaded, by=office.manager)

    assert TimeEntry.objects.get(pk=row.pk).status == Status.APPROVED


def test_a_task_that_became_inactive_gets_no_new_hours(office, employee):
    Task.objects.filter(pk=office.task.pk).update(is_active=False)

    answer = add(employee, typed(office))

    assert answer.status_code == 422
    assert errors_of(answer, "work")
    assert not TimeEntry.objects.exists()


def test_an_approved_registration_is_not_changed_by_its_employee(office):
    row = row_of(office, status=Status.APPROVED, minutes=60)
    row.minutes = 90

    with pytest.raises(registering.NotChangeable):
        registering.change(row, by=office.employee)

    row.refresh_from_db()
    assert (row.minutes, row.status) == (60, Status.APPROVED)


def test_nobody_registers_for_a_colleague_without_the_right(office):
    row = row_of(office)
    row.pk = None

    with pytest.raises(PermissionDenied, match="You cannot register for someone else"):
        registering.add(row, by=office.colleague)

    assert TimeEntry.objects.count() == 1


def test_nothing_is_registered_for_an_archived_customer(office):
    office.project.customer.archived_at = timezone.now()
    office.project.customer.save()
    row = row_of(office)
    row.refresh_from_db()

    with pytest.raises(ValidationError, match="The customer of this project is archived"):
        registering.change(row, by=office.manager)
