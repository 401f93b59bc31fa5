"""What the list of customers and the rows of an import are narrowed to, read from the address."""

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

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
    """Name, number or city; the archived ones only when asked for."""

    q = django_filters.CharFilter(label=_("Search name, number, city…"), method="with_text")
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
        method="known_there",
    )

    class Meta:
        model = Customer
        fields = ()

    def with_text(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows.matching(value.strip())

    def as_is(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows

    def known_there(self, rows: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        return rows.filter(remote_id__isnull=value == "no")

    def filter_queryset(self, queryset: CustomerQuerySet) -> CustomerQuerySet:
        """What is asked for, of the active or the archived ones."""
        rows = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        if state == "all":
            return rows
        return rows.archived() if state == "archived" else rows.active()


class ImportRowFilter(django_filters.FilterSet):
    """The rows of an import with some outcomes, or about some relation."""

    q = django_filters.CharFilter(label=_("Search number, name…"), method="with_text")
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
