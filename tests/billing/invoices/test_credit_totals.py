"""Credits in any parts add up to exactly the invoice."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.credit_totals import Original, credit_totals, difference
from lib.money import CENT, ZERO, net_amount
from vat.totals import Totals, divide, rate_of, totals


@dataclass(frozen=True)
class Line:
    net: Decimal
    vat_percentage: Decimal
    vat_code: str
    vat_treatment: str = "domestic"


# Two of them differ only in their code: discount and VAT are computed over both and divided.
RATES = [
    (Decimal(21), "HOOG_VERK_21"),
    (Decimal(21), "HOOG_VERK_21_2"),
    (Decimal(9), "LAAG_VERK_9"),
    (Decimal(0), "GEEN"),
]
percentages = st.decimals(0, 100, places=2)


@st.composite
def priced_lines(draw: st.DrawFn) -> tuple[Line, Line]:
    """A line of an invoice, and the same line with its quantity negative."""
    quantity = draw(st.decimals(-500, 500, places=2))
    price = draw(st.decimals(-1000, 1000, places=2))
    off = draw(st.sampled_from([ZERO, Decimal("12.50")]) | percentages)
    rate = draw(st.sampled_from(RATES))
    return (
        Line(net_amount(quantity, price, off), *rate),
        Line(net_amount(-quantity, price, off), *rate),
    )


def credit_in_parts(invoice: Totals, parts: list[list[Line]], *, discount: Decimal) -> list[Totals]:
    """Credit all lines, part by part."""
    made: list[Totals] = []
    for place, part in enumerate(parts):
        remaining = frozenset(rate_of(line) for later in parts[place + 1 :] for line in later)
        original = Original(
            invoice.rates, tuple(rate for one in made for rate in one.rates), remaining
        )
        made.append(credit_totals(part, discount=discount, original=original))
    return made


@given(st.lists(priced_lines(), min_size=1, max_size=9), percentages, st.randoms())
def test_credits_in_any_parts_come_to_the_invoice_per_rate(pairs, discount, dice):
    invoice = totals([line for line, _credit in pairs], discount=discount)
    parts: list[list[Line]] = [[] for _ in range(dice.randint(1, len(pairs)))]
    for _line, credit in pairs:
        dice.choice(parts).append(credit)

    made = credit_in_parts(invoice, [part for part in parts if part], discount=discount)

    sums: dict[object, list[Decimal]] = {}
    for rate in [*invoice.rates, *(rate for one in made for rate in one.rates)]:
        sofar = sums.setdefault(rate.key, [ZERO] * 3)
        sums[rate.key] = [
            a + b for a, b in zip(sofar, (rate.discount, rate.net, rate.vat), strict=True)
        ]
    assert sums.keys() >= {rate.key for rate in invoice.rates} != set()
    assert all(some == [ZERO] * 3 for some in sums.values())
    assert invoice.gross + sum(one.gross for one in made) == ZERO


@given(st.lists(priced_lines(), min_size=1, max_size=9), percentages)
def test_a_credit_of_the_whole_is_the_invoice_with_its_signs_turned(pairs, discount):
    invoice = totals([line for line, _credit in pairs], discount=discount)

    credit = totals([credit for _line, credit in pairs], discount=discount)

    assert [(-r.net, -r.vat, -r.discount) for r in credit.rates] == [
        (r.net, r.vat, r.discount) for r in invoice.rates
    ]


@given(st.lists(priced_lines(), min_size=2, max_size=9), percentages)
def test_a_credit_that_is_not_the_last_is_computed_over_its_own_lines(pairs, discount):
    invoice = totals([line for line, _credit in pairs], discount=discount)
    first = [pairs[0][1]]
    original = Original(invoice.rates, (), frozenset(rate_of(line) for line, _credit in pairs[1:]))

    credit = credit_totals(first, discount=discount, original=original)

    if rate_of(first[0]) in original.remaining:
        assert credit == totals(first, discount=discount)


@given(st.lists(priced_lines(), min_size=2, max_size=6), percentages)
def test_the_last_of_so_many_credits_is_at_most_so_many_cents_from_its_own_lines(pairs, discount):
    invoice = totals([line for line, _credit in pairs], discount=discount)
    parts = [[credit] for _line, credit in pairs]
    made = credit_in_parts(invoice, parts, discount=discount)[:-1]
    original = Original(invoice.rates, tuple(rate for one in made for rate in one.rates))

    apart = difference(parts[-1], discount=discount, original=original)

    # A cent a document: half of one in its discount, half of one in its VAT. Of the invoice it may
    # be two, because a code gets a share of both.
    assert abs(apart) <= CENT * (len(pairs) + 2)


@given(
    st.lists(st.decimals(-1000, 1000, places=4), min_size=1, max_size=8),
    st.integers(-20, 20),
)
def test_an_amount_that_is_cents_off_its_shares_is_divided_without_losing_one(shares, off):
    amount = sum(shares, ZERO).quantize(CENT) + CENT * off

    parts = divide(amount, shares)

    assert sum(parts) == amount
    most = CENT * (abs(off) // len(shares) + 2)
    assert all(abs(part - share) <= most for part, share in zip(parts, shares, strict=True))


@given(
    st.lists(st.sampled_from([Decimal("0.005"), Decimal("-0.005"), ZERO]) | percentages, max_size=6)
)
def test_a_negative_amount_is_divided_as_its_positive_one(shares):
    amount = sum(shares, ZERO).quantize(CENT)

    there = divide(amount, shares)
    back = divide(-amount, [-share for share in shares])

    assert [a + b for a, b in zip(there, back, strict=True)] == [ZERO] * len(shares)


def test_a_credit_of_equal_lines_of_two_codes_takes_back_what_each_code_got():
    """The odd cent of VAT goes to one of two equal codes; the credit takes it from that one."""
    lines = [Line(Decimal("0.50"), *rate) for rate in RATES[:2]]
    back = [Line(Decimal("-0.50"), *rate) for rate in RATES[:2]]

    assert [rate.vat for rate in totals(lines).rates] == [Decimal("0.11"), Decimal("0.10")]
    assert [rate.vat for rate in totals(back).rates] == [Decimal("-0.11"), Decimal("-0.10")]
