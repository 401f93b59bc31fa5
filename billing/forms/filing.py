"""The form that marks a VAT return as filed."""

import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lib.form_fields import DayField

from ..models import FilingKind


class FilingForm(forms.Form):
    """How the amounts were filed.

    `shown` is the fingerprint of the amounts on the page, `counts_in` the first day of the return
    in which the page said that a correction counts.
    """

    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)
    counts_in = DayField(widget=forms.HiddenInput, required=False)
    close = forms.BooleanField(
        label=_("Close the books until the last day of this period"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        is_correction: bool,
        may_close: bool,
        shown: str = "",
        counts_in: datetime.date | None = None,
    ) -> None:
        super().__init__(data, initial={"shown": shown, "counts_in": counts_in})
        kinds = [one for one in FilingKind if (one != FilingKind.RETURN) == is_correction]
        self.fields["kind"] = forms.ChoiceField(
            label=_("Filed as"), choices=[(one.value, one.label) for one in kinds]
        )
        if not may_close:
            del self.fields["close"]
