"""The one place where an event of privacy is recorded: who exported, erased or closed what."""

from typing import Any

import structlog
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.kinds import Action, Kind
from audit.recording import record as record_entry

log = structlog.get_logger(__name__)

EXPORTED, DOWNLOADED = "privacy.exported", "privacy.downloaded"
ERASED, FORGOTTEN = "privacy.erased", "privacy.forgotten"
CLOSED, REOPENED, ENDED = "privacy.closed", "privacy.reopened", "privacy.ended"
PURGED = "privacy.purged"

# What the audit trail of the organisation says of them.
ENTRIES: dict[str, tuple[Kind, Action, Promise]] = {
    EXPORTED: (Kind.EXPORT, Action.FINISHED, _("Data export")),
    DOWNLOADED: (Kind.EXPORT, Action.EXPORTED, _("Data export")),
    ERASED: (Kind.PERSON, Action.DELETED, _("Personal data")),
    FORGOTTEN: (Kind.CUSTOMER, Action.DELETED, _("Contact person")),
    CLOSED: (Kind.ORGANISATION, Action.DEACTIVATED, _("Organisation")),
    REOPENED: (Kind.ORGANISATION, Action.ACTIVATED, _("Organisation")),
    ENDED: (Kind.ORGANISATION, Action.DELETED, _("Organisation")),
}


def record(
    event: str, *, organisation: int | None = None, by: int | None = None, **details: Any
) -> None:
    """Record an event; `details` are ids and counts, never names or addresses."""
    log.info(event, organisation=organisation, by=by, **details)
    if event in ENTRIES and organisation is not None:
        kind, action, label = ENTRIES[event]
        who = User(pk=by) if by else None
        with transaction.atomic():
            record_entry(kind, action, organisation=organisation, label=str(label), by=who)
