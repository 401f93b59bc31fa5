"""The query of a report, read from the query string."""

import calendar
import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from customers.models import Customer
from lib.choices import offer
from lib.picker_fields import SeveralPickerField
from registrations.periods import CHOICES, Period, named

from ..fields import InvoiceFilterDayField
from ..pickers import invoiced_customers

NAMES = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
PERIODS = [choice for choice in CHOICES if choice[0] in (*NAMES, "custom")]
BY = [
    ("month", _("By month")),
    ("customer", _("By customer")),
    ("project", _("By project")),
    ("employee", _("By employee")),
]


class PeriodForm(forms.Form):
    """The days of a report; `default_period` applies when the query names none."""

    default_period = "this_quarter"

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = InvoiceFilterDayField(label=_("From"), required=False)
    until = InvoiceFilterDayField(label=_("Until"), required=False)

    def __init__(self, data: QueryDict, *, today: datetime.date) -> None:
        shown = data.copy()
        for name, value in self.default_choices().items():
            if shown.get(name, "") == "":
                shown[name] = value
        super().__init__(shown)
        self.today = today

    def default_choices(self) -> dict[str, str]:
        """Return the values of fields that the query string leaves out."""
        return {"period": self.default_period}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if cleaned.get("period") == "custom" and since and until and since > until:
            self.add_error("until", _("“Until” is before “from”. Choose a later day."))
        return cleaned

    @property
    def days(self) -> Period:
        """The chosen days; a missing end of a custom period is 1 January, or today."""
        chosen = self.cleaned_data if self.is_valid() else {}
        name = chosen.get("period") or self.default_period
        if name != "custom":
            return named(name, today=self.today)
        last = chosen["until"] or max(self.today, chosen["since"] or self.today)
        return Period(chosen["since"] or last.replace(month=1, day=1), last)


class ReturnForm(PeriodForm):
    """The days of a VAT return: by default of the quarter that is over."""

    default_period = "last_quarter"


class TurnoverForm(PeriodForm):
    """The query of turnover: period, grouping and customers."""

    default_period = "this_year"

    by = forms.ChoiceField(label=_("By"), choices=BY, required=False)
    customer = SeveralPickerField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        source="invoiced-customers",
    )

    def __init__(
        self, data: QueryDict, *, organisation: Organisation, today: datetime.date
    ) -> None:
        super().__init__(data, today=today)
        offer(self, "customer", invoiced_customers(organisation))

    def default_choices(self) -> dict[str, str]:
        return {**super().default_choices(), "by": "month"}


class AsAtForm(forms.Form):
    """The day at whose end a report is taken: today, or an earlier one."""

    on = InvoiceFilterDayField(label=_("As at"), required=False)

    def __init__(self, data: QueryDict, *, today: datetime.date) -> None:
        shown = data.copy()
        if not shown.get("on"):
            shown["on"] = today.isoformat()
        super().__init__(shown)
        self.today = today

    def clean_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["on"] or self.today
        if day > self.today:
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return day

    @property
    def day(self) -> datetime.date:
        """The chosen day; today without a valid choice."""
        return self.cleaned_data["on"] if self.is_valid() else self.today


def year_before(period: Period) -> Period:
    """Return the same days a year earlier; the last day of a month stays the last day."""
    return Period(period.first and _earlier(period.first), period.last and _earlier(period.last))


def _earlier(day: datetime.date) -> datetime.date:
    year = day.year - 1
    last = calendar.monthrange(year, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=year, day=last if is_last and day.day != 1 else min(day.day, last))
