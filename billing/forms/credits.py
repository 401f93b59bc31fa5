"""The form of crediting an invoice: lines, disposition of their rows, date and reason."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.closed_periods import why_closed
from accounts.models import Organisation
from lib.form_fields import MultilineField
from lib.formats import day

from ..fields import InvoiceDateField
from ..invoices.credit_lines import CreditableLine, CreditInput
from ..models import Invoice, Origin, RowDisposition


class CreditForm(forms.Form):
    """A checkbox for every line that can be credited, and a choice for its rows."""

    date = InvoiceDateField(label=gettext_lazy("Invoice date"))
    reason = MultilineField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("Printed above the invoice lines."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        organisation: Organisation,
        lines: list[CreditableLine],
        today: datetime.date,
    ) -> None:
        super().__init__(data, initial={"date": today})
        self.organisation, self.today = organisation, today
        self.lines = lines
        for one in self._uncredited():
            label = one.line.description
            self.fields[_line_field(one)] = forms.BooleanField(
                label=label, initial=True, required=False
            )
            if one.row_count:
                self.fields[_rows_field(one)] = forms.ChoiceField(
                    label=gettext_lazy("Registrations"),
                    choices=RowDisposition,
                    initial=RowDisposition.RELEASED,
                    required=False,
                )

    def with_lines(self) -> Iterator[tuple[CreditableLine, BoundField | None, BoundField | None]]:
        """Yield every line with its checkbox and its choice; None where it has none."""
        for one in self.lines:
            checkbox = self[_line_field(one)] if _line_field(one) in self.fields else None
            yield one, checkbox, self[_rows_field(one)] if _rows_field(one) in self.fields else None

    def clean_date(self) -> datetime.date:
        date: datetime.date = self.cleaned_data["date"]
        if closed := why_closed(self.organisation, date):
            raise ValidationError(closed)
        invoice = self.lines[0].line.invoice if self.lines else None
        # A credit here is a draft first, which the law check holds; this one is final at once.
        if invoice is not None and invoice.origin == Origin.EBOEKHOUDEN:
            _check_final(date, invoice=invoice, today=self.today)
        return date

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.chosen():
            raise ValidationError(_("Select at least one line."))
        return cleaned

    @property
    def day(self) -> datetime.date:
        """The date of the credit; today as long as no valid one was typed."""
        cleaned: dict[str, Any] = getattr(self, "cleaned_data", {})
        return cleaned.get("date") or self.today

    def chosen(self) -> list[int]:
        """Return the ids of the ticked lines, also while the form is invalid."""
        return [one.line.pk for one in self._uncredited() if self[_line_field(one)].value()]

    def credit_input(self) -> CreditInput:
        """Return the input of crediting; the form must be valid."""
        dispositions = {one.line.pk: self._disposition_of(one) for one in self._uncredited()}
        return CreditInput(
            dispositions={pk: dispositions[pk] for pk in self.chosen()},
            reason=self.cleaned_data["reason"],
            date=self.cleaned_data["date"],
        )

    def _disposition_of(self, one: CreditableLine) -> RowDisposition:
        return RowDisposition(self.cleaned_data.get(_rows_field(one)) or RowDisposition.RELEASED)

    def _uncredited(self) -> Iterator[CreditableLine]:
        return (one for one in self.lines if one.taken_by is None)


def _check_final(date: datetime.date, *, invoice: Invoice, today: datetime.date) -> None:
    if date < invoice.date:
        text = _("The invoice is of %(day)s; it cannot be credited on an earlier day.")
        raise ValidationError(text % {"day": day(invoice.date)})
    if date > today:
        text = _(
            "The invoice date %(day)s is in the future. Make the invoice on that day, or choose "
            "today."
        )
        raise ValidationError(text % {"day": day(date)})


def _line_field(one: CreditableLine) -> str:
    return f"line-{one.line.pk}"


def _rows_field(one: CreditableLine) -> str:
    return f"rows-{one.line.pk}"
