"""Reading typed durations and times of the day."""

import datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lib.times import (
    DAY,
    AmbiguousTime,
    format_clock,
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
        ("7.00", 420),
        ("0,33", 20),
        ("123", 83),
        ("1234", 754),
        ("0130", 90),
        ("1 30", 90),
        ("12m", 12),
        ("90m", 90),
        ("8h", 480),
        ("1,5h", 90),
        ("2:00", 120),
        (":30", 30),
        ("08:15", 495),
        (" 2:00 ", 120),
        ("1 : 30", 90),
        ("\u200b1:30\u00a0", 90),
        ("-1", -60),
        ("− 1", -60),
        ("24", 1440),
        ("24:00", 1440),
    ],
)
def test_a_duration_is_read_as_it_was_meant(typed, minutes):
    assert parse_duration(typed) == minutes


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1h15", 75),
        ("1:15:00", 75),
        ("00:45:00", 45),
        ("7u30", 450),
        ("1u5", 65),
        ("1:5", 65),
        ("90 min", 90),
        ("90 minuten", 90),
        ("1h12m", 72),
        ("1h 12m", 72),
        ("1u12m", 72),
        ("1 uur 15", 75),
        ("1 uur 15 min", 75),
        ("1 u 15 min", 75),
        ("1 uur en 5 minuten", 65),
        ("1 hour 15 minutes", 75),
        ("2 hrs 5 mins", 125),
        ("1,25 uur", 75),
        ("1.5 hours", 90),
        ("1:30 uur", 90),
        ("half uur", 30),
        ("een half uurtje", 30),
        ("halfuur", 30),
        ("half an hour", 30),
        ("kwartier", 15),
        ("een kwartiertje", 15),
        ("drie kwartier", 45),
        ("5 kwartier", 75),
        ("2 uur en een kwartier", 135),
        ("a quarter of an hour", 15),
        ("three quarters of an hour", 45),
        ("anderhalf uur", 90),
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("twee en een half uur", 150),
        ("Twee uur", 120),
        ("1½ uur", 90),
        ("1 ½", 90),
        ("¾ uur", 45),
    ],
)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_durations_as_people_speak_them_are_read_in_both_languages(typed, minutes, language):
    with translation.override(language):
        assert parse_duration(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    ["12:60", "", "h", "m", "abc", "1:2:3", "1pm", "13:00pm", "--", "٣", "half tien", "1 1/2"],
)
def test_what_is_no_duration_is_refused(typed):
    with pytest.raises(ValueError, match=r"Type a duration such as"):
        parse_duration(typed)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("7.30", ("7:30", "7:18")),
        ("7.30 uur", ("7:30", "7:18")),
        ("0.25", ("0:25", "0:15")),
        (".45", ("0:45", "0:27")),
    ],
)
def test_a_point_before_two_digits_of_a_duration_is_asked_about(typed, readings):
    with pytest.raises(AmbiguousTime, match=f"{readings[0]} or {readings[1]}") as raised:
        parse_duration(typed)
    assert raised.value.readings == readings


@pytest.mark.parametrize(("typed", "advice"), [("25", "25m"), ("90", "90m"), ("190", "190m")])
def test_a_number_of_minutes_without_unit_is_told_how_to_type_it(typed, advice):
    with pytest.raises(ValueError, match=f"Type {advice} for minutes"):
        parse_duration(typed)


@pytest.mark.parametrize("typed", ["2500", "24:01", "25h", "1500m"])
def test_more_than_a_day_is_refused(typed):
    with pytest.raises(ValueError, match="A day has 24 hours"):
        parse_duration(typed)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("9", (9, 0)),
        ("0", (0, 0)),
        ("930", (9, 30)),
        ("0915", (9, 15)),
        ("09:15:00", (9, 15)),
        ("1:15:00 pm", (13, 15)),
        ("17:05", (17, 5)),
        ("0:00", (0, 0)),
        ("9.15", (9, 15)),
        ("17.30", (17, 30)),
        ("17.30 uur", (17, 30)),
        ("09.05", (9, 5)),
        ("9h15", (9, 15)),
        ("9u15", (9, 15)),
        ("9 uur 15", (9, 15)),
        ("9 uur 5", (9, 5)),
        ("9 uur", (9, 0)),
        ("9 : 15", (9, 15)),
        ("9,00", (9, 0)),
        ("9\u200b:15", (9, 15)),
        ("1pm", (13, 0)),
        ("1:00pm", (13, 0)),
        ("1:00 p.m.", (13, 0)),
        ("1.30 PM", (13, 30)),
        ("12am", (0, 0)),
        ("12:30 p.m.", (12, 30)),
    ],
)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_clock_times_as_the_dutch_write_them_are_read_in_both_languages(typed, time, language):
    with translation.override(language):
        assert parse_clock(typed) == datetime.time(*time)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("9.5", ("9:30", "9:05")),
        ("9,5", ("9:30", "9:05")),
        ("9,15", ("9:15", "9:09")),
        ("9,30", ("9:30", "9:18")),
        ("9:5", ("9:50", "9:05")),
        ("9u5", ("9:50", "9:05")),
        ("half tien", ("9:30", "10:30")),
        ("half ten", ("9:30", "10:30")),
        ("half 1", ("0:30", "1:30")),
        ("9.5pm", ("9:30 pm", "9:05 pm")),
    ],
)
def test_a_clock_time_with_two_readings_is_asked_about(typed, readings):
    with pytest.raises(AmbiguousTime, match=f"{readings[0]} or {readings[1]}") as raised:
        parse_clock(typed)
    assert raised.value.readings == readings


@pytest.mark.parametrize(
    "typed",
    ["-1", "nine", "25", "960", "9:60", "9,75", "9.125", "90m", "1h30m", "13pm", "0pm", "٩:١٥"],
)
def test_what_is_no_time_of_the_day_is_refused(typed):
    with pytest.raises(ValueError, match=r"time such as"):
        parse_clock(typed)


@pytest.mark.parametrize("typed", ["24", "24:00", "2400", "24.00"])
def test_midnight_as_24_hours_is_told_how_to_type_it(typed):
    with pytest.raises(ValueError, match="0:00 for midnight"):
        parse_clock(typed)


def test_a_bare_number_for_a_pause_is_minutes():
    assert (parse_pause("30"), parse_pause("0:45"), parse_pause("1h")) == (30, 45, 60)
    assert (parse_pause("5"), parse_pause("90"), parse_pause("0")) == (5, 90, 0)


@pytest.mark.parametrize(("typed", "hours"), [("1", "1h"), ("4", "4h"), ("130", "1:30")])
def test_a_bare_number_for_a_pause_that_can_be_hours_is_asked_about(typed, hours):
    with pytest.raises(AmbiguousTime, match=f"{typed}m or {hours}"):
        parse_pause(typed)


def test_a_negative_pause_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        parse_pause("-30m")


def test_what_is_written_reads_back_the_same():
    assert all(
        parse_duration(format_duration(minutes)) == minutes for minutes in range(1, 24 * 60 + 1)
    )
    times = [datetime.time(*divmod(minutes, 60)) for minutes in range(DAY)]
    assert [parse_clock(format_clock(one)) for one in times] == times


TYPED = st.text(alphabet="0123456789:.,hu m½pa.-−", max_size=8) | st.from_regex(
    r"[0-9]{1,3}[:.,hu ]?[0-9]{0,3}( uur| min|m|h| pm)?", fullmatch=True
)


def read(parser, text):
    try:
        return parser(text)
    except ValueError as error:
        return type(error)


@given(TYPED)
def test_a_typed_time_has_one_value_in_both_languages(text):
    for parser in (parse_clock, parse_duration, parse_pause):
        values = []
        for language in ("en", "nl"):
            with translation.override(language):
                values.append(read(parser, text))
        assert values[0] == values[1]


@given(TYPED)
def test_a_time_that_is_read_twice_is_read_the_same(text):
    for parser, shown in ((parse_clock, format_clock), (parse_duration, format_duration)):
        value = read(parser, text)
        if isinstance(value, datetime.time) or (isinstance(value, int) and value >= 0):
            assert parser(shown(value)) == value


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(".:hu"))
def test_the_digits_of_an_accepted_clock_time_are_its_digits(hour, minute, sign):
    assert parse_clock(f"{hour}{sign}{minute:02d}") == datetime.time(hour, minute)
