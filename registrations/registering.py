"""Adding, changing, copying and deleting rows. Every write refuses a row that is on an invoice."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership

from .models import Expense, Registration, Status, TimeEntry, Trip
from .pricing import price
from .rights import may_register_for
from .rules import check, check_amount

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
        "hourly_rate",
    ),
    Expense: ("category", "quantity", "price", "vat_rate", "receipt", "receipt_name"),
    Trip: ("origin", "destination", "distance", "kind", "vehicle", "rate"),
}


class NotChangeable(Exception):
    """The row is on an invoice, was approved meanwhile, or is gone; nothing was written."""


@transaction.atomic
def add(row: Registration, *, by: Membership) -> None:
    """Saves a new row, priced. Raises ValidationError with sentences by field."""
    _prepare(row, by=by)
    row.save(force_insert=True)


@transaction.atomic
def change(row: Registration, *, by: Membership) -> None:
    """Writes a changed row; the same work keeps its rate. Raises ValidationError, NotChangeable."""
    _prepare(row, by=by, before=type(row).objects.filter(pk=row.pk).first())
    # What was sent back is open again once it is mended; a manager leaves the status to Overview.
    status = {} if by.is_manager else {"status": Status.OPEN, "status_note": ""}
    rows = type(row).objects.editable_by(by).filter(pk=row.pk)
    replaced = _replaced_receipt(row)
    if not rows.update(**_values(row), **status):
        raise NotChangeable
    _forget_receipt(replaced)


@transaction.atomic
def delete(row: Registration, *, by: Membership) -> None:
    """Deletes a row, and its receipt. Raises NotChangeable."""
    locked = type(row).objects.editable_by(by).select_for_update(of=("self",)).filter(pk=row.pk)
    found = locked.first()
    if found is None:
        raise NotChangeable
    found.delete()
    if isinstance(found, Expense):
        _forget_receipt(found.receipt.name or "")


def copied(row: Registration) -> Registration:
    """A new, unsaved, open row about the same thing; without the receipt and the clock times."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk, copy.invoice_line = None, None
    copy.status, copy.status_note, copy.status_by = Status.OPEN, "", None
    copy._state.adding = True
    if isinstance(copy, Expense):
        copy.receipt, copy.receipt_name = "", ""
    if isinstance(copy, TimeEntry):
        copy.started_at, copy.ended_at, copy.pause_minutes = None, None, 0
    return copy


def _values(row: Registration) -> dict[str, object]:
    """What to write; a new receipt is stored on the way, as `save` would."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    names = (*COMMON, *FIELDS[type(row)])
    return {name: fields[name].pre_save(row, add=False) for name in names}


def _replaced_receipt(row: Registration) -> str:
    """The file that the stored row has and the changed one has not."""
    if not isinstance(row, Expense):
        return ""
    stored = Expense.objects.filter(pk=row.pk).values_list("receipt", flat=True).first() or ""
    return "" if stored == row.receipt.name else stored


def _forget_receipt(name: str) -> None:
    """Removes the file once the row is without it for sure."""
    if name:
        storage = Expense._meta.get_field("receipt").storage
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _prepare(row: Registration, *, by: Membership, before: Registration | None = None) -> None:
    if row.organisation_id != by.organisation_id or not may_register_for(by, row.membership):
        raise PermissionDenied(_("You cannot register for someone else."))
    # One at a time for an employee: the hours of a day are added up.
    Membership.objects.select_for_update().get(pk=row.membership_id)
    check(row)
    price(row, before=before)
    check_amount(row)
