"""Forms of the daily check: the period, the filter of differences, and a note."""

import datetime
from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from lib.form_fields import LineFilter, MultilineField

from ..fields import InvoiceDateField
from ..models import Difference, DifferenceKind
from ..models.reconciliation import DifferenceQuerySet

MOST_DAYS = 366
SHOWN = [
    ("new", _("Action required")),
    ("reviewed", _("Reviewed")),
    ("gone", _("Resolved")),
    ("all", _("All")),
]


class CheckForm(forms.Form):
    """The period of a check: the dates of documents, both days included."""

    since = InvoiceDateField(label=_("From"))
    until = InvoiceDateField(label=_("Until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first. Choose a later one."))
        elif since and until and until - since >= datetime.timedelta(days=MOST_DAYS):
            text = _("This is more than a year. Check it in parts of at most %(count)d days.")
            self.add_error("until", text % {"count": MOST_DAYS})
        return cleaned


class ReviewForm(forms.Form):
    """The note of a review, for later readers."""

    note = MultilineField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("What the difference is, or what you do about it."),
    )


class DifferenceFilter(filters.FilterSet):
    """Filter by number, kind and review; by default the open differences."""

    q = LineFilter(label=_("Search number…"), field_name="number", lookup_expr="icontains")
    kind = filters.MultipleChoiceFilter(
        label=_("Kind"), choices=DifferenceKind, widget=forms.CheckboxSelectMultiple
    )
    show = filters.ChoiceFilter(
        label=_("Status"),
        choices=SHOWN,
        empty_label=_("Not resolved"),
        method="as_is",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Difference
        fields = ()

    def as_is(self, rows: DifferenceQuerySet, name: str, value: str) -> DifferenceQuerySet:
        return rows

    def filter_queryset(self, queryset: DifferenceQuerySet) -> DifferenceQuerySet:
        """The filtered differences; only open ones unless others are chosen."""
        rows: DifferenceQuerySet = super().filter_queryset(queryset)
        match self.form.cleaned_data.get("show"):
            case "new":
                return rows.needs_attention()
            case "reviewed":
                return rows.open().exclude(reviewed_at=None)
            case "gone":
                return rows.exclude(resolved_at=None)
            case "all":
                return rows
        return rows.open()
