"""What the lists of projects can be narrowed to; the choices live in the address."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import (
    CharFilter,
    ChoiceFilter,
    FilterSet,
    MultipleChoiceFilter,
)

from accounts.models import Organisation
from customers.models import Customer
from lib.choices import Several

from .models import Method, ProjectQuerySet


class CatalogueFilter(FilterSet):
    """Active ones unless asked otherwise, with the text in their name."""

    q = CharFilter(label=_("Search name"), method="with_text")
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
        """What is asked for, of the active or the inactive ones."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        return rows if state == "all" else rows.filter(is_active=state != "inactive")


class TaskFilter(CatalogueFilter):
    """Tasks also by their code."""

    q = CharFilter(label=_("Search name, code"), method="with_text")

    def with_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


class ProjectFilter(FilterSet):
    """Projects of one organisation; the archived ones only when asked for."""

    q = CharFilter(label=_("Search name, code, customer"), method="with_text")
    customer = Several(label=_("Customer"), queryset=Customer.objects.none())
    method = MultipleChoiceFilter(label=_("Method"), choices=Method.choices)
    state = ChoiceFilter(
        label=_("Status"),
        empty_label=_("Active"),
        choices=[("archived", _("Archived")), ("all", _("All"))],
        method="as_is",
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        with_projects = organisation.projects.values("customer")
        self.filters["customer"].queryset = organisation.customers.filter(pk__in=with_projects)

    def with_text(self, rows: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return rows.matching(value.strip())

    def as_is(self, rows: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return rows

    def filter_queryset(self, queryset: ProjectQuerySet) -> ProjectQuerySet:
        """What is asked for, of the active or the archived ones."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        return rows if state == "all" else rows.filter(is_archived=state == "archived")
