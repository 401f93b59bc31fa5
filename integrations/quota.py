"""Count calls for ledger entries: GetMutaties may be called 5,000 times a month.

A look-up of a booking whose answer was lost needs these calls, so other work may not use all.
"""

import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from .eboekhouden.facts.limits import ENTRY_CALLS_A_MONTH
from .models import MonthlyCalls

OPERATION = "GetMutaties"
# The part of the month's calls that everything but the look-up of a booking may use.
SHARE_FOR_RECONCILIATION = 0.8
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def note_call(connection_id: int, operation: str, *, now: datetime.datetime) -> None:
    """Count a call that is about to be made, if its operation has a monthly limit."""
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


def calls_left_for_reconciliation(connection_id: int, *, now: datetime.datetime) -> int:
    """Return the number of calls of this month that are left for reconciliation."""
    used = MonthlyCalls.objects.filter(connection=connection_id, month=month_of(now))
    count = used.values_list("count", flat=True).first() or 0
    return max(0, int(ENTRY_CALLS_A_MONTH * SHARE_FOR_RECONCILIATION) - count)


def month_of(now: datetime.datetime) -> datetime.date:
    """Return the first day of the current month in the Netherlands."""
    return now.astimezone(AMSTERDAM).date().replace(day=1)
