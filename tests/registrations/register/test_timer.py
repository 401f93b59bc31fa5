"""The timer: one per person, stopped into ordinary hours, over midnight and the clock's change."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.models import ProjectTask
from registrations.models import TimeEntry, Timer
from registrations.register import timing
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Europe/Amsterdam")


def at(text: str, *, fold: int = 0) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HERE, fold=fold)


def ago(**length) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**length)


def running(office, started_at, **fields) -> Timer:
    about = {"membership": office.employee, "project": office.project, "task": office.task}
    return Timer.objects.create(**{**about, "started_at": started_at, **fields})


def post(client, name, fields=None, *args):
    address = reverse(f"registrations:{name}", args=args)
    return client.post(address, fields or {}, follow=True)


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


def spans(entries) -> list[tuple[str, str, str, int]]:
    return [
        (f"{e.date}", f"{e.started_at:%H:%M}", f"{e.ended_at:%H:%M}", e.minutes) for e in entries
    ]


def test_one_press_in_the_bar_starts_the_timer_for_the_last_work(office, employee):
    row_of(office, description="Sprint")
    home = reverse("registrations:hours")
    assert reverse("registrations:timer-start") in said(employee.get(home))

    answer = post(employee, "timer-start", {"next": home})

    timer = Timer.objects.get()
    assert (timer.membership, timer.project, timer.task) == (
        office.employee,
        office.project,
        office.task,
    )
    assert timer.description == "Sprint"
    assert answer.redirect_chain[0][0] == home
    assert "timer-pill" in said(answer)


def test_without_earlier_work_the_timer_asks_what_it_is_for(office, employee):
    answer = post(employee, "timer-start")

    assert "Choose what you are working on." in said(answer)
    fields = {"work": office.work.pk, "description": "Design"}
    post(employee, "timer", fields)
    assert Timer.objects.get().description == "Design"


def test_the_form_of_the_day_starts_the_timer_for_its_work(office, employee):
    fields = {"work": office.work.pk, "description": "From the form"}

    answer = employee.post(
        reverse("registrations:timer-start"), fields, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, bool(answer["HX-Redirect"])) == (204, True)
    assert Timer.objects.get().description == "From the form"


def test_the_database_holds_one_timer_per_person(office):
    running(office, ago(minutes=5))

    with pytest.raises(IntegrityError), transaction.atomic():
        running(office, ago(minutes=1))


def test_stopping_registers_the_time_by_the_rules_of_hours(office, employee):
    now = at("2026-11-24T10:45:30")
    running(office, at("2026-11-24T09:15:40"), description="Sprint")

    entries = timing.stop(office.employee, now=now)

    assert spans(entries) == [("2026-11-24", "09:15", "10:45", 90)]
    row = TimeEntry.objects.get()
    assert (row.description, row.hourly_rate, row.amount) == ("Sprint", 95, 142.5)
    assert not Timer.objects.exists()


def test_starting_again_stops_the_running_one_and_saves_it(office, employee):
    running(office, ago(minutes=2))
    other = factories.create_task(organisation=office.organisation, name="Design")
    work = ProjectTask.objects.create(project=office.project, task=other)

    answer = post(employee, "timer-start", {"work": work.pk})

    assert TimeEntry.objects.get().task == office.task
    assert Timer.objects.get().task == other
    assert "its time registered" in said(answer)


def test_resuming_an_entry_starts_the_timer_for_its_work(office, employee):
    row = row_of(office, description="Sprint")

    post(employee, "hour-timer", {}, row.pk)

    assert Timer.objects.get().description == "Sprint"
    theirs = row_of(office, membership=office.colleague)
    assert post(employee, "hour-timer", {}, theirs.pk).status_code == 404


def test_the_work_changes_while_the_timer_runs_on(office, employee):
    started = ago(minutes=30)
    running(office, started)
    other = factories.create_task(organisation=office.organisation, name="Design")
    work = ProjectTask.objects.create(project=office.project, task=other)
    today = timezone.localdate()
    fields = {"work": work.pk, "description": "Else", "end_day": today, "end": "0:00"}

    now = timezone.localtime()
    fields["end"] = f"{now:%H:%M}"
    post(employee, "timer", {**fields, "action": "change"})

    timer = Timer.objects.get()
    assert (timer.task, timer.description, timer.started_at) == (other, "Else", started)


def test_throwing_away_registers_nothing(office, employee):
    running(office, ago(minutes=30))

    post(employee, "timer-discard")

    assert not Timer.objects.exists()
    assert not TimeEntry.objects.exists()


def test_work_over_midnight_is_an_entry_for_each_day(office):
    running(office, at("2026-11-24T22:30:00"))

    entries = timing.stop(office.employee, now=at("2026-11-25T01:10:00"))

    assert spans(entries) == [
        ("2026-11-24", "22:30", "00:00", 90),
        ("2026-11-25", "00:00", "01:10", 70),
    ]


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (at("2026-03-29T01:30:00"), at("2026-03-29T03:30:00"), 60),
        (at("2026-10-25T01:30:00"), at("2026-10-25T03:30:00"), 180),
        (at("2026-10-25T02:30:00"), at("2026-10-25T02:15:00", fold=1), 45),
    ],
)
def test_a_night_in_which_the_clock_changes_has_its_true_duration(office, start, end, minutes):
    running(office, start)

    (entry,) = timing.stop(office.employee, now=end)

    assert entry.minutes == minutes


def test_under_a_minute_registers_nothing_and_says_so(office, employee):
    now = at("2026-11-24T09:15:50")
    running(office, at("2026-11-24T09:15:40"))

    assert timing.stop(office.employee, now=now) == []
    assert not Timer.objects.exists()


@pytest.mark.parametrize("hindrance", ["closed", "archived", "deleted"])
def test_what_cannot_be_registered_is_kept_with_what_to_do(office, employee, hindrance):
    timer = running(office, ago(minutes=2))
    if hindrance == "closed":
        office.organisation.closed_until = timezone.localdate() + datetime.timedelta(days=1)
        office.organisation.save()
    elif hindrance == "archived":
        office.project.is_archived = True
        office.project.save()
    else:
        Timer.objects.update(task=None)

    stopped = said(post(employee, "timer-stop"))

    sentence = {
        "closed": "The books are closed until",
        "archived": "This project is archived",
        "deleted": "no longer exists. Choose another one",
    }[hindrance]
    timer.refresh_from_db()
    assert "The time is kept, and not registered yet." in stopped
    assert sentence in stopped
    assert timer.stopped_at is not None
    assert not TimeEntry.objects.exists()
    assert sentence in said(employee.get(reverse("registrations:timer")))


def test_a_kept_time_is_registered_on_other_work_with_all_of_its_time(office, employee):
    timer = running(office, ago(minutes=4), stopped_at=ago(minutes=1), task=None)
    ended = timezone.localtime(timer.stopped_at)
    fields = {
        "work": office.work.pk,
        "end_day": ended.date().isoformat(),
        "end": f"{ended:%H:%M}",
        "action": "stop",
    }

    post(employee, "timer", fields)

    assert TimeEntry.objects.get().minutes == 3
    assert not Timer.objects.exists()


def test_nine_true_hours_in_the_night_that_the_clock_goes_forward_are_not_long(office):
    timer = running(office, at("2026-03-29T00:30"))
    timer.refresh_from_db()
    clock = at("2026-03-29T11:00").astimezone(datetime.UTC)

    assert not timing.needs_end(timer, now=clock)
    assert timing.needs_end(timer, now=clock + datetime.timedelta(minutes=31))


def test_a_forgotten_timer_asks_when_the_work_ended(office, employee):
    started = ago(hours=11)
    running(office, started)

    asked = post(employee, "timer-stop")
    assert "When did the work end?" in said(asked)
    assert Timer.objects.get().stopped_at is None

    ended = timezone.localtime(started + datetime.timedelta(hours=2))
    fields = {"work": office.work.pk, "end_day": ended.date().isoformat(), "end": f"{ended:%H:%M}"}
    post(employee, "timer", {**fields, "action": "stop"})
    assert sum(TimeEntry.objects.values_list("minutes", flat=True)) == 120


@pytest.mark.parametrize("way", ["bar", "form of the day", "entry"])
def test_starting_asks_first_when_the_work_of_a_forgotten_timer_ended(office, employee, way):
    row = row_of(office, description="Sprint")
    started = ago(hours=15)
    running(office, started, description="Forgotten")

    if way == "form of the day":
        address = reverse("registrations:timer-start")
        fields = {"work": office.work.pk, "description": "New"}
        answer = employee.post(address, fields, headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == reverse("registrations:timer")
        asked = employee.get(answer["HX-Redirect"])
    elif way == "bar":
        asked = post(employee, "timer-start")
    else:
        asked = post(employee, "hour-timer", {}, row.pk)

    assert "When did the work end?" in said(asked)
    timer = Timer.objects.get()
    assert (timer.description, timer.started_at, timer.stopped_at) == ("Forgotten", started, None)
    assert list(TimeEntry.objects.all()) == [row]


@pytest.mark.parametrize(
    ("days", "sentence"), [(1, "This is in the future."), (-1, "The timer started later.")]
)
def test_an_end_outside_the_measured_time_is_refused_at_its_field(office, employee, days, sentence):
    running(office, ago(minutes=30))
    day = timezone.localdate() + datetime.timedelta(days=days)
    fields = {"work": office.work.pk, "end_day": day.isoformat(), "end": "12:00", "action": "stop"}

    answer = employee.post(reverse("registrations:timer"), fields)

    assert answer.status_code == 422
    assert sentence in said(answer)
    assert Timer.objects.exists()


def test_a_manager_times_only_oneself(office, manager):
    running(office, ago(minutes=30))
    row_of(office, membership=office.manager)

    page = said(manager.get(reverse("registrations:hours")))
    assert "timer-pill" not in page
    for name in ("timer-stop", "timer-discard"):
        post(manager, name, {"employee": office.employee.pk})
    post(manager, "timer-start", {"employee": office.employee.pk})

    assert set(Timer.objects.values_list("membership", flat=True)) == {
        office.employee.pk,
        office.manager.pk,
    }


def test_the_timer_costs_no_query_on_a_page(office, employee, django_assert_num_queries):
    address = reverse("registrations:trips")
    employee.get(address)
    with CaptureQueriesContext(connection) as without:
        employee.get(address)
    running(office, ago(minutes=30))

    with django_assert_num_queries(len(without)):
        page = said(employee.get(address))
    assert "0:30" in page
