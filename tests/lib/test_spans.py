"""Durations between two clock times, in every night of the year."""

import datetime

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from lib.spans import NoSuchTime, durations, interval

SPRING, AUTUMN = datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)
NEAR_A_CHANGE = [
    day + datetime.timedelta(days=offset) for day in (SPRING, AUTUMN) for offset in (-1, 0, 1)
]
DAYS = st.sampled_from(NEAR_A_CHANGE) | st.dates(
    datetime.date(1980, 1, 1), datetime.date(2049, 12, 30)
)
TIMES = st.builds(datetime.time, st.integers(0, 23), st.integers(0, 59))


def at(hour, minute=0):
    return datetime.time(hour, minute)


@given(day=DAYS, start=TIMES, end=TIMES)
@example(day=AUTUMN, start=at(2, 45), end=at(2, 15))
@example(day=AUTUMN, start=at(2, 30), end=at(2, 30))
def test_the_clock_shows_start_and_end_at_the_ends_of_every_duration(day, start, end):
    try:
        found = durations(day, start, end)
    except NoSuchTime:
        return
    assert found
    for minutes in found:
        first, last = (
            moment.astimezone(timezone.get_default_timezone())
            for moment in interval(day, start, end, minutes=minutes)
        )
        assert (first.date(), first.time()) == (day, start)
        assert last.time() == end
        assert 0 < minutes <= 25 * 60


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        (AUTUMN, at(2, 45), at(2, 15), [30, 23 * 60 + 30, 24 * 60 + 30]),
        (AUTUMN, at(2, 30), at(2, 30), [60, 24 * 60, 25 * 60]),
        (AUTUMN, at(9), at(17), [480]),
        (SPRING, at(1, 59), at(3), [1]),
        (datetime.date(2026, 6, 1), at(9), at(9), [24 * 60]),
    ],
)
def test_the_hour_that_comes_twice_gives_several_durations(day, start, end, minutes):
    assert durations(day, start, end) == minutes
