"""Exports of data: asked for by a person, made by a worker, downloaded, and deleted after a week.

The worker checks again what the person may have, because that may have changed since.
"""

import datetime
import tempfile
from contextlib import suppress

from django.core.files.base import File
from django.db import models
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Organisation, User
from integrations.runs import (
    CannotRun,
    Clock,
    RunState,
    beat,
    carry_out,
    claimable,
    end,
    enqueue_run,
    start,
)

from . import events
from .models import DataExport, ExportScope
from .retention import EXPORTS
from .zipping import count_rows, write_zip

# Progress is stored at most this often.
BEAT_EVERY = datetime.timedelta(seconds=2)


def start_export(
    organisation: Organisation,
    *,
    scope: ExportScope,
    membership: Membership | None = None,
    by: User,
    now: datetime.datetime,
) -> DataExport:
    """Queue an export; if the same one is under way for this person, return that one."""
    runs = exports_of(by, organisation=organisation, scope=scope, membership=membership)
    values = {"organisation": organisation, "scope": scope, "membership": membership}
    return start(runs, **values, started_by=by, created_at=now)


def exports_of(
    by: User,
    *,
    organisation: Organisation,
    scope: ExportScope,
    membership: Membership | None = None,
) -> "models.QuerySet[DataExport]":
    """Return what this person asked for, of the same data."""
    mine = DataExport.objects.filter(organisation=organisation, started_by=by)
    return mine.filter(scope=scope, membership=membership)


def enqueue_waiting(*, now: datetime.datetime) -> None:
    """Ask a worker for every export that waits for one, or whose worker has died."""
    for run_id in claimable(DataExport.objects.all(), now=now).values_list("pk", flat=True):
        enqueue_run(DataExport, run_id)


def run_export(run_id: int, *, clock: Clock) -> None:
    """Make an export; do nothing when another worker holds it."""

    def work(export: DataExport) -> None:
        _check_right(export)
        _make(export, clock=clock)

    carry_out(DataExport, run_id, work, clock=clock)


def _check_right(export: DataExport) -> None:
    """Raise CannotRun if the person may not have this data any more."""
    members = export.organisation.memberships.active().filter(user__is_active=True)
    member = members.filter(user=export.started_by_id).first()
    if export.scope == ExportScope.OWN:
        is_allowed = member is not None and member.pk == export.membership_id
    else:
        is_allowed = member is not None and member.is_administrator
    if not is_allowed:
        raise CannotRun(gettext_lazy("The person who asked for it may no longer have this data."))


def _make(export: DataExport, *, clock: Clock) -> None:
    beat(export, now=clock(), total=count_rows(export), done=0)
    beaten = clock()

    def progress(done: int) -> None:
        nonlocal beaten
        if (now := clock()) - beaten >= BEAT_EVERY:
            beat(export, now=now, done=done)
            beaten = now

    with tempfile.TemporaryFile() as out:
        written = write_zip(export, out, progress=progress, made_at=clock().isoformat())
        size = out.tell()
        out.seek(0)
        export.file.save("export.zip", File(out), save=False)
    now = clock()
    try:
        end(
            export,
            RunState.FINISHED,
            now=now,
            file=export.file.name,
            size=size,
            done=written.count,
            total=written.count,
            missing_files=len(written.missing),
            expires_at=now + EXPORTS,
        )
    except BaseException:
        export.file.delete(save=False)  # another worker has it, or the database is gone
        raise
    _delete_earlier(export)
    events.record(
        events.EXPORTED,
        organisation=export.organisation_id,
        membership=export.membership_id,
        scope=export.scope,
        by=export.started_by_id,
        rows=written.count,
    )


def _delete_earlier(export: DataExport) -> None:
    """Delete the files of what the same person asked for earlier: this one replaces them."""
    same = DataExport.objects.filter(
        organisation=export.organisation_id,
        started_by=export.started_by_id,
        scope=export.scope,
        membership=export.membership_id,
        pk__lt=export.pk,
    )
    for earlier in same.exclude(file=""):
        delete_file(earlier)


def delete_file(export: DataExport) -> None:
    """Delete the ZIP; that it was made remains."""
    with suppress(FileNotFoundError):
        export.file.storage.delete(str(export.file.name))
    DataExport.objects.filter(pk=export.pk).update(file="", size=0)
