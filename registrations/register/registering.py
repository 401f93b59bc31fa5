"""Add, change, copy and delete registrations. Every write refuses one that is on an invoice."""

import copy
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from audit.changes import Changes, contents, differences
from audit.kinds import Action, Kind
from audit.recording import record

from .. import history, naming
from ..models import EDITABLE_STATUSES, Expense, Registration, Status, TimeEntry, Trip
from ..rates.pricing import price
from ..rates.rounding import round_days
from ..rights import may_register_for, may_register_on
from ..rules import check, check_amount, check_description

COMMON = (
    "project",
    "date",
    "description",
    "is_billable",
    "amount",
)
FIELDS: dict[type[Registration], tuple[str, ...]] = {
    TimeEntry: (
        "task",
        "minutes",
        "started_at",
        "ended_at",
        "pause_minutes",
        "billable_choice",
        "hourly_rate",
        "rounded_by",
    ),
    Expense: (
        "category",
        "quantity",
        "price",
        "quantity_paid",
        "price_paid",
        "vat_rate",
        "receipt",
        "receipt_name",
    ),
    Trip: (
        "origin",
        "destination",
        "distance",
        "kind",
        "vehicle",
        "odometer_begin",
        "odometer_end",
        "route",
        "rate",
    ),
}


class NotChangeable(Exception):
    """The registration is locked or deleted; nothing was written."""


@transaction.atomic
def add(row: Registration, *, by: Membership) -> None:
    """Price and save a new registration. Raises ValidationError with sentences by field."""
    _prepare(row, by=by)
    row.save(force_insert=True)
    _round_with_others(row)


@transaction.atomic
def add_both_ways(trip: Trip, *, by: Membership) -> None:
    """Save a new trip, and the way back as a second one; both or none.

    The odometer of the way back begins where that of the way there ended.
    """
    back = copy.copy(trip)
    back._state = copy.copy(trip._state)
    back.origin, back.destination = trip.destination, trip.origin
    if trip.odometer_begin is not None and trip.odometer_end is not None:
        back.odometer_begin = trip.odometer_end
        back.odometer_end = 2 * trip.odometer_end - trip.odometer_begin
    add(trip, by=by)
    add(back, by=by)


@transaction.atomic
def change(row: Registration, *, by: Membership, submits: bool = False) -> None:
    """Save a changed registration; the same work keeps its rate.

    It is open after that: a submitted or approved row is to be submitted again. With `submits` a
    rejected one is submitted at once. Raises ValidationError or NotChangeable.
    """
    before = type(row).objects.editable_by(by).select_for_update(of=("self",)).filter(pk=row.pk)
    stored = before.first()
    # Who opened the form saw another status: somebody decided meanwhile.
    if stored is None or (stored.is_decided and stored.status != row.status):
        raise NotChangeable
    _prepare(row, by=by, before=stored)
    replaced = _replaced_receipt(row)
    new = Status.OPEN
    if submits and stored.status == Status.REJECTED:
        new = Status.SUBMITTED
    status: dict[str, object] = {}
    if stored.status != new:
        status = {"status": new, "status_note": "", "status_by": by, "status_at": timezone.now()}
    changes = _changes_to_record(stored, row, status)
    rows = type(row).objects.editable_by(by).filter(pk=row.pk)
    if not rows.update(**_values(row), **status):
        raise NotChangeable
    row.status = new
    _round_with_others(row, stored)
    if status:
        owners = [(row.pk, row.membership_id)]
        history.record(type(row), owners, status=new, by=by, at=timezone.now())
    if changes:
        label = naming.name_of(row)
        record(Kind.REGISTRATION, Action.CHANGED, row, label=label, changes=changes, by=by)
    _delete_receipt(replaced)


@transaction.atomic
def delete(row: Registration, *, by: Membership) -> None:
    """Delete an open or rejected registration and its receipt. Raises NotChangeable."""
    rows = type(row).objects.editable_by(by).filter(pk=row.pk, status__in=EDITABLE_STATUSES)
    locked = rows.select_for_update(of=("self",))
    found = locked.first()
    if found is None:
        raise NotChangeable
    if found.status != Status.OPEN:
        changes = contents(found, ("status", "status_note", "amount", "description"))
        gone: Changes = {name: [after, None] for name, (_before, after) in changes.items()}
        label = naming.name_of(row)
        record(Kind.REGISTRATION, Action.DELETED, found, label=label, changes=gone, by=by)
    pk = found.pk
    found.delete()
    found.pk = pk
    _round_with_others(found)
    if isinstance(found, Expense):
        _delete_receipt(found.receipt.name or "")


@transaction.atomic
def put_back(row: Registration, *, by: Membership) -> None:
    """Save a deleted registration again, as it was. Raises ValidationError if a rule forbids it."""
    if row.organisation_id != by.organisation_id or not may_register_for(by, row.membership):
        raise PermissionDenied(_("You cannot register for someone else."))
    Membership.objects.select_for_update().get(pk=row.membership_id)
    check(row)
    row.save(force_insert=True)
    if row.status != Status.OPEN:
        record(Kind.REGISTRATION, Action.PUT_BACK, row, label=naming.name_of(row), by=by)
    _round_with_others(row)


def copied(row: Registration) -> Registration:
    """Return a new, unsaved, open copy, without receipt, clock times and odometer."""
    related = ("project__customer", "membership__user")
    new = type(row).objects.select_related(*related).get(pk=row.pk)
    new.pk, new.invoice_line, new.created_at = None, None, timezone.now()
    new.status, new.status_note = Status.OPEN, ""
    new.status_by, new.status_at = None, None
    new._state.adding = True
    if isinstance(new, Expense):
        new.receipt, new.receipt_name = "", ""
    if isinstance(new, TimeEntry):
        new.started_at, new.ended_at, new.pause_minutes = None, None, 0
    if isinstance(new, Trip):
        new.odometer_begin, new.odometer_end = None, None
    return new


def _round_with_others(*rows: Registration) -> None:
    """Round the hours of the day again, where the project rounds the hours of a day together."""
    hours = [row for row in rows if isinstance(row, TimeEntry)]
    if hours:
        round_days(hours, organisation=hours[0].organisation)


def _values(row: Registration) -> dict[str, object]:
    """Return the values to write; as in `save`, this stores a new receipt."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    names = (*COMMON, *FIELDS[type(row)])
    return {name: fields[name].pre_save(row, add=False) for name in names}


def _changes_to_record(
    stored: Registration, row: Registration, status: Mapping[str, object]
) -> Changes:
    """Return what an entry says of a change: nothing of a row that was open and stays so."""
    if stored.status == Status.OPEN and not status:
        return {}
    values = {name: getattr(row, name) for name in (*COMMON, *FIELDS[type(row)])}
    shown = {name: status[name] for name in ("status",) if name in status}
    return differences(stored, {**values, **shown})


def _replaced_receipt(row: Registration) -> str:
    """Return the stored receipt that the changed registration no longer has."""
    if not isinstance(row, Expense):
        return ""
    stored = Expense.objects.filter(pk=row.pk).values_list("receipt", flat=True).first() or ""
    return "" if stored == row.receipt.name else stored


def _delete_receipt(name: str) -> None:
    """Delete the file after the commit."""
    if name:
        storage = Expense._meta.get_field("receipt").storage
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _prepare(row: Registration, *, by: Membership, before: Registration | None = None) -> None:
    if row.organisation_id != by.organisation_id or not may_register_for(by, row.membership):
        raise PermissionDenied(_("You cannot register for someone else."))
    if not may_register_on(by, person=row.membership, project_id=row.project_id):
        text = _("You register for others on your own projects only. Choose one of these.")
        raise ValidationError({"project": text})
    # Lock the employee, because the hours of a day are added up.
    Membership.objects.select_for_update().get(pk=row.membership_id)
    check(row)
    check_description(row)
    price(row, before=before)
    check_amount(row)
