"""`manage.py nightly` runs a command every night, and says by a file that it succeeded."""

import datetime
import zoneinfo
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from timechimp_eb.management.commands.nightly import next_time

HERE = zoneinfo.ZoneInfo("Europe/Amsterdam")
NIGHT = datetime.time(2, 30)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-30T01:00", "2026-11-30T02:30"),
        ("2026-11-30T02:30", "2026-12-01T02:30"),
        ("2026-11-30T23:59", "2026-12-01T02:30"),
        ("2026-12-31T12:00", "2027-01-01T02:30"),
    ],
)
def test_the_next_night(now, then):
    start = datetime.datetime.fromisoformat(now).replace(tzinfo=HERE)

    assert next_time(start, NIGHT) == datetime.datetime.fromisoformat(then).replace(tzinfo=HERE)


@pytest.mark.parametrize("day", [datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)])
def test_a_night_in_which_the_clock_is_moved_has_one_too(day):
    """02:30 does not exist in March and is there twice in October."""
    before = datetime.datetime.combine(day, datetime.time(1), tzinfo=HERE)

    moment = next_time(before, NIGHT).astimezone(datetime.UTC)

    waited = moment - before.astimezone(datetime.UTC)
    assert datetime.timedelta(hours=1) < waited < datetime.timedelta(hours=3)
    after = next_time(moment.astimezone(HERE), NIGHT)
    assert after.date() == day + datetime.timedelta(days=1)


def test_a_success_touches_the_file(db, tmp_path):
    done = tmp_path / "done"
    call_command("nightly", "--now", f"--done={done}", "verify_archive")

    assert done.exists()


def test_a_failure_does_not(db, tmp_path, caplog):
    done = tmp_path / "done"
    with pytest.raises(CommandError, match="create_organisation failed; the log says why"):
        call_command("nightly", "--now", f"--done={done}", "create_organisation")

    assert not done.exists()
    assert "nightly.failed" in caplog.text


@pytest.mark.parametrize(
    ("words", "named"), [(["no_such_command"], "no_such_command"), ([], "Nothing")]
)
def test_what_is_no_command_is_said_at_once_and_not_at_night(words, named):
    with pytest.raises(CommandError, match=f"{named} is no command of manage.py"):
        call_command("nightly", *words)


@pytest.mark.parametrize("text", ["2:70", "25:00", "half three", ""])
def test_a_wrong_time_gets_a_sentence(text):
    with pytest.raises(CommandError, match="is no time of day: write hours and minutes"):
        call_command("nightly", f"--at={text}", "check", stderr=StringIO())


def test_it_waits_for_the_night_and_goes_on_after_a_failure(db, monkeypatch, tmp_path, caplog):
    """The clock is moved instead of waited for; the third night ends the test."""
    nights = []

    class Morning(Exception):
        pass

    with time_machine.travel(datetime.datetime(2026, 11, 30, 12, tzinfo=HERE), tick=False) as clock:

        def sleep(seconds: float) -> None:
            assert 0 < seconds <= 60
            clock.shift(datetime.timedelta(seconds=seconds))
            now = datetime.datetime.now(HERE)
            if now.time() == NIGHT:
                nights.append(now.date())
            if len(nights) == 3:
                raise Morning

        monkeypatch.setattr("time.sleep", sleep)
        with pytest.raises(Morning):
            call_command("nightly", "--at=02:30", "create_organisation")

    assert [night.day for night in nights] == [1, 2, 3]
    assert caplog.text.count("nightly.failed") == 2
