"""Filters of the overviews, read from the query string; the default period is this month."""

import datetime
from collections.abc import Callable
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from customers.models import Customer
from lib import choices
from lib.folding import Folded, fold
from lib.form_fields import DayFilter, LineFilter
from lib.picker_fields import SeveralPicker
from projects.models import ExpenseCategory, Project, Task, Vehicle

from .. import periods, pickers
from ..models import UNSETTLED_STATUSES, RegistrationQuerySet, Status, TripKind

NOT_INVOICED = "not_invoiced"
YES_OR_NO = (("", _("All")), ("yes", _("Billable")), ("no", _("Not billable")))


class ByRows(filters.ModelMultipleChoiceFilter):
    """Filter by one or more rows of the organisation, which the filter set sets."""

    def __init__(
        self, *, field_name: str, label: str | Promise, model: type[Any], **options: Any
    ) -> None:
        super().__init__(
            field_name=field_name,
            label=label,
            queryset=model.objects.none(),
            distinct=False,
            **options,
        )

    def filter(self, rows: QuerySet[Any], value: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(**{f"{self.field_name}__in": list(value)}) if value else rows


class Several(ByRows, choices.Several):
    """Filter by rows of a small catalogue, which the menu lists."""


class Picked(ByRows, SeveralPicker):
    """Filter by rows that the menu fetches."""


class RegistrationFilter(filters.FilterSet):
    """The filters that the three overviews share; `today` determines the periods."""

    q = LineFilter(method="with_text", label=_("Search description, project…"))
    period = filters.ChoiceFilter(
        label=_("Period"),
        choices=periods.CHOICES,
        method="in_period",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    since = DayFilter(label=_("From"), method="keep_all")
    until = DayFilter(label=_("Until"), method="keep_all")
    customer = Picked(
        field_name="project__customer",
        label=_("Customer"),
        model=Customer,
        source="filter-customers",
    )
    project = Picked(
        field_name="project", label=_("Project"), model=Project, source="filter-projects"
    )
    employee = Picked(
        field_name="membership", label=_("Employee"), model=Membership, source="filter-employees"
    )
    status = filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=((NOT_INVOICED, _("not invoiced")), *Status.choices),
        method="with_status",
    )
    billable = filters.ChoiceFilter(
        label=_("Billable"),
        choices=YES_OR_NO[1:],
        method="with_billable",
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )
    # The filter of a related row that only this kind has.
    special = ""

    def __init__(
        self,
        query: QueryDict,
        rows: RegistrationQuerySet,
        *,
        membership: Membership,
        today: datetime.date,
    ) -> None:
        data = query.copy()
        data.setdefault("period", periods.DEFAULT)
        super().__init__(data, rows)
        self.today = today
        self.organisation = membership.organisation
        self.filters["customer"].queryset = pickers.filter_customers(membership)
        self.filters["project"].queryset = pickers.filter_projects(membership)
        self.filters["employee"].queryset = pickers.filter_employees(membership)
        if self.special in RELATED:
            self.filters[self.special].queryset = RELATED[self.special](membership)

    @property
    def rows(self) -> RegistrationQuerySet:
        """The filtered rows; none if the query string has an invalid filter."""
        return self.qs if self.is_valid() else self.queryset.none()

    @property
    def period_chosen(self) -> periods.Period:
        """The chosen days; both ends may be open."""
        cleaned = self.form.cleaned_data
        if cleaned.get("period") == "custom":
            return periods.Period(cleaned.get("since"), cleaned.get("until"))
        return periods.named(cleaned.get("period", ""), today=self.today)

    def in_period(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        period = self.period_chosen
        if period.first:
            rows = rows.filter(date__gte=period.first)
        return rows.filter(date__lte=period.last) if period.last else rows

    def keep_all(self, rows: QuerySet[Any], _name: str, _value: object) -> QuerySet[Any]:
        """Do nothing: `in_period` reads this field."""
        return rows

    def with_text(self, rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """Filter on a part of the description, of project or customer, or of an invoice number.

        Capitals and accents make no difference, as in the pickers.
        Each part is a query of its own, because no index serves them together.
        """
        mine = rows.model.objects.filter(organisation=self.organisation).order_by().values("pk")
        wanted = fold(text)
        projects = self.organisation.projects.alias(
            folded=Folded("name"), folded_customer=Folded("customer__name")
        ).filter(Q(folded__contains=wanted) | Q(folded_customer__contains=wanted))
        found = mine.alias(folded=Folded("description")).filter(folded__contains=wanted)
        if ids := list(projects.order_by().values_list("pk", flat=True)):
            found = found.union(mine.filter(project__in=ids))
        invoices = self.organisation.invoices.filter(number__icontains=text)
        if invoices.exists():
            found = found.union(mine.filter(invoice_line__invoice__in=invoices.order_by()))
        return rows.filter(pk__in=found)

    def with_status(self, rows: QuerySet[Any], _name: str, chosen: list[str]) -> QuerySet[Any]:
        if not chosen:
            return rows
        condition = Q(status__in=[status for status in chosen if status != NOT_INVOICED])
        if NOT_INVOICED in chosen:
            condition |= Q(status__in=UNSETTLED_STATUSES)
        return rows.filter(condition)

    def with_billable(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_billable=value == "yes")


class TimeEntryFilter(RegistrationFilter):
    """The filters of hours, with the task."""

    task = Picked(field_name="task", label=_("Task"), model=Task, source="filter-tasks")
    special = "task"


class ExpenseFilter(RegistrationFilter):
    """The filters of expenses, with the category."""

    category = Several(field_name="category", label=_("Category"), model=ExpenseCategory)
    special = "category"


class TripFilter(RegistrationFilter):
    """The filters of trips, with the vehicle and the type."""

    vehicle = Several(field_name="vehicle", label=_("Vehicle"), model=Vehicle)
    kind = filters.MultipleChoiceFilter(label=_("Type"), choices=TripKind.choices)
    special = "vehicle"


RELATED: dict[str, Callable[[Membership], QuerySet[Any]]] = {
    "task": pickers.filter_tasks,
    "category": lambda membership: membership.organisation.expense_categories.all(),
    "vehicle": lambda membership: membership.organisation.vehicles.all(),
}
