"""The paid amount of an invoice that has credit invoices. Pure: no database.

In the ledger a credit invoice is an open item of its own. It is refunded, or set off against the
invoice; then both leave the open items without a payment. So the paid amount follows from the
invoice and its credits together: the decrease of their open amounts. A credit that was never seen
among the open items may have been set off; then the paid amount is the least that is possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.money import ZERO


@dataclass(frozen=True)
class CreditItem:
    """A credit invoice: its total (negative), and its open amount, if known."""

    gross: Decimal
    open: Decimal | None
    is_booked: bool


def paid_of(
    gross: Decimal, still_open: Decimal, credited: Sequence[CreditItem], *, before: Decimal
) -> Decimal:
    """Return the paid amount in euros; `before` is the amount noted so far."""
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
    """Return whether the invoice is paid in full; a credit alone is no payment."""
    due = gross - credited
    nothing_left = (due - paid) * gross <= 0
    return nothing_left and (due != 0 or paid * gross > 0)
