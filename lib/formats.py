"""Amounts and days as text for documents, pages and mails, in the active language."""

import datetime
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def amount(value: Decimal) -> str:
    """Format with two decimals: 1.003,75 in Dutch and 1,003.75 in English."""
    written = number_format(abs(value), decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"−{written}" if value < 0 else written


def euro(value: Decimal) -> str:
    """Format with the euro sign and a non-breaking space: € 1.003,75."""
    return f"€\u00a0{amount(value)}"


def number(value: int) -> str:
    """Format a whole number: 10.000 in Dutch and 10,000 in English."""
    return number_format(value, use_l10n=True, force_grouping=True)


def percentage(value: Decimal) -> str:
    """Format `21.00` as 21% and `5.50` as 5,5%."""
    plain = value.normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return f"{number_format(plain, decimal_pos=decimals, use_l10n=True)}%"


def day(value: datetime.date) -> str:
    """Format as 20-11-2026, in both languages."""
    return f"{value:%d-%m-%Y}"


def iban(value: str) -> str:
    """Format an IBAN in groups of four characters."""
    plain = value.replace(" ", "").upper()
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def weeks(first: datetime.date, last: datetime.date) -> str:
    """Format as `week 47 2026` or `week 45–47 2026`; weeks of two years each get their year."""
    begin, end = first.isocalendar(), last.isocalendar()
    names = {
        "first": begin.week,
        "first_year": begin.year,
        "last": end.week,
        "year": end.year,
    }
    if begin.year != end.year:
        return _("week %(first)d %(first_year)d – week %(last)d %(year)d") % names
    if begin.week != end.week:
        return _("week %(first)d–%(last)d %(year)d") % names
    return _("week %(last)d %(year)d") % names
