"""Delete what is older than its period, in small portions; every night.

Each portion is a transaction of its own, so that an interruption loses nothing and the next night
goes on. What the law requires to be kept is not deleted here before its time; the triggers of final
invoices and locked registrations stay as they are, and what they refuse is left out.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import structlog
from allauth.usersessions.models import UserSession
from django.db import models, transaction
from django.utils import timezone

from billing.models import InvoicingRun, ReconciliationRun
from customers.models import ImportRun
from imports.models import FileImport, FileState
from integrations.runs import UNDER_WAY, Clock
from registrations.models import KINDS, Leave, LeaveGrant, Status, WeekReminder

from . import closing, erasing, events, retention
from .exports import delete_file
from .models import DataExport

log = structlog.get_logger(__name__)

PORTION = 500
# One night deletes at most so many rows of a kind; the next one goes on.
MOST_A_NIGHT = 50_000

Purge = Callable[[datetime.datetime], Iterator[int]]


def purge(*, clock: Clock) -> dict[str, int]:
    """Delete everything that is older than its period; return the counts by what it is.

    What fails is logged and does not stop the rest.
    """
    counts = {name: _carried_out(name, work, clock=clock) for name, work in PURGES.items()}
    events.record(events.PURGED, **counts)
    return counts


def _carried_out(name: str, work: Purge, *, clock: Clock) -> int:
    deleted = 0
    try:
        for count in work(clock()):
            deleted += count
            if deleted >= MOST_A_NIGHT:
                break
    except Exception:
        log.exception("privacy.purge_failed", what=name)
    return deleted


def in_portions(
    rows: "models.QuerySet[Any]",
    *,
    delete: Callable[["models.QuerySet[Any]"], object] = models.QuerySet.delete,
) -> Iterator[int]:
    """Delete the rows a portion at a time; yield how many each time, without what depends on them.

    A portion is one transaction. It locks its rows, so that two workers do not do the same twice.
    `delete` deletes a portion with what is stored beside it.
    """
    while True:
        with transaction.atomic():
            locked = rows.order_by("pk").select_for_update(of=("self",))
            ids = list(locked.values_list("pk", flat=True)[:PORTION])
            if not ids:
                return
            # The conditions once more: a row may have changed while its lock was awaited.
            delete(rows.filter(pk__in=ids))
        yield len(ids)


# --- What is purged -------------------------------------------------------------------------------


def _logins(now: datetime.datetime) -> Iterator[int]:
    return in_portions(UserSession.objects.filter(last_seen_at__lt=now - retention.LOGINS))


def _export_files(now: datetime.datetime) -> Iterator[int]:
    for export in DataExport.objects.exclude(file="").filter(expires_at__lte=now):
        delete_file(export)
        yield 1


def _export_records(now: datetime.datetime) -> Iterator[int]:
    before = now - retention.EXPORT_RECORDS
    return in_portions(_old(DataExport.objects.filter(file=""), before))


def _file_imports(now: datetime.datetime) -> Iterator[int]:
    """Delete imports with their rows and their files; drafts have a task of their own."""
    old = _old(FileImport.objects.exclude(state=FileState.DRAFT), now - retention.FILE_IMPORTS)
    for one in old.order_by("pk"):
        for _count in in_portions(one.rows.all()):
            pass
        for file in (one.content, one.upload):
            if file:
                with suppress(FileNotFoundError):
                    file.storage.delete(str(file.name))
        one.delete()
        yield 1


def _customer_imports(now: datetime.datetime) -> Iterator[int]:
    return in_portions(_old(ImportRun.objects.all(), now - retention.CUSTOMER_IMPORTS))


def _confirmations(now: datetime.datetime) -> Iterator[int]:
    return in_portions(_old(InvoicingRun.objects.all(), now - retention.INVOICING_RUNS))


def _checks(now: datetime.datetime) -> Iterator[int]:
    return in_portions(_old(ReconciliationRun.objects.all(), now - retention.RECONCILIATIONS))


def _week_reminders(now: datetime.datetime) -> Iterator[int]:
    before = timezone.localdate(now) - retention.NOTICES
    return in_portions(WeekReminder.objects.filter(day__lt=before))


def _leave(now: datetime.datetime) -> Iterator[int]:
    before = retention.leave_before(timezone.localdate(now))
    yield from in_portions(Leave.objects.filter(date__lt=before))
    yield from in_portions(LeaveGrant.objects.filter(year__lt=before.year))


def _registrations(now: datetime.datetime) -> Iterator[int]:
    """Delete what was never billed, with receipts and the history of decisions.

    What is on an invoice, invoiced elsewhere, written off or in a closed period is refused by the
    database (see locks.py), and stays.
    """
    today = timezone.localdate(now)
    for is_longer, years in ((False, retention.FISCAL_YEARS), (True, retention.REAL_ESTATE_YEARS)):
        before = retention.fiscal_before(today, years=years)
        for model in KINDS.values():
            old = model.objects.changeable().in_open_periods()
            old = old.filter(date__lt=before, organisation__keeps_ten_years=is_longer)
            yield from in_portions(old, delete=_open_and_delete)


def _open_and_delete(rows: "models.QuerySet[Any]") -> None:
    """Open what was submitted or approved, as people do it, and delete all of it."""
    rows.filter(status__in=(Status.SUBMITTED, Status.APPROVED)).update(status=Status.OPEN)
    erasing.delete_with_history(rows)


def _closed_organisations(now: datetime.datetime) -> Iterator[int]:
    """End the access to what was closed long enough ago, and delete what the books do not need."""
    for organisation in closing.due_to_end(now):
        closing.end(organisation, now=now)
        yield 1


def _old(runs: "models.QuerySet[Any]", before: datetime.datetime) -> "models.QuerySet[Any]":
    return runs.filter(created_at__lt=before).exclude(state__in=UNDER_WAY)


PURGES: dict[str, Purge] = {
    "logins": _logins,
    "export_files": _export_files,
    "export_records": _export_records,
    "file_imports": _file_imports,
    "customer_imports": _customer_imports,
    "confirmations": _confirmations,
    "checks": _checks,
    "week_reminders": _week_reminders,
    "leave": _leave,
    "registrations": _registrations,
    "closed_organisations": _closed_organisations,
}
