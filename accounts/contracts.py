"""Contracts of people: from a day, the minutes of each weekday. An earlier one ends by itself."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from audit.changes import Changes, differences
from audit.kinds import Action, Kind
from audit.recording import record, record_changes
from lib.days import ONE_DAY
from lib.times import format_duration

from .models import WEEKDAYS, Contract, Membership


@dataclass(frozen=True)
class Period:
    """A contract and its last day, which is None for the last one."""

    contract: Contract
    ends_on: datetime.date | None


def periods_of(membership: Membership) -> list[Period]:
    """Return the contracts of a person with the days they end on, the latest first; one query."""
    later: datetime.date | None = None
    found = []
    for contract in membership.contracts.order_by("-starts_on"):
        found.append(Period(contract, later - ONE_DAY if later else None))
        later = contract.starts_on
    return found


@transaction.atomic
def save_contract(
    membership: Membership,
    *,
    starts_on: datetime.date,
    minutes: Mapping[str, int],
    contract: Contract | None = None,
) -> Contract:
    """Add a contract, or change `contract`. Raises ValidationError if another starts that day."""
    Membership.objects.select_for_update().get(pk=membership.pk)
    row = contract or Contract(membership=membership)
    if membership.contracts.filter(starts_on=starts_on).exclude(pk=row.pk).exists():
        text = _("Another contract starts on that day. Change that one, or choose another day.")
        raise ValidationError({"starts_on": text})
    changes = differences(row, {"starts_on": starts_on, **{one: minutes[one] for one in WEEKDAYS}})
    row.starts_on = starts_on
    for name in WEEKDAYS:
        setattr(row, name, minutes[name])
    row.save()
    record_changes(Kind.PERSON, membership, _in_hours(changes))
    return row


@transaction.atomic
def delete_contract(contract: Contract) -> None:
    """Delete a contract; the one before it holds on."""
    days = {name: [getattr(contract, name), None] for name in WEEKDAYS}
    changes = {"starts_on": [contract.starts_on.isoformat(), None], **_in_hours(days)}
    record(Kind.PERSON, Action.DELETED, contract.membership, changes=changes)
    contract.delete()


def _in_hours(changes: Changes) -> Changes:
    """Return the changes with the minutes of weekdays as hours."""
    return {
        name: [format_duration(one) if isinstance(one, int) else one for one in pair]
        for name, pair in changes.items()
    }


def with_contract_minutes(
    people: "QuerySet[Membership]", *, day: datetime.date
) -> "QuerySet[Membership]":
    """Add `contract_minutes`: those of a week on this day, None without a contract."""
    total = F(WEEKDAYS[0])
    for name in WEEKDAYS[1:]:
        total = total + F(name)  # type: ignore[assignment]  # an expression of both
    valid = Contract.objects.filter(membership=OuterRef("pk"), starts_on__lte=day)
    latest = valid.order_by("-starts_on").annotate(week=total).values("week")[:1]
    return people.annotate(contract_minutes=Subquery(latest))
