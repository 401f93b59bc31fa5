"""Days and names of subscription periods."""

import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.days import ONE_DAY
from projects.models import Frequency
from projects.periods import Period, add_months, period_name, periods

day = datetime.date.fromisoformat
DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2040, 12, 31))


def test_a_31st_comes_back_after_a_short_month():
    found = periods(Frequency.MONTH, starts_on=day("2026-01-31"), until=day("2026-05-31"))

    assert [period.first.isoformat() for period in found] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_leap_day_comes_back_every_four_years():
    assert add_months(day("2028-02-29"), 12) == day("2029-02-28")
    assert add_months(day("2028-02-29"), 48) == day("2032-02-29")


@given(st.sampled_from(Frequency), DAYS, st.integers(min_value=0, max_value=900))
def test_periods_follow_each_other_without_a_gap_or_a_double_day(frequency, starts_on, days):
    until = starts_on + datetime.timedelta(days=days)

    found = list(periods(frequency, starts_on=starts_on, until=until))

    assert found[0].first == starts_on
    assert all(later.first == earlier.last + ONE_DAY for earlier, later in pairwise(found))
    assert all(period.first <= period.last for period in found)
    assert found[-1].first <= until <= found[-1].last


@pytest.mark.parametrize(
    ("frequency", "first", "last", "english", "dutch"),
    [
        ("month", "2026-11-01", "2026-11-30", "November 2026", "november 2026"),
        ("quarter", "2026-10-01", "2026-12-31", "Q4 2026", "4e kwartaal 2026"),
        ("year", "2026-01-01", "2026-12-31", "2026", "2026"),
        ("week", "2026-11-16", "2026-11-22", "week 47 of 2026", None),
        ("month", "2026-11-15", "2026-12-14", "15 November 2026 to 14 December 2026", None),
        ("quarter", "2026-11-01", "2027-01-31", "1 November 2026 to 31 January 2027", None),
        ("year", "2026-07-01", "2027-06-30", "1 July 2026 to 30 June 2027", None),
        ("week", "2026-11-17", "2026-11-23", "17 November 2026 to 23 November 2026", None),
    ],
)
def test_a_period_has_the_name_people_use(frequency, first, last, english, dutch):
    period = Period(day(first), day(last))

    assert period_name(frequency, period, language="en") == english
    if dutch:
        assert period_name(frequency, period, language="nl") == dutch
