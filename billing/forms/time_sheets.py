"""The form of a time sheet: whose hours, of which days, and what is shown of them."""

import datetime
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Membership
from customers.models import Customer
from lib.form_fields import DayField
from projects.models import Project
from registrations.models import RegistrationQuerySet

from ..documents.time_sheet import COLUMNS, TimeSheet

USUAL = ("employee", "task", "description")
# With more projects the sheet has all of them; a filter of Overview makes them fewer.
MOST_PROJECTS = 30


class TimeSheetForm(forms.Form):
    """The choices of a time sheet of these hours."""

    addressee = forms.ChoiceField(label=gettext_lazy("Customer"))
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until"))
    projects = forms.MultipleChoiceField(
        label=gettext_lazy("Projects"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns, besides date and hours"),
        choices=COLUMNS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language)
    with_amounts = forms.BooleanField(label=gettext_lazy("Show amounts"), required=False)
    with_signature = forms.BooleanField(label=gettext_lazy("Places to sign"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        rows: RegistrationQuerySet,
        by: Membership,
        today: datetime.date,
        wanted: str = "",
    ) -> None:
        self.rows, self.by = rows.order_by(), by
        pairs = list(
            self.rows.values_list(
                "project", "project__name", "project__customer", "project__customer__name"
            ).distinct()
        )
        self.names = {str(pk): name for _p, _n, pk, name in pairs}
        asked = str((data or {}).get("addressee", wanted))
        first = min(self.names, key=lambda pk: self.names[pk].lower(), default="")
        self.chosen = asked if asked in self.names else first
        super().__init__(data, initial=self._initial(today), auto_id="sheet_%s")
        cast(forms.ChoiceField, self.fields["addressee"]).choices = _by_name(self.names.items())
        self._offer_projects(pairs)
        if not by.sees_amounts:
            del self.fields["with_amounts"]

    def _initial(self, today: datetime.date) -> dict[str, Any]:
        customers = Customer.objects.select_related("organisation")
        customer = customers.filter(pk=self.chosen or 0).first()
        rows = self.rows.filter(project__customer=self.chosen or 0)
        days = rows.order_by("date").values_list("date", flat=True)
        return {
            "addressee": self.chosen,
            "since": days.first() or today,
            "until": days.last() or today,
            "columns": USUAL,
            "language": customer.document_language if customer else Language.DUTCH,
            "with_signature": True,
        }

    def _offer_projects(self, pairs: list[tuple[Any, ...]]) -> None:
        """Let the user leave out projects, if there are several and not too many."""
        shown = [(str(pk), name) for pk, name, of, _of in pairs if str(of) == self.chosen]
        if not 1 < len(shown) <= MOST_PROJECTS:
            del self.fields["projects"]
            return
        field = cast(forms.MultipleChoiceField, self.fields["projects"])
        field.choices = _by_name(shown)
        self.initial["projects"] = [pk for pk, _name in shown]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the start."))
        if not self.errors and not self._chosen(cleaned).exists():
            self.add_error(
                "since", _("There are no hours of this customer in this period. Choose others.")
            )
        return cleaned

    def _chosen(self, cleaned: dict[str, Any]) -> RegistrationQuerySet:
        rows = self.rows.filter(
            project__customer=cleaned["addressee"],
            date__gte=cleaned["since"],
            date__lte=cleaned["until"],
        )
        if "projects" in self.fields:
            owned = Project.objects.filter(pk__in=cleaned["projects"])
            rows = rows.filter(project__in=owned)
        return rows

    def sheet(self) -> TimeSheet:
        """Return what was asked; only after is_valid()."""
        cleaned = self.cleaned_data
        customers = Customer.objects.select_related("organisation")
        return TimeSheet(
            customer=customers.get(pk=cleaned["addressee"], organisation=self.by.organisation_id),
            rows=self._chosen(cleaned),
            first=cleaned["since"],
            last=cleaned["until"],
            by=self.by,
            columns=tuple(name for name in COLUMNS if name in cleaned["columns"]),
            with_amounts=bool(cleaned.get("with_amounts")),
            with_signature=cleaned["with_signature"],
        )


def _by_name(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda one: one[1].lower())
