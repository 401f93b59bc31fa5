"""VAT adds up: per rate over the sum of its lines, and divided without losing a cent.

Worked examples: 37.50 + 12.50 at 21 % is 10.50 VAT, not 10.51 (EN 16931 BR-CO-14 and BR-CO-17);
20.125 rounds to 20.13 (Dutch tax office: a third decimal of 5 goes up).
"""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lib.money import CENT, cents, hours, net_amount
from vat.total_rows import total_rows
from vat.totals import divide, totals, without_codes

AMOUNTS = st.decimals(-100_000, 100_000, places=2)


@dataclass(frozen=True)
class Line:
    net: Decimal
    vat_percentage: Decimal = Decimal(21)
    vat_code: str = "HOOG_VERK_21"
    vat_treatment: str = "domestic"


def test_vat_is_computed_once_over_the_sum_of_a_rate():
    sums = totals([Line(Decimal("37.50")), Line(Decimal("12.50"))])

    assert (sums.net, sums.vat, sums.gross) == (Decimal(50), Decimal("10.50"), Decimal("60.50"))


CODED = st.lists(st.tuples(AMOUNTS, st.sampled_from(["A", "B", "C"])), min_size=1)


@given(CODED, st.sampled_from(["21", "9", "5.5", "0"]))
def test_codes_of_one_rate_share_one_rounding_and_add_up(coded, percentage):
    lines = [Line(net, Decimal(percentage), code) for net, code in coded]

    sums = totals(lines)
    (shown,) = without_codes(sums.rates)

    assert sums.vat == cents(sums.net * Decimal(percentage) / 100) == shown.vat
    assert (shown.net, shown.code) == (sums.net, "")
    assert all(abs(one.vat - one.net * one.percentage / 100) < CENT for one in sums.rates)


def test_two_codes_of_one_rate_are_one_row_of_the_invoice():
    sums = totals([Line(Decimal("37.50")), Line(Decimal("12.50"), vat_code="HOOG_VERK")])

    with override("en"):
        rows = total_rows(sums.rates, net=sums.net, discount=Decimal(0))

    assert [(row.label, row.amount) for row in rows] == [
        ("Total excl. VAT", Decimal("50.00")),
        ("VAT 21% over 50.00", Decimal("10.50")),
    ]
    assert [rate.vat for rate in sums.rates] == [Decimal("7.88"), Decimal("2.62")]


def test_every_rate_has_its_own_amount():
    low = Line(Decimal("42.50"), Decimal(9), "LAAG_VERK_9")

    sums = totals([Line(Decimal("593.75")), low])

    assert [rate.vat for rate in sums.rates] == [Decimal("124.69"), Decimal("3.83")]
    assert sums.gross == Decimal("764.77")


@pytest.mark.parametrize(
    ("amount", "rounded"), [("20.125", "20.13"), ("-20.125", "-20.13"), ("0.005", "0.01")]
)
def test_half_a_cent_goes_up_away_from_zero(amount, rounded):
    assert cents(Decimal(amount)) == Decimal(rounded)


def test_minutes_are_added_before_they_are_rounded():
    assert hours(50 + 45) == Decimal("1.58")


@given(st.lists(AMOUNTS, min_size=1), st.sampled_from(["21", "9", "0"]))
def test_totals_always_add_up(nets, percentage):
    sums = totals([Line(net, Decimal(percentage)) for net in nets])

    assert sums.net == sum(nets)
    assert sums.gross == sums.net + sums.vat
    assert sums.vat == cents(sums.net * Decimal(percentage) / 100)


@given(st.lists(AMOUNTS, min_size=1, max_size=40), st.sampled_from(["21", "9", "0"]))
def test_a_divided_amount_loses_nothing_and_no_part_is_a_cent_off(nets, percentage):
    shares = [net * Decimal(percentage) / 100 for net in nets]
    amount = cents(sum(shares))

    parts = divide(amount, shares)

    assert sum(parts) == amount
    off = [abs(part - share) for part, share in zip(parts, shares, strict=True)]
    assert max(off) < CENT


def test_a_discount_on_the_whole_is_taken_off_every_rate_before_vat():
    """EN 16931 BR-CO-13 and BR-S-08: 10% of 593.75 is 59.38, of 42.50 it is 4.25."""
    low = Line(Decimal("42.50"), Decimal(9), "LAAG_VERK_9")

    sums = totals([Line(Decimal("593.75")), low], discount=Decimal(10))

    assert [(rate.discount, rate.net, rate.vat) for rate in sums.rates] == [
        (Decimal("59.38"), Decimal("534.37"), Decimal("112.22")),
        (Decimal("4.25"), Decimal("38.25"), Decimal("3.44")),
    ]
    assert sums.gross == Decimal("688.28")


def test_a_discount_on_a_line_is_an_amount_of_its_own():
    """EN 16931 BT-136: 7.5% of 3 × 33.33 = 99.99 is 7.50, so the line is 92.49."""
    assert net_amount(Decimal(3), Decimal("33.33"), Decimal("7.5")) == Decimal("92.49")


@given(st.lists(AMOUNTS, min_size=1), st.decimals(0, 100, places=2))
def test_totals_with_a_discount_add_up(nets, discount):
    sums = totals([Line(net) for net in nets], discount=discount)

    assert sums.net == sum(nets) - sums.discount
    assert sums.gross == sums.net + sums.vat


def test_an_amount_over_no_shares_has_no_parts():
    assert divide(Decimal(0), []) == []
