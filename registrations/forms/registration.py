"""What the three forms of Register share: customer, project, day and description."""

import datetime
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from customers.models import Customer
from lib.choices import chosen_id, offer
from lib.form_fields import DayField
from lib.formats import day as shown_day
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood
from projects.models import Project

from .. import rules
from ..models import Registration

Choices = list[tuple[object, object]]
ACTIVE = Q(is_archived=False, customer__archived_at=None)


class RegistrationForm(AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]
    """Customer, project, day and description, with the choices of the organisation.

    The customer only filters the projects. The form refuses what the rules refuse, and then asks
    about what is unlikely; saving applies the rules again, under a lock.
    """

    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Customer.objects.none(), required=False
    )

    # Forms mix field classes; each has the attributes used below.
    fields: Any
    instance: Any

    class Meta:
        model: type[Any] = Registration
        fields: tuple[str, ...] = ("project", "date", "description")
        field_classes = {"date": DayField}
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        by: Membership | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.by = organisation, by
        self.stored_day = None if self.instance._state.adding else self.instance.date
        self.chosen = self._chosen_project()
        projects = self.offered_projects().select_related("customer")
        customers = organisation.customers.filter(projects__in=projects).distinct()
        offer(self, "customer", customers, empty=_("Which customer?"))
        offer(self, "project", projects)
        offered = list(projects)
        self.has_projects = bool(offered)
        self.fields["project"].choices = _by_customer(self._shown(offered))
        self.fields["project"].error_messages["required"] = _("Choose a project.")
        if self.chosen:
            self.initial["customer"] = self.chosen.customer_id

    def offered_projects(self) -> QuerySet[Project]:
        """Return the active projects and the one that the registration has."""
        return self.organisation.projects.filter(ACTIVE | Q(pk=self.instance.project_id))

    def hidden_projects(self) -> list[Project]:
        """Return some active projects that cannot be chosen, because they have no task."""
        return []

    def ask_questions(self) -> None:
        """Ask about what is allowed and yet unlikely."""
        day = self.instance.date
        if day > timezone.localdate() and day != self.stored_day:
            text = gettext("%(day)s is in the future. Is that right?") % {"day": shown_day(day)}
            self.ask("date", text)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which has no type
        if self.errors:
            return
        try:
            rules.check(self.instance)
        except ValidationError as error:
            self.add_error(None, error)
        else:
            self.ask_questions()

    def _chosen_project(self) -> Project | None:
        pk = chosen_id(str(self["project"].value() or ""))
        return self.organisation.projects.filter(pk=pk).select_related("customer").first()

    def _shown(self, projects: Iterable[Project]) -> list[Project]:
        """Return the projects of the customer; of all customers as long as none is chosen."""
        customer = self.chosen.customer_id if self.chosen else self["customer"].value()
        rows = sorted(projects, key=lambda row: (row.customer.name.lower(), row.name.lower()))
        return [row for row in rows if not customer or str(row.customer_id) == str(customer)]

    def _day(self) -> datetime.date:
        """Return the day on the form; today as long as there is none."""
        try:
            day = self.fields["date"].to_python(self["date"].value())
        except ValidationError:
            day = None
        return day or timezone.localdate()


def _by_customer(projects: list[Project]) -> Choices:
    groups = groupby(projects, key=lambda project: project.customer)
    options = [(str(customer), [(row.pk, str(row)) for row in rows]) for customer, rows in groups]
    flat = options[0][1] if len(options) == 1 else options
    return [("", _("Which project?")), *flat]
