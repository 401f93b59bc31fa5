"""The choices of the dialog in which rows become invoices."""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from ..fields import InvoiceDateField, PercentField
from ..invoices.proposals import Options
from ..models import Origin
from ..unbilled.lines import GROUPING_LABELS, Grouping

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
    discount = PercentField(label=_("Discount"))
    with_week = forms.BooleanField(label=_("Week in the text"), required=False)
    with_specification = forms.BooleanField(label=_("Attach a time specification"), required=False)
    with_receipts = forms.BooleanField(label=_("Attach the receipts"), required=False)

    def options(self, origin: Origin) -> Options:
        """The choices, once the form is valid."""
        return Options(
            origin=origin,
            grouping=Grouping(self.cleaned_data["grouping"]),
            per_project=self.cleaned_data["per"] == "project",
            date=self.cleaned_data["date"],
            with_week=self.cleaned_data["with_week"],
            discount=self.cleaned_data["discount"],
            with_specification=self._attached("with_specification", origin),
            with_receipts=self._attached("with_receipts", origin),
        )

    def _attached(self, name: str, origin: Origin) -> bool:
        """Only what is made here can carry something along."""
        return origin == Origin.HERE and bool(self.cleaned_data[name])


def first_choices(today: datetime.date) -> dict[str, object]:
    """What the dialog opens with."""
    return {
        "grouping": Grouping.TASK.value,
        "per": "customer",
        "date": today.isoformat(),
        "discount": "0",
    }
