"""Reading typed days, and the form field that shows what it read before it is stored."""

import datetime

import pytest
import time_machine
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lib.days import FIRST_YEAR, LAST_YEAR, describe_day, read_day
from lib.form_fields import NOT_SHOWN, DayField, FilterDayField

TODAY = datetime.date(2026, 11, 28)  # a Saturday
BOOKABLE = st.dates(datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR, 12, 31))
TEXTS = st.text("0123456789-/. 'adejnovmirst", max_size=14) | st.text(max_size=12)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("28", "2026-11-28"),
        ("3", "2026-11-03"),
        ("1e", "2026-11-01"),
        ("28-11", "2026-11-28"),
        ("28/11", "2026-11-28"),
        ("28.11", "2026-11-28"),
        ("28 11", "2026-11-28"),
        ("2811", "2026-11-28"),
        ("3-4", "2026-04-03"),
        ("28-11-2025", "2025-11-28"),
        ("3/4/2025", "2025-04-03"),
        ("28112025", "2025-11-28"),
        ("20112026", "2026-11-20"),
        ("28-11-25", "2025-11-28"),
        ("28-11-'25", "2025-11-28"),
        ("28-11-99", "1999-11-28"),
        (" 28 - 11 - 2025 ", "2025-11-28"),
        ("28–11–2025", "2025-11-28"),
        ("2025-11-28", "2025-11-28"),
        ("2025-1-5", "2025-01-05"),
        ("2025/11/28", "2025-11-28"),
        ("20251128", "2025-11-28"),
        ("28 nov", "2026-11-28"),
        ("28nov", "2026-11-28"),
        ("28-nov-2025", "2025-11-28"),
        ("28 November 2025", "2025-11-28"),
        ("28th of November, 2025", "2025-11-28"),
        ("Nov. 28, 2025", "2025-11-28"),
        ("1 mrt", "2026-03-01"),
        ("1 mei", "2026-05-01"),
        ("1 may", "2026-05-01"),
        ("1 okt", "2026-10-01"),
        ("1 oct", "2026-10-01"),
        ("29-2-2028", "2028-02-29"),
        ("vandaag", "2026-11-28"),
        ("Today", "2026-11-28"),
        ("gisteren", "2026-11-27"),
        ("yesterday", "2026-11-27"),
        ("eergisteren", "2026-11-26"),
        ("morgen", "2026-11-29"),
        ("tomorrow", "2026-11-29"),
        ("zaterdag", "2026-11-28"),
        ("za", "2026-11-28"),
        ("maandag", "2026-11-23"),
        ("mon", "2026-11-23"),
        ("vorige zaterdag", "2026-11-21"),
        ("volgende zaterdag", "2026-12-05"),
        ("next monday", "2026-11-30"),
        ("za 28-11", "2026-11-28"),
        ("Saturday, 28 November 2026", "2026-11-28"),
    ],
)
def test_a_day_is_read_in_the_dutch_order_in_both_languages(typed, day):
    for language in ("en", "nl"):
        with translation.override(language):
            assert read_day(typed, today=TODAY).day.isoformat() == day


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31-4", "“31-4” does not exist: April 2026 has 30 days."),
        ("31", "“31” does not exist: November 2026 has 30 days."),
        ("29-2-2027", "“29-2-2027” does not exist: February 2027 has 28 days."),
        ("29 feb", "“29 feb” does not exist: February 2026 has 28 days."),
        ("11/28/2026", "There is no month 28. The day comes first: type 28-11-2026."),
        ("28-11-2126", "The year 2126 is out of reach. Choose a day between 1980 and 2049."),
        ("28-11-20266", "The year 20266 is out of reach. Choose a day between 1980 and 2049."),
        ("1-1-0001", "The year 0001 is out of reach. Choose a day between 1980 and 2049."),
        ("28-11-66", "Type all four digits of the year 66."),
        ("vr 28-11-2026", "Sat 28 November 2026 is not the weekday that you typed."),
        ("28-13", "Type a date such as 28-11-2026, 28 nov or yesterday."),
        ("0-11", "Type a date such as"),
        ("32", "does not exist"),
        ("2026-02-30", "February 2026 has 28 days"),
        ("gistern", "Type a date such as"),
        ("28 november 2026 9:00", "Type a date such as"),
        ("٢٨-١١", "Type a date such as"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_type(typed, sentence):
    with pytest.raises(ValueError) as error:  # noqa: PT011  # the sentence is checked below
        read_day(typed, today=TODAY)
    assert sentence in str(error.value)


@pytest.mark.parametrize("typed", ["28", "28-11", "3/4/2026", "3.4.2026", "28-11-26", "maandag"])
def test_a_text_that_another_could_read_as_another_day_is_not_certain(typed):
    assert not read_day(typed, today=TODAY).is_certain


@pytest.mark.parametrize(
    "typed", ["28-11-2026", "3-4-2026", "13/4/2026", "2026-11-28", "3 apr 2026", "gisteren"]
)
def test_a_whole_date_is_certain(typed):
    assert read_day(typed, today=TODAY).is_certain


@given(BOOKABLE, BOOKABLE)
def test_what_is_shown_means_the_same_day_in_both_languages(day, today):
    shown = [f"{day:%d-%m-%Y}", day.isoformat()]
    for language in ("en", "nl"):
        with translation.override(language):
            shown.append(describe_day(day))
    for language in ("en", "nl"):
        with translation.override(language):
            for text in shown:
                reading = read_day(text, today=today)
                assert (reading.day, reading.is_certain) == (day, True)


def _read(typed: str, *, today: datetime.date) -> object:
    try:
        return read_day(typed, today=today)
    except ValueError:
        return None


@given(TEXTS, BOOKABLE)
def test_a_day_is_the_same_in_english_and_in_dutch_and_cleaning_twice_changes_nothing(typed, today):
    with translation.override("en"):
        english = _read(typed, today=today)
    with translation.override("nl"):
        assert _read(typed, today=today) == english
    if english:
        again = read_day(f"{english.day:%d-%m-%Y}", today=today)
        assert again.day == english.day
        assert FIRST_YEAR - 1 <= english.day.year <= LAST_YEAR + 1


# --- The field ------------------------------------------------------------------------------------


class DayForm(forms.Form):
    day = DayField()


class FilterForm(forms.Form):
    day = FilterDayField(required=False)


@time_machine.travel(datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC))
@given(TEXTS | st.sampled_from(["28", "3/4/2026", "28 nov", "ma", "gisteren", "2026-11-28"]))
def test_a_day_is_stored_only_after_the_form_has_shown_it(typed):
    form = DayForm({"day": typed})
    if form.is_valid():
        assert form["day"].value() == f"{form.cleaned_data['day']:%d-%m-%Y}"
        assert read_day(typed, today=TODAY).is_certain
    elif form.has_error("day", NOT_SHOWN):
        shown = form["day"].value()
        (error,) = form.errors["day"]
        again = DayForm({"day": shown})
        assert again.is_valid()
        assert again["day"].value() == shown
        assert describe_day(again.cleaned_data["day"]) in error
        filtered = FilterForm({"day": typed})
        assert filtered.is_valid()
        assert filtered.cleaned_data == again.cleaned_data
        assert filtered["day"].value() == shown


def test_a_stored_day_is_shown_in_the_same_order_in_both_languages():
    for language in ("en", "nl"):
        with translation.override(language):
            shown = str(DayForm(initial={"day": datetime.date(2026, 4, 3)})["day"])
            assert 'value="03-04-2026"' in shown
            assert 'type="text"' in shown


def test_a_text_that_is_no_day_stays_as_typed():
    form = DayForm({"day": "31-4"})
    assert not form.is_valid()
    assert form["day"].value() == "31-4"
