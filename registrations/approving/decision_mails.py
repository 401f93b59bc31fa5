"""Mail people once a day what was decided about their registrations.

The mail of a person and day is stored with its decisions before it is sent. A mail that could not
be sent leaves nothing behind, and the next round mails everything. One of which it is not known
whether it left, because the worker died meanwhile, is not sent again.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership

from ..mails import send
from ..models import KINDS, Decision, DecisionMail, Status, TimeEntry
from ..naming import what

MAILED = (Status.APPROVED, Status.REJECTED)
# So many rejected registrations are named in a mail; the rest is counted.
MOST_NAMED = 20


@dataclass
class Summary:
    """What was decided about the registrations of a person, as it still stands."""

    approved: int = 0
    approved_minutes: int = 0
    rejected: list[dict[str, object]] = field(default_factory=list)

    @property
    def named(self) -> list[dict[str, object]]:
        return self.rejected[:MOST_NAMED]

    @property
    def more(self) -> int:
        return len(self.rejected[MOST_NAMED:])


def mail_decisions(*, now: datetime.datetime) -> int:
    """Mail everybody about whom something was decided since the last mail; return how many."""
    waiting = Decision.objects.filter(mail=None, status__in=MAILED).order_by()
    people = Membership.objects.active().filter(
        pk__in=waiting.values("membership"), organisation__closed_at=None
    )
    return sum(
        _mail_person(person, now=now) for person in people.select_related("user", "organisation")
    )


def _mail_person(person: Membership, *, now: datetime.datetime) -> bool:
    try:
        with transaction.atomic():
            mail = DecisionMail.objects.create(membership=person, day=timezone.localdate(now))
            ids = _claim(person, mail)
    except IntegrityError:
        return False  # this day has had its mail
    summary = summary_of(ids)
    if not summary.approved and not summary.rejected:
        return False  # all of it was taken back
    with override(person.user.language):
        is_sent = send(
            _("Decided about your registrations"),
            "registrations/mail/decisions.txt",
            {"person": person, "summary": summary},
            to=person.user,
        )
    if not is_sent:
        mail.delete()  # its decisions wait again
        return False
    DecisionMail.objects.filter(pk=mail.pk).update(sent_at=now)
    return True


def _claim(person: Membership, mail: DecisionMail) -> list[int]:
    """Put the waiting decisions of a person on a mail; return their ids."""
    waiting = person.decisions.filter(mail=None, status__in=MAILED).order_by("pk")
    ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Decision.objects.filter(pk__in=ids).update(mail=mail)
    return ids


def summary_of(ids: list[int]) -> Summary:
    """Add up decisions; of each registration only the last one counts, if it still stands."""
    last: dict[tuple[str, int], Decision] = {}
    made = Decision.objects.filter(pk__in=ids).select_related("by__user").order_by("pk")
    for decision in made:
        last[decision.kind, decision.row_id] = decision
    found = Summary()
    for kind, model in KINDS.items():
        rows = _rows(model, [pk for key, pk in last if key == kind])
        for pk, row in rows.items():
            decision = last[kind, pk]
            if row.status != decision.status:
                continue
            if decision.status == Status.REJECTED:
                about = {"date": row.date, "what": what(row)}
                found.rejected.append({**about, "note": decision.note, "by": decision.by})
                continue
            found.approved += 1
            found.approved_minutes += row.minutes if isinstance(row, TimeEntry) else 0
    return found


def _rows(model: Any, ids: list[int]) -> dict[int, Any]:
    related = {"hours": ("task",), "expenses": ("category",), "trips": ()}
    kind = next(key for key, one in KINDS.items() if one is model)
    rows = model.objects.select_related("project", *related[kind])
    found: dict[int, Any] = rows.in_bulk(ids)
    return found
