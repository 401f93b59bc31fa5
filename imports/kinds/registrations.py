"""What files of hours, expenses and trips share: rules, recognition, and storing many at a time.

A row is recognised in three ways, in this order. The same row was imported before and is still
there, also if somebody changed it since. The same row is there. The same row with other figures
was imported before: then it changes, as long as it is open or rejected.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from accounts.models import Membership
from projects.models import Project, ProjectTask
from registrations import rules
from registrations.models import EDITABLE_STATUSES, Registration, Status
from registrations.rates.pricing import price_many

from ..models import FileState, ImportedRow, NewStatus, Outcome
from ..names import NewName
from .base import Context, Kind, Plan, ReadRow, fingerprint


class RegistrationKind(Kind):
    """Files of registrations."""

    model: ClassVar[type[Any]]
    # The fields that make a row what it is, and those that may differ in a changed one.
    identity: ClassVar[tuple[str, ...]]
    figures: ClassVar[tuple[str, ...]]
    # The model, the field of the file and the relations of what else a row refers to.
    references: ClassVar[dict[str, tuple[type[models.Model], str]]] = {}
    # The fields that pricing sets besides.
    priced: ClassVar[tuple[str, ...]] = ()

    def plan(self, rows: list[ReadRow], context: Context) -> list[Plan]:
        good = [row for row in rows if not row.errors and not row.is_left_out]
        self._load(good, context)
        targets = {row.number: self._build(row, context) for row in good}
        for row in good:
            row.errors |= self.own_errors(row, targets[row.number])
        good = [row for row in good if not row.errors]
        found = self._recognised(good, targets, context)
        self.prepare(good, targets, context)
        plans = []
        for row in rows:
            if row.errors or row.is_left_out:
                outcome = Outcome.LEFT_OUT if row.is_left_out else Outcome.ERROR
                plans.append(Plan(row, outcome))
            else:
                plans.append(
                    self._planned(row, targets[row.number], found.get(row.number), context)
                )
        return plans

    def own_errors(self, row: ReadRow, target: Any) -> dict[str, str]:
        """Return what is wrong with a row by itself; a new project is not there to ask."""
        if isinstance(row.values.get("project"), NewName):
            return {}
        return rules.errors_of_its_own(target)

    def prepare(self, rows: list[ReadRow], targets: dict[int, Any], context: Context) -> None:
        """Read what the rules of this kind need."""

    def values(self, row: ReadRow, context: Context) -> dict[str, Any]:
        """Return the values of the model's own fields."""
        raise NotImplementedError

    def rule_errors(
        self, row: ReadRow, target: Any, context: Context, *, stored: Any
    ) -> dict[str, str]:
        """Return what the rules about several rows refuse; `stored` is what it would replace."""
        return {}

    def accept(self, row: ReadRow, target: Any, context: Context, *, stored: Any) -> Any:
        """Remember a row that will be stored; return what is stored beside it."""
        return None

    # --- Planning ---------------------------------------------------------------------------------

    def _load(self, rows: list[ReadRow], context: Context) -> None:
        context.load(Membership, (row.values["employee"] for row in rows), "user")
        context.load(Project, (row.values.get("project") for row in rows), "customer")
        for name, (model, _field) in self.references.items():
            context.load(model, (row.values.get(name) for row in rows))

    def _build(self, row: ReadRow, context: Context) -> Any:
        """Return the unsaved registration; what will be new is left empty."""
        values = self.values(row, context)
        target = self.model(
            organisation=context.organisation,
            date=row.values["date"],
            description=row.values.get("description") or "",
            **values,
        )
        if person := context.loaded[Membership].get(row.values["employee"]):
            target.membership = person
        if project := context.loaded[Project].get(row.values.get("project", 0)):
            target.project = project
        for name, (model, field) in self.references.items():
            found = context.loaded[model].get(row.values.get(name, 0))
            if found is not None:
                setattr(target, field, found)
        return target

    def _planned(self, row: ReadRow, target: Any, found: Any, context: Context) -> Plan:
        if found is not None:
            stored, is_same = found
            if is_same:
                return Plan(row, Outcome.UNCHANGED, _("the same row is there already"), stored)
            if stored.invoice_line_id or stored.status not in EDITABLE_STATUSES:
                row.errors[self.figures[0]] = self._why_locked(stored)
                return Plan(row, Outcome.ERROR)
            return self._changed(row, target, stored, context)
        row.errors |= self.rule_errors(row, target, context, stored=None)
        if row.errors:
            return Plan(row, Outcome.ERROR)
        beside = self.accept(row, target, context, stored=None)
        is_in_future = target.date > context.today
        return Plan(row, Outcome.NEW, target=target, beside=beside, is_in_future=is_in_future)

    def _why_locked(self, stored: Registration) -> str:
        state = Status(stored.status).label
        text = _("This row is there with other figures, and is %(status)s: it cannot change.")
        return text % {"status": str(state).lower()}

    def _changed(self, row: ReadRow, target: Any, stored: Any, context: Context) -> Plan:
        row.errors |= self.rule_errors(row, target, context, stored=stored)
        if row.errors:
            return Plan(row, Outcome.ERROR)
        changes, before = {}, {}
        for name in self.figures:
            old, new = getattr(stored, name), getattr(target, name)
            before[name] = old
            if old != new:
                changes[name] = (self.shown(name, old), self.shown(name, new))
                setattr(stored, name, new)
        self.accept(row, target, context, stored=stored)
        about = "; ".join(f"{old or '–'} → {new or '–'}" for old, new in changes.values())
        return Plan(row, Outcome.CHANGED, about, stored, changes, before)

    def shown(self, name: str, value: Any) -> str:
        """Return a figure as the preview shows it."""
        return "" if value is None else str(value)

    # --- Recognising ------------------------------------------------------------------------------

    def _recognised(
        self, rows: list[ReadRow], targets: dict[int, Any], context: Context
    ) -> dict[int, tuple[Any, bool]]:
        """Return, by row, the registration that it stands for, and whether that is the same."""
        known = [row for row in rows if self._is_known(row)]
        prints = {row.number: self.fingerprint(targets[row.number]) for row in known}
        earlier = self._imported_before(prints.values(), context)
        there, imported = self._there(known, targets, context)
        found: dict[int, tuple[Any, bool]] = {}
        for row in known:
            pk = _take(earlier[prints[row.number]], context.consumed)
            if pk is None:
                pk = _take(there[self._key(targets[row.number])], context.consumed)
            if pk is not None:
                found[row.number] = (self.model(pk=pk), True)
        for row in known:
            if row.number not in found:
                alike = imported[self._identity(targets[row.number])]
                pk = _take(list(alike), context.consumed)
                if pk is not None:
                    found[row.number] = (alike[pk], False)
        return found

    def _is_known(self, row: ReadRow) -> bool:
        return not any(isinstance(value, NewName) for value in row.values.values())

    def _imported_before(self, prints: Iterable[str], context: Context) -> dict[str, list[int]]:
        """Return ids that are still there of rows that were imported before, by fingerprint."""
        records = ImportedRow.objects.filter(
            file_import__organisation=context.organisation,
            model=self.model._meta.model_name,
            after__in=set(prints),
        ).exclude(file_import__state=FileState.UNDONE)
        if context.file_import_id:
            records = records.exclude(file_import=context.file_import_id)
        pairs = list(records.order_by("pk").values_list("after", "object_id"))
        ids = self.model.objects.filter(pk__in={pk for _print, pk in pairs})
        living = set(ids.values_list("pk", flat=True))
        found: dict[str, list[int]] = defaultdict(list)
        for text, pk in pairs:
            if pk is not None and pk in living:
                found[text].append(pk)
        return found

    def _there(
        self, rows: list[ReadRow], targets: dict[int, Any], context: Context
    ) -> tuple[dict[Any, list[int]], dict[Any, dict[int, Any]]]:
        """Return what is registered for these people on these days, by key and by identity.

        By identity only what an import made: a row that a person typed is never changed.
        """
        chosen = [targets[row.number] for row in rows]
        stored = list(
            self.model.objects.filter(
                organisation=context.organisation,
                membership__in={one.membership_id for one in chosen},
                date__in={one.date for one in chosen},
            ).order_by("pk")
        )
        records = ImportedRow.objects.filter(
            model=self.model._meta.model_name,
            object_id__in=[one.pk for one in stored],
            outcome__in=(Outcome.NEW, Outcome.CHANGED),
        ).exclude(file_import__state=FileState.UNDONE)
        made = set(records.values_list("object_id", flat=True))
        there: dict[Any, list[int]] = defaultdict(list)
        imported: dict[Any, dict[int, Any]] = defaultdict(dict)
        for one in stored:
            there[self._key(one)].append(one.pk)
            if one.pk in made:
                imported[self._identity(one)][one.pk] = one
        self.remember(stored, context)
        return there, imported

    def remember(self, stored: list[Any], context: Context) -> None:
        """Take note of what is registered on these days, for the rules."""

    def _key(self, target: Any) -> str:
        return self.fingerprint(target)

    def _identity(self, target: Any) -> str:
        return fingerprint(getattr(target, name) for name in self.identity)

    # --- Storing ----------------------------------------------------------------------------------

    def store(self, plans: list[Plan], context: Context) -> list[ImportedRow]:
        new = [plan.target for plan in plans if plan.outcome == Outcome.NEW]
        changed = [plan.target for plan in plans if plan.outcome == Outcome.CHANGED]
        self.store_beside([plan.beside for plan in plans if plan.beside])
        price_many(new)
        self._refuse_amounts(plans)
        new = [plan.target for plan in plans if plan.outcome == Outcome.NEW]
        for target in new:
            self._set_status(target, context)
        self.model.objects.bulk_create(new)
        context.consumed |= {target.pk for target in new}
        if changed:
            self._change(changed, context)
        self.stored_rows([*new, *changed], context)
        return [self.record(plan, context) for plan in plans]

    def store_beside(self, pairs: list[Any]) -> None:
        """Store what new rows need besides."""

    def stored_rows(self, rows: list[Any], context: Context) -> None:
        """Do what stored rows need together."""

    def _refuse_amounts(self, plans: list[Plan]) -> None:
        for plan in plans:
            if plan.outcome == Outcome.NEW and abs(plan.target.amount) >= rules.TOO_MUCH:
                sentence = _("The amount is higher than can be invoiced. Lower it.")
                plan.row.errors[self.figures[0]] = sentence
                plan.outcome, plan.target = Outcome.ERROR, None

    def _set_status(self, target: Any, context: Context) -> None:
        status = context.status
        if status == NewStatus.INVOICED and not target.is_billable:
            status = NewStatus.APPROVED  # what is not billable is never invoiced
        target.status = status
        if status != NewStatus.OPEN:
            target.status_by, target.status_at = context.by, context.now
            target.status_note = _("Imported from a file")

    def _change(self, changed: list[Any], context: Context) -> None:
        """Store the figures; the same work keeps its rate.

        Raises IntegrityError if a row was locked or deleted since it was planned.
        """
        ids = [one.pk for one in changed]
        rows = self.model.objects.filter(pk__in=ids).order_by("pk")
        stored = rows.select_for_update(of=("self",)).in_bulk()
        if rows.unlocked().count() != len(ids):
            raise IntegrityError("A registration can no longer be changed.")
        for one in changed:
            one.organisation = context.organisation
            one.membership = context.loaded[Membership][one.membership_id]
            if one.project_id is not None:
                one.project = context.loaded[Project][one.project_id]
            for model, field in self.references.values():
                pk = getattr(one, f"{field}_id")
                if pk in context.loaded[model]:
                    setattr(one, field, context.loaded[model][pk])
        price_many(changed, before=cast("dict[int | None, Registration]", stored))
        written = (*self.figures, "is_billable", "amount", *self.priced)
        self.model.objects.bulk_update(changed, written)


def lacking_tasks(pairs: Iterable[tuple[int, int]], context: Context) -> set[tuple[int, int]]:
    """Return which of these projects do not have these tasks."""
    wanted = {pair for pair in pairs if all(isinstance(one, int) for one in pair)}
    rows = ProjectTask.objects.filter(project__in={project for project, _task in wanted})
    return wanted - set(rows.values_list("project_id", "task_id"))


def _take(ids: Iterable[int], consumed: set[int]) -> int | None:
    """Return the first id that no row of this file stands for yet, and mark it."""
    for pk in ids:
        if pk not in consumed:
            consumed.add(pk)
            return pk
    return None
