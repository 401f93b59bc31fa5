"""Erase once more who is back after a backup was restored."""

import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from customers.models import Customer

from . import contacts, erasing
from .erasure_files import Listed, listed
from .models import Erasure, ErasureKind


def apply_again(now: datetime.datetime) -> list[str]:
    """Erase once more who is back after a restore; return sentences for the administrator."""
    done = sum(_applied(one, now=now) for one in sorted(listed(), key=lambda one: one.at))
    return [f"Erased again, as after the backup: {done} people and contact persons."]


@transaction.atomic
def _applied(one: Listed, *, now: datetime.datetime) -> bool:
    counts = _person(one, now=now) if one.kind == ErasureKind.PERSON else _contact(one)
    if counts is None:
        return False
    Erasure.objects.get_or_create(
        kind=one.kind,
        organisation_id=one.organisation_id,
        row_id=one.row_id,
        known_since=one.moment("known_since"),
        mark=one.mark,
        defaults={"at": one.moment("at"), "counts": counts},
    )
    return True


def _person(one: Listed, *, now: datetime.datetime) -> dict[str, Any] | None:
    """Erase a membership of the backup; None if it is not there, or was erased in it."""
    found = Membership.objects.select_related("user", "organisation").filter(
        pk=one.row_id,
        organisation=one.organisation_id,
        user__date_joined=one.moment("known_since"),
    )
    membership = found.first()
    return erasing.carry_out(membership, now=now) if membership else None


def _contact(one: Listed) -> dict[str, Any] | None:
    found = Customer.objects.filter(
        pk=one.row_id, organisation=one.organisation_id, created_at=one.moment("known_since")
    )
    customer = found.first()
    person = contacts.find(customer, one.mark) if customer else None
    return contacts.carry_out(customer, person) if customer and person else None
