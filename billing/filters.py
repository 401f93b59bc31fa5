"""What Unbilled is narrowed to; the choices live in the address."""

import calendar
import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.choices import offer
from accounts.models import Organisation
from customers.models import Customer
from projects.models import Method, Project, ProjectQuerySet

from .unbilled import Wish

UNTIL = [
    ("today", _("Until today")),
    ("last_month", _("Until the end of last month")),
    ("this_month", _("Until the end of this month")),
]
METHODS = [(method.value, method.label) for method in Method if method is not Method.NONE]
STATUSES = [("", _("Every status")), ("approved", _("Approved only"))]


class UnbilledForm(forms.Form):
    """Search, until when, which customers and methods, approved rows only or not."""

    q = forms.CharField(label=_("Search customer, project…"), required=False)
    until = forms.ChoiceField(label=_("Until"), choices=UNTIL, required=False)
    customer = forms.ModelMultipleChoiceField(
        label=_("Customer"), queryset=Customer.objects.none(), required=False
    )
    method = forms.MultipleChoiceField(label=_("Method"), choices=METHODS, required=False)
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES, required=False)

    def __init__(self, data: QueryDict, *, organisation: Organisation) -> None:
        shown = data.copy()
        shown.setdefault("until", "today")
        super().__init__(shown)
        self.organisation = organisation
        offer(self, "customer", organisation.customers.filter(projects__isnull=False).distinct())

    def wish(self, today: datetime.date) -> Wish:
        """What is asked for; without a valid choice everything until today."""
        chosen = self.cleaned_data if self.is_valid() else {}
        return Wish(
            until=last_day(chosen.get("until", ""), today=today),
            approved_only=chosen.get("status") == "approved",
        )

    def projects(self) -> ProjectQuerySet:
        """The projects that fit the search and the choices."""
        projects: ProjectQuerySet = Project.objects.filter(organisation=self.organisation)
        if not self.is_valid():
            return projects
        if text := self.cleaned_data["q"].strip():
            projects = projects.matching(text)
        if customers := self.cleaned_data["customer"]:
            projects = projects.filter(customer__in=customers)
        if methods := self.cleaned_data["method"]:
            projects = projects.filter(method__in=methods)
        return projects


def last_day(choice: str, *, today: datetime.date) -> datetime.date:
    """The day until which is billed."""
    match choice:
        case "last_month":
            return today.replace(day=1) - datetime.timedelta(days=1)
        case "this_month":
            return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    return today
