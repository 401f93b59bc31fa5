"""Parsing of typed times."""

import datetime

import pytest

from registrations.durations import (
    between,
    format_duration,
    parse_clock,
    parse_duration,
    parse_pause,
)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1", 60),
        ("0,5", 30),
        ("0.5", 30),
        (",5", 30),
        ("7.75", 465),
        ("0,33", 20),
        ("123", 83),
        ("1234", 754),
        ("0130", 90),
        ("12m", 12),
        ("90m", 90),
        ("1h12m", 72),
        ("1h 12m", 72),
        ("1u12m", 72),
        ("8h", 480),
        ("1,5h", 90),
        ("2:00", 120),
        (":30", 30),
        ("08:15", 495),
        (" 2:00 ", 120),
        ("-1", -60),
        ("1:00pm", 780),
        ("12:30am", 30),
        ("24", 1440),
        ("24:00", 1440),
    ],
)
def test_a_duration_is_read_as_it_was_meant(typed, minutes):
    assert parse_duration(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    [
        "2500",
        "12:60",
        "24:01",
        "8h7",
        "",
        "h",
        "m",
        "abc",
        "1:5",
        "25",
        "1:2:3",
        "13:00pm",
        "--",
        "٣",
    ],
)
def test_what_is_no_duration_is_refused(typed):
    with pytest.raises(ValueError, match=r".+"):
        parse_duration(typed)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("9", datetime.time(9)),
        ("930", datetime.time(9, 30)),
        ("17:05", datetime.time(17, 5)),
        ("1:00pm", datetime.time(13)),
        ("0:00", datetime.time(0)),
    ],
)
def test_a_time_of_the_day_is_read_the_same_way(typed, time):
    assert parse_clock(typed) == time


@pytest.mark.parametrize("typed", ["24:00", "-1", "nine"])
def test_what_is_no_time_of_the_day_is_refused(typed):
    with pytest.raises(ValueError, match=r"time such as"):
        parse_clock(typed)


def test_a_bare_number_for_a_pause_is_minutes():
    assert (parse_pause("30"), parse_pause("0:45"), parse_pause("1h")) == (30, 45, 60)


def test_what_is_written_reads_back_the_same():
    assert all(
        parse_duration(format_duration(minutes)) == minutes for minutes in range(1, 24 * 60 + 1)
    )


def test_the_pause_is_taken_off_and_midnight_is_an_end():
    start = datetime.time(22)

    assert between(datetime.time(9), datetime.time(17), pause=30) == 450
    assert between(start, datetime.time(0), pause=0) == 120
    assert between(start, datetime.time(21), pause=0) < 0
