"""Weeks as they are written on an invoice: those of ISO 8601, from Monday to Sunday."""

import datetime

from django.utils.translation import gettext as _


def weeks(first: datetime.date, last: datetime.date) -> str:
    """`week 47 2026`, `week 45–47 2026`, or over the turn of a year both with their year."""
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
