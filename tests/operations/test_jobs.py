"""The jobs of the schedule: what became of them, and what an administrator reads of it."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.schedules import crontab
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from operations import jobs
from operations.doctor.findings import Level
from operations.doctor.installation import jobs_part
from operations.models import JobRun
from operations.tasks import watch_installation
from tests.responses import text
from timechimp_eb.celery import app
from timechimp_eb.schedule import SCHEDULE

pytestmark = pytest.mark.django_db
PAGE = reverse("operations:jobs")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# 10:00 in Amsterdam, long after the jobs of the night.
NOW = datetime.datetime(2026, 11, 30, 9, 0, tzinfo=datetime.UTC)
NIGHT = datetime.timedelta(hours=6)


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch):
    """Forget what this process recorded in earlier tests."""
    monkeypatch.setattr(jobs, "_noted", {})


def ended(name: str, *, ago: datetime.timedelta = NIGHT, problem: str = "") -> None:
    jobs.note(name, problem=problem, seconds=1.5, now=NOW - ago)


def test_every_job_of_the_schedule_has_words_and_a_time_that_is_understood():
    assert set(jobs.TITLES) == set(SCHEDULE)
    for entry in SCHEDULE.values():
        moments = entry["schedule"]
        if isinstance(moments, crontab):
            # Days of the week or the month are not read by the page.
            assert (len(moments.day_of_week), len(moments.day_of_month)) == (7, 31)
            assert len(moments.month_of_year) == 12


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sweep-bookings", "every 30 seconds"),
        ("send-account-mails", "every minute"),
        ("complete-archive", "every 10 minutes"),
        ("purge-kept-uploads", "every hour, at :40"),
        ("fetch-payments", "every day, at 4:15"),
        ("mail-decisions", "every day, at 17:30, 19:30"),
    ],
)
def test_when_a_job_runs_is_said_in_words(name, words):
    assert next(one for one in jobs.jobs(now=NOW) if one.title == jobs.TITLES[name]).when == words


@pytest.mark.parametrize("day", [datetime.date(2026, 3, 28), datetime.date(2026, 10, 24)])
def test_the_next_time_is_right_over_a_change_of_the_clock(day):
    evening = datetime.datetime.combine(day, datetime.time(22), AMSTERDAM)

    found = {one.title: one.next_at for one in jobs.jobs(now=evening)}

    tomorrow = day + datetime.timedelta(days=1)
    wanted = datetime.datetime.combine(tomorrow, datetime.time(4, 15), AMSTERDAM)
    assert found[jobs.TITLES["fetch-payments"]] == wanted
    assert found[jobs.TITLES["sweep-bookings"]] is None


def test_a_worker_records_what_became_of_a_job(settings):
    settings.OPERATOR_EMAIL = []
    with time_machine.travel(NOW, tick=False):
        watch_installation.apply()

    run = JobRun.objects.get()
    assert (run.name, run.problem, run.ended_at) == ("watch-installation", "", NOW)
    assert run.seconds >= 0


def test_a_failure_is_recorded_at_once_and_a_sweep_that_succeeds_once_a_minute(monkeypatch):
    @app.task(name="billing.tasks.sweep_bookings_of_this_test")
    def sweep(what: str) -> None:
        if what == "fail":
            raise KeyError("a secret that stays in the log")

    entry = {**SCHEDULE["sweep-bookings"], "task": sweep.name}
    monkeypatch.setitem(app.conf.beat_schedule, "sweep-bookings", entry)

    sweep.apply(["go"])
    with CaptureQueriesContext(connection) as queries:
        sweep.apply(["go"])
    assert len(queries) == 0
    sweep.apply(["fail"])

    assert JobRun.objects.get().problem == "KeyError"


def test_what_is_not_of_the_schedule_is_not_recorded():
    @app.task(name="a.task.of.this.test")
    def other() -> None:
        pass

    other.apply()

    assert not JobRun.objects.exists()


def test_a_database_that_refuses_does_not_make_a_run_fail(monkeypatch):
    def refuse(**_: object) -> None:
        raise DatabaseError("read-only")

    monkeypatch.setattr(JobRun.objects, "update_or_create", refuse)

    ended("fetch-payments")

    assert not JobRun.objects.exists()


def test_the_doctor_names_jobs_that_failed_and_those_that_did_not_run():
    for name in SCHEDULE:
        ended(name, ago=datetime.timedelta(minutes=1))
    assert jobs_part(now=NOW).level is Level.GOOD

    ended("fetch-payments", ago=datetime.timedelta(days=1))
    missed = jobs_part(now=NOW)
    assert missed.level is Level.TROUBLE
    assert str(missed).startswith("Jobs of the schedule did not run. Fetch payments")

    ended("purge-sessions", problem="OperationalError")
    failed = jobs_part(now=NOW)
    assert str(failed).startswith("Jobs of the schedule failed. Delete expired sessions.")


def test_a_job_that_was_due_a_moment_ago_is_not_missed():
    ended("start-due-reminders", ago=datetime.timedelta(days=1))
    at_eight = datetime.datetime(2026, 11, 30, 7, 30, tzinfo=datetime.UTC)

    assert jobs_part(now=at_eight).level is Level.GOOD
    assert jobs_part(now=NOW).level is Level.TROUBLE


def test_the_page_shows_each_job_with_its_latest_run_and_its_next(inside):
    jobs.note("fetch-payments", problem="", seconds=2.34, now=timezone.now())
    jobs.note("purge-sessions", problem="KeyError", seconds=0.1, now=timezone.now())

    said = text(inside.get(PAGE))

    assert "Fetch payments from e-Boekhouden" in said
    assert "2.3 s" in said
    assert "Failed" in said
    assert "KeyError" in said
    assert said.count("none yet") == len(SCHEDULE) - 2
    assert PAGE in text(inside.get(reverse("operations:system")))
