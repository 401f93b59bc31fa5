"""Statutory interest: hand-computed amounts, and what holds for every claim."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import InterestKind, InterestRate
from billing.reminders.interest import From, NoPercentage, interest, interest_parts
from billing.reminders.interest_rates import (
    PUBLISHED,
    known_until,
    to_be_checked,
    with_own,
)

DAY = datetime.timedelta(days=1)
COMMERCIAL, ORDINARY = PUBLISHED[InterestKind.COMMERCIAL], PUBLISHED[InterestKind.ORDINARY]


def on(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def since(*values: tuple[str, str]) -> list[From]:
    return [From(on(day), Decimal(value)) for day, value in values]


TEN = since(("2000-01-01", "10"))


@pytest.mark.parametrize(
    ("owed", "percentages", "due", "until", "amount"),
    [
        # 1000 × 10% × 31 ÷ 365 = 8.4932
        (since(("2024-12-01", "1000")), TEN, "2024-12-31", "2025-01-31", "8.49"),
        # 1210 × 11.15% × 30 ÷ 365 + 1210 × 10.15% × 30 ÷ 365 = 11.0889 + 10.0944
        (since(("2025-05-01", "1210")), COMMERCIAL, "2025-05-31", "2025-07-30", "21.18"),
        # 1210 × 6% × 31 ÷ 365 + 1210 × 4% × 31 ÷ 365 = 6.1660 + 4.1107
        (since(("2025-11-01", "1210")), ORDINARY, "2025-11-30", "2026-01-31", "10.28"),
        # A leap year has 366 days: 1000 × 12.5% × 30 ÷ 366 = 10.2459
        (since(("2024-01-01", "1000")), COMMERCIAL, "2024-01-31", "2024-03-01", "10.25"),
        # Around New Year: 3660 × 10% × 10 ÷ 365 + 3660 × 10% × 10 ÷ 366 = 10.0274 + 10.0000
        (since(("2023-12-01", "3660")), TEN, "2023-12-21", "2024-01-10", "20.03"),
        # Paid in part: 1000 × 10% × 10 ÷ 365 + 500 × 10% × 10 ÷ 365 = 2.7397 + 1.3699
        (
            since(("2024-12-01", "1000"), ("2025-01-11", "500")),
            TEN,
            "2024-12-31",
            "2025-01-20",
            "4.11",
        ),
        # Paid in full after ten days: 2.7397
        (
            since(("2024-12-01", "1000"), ("2025-01-11", "0")),
            TEN,
            "2024-12-31",
            "2025-03-01",
            "2.74",
        ),
        # Open again later: 10 days, and 5 days over 200: 2.7397 + 0.2740
        (
            since(("2024-12-01", "1000"), ("2025-01-11", "0"), ("2025-02-01", "200")),
            TEN,
            "2024-12-31",
            "2025-02-05",
            "3.01",
        ),
        # A whole year is the percentage itself.
        (since(("2022-12-01", "1000")), TEN, "2022-12-31", "2023-12-31", "100.00"),
        # Then the interest of that year bears interest: 1100 × 10% × 182 ÷ 366 = 54.6995
        (since(("2022-12-01", "1000")), TEN, "2022-12-31", "2024-06-30", "154.70"),
        # Two years: 1000 × 1.1 × 1.1
        (since(("2020-12-01", "1000")), TEN, "2020-12-31", "2022-12-31", "210.00"),
        # 10000 × 8% × 184 ÷ 365 + 10000 × 10.5% × 181 ÷ 365 = 923.9726 in the first year,
        # then 10923.9726 × 12% × 10 ÷ 365 = 35.9144
        (since(("2022-06-01", "10000")), COMMERCIAL, "2022-06-30", "2023-07-10", "959.89"),
        # The year from 29 February ends on 28 February: 1000 × 10% × 307 ÷ 366 + 1000 × 10% ×
        # 59 ÷ 365 = 100.0442, then a day over 1100.0442: 0.3014
        (since(("2024-02-01", "1000")), TEN, "2024-02-28", "2025-03-01", "100.35"),
        # Half a cent goes up: 18.25 × 10% ÷ 365 = 0.0050
        (since(("2024-12-01", "18.25")), TEN, "2024-12-31", "2025-01-01", "0.01"),
        # On the due date nothing is late yet; nor before it.
        (since(("2024-12-01", "1000")), TEN, "2024-12-31", "2024-12-31", "0.00"),
        (since(("2024-12-01", "1000")), TEN, "2024-12-31", "2024-12-01", "0.00"),
    ],
)
def test_interest_is_what_a_person_computes(owed, percentages, due, until, amount):
    assert interest(owed, percentages, due_on=on(due), until=on(until)) == Decimal(amount)


def test_a_line_names_period_amount_and_percentage_and_the_lines_add_up():
    owed = since(("2025-05-01", "1210"), ("2025-06-16", "605"))

    parts = interest_parts(owed, COMMERCIAL, due_on=on("2025-05-31"), until=on("2026-02-01"))

    assert [(str(one.first), str(one.last), str(one.over)) for one in parts] == [
        ("2025-06-01", "2025-06-15", "1210.00"),
        ("2025-06-16", "2025-06-30", "605.00"),
        # 10.15% stayed on 1 January 2026, so this is one line.
        ("2025-07-01", "2026-02-01", "605.00"),
    ]
    assert [one.percentage for one in parts] == [Decimal(n) for n in ("11.15", "11.15", "10.15")]
    # 605 × 10.15% × 216 ÷ 365 = 36.34, with 5.54 and 2.77 before it
    assert [str(one.amount) for one in parts] == ["5.54", "2.78", "36.34"]


def test_a_day_without_a_percentage_is_refused():
    owed = since(("2014-01-01", "1000"))

    with pytest.raises(NoPercentage) as refused:
        interest(owed, COMMERCIAL, due_on=on("2014-01-31"), until=on("2016-01-01"))

    assert refused.value.day == on("2014-02-01")


# --- Whatever the claim ---------------------------------------------------------------------------

DAYS = st.dates(on("2020-01-01"), on("2026-12-31"))
AMOUNTS = st.decimals(0, 100_000, places=2)
CHANGES = st.lists(st.builds(From, DAYS, AMOUNTS), max_size=4, unique_by=lambda one: one.day)
CLAIMS = st.builds(
    lambda amount, changes: [From(on("2019-12-01"), amount), *changes], AMOUNTS, CHANGES
)
KNOWN = st.sampled_from([COMMERCIAL, ORDINARY])


def day_by_day(owed, percentages, due, until) -> Decimal:
    """Add the interest of every single day, in exact fractions."""
    total = added = of_year = Fraction(0)
    day, begin = due + DAY, due + DAY
    while day <= until:
        if day > begin and _is_anniversary(day, begin):
            added, of_year = added + of_year, Fraction(0)
        open_then = max((one for one in owed if one.day <= day), key=lambda one: one.day).value
        rate = max((one for one in percentages if one.day <= day), key=lambda one: one.day).value
        length = (datetime.date(day.year + 1, 1, 1) - datetime.date(day.year, 1, 1)).days
        base = Fraction(open_then) + added if open_then else Fraction(0)
        amount = base * Fraction(rate) / 100 / length
        total, of_year, day = total + amount, of_year + amount, day + DAY
    exact = Decimal(total.numerator) / Decimal(total.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _is_anniversary(day, begin) -> bool:
    if (begin.month, begin.day) == (2, 29):
        before = day - DAY
        return (day.month, day.day) == (2, 29) or (
            (day.month, day.day) == (3, 1) and (before.month, before.day) == (2, 28)
        )
    return (day.month, day.day) == (begin.month, begin.day)


@given(owed=CLAIMS, percentages=KNOWN, due=DAYS, until=DAYS)
def test_it_is_the_sum_of_every_single_day(owed, percentages, due, until):
    found = interest(owed, percentages, due_on=due, until=until)

    assert found == day_by_day(owed, percentages, due, until)


@given(owed=CLAIMS, percentages=KNOWN, due=DAYS, until=DAYS)
def test_interest_is_never_negative_and_grows(owed, percentages, due, until):
    found = interest(owed, percentages, due_on=due, until=until)

    assert Decimal(0) <= found <= interest(owed, percentages, due_on=due, until=until + DAY)


@given(
    owed=CLAIMS,
    percentages=KNOWN,
    due=DAYS,
    first=st.integers(0, 180),
    second=st.integers(0, 180),
)
def test_within_a_year_the_interest_of_two_periods_is_that_of_both(
    owed, percentages, due, first, second
):
    between, until = due + first * DAY, due + (first + second) * DAY

    one = interest(owed, percentages, due_on=due, until=between)
    other = interest(owed, percentages, due_on=between, until=until)

    whole = interest(owed, percentages, due_on=due, until=until)
    assert abs(whole - one - other) <= Decimal("0.01")  # each is rounded once


# --- The percentages ------------------------------------------------------------------------------


def test_an_entered_percentage_replaces_the_published_one_of_its_day():
    own = InterestRate(kind="ordinary", starts_on=on("2026-01-01"), percentage=Decimal(5))
    later = InterestRate(kind="ordinary", starts_on=on("2027-01-01"), percentage=Decimal(3))

    known = with_own([own, later])["ordinary"]

    last = [(str(one.day), one.value) for one in known[-3:]]
    assert last == [("2026-01-01", 5), ("2026-07-01", 4), ("2027-01-01", 3)]


@pytest.mark.parametrize(
    ("last", "until"), [("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")]
)
def test_a_percentage_is_known_until_its_half_year_ends(last, until):
    assert known_until(since((last, "4"))) == on(until)


def test_after_the_last_half_year_both_percentages_are_to_be_checked():
    assert to_be_checked(PUBLISHED, on("2026-12-31")) == []
    assert to_be_checked(PUBLISHED, on("2027-01-01")) == ["commercial", "ordinary"]
