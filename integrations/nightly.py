"""The moment of the nightly import of an organisation."""

import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST = datetime.time(2, 15)
SPREAD_MINUTES = 90


def next_night(organisation_id: int, *, now: datetime.datetime) -> datetime.datetime:
    """Return the next moment, in UTC, for this organisation: every night between 02:15 and 03:45.

    Organisations are spread, so that they do not all call at once. The night in which the clock
    changes also has exactly one such moment.
    """
    today = now.astimezone(AMSTERDAM).date()
    moment = _moment(organisation_id, day=today)
    return moment if moment > now else _moment(organisation_id, day=today + datetime.timedelta(1))


def _moment(organisation_id: int, *, day: datetime.date) -> datetime.datetime:
    minutes = (organisation_id - 1) * 7 % SPREAD_MINUTES
    first = datetime.datetime.combine(day, FIRST) + datetime.timedelta(minutes=minutes)
    return first.replace(tzinfo=AMSTERDAM).astimezone(datetime.UTC)
