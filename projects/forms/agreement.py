"""The whole form of a project: itself, its tasks, its team, and what it bills by agreement."""

from decimal import Decimal

from django.forms import BaseForm
from django.http import QueryDict

from accounts.models import Organisation
from lib.money import ZERO
from projects.editing import Agreement, open_instalments, settled_instalment_ids
from projects.models import Instalment, Method, Project, Subscription

from .project import ProjectForm
from .rows import member_forms, task_forms
from .scheduled_amounts import InstalmentFormSet, InstalmentRows, SubscriptionForm


class AgreementForm:
    """Several forms that are filled in, checked and stored as one."""

    def __init__(
        self, data: QueryDict | None, *, organisation: Organisation, project: Project
    ) -> None:
        self.is_bound = data is not None
        self.project = ProjectForm(data, instance=project, organisation=organisation)
        self.method = self.project.method
        self.tasks = task_forms(
            data, organisation=organisation, project=project, method=self.method
        )
        self.members = member_forms(
            data, organisation=organisation, project=project, method=self.method
        )
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
        """Everything that counts for the chosen method was filled in well."""
        # Every form is asked, so that all errors are shown at once.
        answers = [form.is_valid() for form in self._counting()]
        return self.is_bound and all(answers)

    @property
    def has_errors(self) -> bool:
        return self.is_bound and not self.is_valid()

    def agreement(self) -> Agreement:
        """What was filled in; after is_valid() only."""
        return Agreement(
            fields=self.project.agreed_fields(),
            tasks=[form.row() for form in self.tasks if form.cleaned_data["chosen"]],
            members=[form.row() for form in self.members if form.is_on_team],
            instalments=self.instalments.rows() if self.method is Method.INSTALMENTS else (),
            removed_instalments=self.instalments.removed()
            if self.method is Method.INSTALMENTS
            else (),
            subscription=self.subscription.cleaned_data
            if self.method is Method.SUBSCRIPTION
            else None,
        )

    def undivided(self) -> Decimal | None:
        """The agreed price less all instalments, zero when it fits; None when there is no price."""
        price = self.project.cleaned_data.get("fixed_price")
        if self.method is not Method.INSTALMENTS or price is None:
            return None
        return price - self.instalments.total() - self.settled_total()

    def settled_total(self) -> Decimal:
        """The sum of the instalments that were billed or written off."""
        return sum((instalment.amount for instalment in self.settled), ZERO)

    def _data_with(self, data: QueryDict | None, method: Method) -> QueryDict | None:
        """What was sent counts with this method only."""
        return data if self.method is method else None

    def _counting(self) -> list[BaseForm | InstalmentRows]:
        """The forms that count: ticked rows, and those of the chosen method."""
        special: dict[Method, list[BaseForm | InstalmentRows]] = {
            Method.INSTALMENTS: [self.instalments],
            Method.SUBSCRIPTION: [self.subscription],
        }
        return [self.project, *self.tasks, *self.members, *special.get(self.method, [])]


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
