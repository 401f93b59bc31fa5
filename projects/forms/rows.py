"""Rows on the form of a project: its tasks and its team. Every row is a separate form."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from lib.amounts import AmountField
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood
from projects.editing import MemberRow, TaskRow
from projects.models import Method, Project, ProjectMember, ProjectTask, Task


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


def task_forms(
    data: QueryDict | None, *, organisation: Organisation, project: Project, method: Method
) -> list[TaskRowForm]:
    """Return a row for every task that is active or on the project.

    New projects start with the common tasks.
    """
    stored = {row.task_id: row for row in ProjectTask.objects.filter(project=project.pk)}
    tasks = [task for task in organisation.tasks.all() if task.is_active or task.pk in stored]
    return [
        TaskRowForm(
            data,
            prefix=f"task-{task.pk}",
            task=task,
            method=method,
            other_rates=[one.hourly_rate for one in tasks],
            initial=_initial_of_task(task, stored.get(task.pk), is_new=project.pk is None),
        )
        for task in tasks
    ]


def member_forms(
    data: QueryDict | None, *, organisation: Organisation, project: Project, method: Method
) -> list[MemberRowForm]:
    """Return a row for every member who is active or on the project.

    New projects start with all active members.
    """
    stored = {row.membership_id: row for row in ProjectMember.objects.filter(project=project.pk)}
    managers = set(project.managers.values_list("pk", flat=True)) if project.pk else set()
    members = [
        member
        for member in organisation.memberships.select_related("user")
        if member.is_active or member.pk in stored or member.pk in managers
    ]
    return [
        MemberRowForm(
            data,
            prefix=f"member-{member.pk}",
            membership=member,
            method=method,
            other_rates=[one.hourly_rate for one in members],
            initial={
                "chosen": project.pk is None or member.pk in stored,
                "is_manager": member.pk in managers,
                "hourly_rate": getattr(stored.get(member.pk), "hourly_rate", None),
            },
        )
        for member in members
    ]


def _initial_of_task(task: Task, row: ProjectTask | None, *, is_new: bool) -> dict[str, object]:
    if row is None:
        return {"chosen": is_new and task.is_common, "is_billable": task.is_billable}
    return {
        "chosen": True,
        "is_billable": row.is_billable,
        "hourly_rate": row.hourly_rate,
        "fixed_price": row.fixed_price,
    }
