"""The filters of Unbilled, read from the query string."""

import calendar
import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from customers.models import Customer
from lib.choices import offer
from lib.form_fields import LineField
from lib.picker_fields import SeveralPickerField
from projects.models import Method, Project, ProjectQuerySet
from projects.pickers import with_projects

from ..fields import InvoiceFilterDayField
from ..pickers import billed_projects, project_managers
from ..unbilled import UnbilledFilter

PERIODS = [
    ("today", _("Until today")),
    ("last_month", _("Until the end of last month")),
    ("this_month", _("Until the end of this month")),
    ("custom", _("From … until …")),
]
METHODS = [(method.value, method.label) for method in Method if method is not Method.NONE]
STATUSES = [("", _("Every status")), ("approved", _("Approved only"))]


class UnbilledForm(forms.Form):
    """Filter on text, period, customers, projects, methods, managers and approval.

    `today` determines the periods; both ends of a custom period may be open.
    """

    q = LineField(label=_("Search customer, project…"), required=False)
    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = InvoiceFilterDayField(label=_("From"), required=False)
    until = InvoiceFilterDayField(label=_("Until"), required=False)
    customer = SeveralPickerField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        source="unbilled-customers",
    )
    project = SeveralPickerField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        source="unbilled-projects",
    )
    method = forms.MultipleChoiceField(label=_("Method"), choices=METHODS, required=False)
    manager = SeveralPickerField(
        label=_("Project manager"),
        queryset=Membership.objects.none(),
        required=False,
        source="unbilled-managers",
    )
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES, required=False)

    def __init__(
        self, data: QueryDict, *, organisation: Organisation, today: datetime.date
    ) -> None:
        shown = data.copy()
        shown.setdefault("period", "today")
        super().__init__(shown)
        self.organisation, self.today = organisation, today
        offer(self, "customer", with_projects(organisation))
        offer(self, "project", billed_projects(organisation))
        offer(self, "manager", project_managers(organisation))

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if cleaned.get("period") == "custom" and since and until and since > until:
            self.add_error("until", _("“Until” is before “from”. Choose a later day."))
        return cleaned

    def unbilled_filter(self) -> UnbilledFilter:
        """Return the filter on days and rows; everything until today without a valid choice."""
        chosen = self.cleaned_data if self.is_valid() else {}
        period, approved_only = chosen.get("period", ""), chosen.get("status") == "approved"
        if period == "custom":
            until = chosen["until"] or self.today
            return UnbilledFilter(until, approved_only=approved_only, since=chosen["since"])
        return UnbilledFilter(last_day(period, today=self.today), approved_only=approved_only)

    def projects(self) -> ProjectQuerySet:
        """Return the projects that match the filters; none if a choice is invalid."""
        projects: ProjectQuerySet = Project.objects.filter(organisation=self.organisation)
        if not self.is_valid():
            return projects.none()
        chosen = self.cleaned_data
        if text := chosen["q"].strip():
            projects = projects.matching(text)
        if managers := chosen["manager"]:
            managed = Project.managers.through.objects.filter(membership__in=managers)
            projects = projects.filter(pk__in=managed.values("project"))
        for name, column in (("customer", "customer"), ("project", "pk"), ("method", "method")):
            if values := chosen[name]:
                projects = projects.filter(**{f"{column}__in": values})
        return projects


def last_day(choice: str, *, today: datetime.date) -> datetime.date:
    """Return the last day of the period."""
    match choice:
        case "last_month":
            return today.replace(day=1) - datetime.timedelta(days=1)
        case "this_month":
            return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    return today
