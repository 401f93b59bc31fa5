"""The choices of the dialog in which rows become invoices."""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import InvoiceDateField
from .lines import GROUPING_LABELS, Grouping
from .models import Origin
from .proposals import Options

PER = [("customer", _("Customer")), ("project", _("Project"))]


class InvoicingForm(forms.Form):
    """How rows become invoices; changing a choice shows the lines anew."""

    grouping = forms.ChoiceField(
        label=_("Lines"),
        choices=list(GROUPING_LABELS.items()),
        widget=forms.RadioSelect,
    )
    per = forms.ChoiceField(label=_("One invoice per"), choices=PER, widget=forms.RadioSelect)
    date = InvoiceDateField(
        label=_("Invoice date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def options(self, origin: Origin) -> Options:
        """The choices, once the form is valid."""
        return Options(
            origin=origin,
            grouping=Grouping(self.cleaned_data["grouping"]),
            per_project=self.cleaned_data["per"] == "project",
            date=self.cleaned_data["date"],
        )


def first_choices(today: datetime.date) -> dict[str, object]:
    """What the dialog opens with."""
    return {"grouping": Grouping.TASK.value, "per": "customer", "date": today.isoformat()}
