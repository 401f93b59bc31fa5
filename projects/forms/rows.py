"""Rows on the form of a project: its tasks and its team. Every row is a separate form."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from lib.amounts import AmountField
from lib.choices import chosen_id
from lib.picker_fields import PickerField
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood
from projects.editing import MemberRow, TaskRow
from projects.models import Method, Project, ProjectMember, ProjectTask, Task
from projects.pickers import active_tasks

# The number of rows on the form of a new project; the rest comes with one check box.
MOST_ROWS = 20


@dataclass(frozen=True)
class Start:
    """What a new project starts with; nothing for a stored one."""

    tasks: list[Task]
    members: list[Membership]


class RowForm(AsksQuestions, ShowsUnderstood, forms.Form):
    """A row with a checkbox; amounts that the chosen method does not use are ignored.

    `other_rates` are hourly rates of the organisation; `question` asks about one far above them.
    """

    question: str | Promise = ""

    # Fields, each with the only method that uses it.
    used_with: tuple[tuple[str, Method], ...] = ()

    def __init__(
        self, *args: Any, method: Method, other_rates: Iterable[Decimal | None], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.method, self.other_rates = method, other_rates

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        for name, method in self.used_with:
            if self.method is not method:
                self.errors.pop(name, None)
                values[name] = self.initial.get(name)
        if ("hourly_rate", self.method) in self.used_with:
            self.ask_if_unlikely("hourly_rate", str(self.question), others=self.other_rates)
        return values


class TaskRowForm(RowForm):
    """A task and its price on this project."""

    question = _("%(amount)s is more than ten times what tasks have (%(usual)s). Is that right?")
    used_with = (("hourly_rate", Method.TASK_RATE), ("fixed_price", Method.FIXED_PRICE_TASKS))
    chosen = forms.BooleanField(required=False)
    is_billable = forms.BooleanField(label=_("Billable"), required=False)
    hourly_rate = AmountField(label=_("Hourly rate"), max_digits=8, required=False)
    fixed_price = AmountField(label=_("Fixed price"), required=False)

    def __init__(self, *args: Any, task: Task, **options: Any) -> None:
        super().__init__(*args, **options)
        self.task = task
        self.fields["chosen"].label = task.name

    def row(self) -> TaskRow:
        """Return the filled-in task."""
        values = {name: self.cleaned_data[name] for name in ("hourly_rate", "fixed_price")}
        return TaskRow(self.task, is_billable=self.cleaned_data["is_billable"], **values)


class MemberRowForm(RowForm):
    """An employee on the team and their rate on this project."""

    question = _(
        "%(amount)s is more than ten times what other employees have (%(usual)s). Is that right?"
    )
    used_with = (("hourly_rate", Method.EMPLOYEE_RATE),)
    chosen = forms.BooleanField(required=False)
    is_manager = forms.BooleanField(label=_("Project manager"), required=False)
    hourly_rate = AmountField(label=_("Hourly rate"), max_digits=8, required=False)

    def __init__(self, *args: Any, membership: Membership, **options: Any) -> None:
        super().__init__(*args, **options)
        self.membership = membership
        self.fields["chosen"].label = str(membership)

    def row(self) -> MemberRow:
        """Return the filled-in employee; managers belong to the team."""
        values = {name: self.cleaned_data[name] for name in ("hourly_rate", "is_manager")}
        return MemberRow(self.membership, **values)

    @property
    def is_on_team(self) -> bool:
        return any(self.cleaned_data[name] for name in ("chosen", "is_manager"))


class AddRowsForm(ShowsUnderstood, forms.Form):
    """What comes with the rows: one more task or employee, and those that a new project starts with
    and that have no row of their own.
    """

    add_task = PickerField(
        label=_("Add a task"), queryset=Task.objects.none(), required=False, source="active-tasks"
    )
    add_member = PickerField(
        label=_("Add an employee"),
        queryset=Membership.objects.none(),
        required=False,
        source="active-employees",
    )
    more_tasks = forms.BooleanField(required=False)
    more_members = forms.BooleanField(required=False)

    # Forms mix field classes; each has the attributes used below.
    fields: Any

    def __init__(self, data: QueryDict | None, *, organisation: Organisation, start: Start) -> None:
        super().__init__(data, initial={"more_tasks": True, "more_members": True})
        self.fields["add_task"].offer(active_tasks(organisation))
        self.fields["add_member"].offer(organisation.memberships.active())
        self.start = start
        for name, rows in (("more_tasks", start.tasks), ("more_members", start.members)):
            self.fields[name].label = _("And %(count)s more") % {"count": len(rows[MOST_ROWS:])}
            if not rows[MOST_ROWS:]:
                del self.fields[name]

    def task_rows(self) -> list[TaskRow]:
        """Return the tasks without a row on the form."""
        rows = self.start.tasks[MOST_ROWS:] if self.cleaned_data.get("more_tasks") else []
        added = self.cleaned_data.get("add_task")
        return [
            TaskRow(task, hourly_rate=None, fixed_price=None, is_billable=task.is_billable)
            for task in [*rows, *([added] if added else [])]
        ]

    def member_rows(self) -> list[MemberRow]:
        """Return the employees without a row on the form."""
        rows = self.start.members[MOST_ROWS:] if self.cleaned_data.get("more_members") else []
        added = self.cleaned_data.get("add_member")
        return [
            MemberRow(member, hourly_rate=None, is_manager=False)
            for member in [*rows, *([added] if added else [])]
        ]


def start_of(organisation: Organisation, project: Project) -> Start:
    """Return what a project starts with: the common tasks and all active employees, if it is new.

    Only the first rows are on the form.
    """
    if project.pk is not None:
        return Start([], [])
    tasks = active_tasks(organisation).filter(is_common=True)
    members = organisation.memberships.active().select_related("user")
    return Start(list(tasks), list(members))


def task_forms(
    data: QueryDict | None,
    *,
    organisation: Organisation,
    project: Project,
    method: Method,
    start: Start,
) -> list[TaskRowForm]:
    """Return a row for every task that the project has, starts with, or gets on this form."""
    stored = {row.task_id: row for row in ProjectTask.objects.filter(project=project.pk)}
    begun = [task.pk for task in start.tasks[:MOST_ROWS]]
    shown = {*stored, *begun, *_posted(data, "task")}
    rates = list(organisation.tasks.exclude(hourly_rate=None).values_list("hourly_rate", flat=True))
    return [
        TaskRowForm(
            data,
            prefix=f"task-{task.pk}",
            task=task,
            method=method,
            other_rates=rates,
            initial=_initial_of_task(task, stored.get(task.pk), is_chosen=task.pk in begun),
        )
        for task in organisation.tasks.filter(pk__in=shown)
        if task.is_active or task.pk in stored
    ]


def member_forms(
    data: QueryDict | None,
    *,
    organisation: Organisation,
    project: Project,
    method: Method,
    start: Start,
) -> list[MemberRowForm]:
    """Return a row for every employee whom the project has, starts with, or gets on this form."""
    stored = {row.membership_id: row for row in ProjectMember.objects.filter(project=project.pk)}
    managers = set(project.managers.values_list("pk", flat=True)) if project.pk else set()
    begun = [member.pk for member in start.members[:MOST_ROWS]]
    shown = {*stored, *managers, *begun, *_posted(data, "member")}
    people = organisation.memberships
    rates = list(people.exclude(hourly_rate=None).values_list("hourly_rate", flat=True))
    return [
        MemberRowForm(
            data,
            prefix=f"member-{member.pk}",
            membership=member,
            method=method,
            other_rates=rates,
            initial={
                "chosen": member.pk in stored or member.pk in begun,
                "is_manager": member.pk in managers,
                "hourly_rate": getattr(stored.get(member.pk), "hourly_rate", None),
            },
        )
        for member in people.filter(pk__in=shown).select_related("user")
        if member.is_active or member.pk in stored or member.pk in managers
    ]


def new_task_row(task: Task, *, method: Method) -> TaskRowForm:
    """Return the row of a task that is added to the form."""
    initial = _initial_of_task(task, None, is_chosen=True)
    return TaskRowForm(
        prefix=f"task-{task.pk}", task=task, method=method, other_rates=(), initial=initial
    )


def new_member_row(member: Membership, *, method: Method) -> MemberRowForm:
    """Return the row of an employee who is added to the form."""
    return MemberRowForm(
        prefix=f"member-{member.pk}",
        membership=member,
        method=method,
        other_rates=(),
        initial={"chosen": True},
    )


def _posted(data: QueryDict | None, kind: str) -> set[int]:
    """Return the ids of the rows that the form was sent with."""
    names = [name.split("-") for name in data or () if name.startswith(f"{kind}-")]
    return {chosen_id(parts[1]) for parts in names if len(parts) == 3}


def _initial_of_task(task: Task, row: ProjectTask | None, *, is_chosen: bool) -> dict[str, object]:
    if row is None:
        return {"chosen": is_chosen, "is_billable": task.is_billable}
    return {
        "chosen": True,
        "is_billable": row.is_billable,
        "hourly_rate": row.hourly_rate,
        "fixed_price": row.fixed_price,
    }
