"""One import per night, also when the clock changes."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.nightly import next_night

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def local(*moment):
    return datetime.datetime(*moment, tzinfo=AMSTERDAM)


def test_tonight_about_a_quarter_past_two():
    assert next_night(1, now=local(2026, 11, 22, 9, 12)) == local(2026, 11, 23, 2, 15)


def test_after_midnight_it_is_still_this_night():
    assert next_night(1, now=local(2026, 11, 23, 0, 30)) == local(2026, 11, 23, 2, 15)


def test_organisations_are_spread():
    moments = {next_night(pk, now=local(2026, 11, 22, 9, 12)) for pk in range(1, 91)}

    assert len(moments) == 90
    assert max(moments) - min(moments) < datetime.timedelta(minutes=90)


@pytest.mark.parametrize("first", [datetime.date(2026, 3, 27), datetime.date(2026, 10, 23)])
@pytest.mark.parametrize("organisation_id", [1, 7, 40, 77])
def test_a_night_with_an_hour_too_few_or_too_many_has_one_import(first, organisation_id):
    now = datetime.datetime.combine(first, datetime.time(12), AMSTERDAM)
    days = []
    for _night in range(4):
        now = next_night(organisation_id, now=now)
        days.append(now.astimezone(AMSTERDAM).date())

    assert days == [first + datetime.timedelta(n) for n in (1, 2, 3, 4)]
