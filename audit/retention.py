"""What leaves the audit trail when its time is over; the database allows nothing else."""

import datetime

import structlog

from .kinds import Retention
from .models import Entry

log = structlog.get_logger(__name__)
AT_ONCE = 5_000


def purge(*, before: datetime.datetime, of: Retention) -> int:
    """Delete the entries of a time of retention that are older than `before`; return how many.

    What must be kept longer is refused by the database (IntegrityError): seven years for
    `Retention.BOOKS` (art. 52 AWR), one year for `Retention.LOGINS`.
    """
    old = Entry.objects.filter(retention=of, at__lt=before).order_by()
    count = 0
    while ids := list(old.order_by("at").values_list("pk", flat=True)[:AT_ONCE]):
        count += Entry.objects.filter(pk__in=ids)._raw_delete(using=old.db)
    log.info("audit.purged", before=before.isoformat(), of=str(of), entries=count)
    return count


def forget_addresses(*, before: datetime.datetime, of: Retention = Retention.LOGINS) -> int:
    """Empty address and browser of entries that are older than `before`; return how many.

    Those of the last ninety days are refused by the database (IntegrityError).
    """
    old = Entry.objects.filter(retention=of, at__lt=before).exclude(address="", user_agent="")
    count = old.update(address="", user_agent="")
    log.info("audit.addresses_forgotten", before=before.isoformat(), entries=count)
    return count
