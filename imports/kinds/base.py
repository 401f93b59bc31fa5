"""What a kind of file is: its fields, how a row becomes a plan, and how plans are stored."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise

from accounts.models import Membership, Organisation
from lib.tables import Cell

from ..cells import Reader
from ..models import ImportedRow, NewStatus, Outcome
from ..names import Names


@dataclass(frozen=True)
class Field:
    """A field that a column can become.

    `headings` are headings of other programs, in lower case without accents. `directory` is where
    a name is looked up, `within` the field that it belongs to. `example` is for the template.
    """

    name: str
    label: str | Promise
    reader: Reader
    headings: tuple[str, ...] = ()
    is_required: bool = False
    directory: str = ""
    within: str = ""
    example: str = ""


@dataclass
class ReadRow:
    """A row of the file: its cells by field, what they mean, and what is wrong, by field."""

    number: int
    cells: dict[str, Cell]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    is_left_out: bool = False


@dataclass
class Plan:
    """What an import does with a row, and why.

    `target` is the row of the database that is new or changes; `changes` has old and new text.
    """

    row: ReadRow
    outcome: Outcome
    why: str = ""
    target: Any = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    # What is stored beside the target: the task that its project gets, the user of a member.
    beside: Any = None
    # A registration of a day in the future, which is asked about.
    is_in_future: bool = False

    @property
    def errors(self) -> dict[str, str]:
        return self.row.errors


@dataclass
class Context:
    """What planning needs: whose file, who imports it, its names, and what was planned before."""

    organisation: Organisation
    by: Membership
    names: Names
    now: datetime.datetime
    today: datetime.date
    mapped: tuple[str, ...]
    status: str = NewStatus.OPEN
    adds_tasks: bool = False
    file_import_id: int = 0
    # The ids of what this import created for unknown names, by model.
    created: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Ids that rows of this file stand for already.
    consumed: set[int] = field(default_factory=set)
    # What is planned and not stored yet, for rules about several rows.
    minutes: dict[tuple[int, datetime.date], int] = field(default_factory=lambda: defaultdict(int))
    planned: dict[Any, int] = field(default_factory=dict)
    times: list[Any] = field(default_factory=list)
    # Objects that were read, by model and id.
    loaded: dict[type[models.Model], dict[int, Any]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def load(self, model: type[Any], ids: Iterable[Any], *related: str) -> dict[int, Any]:
        """Return the objects of these ids of the organisation; each is read once."""
        known = self.loaded[model]
        missing = {pk for pk in ids if isinstance(pk, int)} - known.keys()
        if missing:
            rows = model.objects.filter(organisation=self.organisation)
            known |= rows.select_related(*related).in_bulk(missing)
        return known

    def forget_planned(self) -> None:
        """Forget what was planned, once it is stored and can be read."""
        self.minutes.clear()
        self.planned.clear()
        self.times.clear()
        self.loaded.clear()


class Kind:
    """A kind of file. Subclasses say how their rows are planned and stored, many at a time."""

    key: ClassVar[str]
    model: ClassVar[type[Any]]
    # What a fingerprint is made of: what the file says about a row.
    stored: ClassVar[tuple[str, ...]]
    # The field of the file for what is stored under another name.
    named: ClassVar[Mapping[str, str]] = {}

    def fields(self) -> Sequence[Field]:
        raise NotImplementedError

    def field(self, name: str) -> Field:
        return next(one for one in self.fields() if one.name == name)

    def field_of(self, attribute: str) -> str:
        """Return the name of the field from which this attribute is stored."""
        return self.named.get(attribute, attribute).removesuffix("_id")

    def directories(self) -> tuple[str, ...]:
        """Return the directories that its fields look names up in."""
        return tuple(dict.fromkeys(one.directory for one in self.fields() if one.directory))

    def check_mapping(self, mapped: Iterable[str]) -> list[str]:
        """Return the labels of required fields that no column became."""
        chosen = set(mapped)
        return [
            str(one.label) for one in self.fields() if one.is_required and one.name not in chosen
        ]

    def plan(self, rows: list[ReadRow], context: Context) -> list[Plan]:
        """Return what becomes of the rows, in a fixed number of queries. Stores nothing."""
        raise NotImplementedError

    def store(self, plans: list[Plan], context: Context) -> list[ImportedRow]:
        """Store the new and the changed ones, and return a record of each plan, unsaved."""
        raise NotImplementedError

    def fingerprint(self, target: Any) -> str:
        return fingerprint(getattr(target, name) for name in self.stored)

    def record(self, plan: Plan, context: Context) -> ImportedRow:
        """Return the record of a plan; of a stored one with its id and fingerprint."""
        target = plan.target
        at, reason = next(iter(plan.errors.items()), ("", plan.why))
        is_written = plan.outcome in (Outcome.NEW, Outcome.CHANGED)
        return ImportedRow(
            file_import_id=context.file_import_id,
            row=plan.row.number,
            outcome=plan.outcome,
            model=self.model._meta.model_name if target is not None else "",
            object_id=target.pk if target is not None else None,
            before=plan.before if plan.outcome == Outcome.CHANGED else None,
            set_to=self._set_to(plan),
            after=self.fingerprint(target) if is_written else "",
            field=at if plan.outcome == Outcome.ERROR else "",
            reason=reason[:500] if plan.outcome == Outcome.ERROR else "",
        )

    @staticmethod
    def _set_to(plan: Plan) -> dict[str, Any] | None:
        """Return what the changed values of a plan are now."""
        if plan.outcome != Outcome.CHANGED or plan.before is None:
            return None
        return {name: getattr(plan.target, name) for name in plan.before}


def fingerprint(values: Iterable[object]) -> str:
    """Return a short text that differs if any of the values does."""
    text = "\x1f".join("" if value is None else _written(value) for value in values)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _written(value: object) -> str:
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="minutes")
    # 95 and 95.00 are one amount.
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
