"""Money and hours: Decimal, rounded half up, in one place.

Amounts are euros with two decimals. Minutes are added first and then rounded to hundredths of an
hour; what is shown, stored, printed and sent are the same figures.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """Round to the cent; half a cent goes away from zero, as the Dutch tax office requires."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def hours(minutes: int) -> Decimal:
    """Convert minutes to hundredths of an hour: 50 minutes are 0.83."""
    return cents(Decimal(minutes) / 60)


def worth_of_minutes(minutes: int, rate: Decimal | None) -> Decimal:
    """Return what minutes of one project at one hourly rate are worth, in euros excl. VAT.

    This is the one rule for hours: minutes are added, then rounded to hundredths of an hour, then
    priced. Without a rate they are worth nothing yet.
    """
    return ZERO if rate is None else net_amount(hours(minutes), rate)


def net_amount(quantity: Decimal, price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """Return the net amount of a line in euros excl. VAT: quantity × price less discount.

    Quantity and price are those shown. `discount` is in percent; its amount is
    rounded to cents separately (EN 16931 BT-131, BT-136).
    """
    amount = cents(quantity * price)
    return amount - share_of(amount, discount)


def share_of(amount: Decimal, percentage: Decimal) -> Decimal:
    """Return a percentage of the amount, rounded to the cent; 21 is 21%, not 0.21."""
    return cents(amount * percentage / 100)
