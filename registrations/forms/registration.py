"""What the three forms of Register share: customer, project, day and description."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from customers.models import Customer
from lib.form_fields import DayField
from lib.formats import day as shown_day
from lib.picker_fields import PickerField
from lib.questions import AsksQuestions
from lib.text import fill
from lib.understanding import ShowsUnderstood
from projects.models import Project

from .. import rules
from ..bookable import bookable_projects, customers_of
from ..models import Registration


class RegistrationForm(AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]
    """Customer, project, day and description, with the choices of the organisation.

    The customer only filters the projects. The form refuses what the rules refuse, and then asks
    about what is unlikely; saving applies the rules again, under a lock.
    """

    # The page of Register that this form is on: it names the sources of the pickers.
    page = ""

    customer = PickerField(label=_("Customer"), queryset=Customer.objects.none(), required=False)

    # Forms mix field classes; each has the attributes used below.
    fields: Any
    instance: Any

    class Meta:
        model: type[Any] = Registration
        fields: tuple[str, ...] = ("project", "date", "description")
        field_classes: dict[str, Any] = {"date": DayField, "project": PickerField}
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
        self.offer_choices()

    def offer_choices(self) -> None:
        """Let the form choose what can be registered on, and what the row has."""
        customer, project = self.fields["customer"], self.fields["project"]
        customer.source_key, project.source_key = f"{self.page}-customers", f"{self.page}-projects"
        project.error_messages["required"] = _("Choose a project.")
        projects = bookable_projects(self.organisation, self.instance.membership)
        kept = Q(pk=self.instance.project_id) if self.instance.project_id else Q()
        project.offer(self.organisation.projects.filter(Q(pk__in=projects) | kept), among=projects)
        customer.offer(customers_of(self.organisation, project.queryset))
        self._projects = projects
        self.chosen = project.row_meant(self["project"].value())
        if self.chosen:
            self.initial["customer"] = self.chosen.customer_id
            customer.remember(self.chosen.customer)

    @cached_property
    def has_projects(self) -> bool:
        """Whether there is a project to register on, or the row has one already."""
        return bool(self.chosen) or self._projects.exists()

    def hidden_projects(self) -> list[Project]:
        """Return some active projects that cannot be chosen, because they have no task."""
        return []

    def ask_questions(self) -> None:
        """Ask about what is allowed and yet unlikely."""
        day = self.instance.date
        if day > timezone.localdate() and day != self.stored_day:
            text = gettext("%(day)s is in the future. Is that right?") % {"day": shown_day(day)}
            self.ask("date", text)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError at the project if it is of another customer than the chosen one."""
        cleaned = super().clean() or {}
        customer, project = cleaned.get("customer"), cleaned.get("project")
        self._ask_for_project(cleaned)
        if customer and project and project.customer_id != customer.pk:
            text = gettext(
                "%(project)s is a project of %(its)s, not of %(customer)s. Choose another one."
            )
            told = {"project": project, "its": project.customer, "customer": customer}
            self.add_error("project", fill(text, told))
        return cleaned

    def may_lack_project(self, cleaned: dict[str, Any]) -> bool:
        """Return True if what was typed needs no project, because it is not billed."""
        return not cleaned.get("is_billable")

    def _ask_for_project(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("project") or not {"project", "is_billable"} <= self.fields.keys():
            return
        if "project" not in self.errors and not self.may_lack_project(cleaned):
            self.add_error("project", rules.no_project())

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out what a picker has read: the model would ask for each row again."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {
            name for name, field in self.fields.items() if isinstance(field, PickerField)
        }

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

    def _day(self) -> datetime.date:
        """Return the day on the form; today as long as there is none."""
        try:
            day = self.fields["date"].to_python(self["date"].value())
        except ValidationError:
            day = None
        return day or timezone.localdate()
