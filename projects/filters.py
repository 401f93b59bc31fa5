"""Filters for the lists of projects, tasks, categories and vehicles."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import (
    ChoiceFilter,
    FilterSet,
    MultipleChoiceFilter,
)

from accounts.models import Organisation
from customers.models import Customer
from lib.form_fields import LineFilter
from lib.picker_fields import SeveralPicker

from .models import Method, ProjectQuerySet
from .pickers import with_projects


class CatalogueFilter(FilterSet):
    """Filter on the name; inactive rows only if chosen."""

    q = LineFilter(label=_("Search name"), method="with_text")
    state = ChoiceFilter(
        label=_("Status"),
        empty_label=_("Active"),
        choices=[("inactive", _("Inactive")), ("all", _("All"))],
        method="as_is",
    )

    def with_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(name__icontains=value.strip())

    def as_is(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the filters; the state is active unless another one was chosen."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        return rows if state == "all" else rows.filter(is_active=state != "inactive")


class TaskFilter(CatalogueFilter):
    """Filter on name and code of a task."""

    q = LineFilter(label=_("Search name, code"), method="with_text")

    def with_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


class ProjectFilter(FilterSet):
    """Filter the projects of one organisation; archived projects only if chosen."""

    q = LineFilter(label=_("Search name, code, customer"), method="with_text")
    customer = SeveralPicker(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        distinct=False,
        source="project-customers",
    )
    method = MultipleChoiceFilter(label=_("Method"), choices=Method.choices)
    state = ChoiceFilter(
        label=_("Status"),
        empty_label=_("Active"),
        choices=[("archived", _("Archived")), ("all", _("All"))],
        method="as_is",
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["customer"].queryset = with_projects(organisation)

    def with_text(self, rows: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return rows.matching(value.strip())

    def as_is(self, rows: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return rows

    def filter_queryset(self, queryset: ProjectQuerySet) -> ProjectQuerySet:
        """Apply the filters; the state is active unless another one was chosen."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        return rows if state == "all" else rows.filter(is_archived=state == "archived")
