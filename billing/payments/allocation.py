"""What a customer paid of an invoice, when credit invoices stand against it. Pure: no database.

In the books a credit invoice is an open item of its own, which is refunded, or set off against the
invoice. Then both leave the open items and nobody paid anything. So an invoice and its credits are
looked at together: what was paid is what they lost of their open amounts together. Of a credit that
was never seen among the open items nothing is known; it may have been set off, and what is noted
is then the least that can have been paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.money import ZERO


@dataclass(frozen=True)
class CreditItem:
    """A credit invoice: what it comes to (negative), and what is open of it, as far as known."""

    gross: Decimal
    open: Decimal | None
    is_booked: bool


def paid_of(
    gross: Decimal, still_open: Decimal, credited: Sequence[CreditItem], *, before: Decimal
) -> Decimal:
    """What was paid in all, in euros; `before` is what was noted so far."""
    settled = gross - still_open
    known = sum((one.gross - one.open for one in credited if one.open is not None), ZERO)
    unknown = [one for one in credited if one.open is None]
    if not unknown:
        return settled + known
    has_left = still_open * gross <= 0
    set_off = sum((one.gross for one in unknown if one.is_booked or has_left), ZERO)
    further = max if gross > 0 else min
    return further(settled + known + set_off, before)


def is_paid(gross: Decimal, credited: Decimal, paid: Decimal) -> bool:
    """Whether nothing is left to be paid, and something was paid: a credit alone pays nothing."""
    due = gross - credited
    nothing_left = (due - paid) * gross <= 0
    return nothing_left and (due != 0 or paid * gross > 0)
