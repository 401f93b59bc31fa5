"""A rate from a date on: what is shown is what is saved, and nothing billed ever moves."""

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.money import worth_of_minutes
from projects.dated_rates import RateEdit, subject_of
from projects.models import DatedRate, Method, ProjectMember, RateChange, TripSettings
from projects.rates import RateBook
from registrations.models import Status, TimeEntry, Trip
from registrations.rates import rate_changes
from registrations.rates.rate_changes import EffectChanged, TooLateToUndo
from registrations.rates.rate_effects import effect_of
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
MONDAY = datetime.date(2026, 11, 16)
DAY = datetime.timedelta(days=1)


def hours(office, day=MONDAY, rate="95.00", minutes=60, **fields) -> TimeEntry:
    rate = rate if rate is None else Decimal(rate)
    return factories.create_time_entry(
        project=office.project,
        task=fields.pop("task", office.task),
        membership=office.employee,
        date=day,
        minutes=minutes,
        hourly_rate=rate,
        amount=worth_of_minutes(minutes, rate),
        **fields,
    )


def billed_hours(office, day=MONDAY, **fields) -> TimeEntry:
    line = factories.create_invoice_line(project=office.project)
    return hours(office, day, status=Status.INVOICED, invoice_line=line, **fields)


def edit_for(row, rate="96.00", from_on=MONDAY, removes=None) -> RateEdit:
    return RateEdit(subject_of(row), removes, from_on, rate and Decimal(rate))


def saved(office, edit, *, row=None, changes_rows=True) -> RateChange:
    row = row or office.task
    effect = effect_of(row, edit, organisation=office.organisation)
    return rate_changes.save(
        row, edit, seen=effect.token, changes_rows=changes_rows, by=office.manager, now=NOW
    )


def rates(*entries) -> list[Decimal | None]:
    for one in entries:
        one.refresh_from_db()
    return [one.hourly_rate for one in entries]


def test_the_effect_names_the_rows_on_or_after_the_date_and_changes_none(office):
    before, first, later = (hours(office, MONDAY + n * DAY) for n in (-1, 0, 9))

    effect = effect_of(office.task, edit_for(office.task), organisation=office.organisation)

    assert {one.row.pk for one in effect.rows} == {first.pk, later.pk}
    assert (effect.before, effect.after, effect.difference) == (190, 192, 2)
    assert rates(before, first, later) == [95, 95, 95]


def test_saving_changes_the_rows_that_were_shown(office):
    before, first = hours(office, MONDAY - DAY), hours(office)

    saved(office, edit_for(office.task))

    assert rates(before, first) == [95, 96]
    assert first.amount == Decimal("96.00")


def test_rows_can_be_left_as_they_are(office):
    entry = hours(office)

    saved(office, edit_for(office.task), changes_rows=False)

    assert rates(entry) == [95]
    assert DatedRate.objects.get().rate == 96


def test_billed_rows_rows_of_a_closed_period_and_own_prices_are_named_and_kept(office):
    office.organisation.closed_until = MONDAY
    office.organisation.save()
    closed, own = hours(office), hours(office, MONDAY + DAY, rate="110.00")
    billed, changed = billed_hours(office, MONDAY + DAY), hours(office, MONDAY + DAY)

    edit = edit_for(office.task)
    effect = effect_of(office.task, edit, organisation=office.organisation)
    saved(office, edit)

    assert [row.pk for row in effect.locked] == [closed.pk]
    assert [row.pk for row in effect.own_price] == [own.pk]
    assert [(one.is_draft, one.count, one.minutes) for one in effect.billed] == [(True, 1, 60)]
    assert rates(closed, own, billed, changed) == [95, 110, 95, 96]


def test_a_rate_ends_where_the_next_begins_and_so_does_its_effect(office):
    DatedRate.objects.create(
        organisation=office.organisation, task=office.task, from_on=MONDAY + 7 * DAY, rate=105
    )
    inside, after = hours(office), hours(office, MONDAY + 7 * DAY, rate="105.00")

    saved(office, edit_for(office.task))

    assert rates(inside, after) == [96, 105]


def test_rows_without_a_rate_get_one(office):
    entry = hours(office, rate=None)

    saved(office, edit_for(office.task))

    assert rates(entry) == [96]


def test_hours_that_somebody_chose_to_bill_get_the_new_rate_too(office):
    office.task.is_billable = False
    office.task.save()
    entry = hours(office, billable_choice=True)

    saved(office, edit_for(office.task))

    assert rates(entry) == [96]


def test_a_task_with_its_own_rate_on_the_project_is_not_touched(office):
    office.work.hourly_rate = Decimal("95.00")
    office.work.save()
    entry = hours(office)
    billed_hours(office)

    effect = effect_of(office.task, edit_for(office.task), organisation=office.organisation)
    saved(office, edit_for(office.task))

    assert (effect.count, effect.billed) == (0, ())
    assert rates(entry) == [95]


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Method.TASK_RATE, "project_task"),
        (Method.EMPLOYEE_RATE, "membership"),
        (Method.EMPLOYEE_RATE, "project_member"),
        (Method.PROJECT_RATE, "project"),
        (Method.CUSTOMER_RATE, "customer"),
    ],
)
def test_each_kind_of_rate_touches_its_own_rows(office, method, name):
    office.project.method = method
    office.project.hourly_rate = Decimal(95)
    office.project.save()
    office.project.customer.hourly_rate = office.employee.hourly_rate = Decimal(95)
    office.project.customer.save()
    office.employee.save()
    member = ProjectMember.objects.create(project=office.project, membership=office.employee)
    row = {
        "project_task": office.work,
        "membership": office.employee,
        "project_member": member,
        "project": office.project,
        "customer": office.project.customer,
    }[name]
    entry = hours(office)

    saved(office, edit_for(row), row=row)

    assert rates(entry) == [96]


def test_kilometres_are_changed_from_a_date_too(office):
    trips = TripSettings.objects.create(organisation=office.organisation, rate=Decimal("0.30"))
    before, first = (
        factories.create_trip(project=office.project, date=day) for day in (MONDAY - DAY, MONDAY)
    )

    saved(office, edit_for(trips, "0.35"), row=trips)

    stored = Trip.objects.in_bulk([before.pk, first.pk])
    assert (stored[before.pk].rate, stored[first.pk].rate) == (Decimal("0.30"), Decimal("0.35"))
    assert stored[first.pk].amount == Decimal("15.05")


def test_rows_that_changed_since_they_were_shown_are_not_saved(office):
    hours(office)
    edit = edit_for(office.task)
    seen = effect_of(office.task, edit, organisation=office.organisation).token
    more = hours(office)

    with pytest.raises(EffectChanged):
        rate_changes.save(
            office.task, edit, seen=seen, changes_rows=True, by=office.manager, now=NOW
        )

    assert rates(more) == [95]
    assert not DatedRate.objects.exists()


def test_taking_a_rate_away_gives_the_rows_the_one_before_it(office):
    entry = hours(office)
    saved(office, edit_for(office.task))
    found = DatedRate.objects.get()

    saved(office, rate_changes.edit_of(found, from_on=None, rate=None))

    assert rates(entry) == [95]
    assert not DatedRate.objects.exists()


def test_a_change_is_undone_with_its_rows(office):
    rateless, entry = hours(office, rate=None), hours(office)
    change = saved(office, edit_for(office.task))

    count = rate_changes.undo(change, by=office.manager, now=NOW)

    assert count == 2
    assert rates(rateless, entry) == [None, 95]
    assert (rateless.amount, entry.amount) == (0, 95)
    assert not DatedRate.objects.exists()


def test_undoing_a_moved_rate_puts_it_back(office):
    saved(office, edit_for(office.task))
    found = DatedRate.objects.get()
    moved = rate_changes.edit_of(found, from_on=MONDAY + DAY, rate=Decimal(97))

    rate_changes.undo(saved(office, moved), by=office.manager, now=NOW)

    assert [(one.from_on, one.rate) for one in DatedRate.objects.all()] == [(MONDAY, 96)]


def test_a_change_is_not_undone_once_a_row_is_billed(office):
    entry, other = hours(office), hours(office)
    change = saved(office, edit_for(office.task))
    line = factories.create_invoice_line(project=office.project)
    TimeEntry.objects.filter(pk=entry.pk).update(status=Status.INVOICED, invoice_line=line)

    with pytest.raises(TooLateToUndo) as refused:
        rate_changes.undo(change, by=office.manager, now=NOW)

    assert refused.value.locked == 1
    assert rates(entry, other) == [96, 96]


def test_a_row_that_was_deleted_since_does_not_stand_in_the_way_of_undo(office):
    entry, gone = hours(office), hours(office)
    change = saved(office, edit_for(office.task))
    gone.delete()

    assert rate_changes.undo(change, by=office.manager, now=NOW) == 1
    assert rates(entry) == [95]


def test_only_the_latest_change_is_undone_and_once(office):
    first = saved(office, edit_for(office.task))
    second = saved(office, edit_for(office.task, "100.00", MONDAY + DAY))

    with pytest.raises(TooLateToUndo):
        rate_changes.undo(first, by=office.manager, now=NOW)
    rate_changes.undo(second, by=office.manager, now=NOW)
    with pytest.raises(TooLateToUndo):
        rate_changes.undo(second, by=office.manager, now=NOW)
    rate_changes.undo(first, by=office.manager, now=NOW)

    assert not DatedRate.objects.exists()


def test_the_queries_do_not_grow_with_the_rows(office, django_assert_num_queries):
    for n in range(40):
        hours(office, MONDAY + n * DAY, minutes=30 + n)
    edit = edit_for(office.task)

    with django_assert_num_queries(6):
        effect = effect_of(office.task, edit, organisation=office.organisation)
    with django_assert_num_queries(16):
        rate_changes.save(
            office.task, edit, seen=effect.token, changes_rows=True, by=office.manager, now=NOW
        )


days = st.integers(-5, 5).map(lambda n: MONDAY + n * DAY)
euros = st.integers(0, 20_000).map(lambda n: Decimal(n) / 100)
rows = st.lists(
    st.tuples(
        days,
        st.integers(1, 600),
        st.sampled_from(["current", "own", "none", "billed", "written off"]),
    ),
    max_size=6,
)
changes = st.lists(st.tuples(days, euros, st.booleans()), min_size=1, max_size=4)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, changes=changes)
def test_no_preview_differs_from_what_saving_does_and_billed_rows_never_move(office, rows, changes):
    with transaction.atomic():
        entries = [_row(office, *values) for values in rows]
        fixed = {one.pk for one in entries if one.status != Status.OPEN}
        for from_on, rate, changes_rows in changes:
            _check_one_change(office, from_on, rate, changes_rows=changes_rows, fixed=fixed)
        transaction.set_rollback(True)


def _row(office, day, minutes, kind) -> TimeEntry:
    if kind == "billed":
        return billed_hours(office, day, minutes=minutes)
    status = Status.WRITTEN_OFF if kind == "written off" else Status.OPEN
    rate = {"own": "123.45", "none": None}.get(kind, "95.00")
    return hours(office, day, rate=rate, minutes=minutes, status=status)


def _state() -> dict[int, tuple[Decimal | None, Decimal]]:
    return {one.pk: (one.hourly_rate, one.amount) for one in TimeEntry.objects.all()}


def _check_one_change(office, from_on, rate, *, changes_rows, fixed) -> None:
    """Save a change, a second one of the same date replaces the first; compare with the preview."""
    taken = DatedRate.objects.filter(from_on=from_on).exists()
    edit = edit_for(office.task, str(rate), from_on, removes=from_on if taken else None)
    before = _state()
    effect = effect_of(office.task, edit, organisation=office.organisation)
    assert _state() == before

    change = saved(office, edit, changes_rows=changes_rows)

    shown = {one.row.pk: (one.rate_after, one.amount_after) for one in effect.rows}
    after = _state()
    assert after == {**before, **(shown if changes_rows else {})}
    assert not fixed & shown.keys()
    book = RateBook([office.project])
    for one in effect.rows:
        work = {"project": office.project, "task": office.task, "membership": office.employee}
        assert book.hourly_rate(**work, day=one.row.date) == one.rate_after
    touched = TimeEntry.objects.filter(pk__in=shown)
    if changes_rows:
        assert touched.worth() == effect.after
    rate_changes.undo(change, by=office.manager, now=NOW)
    assert _state() == before
    saved(office, edit, changes_rows=changes_rows)
