"""Undo of the last action of a member on registrations, kept in the session until the next one.

A status goes back only on rows that the same member gave it, and that are on no invoice. A deleted
row returns as it was, and a changed one that nobody changed since, with the rules and rates of
today.
"""

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core import serializers
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import Rows, as_one, record, record_rows
from lib.toasts import Undo

from .. import history, naming
from ..models import Expense, Registration, Status, TimeEntry, Trip
from ..overview.bulk_edit import EditedRow
from ..register import registering
from .statuses import Before

SESSION_KEY = "undo"
MODELS = {model._meta.model_name: model for model in (TimeEntry, Expense, Trip)}


class WholeTimes(DjangoJSONEncoder):
    """Writes times with their microseconds, which Django's encoder cuts."""

    def default(self, o: object) -> Any:
        return o.isoformat() if isinstance(o, datetime.datetime) else super().default(o)


@dataclass(frozen=True)
class Undone:
    """How many rows went back; `is_removal` if they were new and are deleted."""

    count: int
    is_removal: bool = False


class TooLate(Exception):
    """Another action came after it, or a rule forbids it now; the text says which rule."""


def undo_status(request: HttpRequest, before: list[Before], *, to: Status) -> Undo:
    """Remember the statuses from before a change; return the way back for a toast."""
    states = [
        [one.model._meta.model_name, one.status, one.note, one.by, one.ids, _written(one.at)]
        for one in before
    ]
    return _remembered(request, {"to": to, "states": states})


def undo_delete(request: HttpRequest, row: Registration) -> Undo | None:
    """Remember a row that is about to be deleted; None for one with a receipt, which is lost."""
    if isinstance(row, Expense) and row.receipt:
        return None
    return _remembered(request, {"row": serializers.serialize("json", [row], cls=WholeTimes)})


def undo_add(request: HttpRequest, ids: list[int]) -> Undo:
    """Remember hours that were just added; undoing deletes those that may still change."""
    return _remembered(request, {"added": ids})


def undo_edit(request: HttpRequest, rows: list[EditedRow]) -> Undo:
    """Remember the values of rows from before a change; return the way back for a toast."""
    edited = [
        [
            one.row._meta.model_name,
            one.row.pk,
            dict(one.before),
            dict(one.after),
            [one.status, one.status_note, one.status_by, _written(one.status_at)],
        ]
        for one in rows
    ]
    return _remembered(request, {"edited": edited})


def undo(request: HttpRequest, token: str, *, by: Membership) -> Undone:
    """Take the last action back; return how many rows that were. Raises TooLate."""
    remembered = request.session.get(SESSION_KEY) or {}
    if not token or remembered.get("token") != token or remembered.get("by") != by.pk:
        raise TooLate
    del request.session[SESSION_KEY]
    if "row" in remembered:
        return Undone(_put_back(remembered["row"], by=by))
    if "added" in remembered:
        return Undone(_take_away(remembered["added"], by=by), is_removal=True)
    if "edited" in remembered:
        return Undone(_change_back(remembered["edited"], by=by))
    return Undone(_reset(remembered, by=by))


def _remembered(request: HttpRequest, what: Mapping[str, Any]) -> Undo:
    token = secrets.token_urlsafe(9)
    by = request.membership.pk  # type: ignore[attr-defined]
    request.session[SESSION_KEY] = {"token": token, "by": by, **what}
    return Undo(reverse("registrations:undo"), token)


@transaction.atomic
def _reset(remembered: Mapping[str, Any], *, by: Membership) -> int:
    count = 0
    back: list[Rows] = []
    # What was remembered by an older version has no moment.
    for name, status, note, status_by, ids, *at in remembered["states"]:
        rows = MODELS[name].objects.filter(
            organisation=by.organisation_id,
            pk__in=ids,
            status=remembered["to"],
            status_by=by,
            invoice_line=None,
        )
        rows.hold()
        told = list(rows.order_by("pk").values_list("pk", "membership", *naming.NAMED_BY))
        owners = [(pk, owner) for pk, owner, *_about in told]
        changes = change("status", remembered["to"], status)
        labels = [naming.named(*about) for _pk, _owner, *about in told]
        back.append(Rows(MODELS[name], [pk for pk, _owner in owners], changes, labels))
        count += rows.order_by().update(
            status=status, status_note=note, status_by=status_by, status_at=_read(*at)
        )
        history.record(MODELS[name], owners, status=status, by=by, at=timezone.now(), note=note)
    back = [one for one in back if one.ids]
    organisation = by.organisation_id
    record_rows(Kind.REGISTRATION, Action.UNDONE, back, organisation=organisation, by=by)
    return count


def _take_away(ids: list[int], *, by: Membership) -> int:
    count = 0
    for row in TimeEntry.objects.filter(organisation=by.organisation_id, pk__in=ids):
        try:
            registering.delete(row, by=by)
        except registering.NotChangeable:
            continue
        count += 1
    return count


@transaction.atomic
def _change_back(edited: list[list[Any]], *, by: Membership) -> int:
    with as_one(Kind.REGISTRATION, Action.UNDONE, by=by):
        return sum(_one_back(*one, by=by) for one in edited)


def _one_back(
    name: str,
    pk: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    decision: list[Any],
    *,
    by: Membership,
) -> bool:
    """Give a row its values from before a change; return False if that is not possible any more."""
    rows = MODELS[name].objects.editable_by(by).unlocked()
    row = rows.filter(pk=pk, **after).first()
    if row is None:
        return False
    for field, value in before.items():
        setattr(row, field, value)
    try:
        with transaction.atomic():
            registering.change(row, by=by)
    except (ValidationError, PermissionDenied, registering.NotChangeable):
        return False
    _reject_again(row, *decision, by=by)
    return True


def _reject_again(
    row: Registration, status: str, note: str, status_by: int | None, at: str, *, by: Membership
) -> None:
    """Give a row that was rejected its rejection back."""
    if status != Status.REJECTED:
        return
    rows = type(row).objects.filter(pk=row.pk, organisation=by.organisation_id)
    rows.update(status=status, status_note=note, status_by=status_by, status_at=_read(at))
    owners = [(row.pk, row.membership_id)]
    history.record(type(row), owners, status=status, by=by, at=timezone.now(), note=note)
    changes = change("status", Status.OPEN, status)
    label = naming.name_of(row)
    record(Kind.REGISTRATION, Action.REJECTED, row, label=label, changes=changes, note=note, by=by)


def _written(at: datetime.datetime | None) -> str:
    return at.isoformat() if at else ""


def _read(text: str = "") -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


def _put_back(text: str, *, by: Membership) -> int:
    (found,) = serializers.deserialize("json", text)
    if _lacks_something(found.object):
        raise TooLate
    try:
        registering.put_back(cast(Registration, found.object), by=by)
    except ValidationError as error:
        raise TooLate(" ".join(error.messages)) from error
    return 1


def _lacks_something(row: Any) -> bool:
    """Return True if a row that it refers to was deleted since, such as its project."""
    for field in row._meta.concrete_fields:
        pk = getattr(row, field.attname) if field.is_relation else None
        if pk is not None and not field.related_model._base_manager.filter(pk=pk).exists():
            return True
    return False
