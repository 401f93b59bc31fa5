"""Take an import back as a whole: what is new is deleted, what changed gets its values back.

Nothing of it may be billed, decided on or used since, and nothing new or registered be changed;
what stands in the way is named. A field of a record that was changed again keeps that change.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organisation, User
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import record as record_entry
from customers.editing import is_used
from customers.models import Customer
from projects.editing import keeps_customer
from projects.models import Project
from registrations.models import EDITABLE_STATUSES, Registration, Status, TimeEntry
from registrations.rates.pricing import price_many
from registrations.rates.rounding import round_days

from .creating import CREATED_FIELDS
from .kinds import KINDS
from .kinds.base import fingerprint
from .kinds.registrations import RegistrationKind
from .models import UNDOABLE, FileImport, FileState, ImportedRow, NewStatus, Outcome

AT_ONCE = 1_000
NAMED = 5
APPS = ("registrations", "customers", "projects", "accounts")
# What the price of a registration follows from.
PRICED_BY = ("project__customer", "membership")


@dataclass
class Undoing:
    """What undoing would do, and what stands in its way, as sentences."""

    removed: int = 0
    restored: int = 0
    obstacles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    # Records that somebody changed since, with these fields: that change is kept.
    kept: dict[str, list[str]] = field(default_factory=dict)
    kept_count: int = 0

    @property
    def kept_names(self) -> list[str]:
        """Some of the records with a kept change, each with its fields."""
        return [f"{name} ({', '.join(fields)})" for name, fields in self.kept.items()]

    @property
    def is_possible(self) -> bool:
        return not self.obstacles


class CannotUndo(Exception):
    """Something stands in the way; nothing was changed."""


def preview(file_import: FileImport) -> Undoing:
    """Return what undoing would do now; changes nothing."""
    found = Undoing()
    if file_import.state not in UNDOABLE:
        found.obstacles.append(_("This import is under way or was undone before."))
        return found
    reasons: Counter[str] = Counter()
    for records in _records(file_import):
        for record, target in _with_targets(records, file_import):
            if target is None:
                continue
            reason = _why_not(record, target, file_import)
            if reason:
                reasons[reason] += 1
                if len(found.names) < NAMED:
                    found.names.append(str(target))
            elif record.outcome == Outcome.NEW:
                found.removed += 1
            else:
                _add_restored(found, record, target)
    found.obstacles = [f"{count} {reason}" for reason, count in reasons.most_common()]
    if not found.obstacles:
        found.obstacles = list(_uses(file_import))
    return found


def billed_counts(imports: Iterable[FileImport]) -> dict[int, int]:
    """Return how many rows of each import are on an invoice by now; one query for each kind."""
    ids: dict[str, list[int]] = defaultdict(list)
    for one in imports:
        if one.may_undo and one.is_registrations:
            ids[one.kind].append(one.pk)
    found: dict[int, int] = {}
    for kind, some in ids.items():
        model = KINDS[kind].model
        billed = model.objects.filter(pk=models.OuterRef("object_id")).exclude(invoice_line=None)
        rows = ImportedRow.objects.filter(
            models.Exists(billed), file_import__in=some, model=model._meta.model_name, row__gt=0
        )
        written = rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED)).order_by()
        counts = written.values("file_import").annotate(count=models.Count("pk"))
        found |= {one["file_import"]: one["count"] for one in counts}
    return found


def _add_restored(found: Undoing, record: ImportedRow, target: Any) -> None:
    kept = _changed_since(record, target)
    found.restored += len(kept) < len(record.before or {})
    if kept:
        found.kept_count += 1
        if len(found.kept) < NAMED:
            labels = [str(_field(target, name).verbose_name) for name in kept]
            found.kept[str(target)] = labels


@transaction.atomic
def undo(file_import: FileImport, *, by: User, now: datetime.datetime) -> Undoing:
    """Take the import back. Raises CannotUndo."""
    locked = FileImport.objects.select_for_update().get(pk=file_import.pk)
    _lock_targets(locked)
    found = preview(locked)
    if not found.is_possible:
        raise CannotUndo
    for records in _records(locked):
        changed = [one for one in records if one.outcome == Outcome.CHANGED]
        _restore(changed, locked)
    try:
        _delete(locked)
    except models.ProtectedError:
        raise CannotUndo from None
    FileImport.objects.filter(pk=locked.pk).update(
        state=FileState.UNDONE, undone_at=now, undone_by=by
    )
    changes = change("removed", None, found.removed) | change("restored", None, found.restored)
    record_entry(Kind.IMPORT, Action.UNDONE, locked, label=locked.name, changes=changes, by=by)
    return found


# --- What it stored -------------------------------------------------------------------------------


def _records(file_import: FileImport) -> Iterator[list[ImportedRow]]:
    written = file_import.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))
    rows = written.exclude(object_id=None).order_by("pk").iterator(chunk_size=AT_ONCE)
    yield from _in_parts(rows)


def _model(name: str) -> type[Any]:
    for app in APPS:
        try:
            return apps.get_model(app, name)
        except LookupError:
            continue
    raise LookupError(name)


def _with_targets(
    records: list[ImportedRow], file_import: FileImport
) -> Iterator[tuple[ImportedRow, Any]]:
    """Yield each record with what it stored; None if that is gone."""
    ids: dict[str, list[int]] = defaultdict(list)
    for record in records:
        ids[record.model].append(record.object_id or 0)
    found: dict[str, dict[int, Any]] = {}
    for name, some in ids.items():
        model = _model(name)
        rows = model.objects.filter(organisation=file_import.organisation_id)
        related: tuple[str, ...] = ("user",) if model is Membership else ()
        related = PRICED_BY if issubclass(model, Registration) else related
        related = (*related, "task") if model is TimeEntry else related
        found[name] = rows.select_related(*related).in_bulk(some)
    for record in records:
        yield record, found[record.model].get(record.object_id or 0)


def _fields(record: ImportedRow, file_import: FileImport) -> Iterable[str]:
    if record.row == 0:
        return CREATED_FIELDS[_model(record.model)]
    return KINDS[file_import.kind].stored


def _why_not(record: ImportedRow, target: Any, file_import: FileImport) -> str:
    """Return why this one cannot go back; empty if it can."""
    if isinstance(target, Registration):
        if target.invoice_line_id:
            return _("on an invoice")
        if not _has_status_of_import(record, target, file_import):
            return str(Status(target.status).label).lower()
    if record.set_to is not None and not isinstance(target, Registration):
        return ""  # what was changed since is kept
    values = (getattr(target, name) for name in _fields(record, file_import))
    return _("changed since") if fingerprint(values) != record.after else ""


def _field(target: Any, name: str) -> Any:
    return target._meta.get_field(name.removesuffix("_id"))


def _value(target: Any, name: str, stored: Any) -> Any:
    """Return a value that was kept as JSON as the model has it."""
    return stored if name.endswith("_id") else _field(target, name).to_python(stored)


def _changed_since(record: ImportedRow, target: Any) -> list[str]:
    """Return the attributes that an import changed and somebody else after that."""
    return [
        name
        for name, stored in (record.set_to or {}).items()
        if getattr(target, name) != _value(target, name, stored)
    ]


def _has_status_of_import(
    record: ImportedRow, target: Registration, file_import: FileImport
) -> bool:
    """Whether nobody decided on it since; a changed row kept the status that it had."""
    if record.outcome == Outcome.CHANGED:
        return target.status in EDITABLE_STATUSES
    return target.status == _status_then(target, file_import)


def _status_then(target: Registration, file_import: FileImport) -> str:
    status = file_import.status
    if status == NewStatus.INVOICED and not target.is_billable:
        status = NewStatus.APPROVED
    return status


def _uses(file_import: FileImport) -> Iterator[str]:
    """Yield what would break: new customers, projects and people that others use by now."""
    ids: dict[str, list[int]] = defaultdict(list)
    new = file_import.rows.filter(outcome=Outcome.NEW).exclude(object_id=None)
    for model, pk in new.values_list("model", "object_id").order_by("pk"):
        ids[model].append(pk or 0)
    ours = {model: set(some) for model, some in ids.items()}
    names = ("customer", "project", "task", "expensecategory", "vehicle", "membership")
    used = [
        str(target)
        for name in names
        for target in _model(name).objects.filter(pk__in=ids.get(name, ()))
        if _is_used_elsewhere(target, ours)
    ]
    if used:
        text = ngettext(
            "%(count)d is used by now: %(names)s",
            "%(count)d are used by now: %(names)s",
            len(used),
        )
        yield text % {"count": len(used), "names": ", ".join(used[:NAMED])}


def _is_used_elsewhere(target: Any, ours: dict[str, set[int]]) -> bool:
    """Whether something that this import did not make refers to it."""
    if isinstance(target, Customer) and not ours.get("project"):
        return is_used(target)
    if isinstance(target, Project) and not _has_ours(ours):
        return keeps_customer(target)
    for relation in target._meta.related_objects:
        if relation.on_delete is not models.PROTECT:
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: target})
        own = ours.get(relation.related_model._meta.model_name, set())
        if relation.related_model._meta.model_name == "projecttask":
            rows = rows.exclude(project__in=ours.get("project", set()))
        if rows.exclude(pk__in=own).exists():
            return True
    return False


def _has_ours(ours: dict[str, set[int]]) -> bool:
    return any(ours.get(name) for name in ("timeentry", "expense", "trip"))


# --- Taking it back -------------------------------------------------------------------------------


def _lock_targets(file_import: FileImport) -> None:
    """Lock the registrations: nobody bills or changes them until the end of the transaction."""
    model = KINDS[file_import.kind].model
    ids = file_import.rows.filter(row__gt=0).exclude(object_id=None).values("object_id")
    rows = model.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))


def _restore(records: list[ImportedRow], file_import: FileImport) -> None:
    """Give changed ones their values back, but for what was changed since."""
    targets, names = [], set()
    for record, target in _with_targets(records, file_import):
        if target is None:
            continue
        kept = _changed_since(record, target)
        for name, value in (record.before or {}).items():
            if name not in kept:
                setattr(target, name, _value(target, name, value))
                names.add(name.removesuffix("_id"))
        targets.append(target)
    if names:
        type(targets[0]).objects.bulk_update(targets, sorted(names))
        kind = KINDS[file_import.kind]
        if issubclass(kind, RegistrationKind):
            _price_again(targets, kind, file_import.organisation)


def _price_again(rows: list[Any], kind: type[RegistrationKind], organisation: Organisation) -> None:
    """Price registrations that have their figures back; the same work keeps its rate."""
    price_many(rows, before={row.pk: row for row in rows})
    kind.model.objects.bulk_update(rows, ("is_billable", "amount", *kind.priced))
    if kind.model is TimeEntry:
        round_days(rows, organisation=organisation)


def _delete(file_import: FileImport) -> None:
    """Delete what is new, first what refers to the others."""
    new = file_import.rows.filter(outcome=Outcome.NEW).exclude(object_id=None)
    order = ("timeentry", "expense", "trip", "project", "task", "expensecategory", "vehicle",
             "customer", "membership")  # fmt: skip
    for name in order:
        ids = list(new.filter(model=name).values_list("object_id", flat=True))
        for some in _in_parts(ids):
            rows = _model(name).objects.filter(
                organisation=file_import.organisation_id, pk__in=some
            )
            match name:
                case "membership":
                    _delete_people(rows)
                case "timeentry":
                    _delete_hours(rows, file_import.organisation)
                case _:
                    rows.delete()


def _delete_hours(rows: Any, organisation: Organisation) -> None:
    """Delete hours; what is left of their days is rounded again."""
    deleted = list(rows.select_related("project"))
    rows.delete()
    round_days(deleted, organisation=organisation)


def _delete_people(rows: Any) -> None:
    """Delete memberships, and the users that were made for them and never logged in."""
    users = list(rows.values_list("user_id", flat=True))
    rows.delete()
    for user in User.objects.filter(pk__in=users, memberships=None, last_login=None):
        if user.is_invited:
            user.delete()


def _in_parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while part := list(islice(iterator, AT_ONCE)):
        yield part
