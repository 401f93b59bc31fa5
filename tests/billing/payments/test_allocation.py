"""What was paid of an invoice with credits: never more than the books show, never by inference."""

from decimal import Decimal

import pytest

from billing.payments.allocation import CreditItem, is_paid, paid_of
from lib.money import ZERO

X, Y = Decimal(121), Decimal(-21)


def credit(still_open: int | None, *, is_booked: bool = True) -> CreditItem:
    return CreditItem(Y, None if still_open is None else Decimal(still_open), is_booked)


@pytest.mark.parametrize(
    ("still_open", "of_credit", "expected"),
    [
        (121, -21, 0),  # nothing happened
        (100, 0, 0),  # set off: nobody paid
        (21, -21, 100),  # what was left was paid
        (0, 0, 100),  # and then set off
        (0, -21, 121),  # all of it was paid: the credit is to be refunded
        (50, -21, 71),
    ],
)
def test_an_invoice_and_its_credit_are_looked_at_together(still_open, of_credit, expected):
    assert paid_of(X, Decimal(still_open), [credit(of_credit)], before=ZERO) == expected


@pytest.mark.parametrize(
    ("still_open", "is_booked", "expected"),
    [
        (121, True, 0),
        (0, True, 100),  # it may have been set off
        (0, False, 100),  # somebody may have entered the credit there by hand
        (21, True, 79),
        (21, False, 100),
    ],
)
def test_of_a_credit_that_was_never_seen_the_least_is_assumed(still_open, is_booked, expected):
    unseen = credit(None, is_booked=is_booked)

    assert paid_of(X, Decimal(still_open), [unseen], before=ZERO) == expected


def test_what_is_not_known_does_not_undo_what_was_noted():
    assert paid_of(X, ZERO, [credit(None)], before=X) == X


@pytest.mark.parametrize(
    ("gross", "credited", "paid", "expected"),
    [
        ("121", "0", "121", True),
        ("121", "0", "120.99", False),
        ("121", "21", "100", True),
        ("121", "21", "99", False),
        ("121", "121", "0", False),  # a credit alone pays nothing
        ("121", "121", "121", True),
        ("-50", "0", "-50", True),
        ("-50", "0", "-49", False),
    ],
)
def test_paid_means_that_something_was_paid_and_nothing_is_left(gross, credited, paid, expected):
    assert is_paid(Decimal(gross), Decimal(credited), Decimal(paid)) == expected
