"""Record what is downloaded: every table that `lib/spreadsheets.py` writes, and other files.

A download whose origin has no organisation, such as that of a command, is not recorded.
"""

from django.db import transaction

from lib import spreadsheets

from . import origin
from .changes import change
from .kinds import Action, Kind
from .recording import record
from .security import log_event


def record_export(name: str, *, file_type: str, count: int | None = None) -> None:
    """Record that the person of the request downloads something, before the first byte leaves."""
    organisation = origin.current().organisation_id()
    if organisation is None:
        return
    changes = change("file_type", None, file_type) | change("rows", None, count)
    with transaction.atomic():
        record(Kind.EXPORT, Action.EXPORTED, organisation=organisation, label=name, changes=changes)
    log_event("security.exported", organisation=organisation, what=name, type=file_type)


def _on_sheet(sheet: spreadsheets.Sheet, kind: str) -> None:
    record_export(f"{sheet.title} ({sheet.name}.{kind})", file_type=kind.upper())


spreadsheets.downloads.append(_on_sheet)
