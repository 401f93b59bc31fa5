"""How often e-Boekhouden was asked for entries: GetMutaties may be called 5,000 times a month.

Looking up a booking whose answer was lost needs these calls, and so nothing else may use them up.
"""

import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from .eboekhouden.facts.limits import ENTRY_CALLS_A_MONTH
from .models import MonthlyCalls

OPERATION = "GetMutaties"
# Of the month's calls, what anything but a look-up of a booking may use.
SHARE_FOR_CHECKING = 0.8
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def note_call(connection_id: int, operation: str, *, now: datetime.datetime) -> None:
    """Counts a call that is about to be made; only those whose number in a month is limited."""
    if operation != OPERATION:
        return
    month = {"connection_id": connection_id, "month": month_of(now)}
    if MonthlyCalls.objects.filter(**month).update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            MonthlyCalls.objects.create(**month, count=1)
    except IntegrityError:
        MonthlyCalls.objects.filter(**month).update(count=F("count") + 1)


def left_for_checking(connection_id: int, *, now: datetime.datetime) -> int:
    """How many more calls of this month may be used for checking."""
    used = MonthlyCalls.objects.filter(connection=connection_id, month=month_of(now))
    count = used.values_list("count", flat=True).first() or 0
    return max(0, int(ENTRY_CALLS_A_MONTH * SHARE_FOR_CHECKING) - count)


def month_of(now: datetime.datetime) -> datetime.date:
    """The first day of the month that it is in the Netherlands."""
    return now.astimezone(AMSTERDAM).date().replace(day=1)
