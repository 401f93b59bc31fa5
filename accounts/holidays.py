"""The public holidays of a country, as the library `holidays` has them.

Good Friday and, once in five years, Liberation Day are among those of the Netherlands.
"""

import datetime
from functools import lru_cache

from django.utils.translation import get_language
from holidays import country_holidays

# The languages of the names in the library, by ours.
LANGUAGES = {"nl": "nl", "en": "en_US"}


def holidays_of(country: str, year: int) -> dict[datetime.date, str]:
    """Return the name of each holiday in the active language; nothing without a country."""
    return _holidays(country, year, LANGUAGES.get(get_language() or "", "en_US"))


def holiday_on(country: str, day: datetime.date) -> str:
    """Return the name of the holiday on a day; empty if it is none."""
    return holidays_of(country, day.year).get(day, "")


@lru_cache(maxsize=200)
def _holidays(country: str, year: int, language: str) -> dict[datetime.date, str]:
    if not country:
        return {}
    return dict(country_holidays(country, years=year, language=language))
