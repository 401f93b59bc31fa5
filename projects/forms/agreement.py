"""The whole form of a project: the project, its tasks, its team and its scheduled amounts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.forms import BaseForm
from django.http import QueryDict

from accounts.models import Organisation
from lib.money import ZERO
from projects.editing import (
    Agreement,
    MemberRow,
    TaskRow,
    open_instalments,
    settled_instalment_ids,
)
from projects.models import Instalment, Method, Project, Subscription

from .project import ProjectForm
from .row_changes import row_changes
from .rows import AddRowsForm, member_forms, start_of, task_forms
from .scheduled_amounts import InstalmentFormSet, InstalmentRows, SubscriptionForm


class AgreementForm:
    """The forms of a project, which are filled in, checked and stored together."""

    def __init__(
        self, data: QueryDict | None, *, organisation: Organisation, project: Project
    ) -> None:
        self.is_bound = data is not None
        self.project = ProjectForm(data, instance=project, organisation=organisation)
        self.method = self.project.method
        start = start_of(organisation, project)
        self.adding = AddRowsForm(data, organisation=organisation, start=start)
        about: dict[str, Any] = {
            "organisation": organisation,
            "project": project,
            "method": self.method,
            "start": start,
        }
        self.tasks = task_forms(data, **about)
        self.members = member_forms(data, **about)
        self.has_tasks = bool(self.tasks) or organisation.tasks.filter(is_active=True).exists()
        self.settled = _settled_instalments(project)
        self.instalments = _instalment_forms(
            self._data_with(data, Method.INSTALMENTS), project, has_settled=bool(self.settled)
        )
        self.subscription = SubscriptionForm(
            self._data_with(data, Method.SUBSCRIPTION),
            prefix="subscription",
            instance=Subscription.objects.filter(project=project.pk).first() or Subscription(),
            organisation=organisation,
        )

    def is_valid(self) -> bool:
        """Return True if all forms of the chosen method are valid."""
        # Validate every form, so that all errors are shown together.
        answers = [form.is_valid() for form in self._applicable_forms()]
        return self.is_bound and all(answers)

    @property
    def has_errors(self) -> bool:
        return self.is_bound and not self.is_valid()

    def all_forms(self) -> list[BaseForm]:
        """Return every form, one by one."""
        rows = [*self.tasks, *self.members, self.adding]
        return [self.project, *rows, *self.instalments, self.subscription]

    def agreement(self) -> Agreement:
        """Return the contents of the form; only after is_valid()."""
        agreement = Agreement(
            fields=self.project.agreed_fields(),
            tasks=self._task_rows(),
            members=self._member_rows(),
            instalments=self.instalments.rows() if self.method is Method.INSTALMENTS else (),
            removed_instalments=self.instalments.removed()
            if self.method is Method.INSTALMENTS
            else (),
            subscription=self.subscription.cleaned_data
            if self.method is Method.SUBSCRIPTION
            else None,
        )
        changes = row_changes(
            agreement,
            is_new=self.project.instance.pk is None,
            tasks=self.tasks,
            members=self.members,
            instalments=self.instalments.initial or (),
            subscription=self.subscription.instance,
        )
        return replace(agreement, row_changes=changes)

    def _task_rows(self) -> list[TaskRow]:
        rows = [form.row() for form in self.tasks if form.cleaned_data["chosen"]]
        known = {row.task.pk for row in rows}
        return rows + [row for row in self.adding.task_rows() if row.task.pk not in known]

    def _member_rows(self) -> list[MemberRow]:
        rows = [form.row() for form in self.members if form.is_on_team]
        known = {row.membership.pk for row in rows}
        return rows + [row for row in self.adding.member_rows() if row.membership.pk not in known]

    def undivided(self) -> Decimal | None:
        """Return the agreed price minus all instalments; None without a price."""
        price = self.project.cleaned_data.get("fixed_price")
        if self.method is not Method.INSTALMENTS or price is None:
            return None
        return price - self.instalments.total() - self.settled_total()

    def settled_total(self) -> Decimal:
        """Return the sum of the instalments that were billed or written off."""
        return sum((instalment.amount for instalment in self.settled), ZERO)

    def _data_with(self, data: QueryDict | None, method: Method) -> QueryDict | None:
        """Return the posted data if this method was chosen."""
        return data if self.method is method else None

    def _applicable_forms(self) -> list[BaseForm | InstalmentRows]:
        """Return the forms that apply: project, tasks, members, and those of the chosen method."""
        special: dict[Method, list[BaseForm | InstalmentRows]] = {
            Method.INSTALMENTS: [self.instalments],
            Method.SUBSCRIPTION: [self.subscription],
        }
        rows = [*self.tasks, *self.members, self.adding]
        return [self.project, *rows, *special.get(self.method, [])]


def _settled_instalments(project: Project) -> list[Instalment]:
    if project.pk is None:
        return []
    return list(project.instalments.filter(pk__in=settled_instalment_ids(project)))


def _instalment_forms(
    data: QueryDict | None, project: Project, *, has_settled: bool
) -> InstalmentRows:
    rows = open_instalments(project) if project.pk else Instalment.objects.none()
    initial = list(rows.values("pk", "description", "date", "amount"))
    return InstalmentFormSet(
        data,
        prefix="instalment",
        initial=initial,
        open_ids={row["pk"] for row in initial},
        has_settled=has_settled,
    )
