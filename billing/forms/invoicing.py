"""The options of the dialog that makes invoices of rows."""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from ..fields import InvoiceDateField, PercentField
from ..invoices.proposals import Options
from ..models import Origin
from ..unbilled.lines import GROUPING_LABELS, Grouping

PER = [("customer", _("Customer")), ("project", _("Project"))]


class InvoicingForm(forms.Form):
    """The options for making invoices; the dialog shows the lines again after a change."""

    grouping = forms.ChoiceField(
        label=_("Lines"),
        choices=list(GROUPING_LABELS.items()),
        widget=forms.RadioSelect,
    )
    per = forms.ChoiceField(label=_("One invoice per"), choices=PER, widget=forms.RadioSelect)
    date = InvoiceDateField(label=_("Invoice date"))
    discount = PercentField(label=_("Discount"))
    with_week = forms.BooleanField(label=_("Week in the text"), required=False)
    with_specification = forms.BooleanField(label=_("Attach a time specification"), required=False)
    with_receipts = forms.BooleanField(label=_("Attach the receipts"), required=False)

    def options(self, origin: Origin) -> Options:
        """Return the options; the form must be valid."""
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
        """Return whether it is chosen; only invoices issued here can have attachments."""
        return origin == Origin.HERE and bool(self.cleaned_data[name])


def first_choices(today: datetime.date) -> dict[str, object]:
    """Return the initial options of the dialog."""
    return {
        "grouping": Grouping.TASK.value,
        "per": "customer",
        "date": today.isoformat(),
        "discount": "0",
    }
