"""Filters and sort orders for customers and for the rows of an import."""

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from lib.form_fields import LineFilter
from lib.paging import Orders

from .models import Customer, CustomerQuerySet, ImportOutcome, ImportRow

ORDERS: Orders = {
    "name": (Lower("name"),),
    "number": (Lower("number"),),
    "city": (Lower("city"),),
    "email": (Lower("email"),),
    "known": (F("remote_id"),),
}


class CustomerFilter(django_filters.FilterSet):
    """Filter on name, number or city; archived customers only if chosen."""

    q = LineFilter(label=_("Search name, number, city…"), method="with_text")
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        empty_label=_("Active"),
        choices=[("archived", _("Archived")), ("all", _("All"))],
        method="as_is",
    )
    known = django_filters.ChoiceFilter(
        label=_("In e-Boekhouden"),
        empty_label=_("All"),
        choices=[("yes", _("Known")), ("no", _("Not yet"))],
        method="in_eboekhouden",
    )

    class Meta:
        model = Customer
        fields = ()

    def with_text(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows.matching(value.strip())

    def as_is(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows

    def in_eboekhouden(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows.filter(remote_id__isnull=value == "no")

    def filter_queryset(self, queryset: CustomerQuerySet) -> CustomerQuerySet:
        """Apply the filters; the state is active unless another one was chosen."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        if state == "all":
            return rows
        return rows.archived() if state == "archived" else rows.active()


class ImportRowFilter(django_filters.FilterSet):
    """Filter the rows of an import on outcome, relation and remarks."""

    q = LineFilter(label=_("Search number, name…"), method="with_text")
    outcome = django_filters.MultipleChoiceFilter(
        label=_("Outcome"), choices=ImportOutcome, widget=forms.CheckboxSelectMultiple
    )
    said = django_filters.ChoiceFilter(
        label=_("Remarks"),
        empty_label=_("All"),
        choices=[("yes", _("With a remark"))],
        method="with_remark",
    )

    class Meta:
        model = ImportRow
        fields = ()

    def with_text(self, rows: QuerySet[ImportRow], name: str, value: str) -> QuerySet[ImportRow]:
        return rows.filter(number__icontains=value.strip()) | rows.filter(
            name__icontains=value.strip()
        )

    def with_remark(self, rows: QuerySet[ImportRow], name: str, value: str) -> QuerySet[ImportRow]:
        return rows.exclude(reason="")
