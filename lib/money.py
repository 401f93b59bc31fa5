"""Money and hours: Decimal, rounded half up, in one place.

Amounts are euros with two decimals. Minutes are added first and then rounded to hundredths of an
hour; what is shown, stored, printed and sent are the same figures.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """The amount to the cent; half a cent goes up, away from zero, as the Dutch tax office asks."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def hours(minutes: int) -> Decimal:
    """Minutes as hundredths of an hour: 50 minutes are 0.83."""
    return cents(Decimal(minutes) / 60)


def net_amount(quantity: Decimal, price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """What a line comes to, in euros excl. VAT: the shown quantity times the shown price.

    Less `discount`, in percent, which is an amount in cents of its own (EN 16931 BT-131, BT-136).
    """
    amount = cents(quantity * price)
    return amount - share_of(amount, discount)


def share_of(amount: Decimal, percentage: Decimal) -> Decimal:
    """So many percent of the amount, to the cent; 21 is 21%, not 0.21."""
    return cents(amount * percentage / 100)
