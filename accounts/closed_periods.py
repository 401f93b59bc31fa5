"""The day until which the books of an organisation are closed.

An administrator sets it by hand; a refusal of e-Boekhouden because of a closed period raises it.
"""

import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import record

from .models import Organisation


def why_closed(organisation: Organisation, day: datetime.date) -> str:
    """Say that nothing may be dated on this day, and what to do; empty if the day is open."""
    closed = organisation.closed_until
    if closed is None or day > closed:
        return ""
    sentence = _(
        "The books are closed until %(closed)s. Choose a later date, or ask an administrator to "
        "change this day in Settings → Organisation."
    )
    return sentence % {"closed": f"{closed:%d-%m-%Y}"}


def close_until(organisation_id: int, day: datetime.date, *, note: str = "") -> None:
    """Close the books until this day, unless they are closed until a later one.

    Must run in a transaction. `note` says why, for the audit trail.
    """
    earlier = Q(closed_until=None) | Q(closed_until__lt=day)
    if Organisation.objects.filter(earlier, pk=organisation_id).update(closed_until=day):
        record(
            Kind.ORGANISATION,
            Action.CHANGED,
            organisation=organisation_id,
            changes=change("closed_until", None, day),
            note=note,
        )
