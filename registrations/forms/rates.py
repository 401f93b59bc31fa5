"""The form of a new rate from a date, and of changing one."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.amounts import AmountField
from lib.days import FIRST_YEAR, LAST_YEAR
from lib.form_fields import DayField
from lib.text import fill
from lib.understanding import ShowsUnderstood, number
from projects.dated_rates import RateEdit, rates_of
from projects.models import DatedRate, RateKind

from ..rates.rated import Rated, general_of
from ..rules import is_registrable

CHANGE, LEAVE = "change", "leave"


class RateForm(ShowsUnderstood, forms.Form):
    """Whose rate, from which date, and how much; and what happens to the rows that it touches."""

    subject = forms.ChoiceField(label=gettext_lazy("For"))
    from_on = DayField(label=gettext_lazy("From"))
    rate = AmountField(label=gettext_lazy("€ per hour"), max_digits=8)
    rows = forms.ChoiceField(
        choices=[(CHANGE, CHANGE), (LEAVE, LEAVE)], required=False, widget=forms.HiddenInput
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        some: Sequence[Rated],
        kind: str = RateKind.SALES,
        found: DatedRate | None = None,
        is_typing: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.some = {one.key: one for one in some}
        self.kind, self.found = kind, found
        subject: Any = self.fields["subject"]
        subject.choices = [(one.key, one.label) for one in some]
        if len(some) == 1:
            del self.fields["subject"]
        if some[0].is_of_trips:
            self.fields["rate"] = AmountField(label=_("€ per km"), max_digits=6)
        if found:
            self.initial = {"from_on": found.from_on, "rate": found.rate}
        if is_typing:
            day: Any = self.fields["from_on"]
            day.shows_first = False

    @property
    def rated(self) -> Rated:
        """Return whose rate it is; the first one until another is chosen."""
        chosen = self.data.get("subject", "") if self.is_bound else ""
        return self.some.get(chosen) or next(iter(self.some.values()))

    @property
    def edit(self) -> RateEdit | None:
        """Return the change; None as long as something is wrong."""
        if not self.is_bound or not self.is_valid():
            return None
        removes = self.found.from_on if self.found else None
        values = self.cleaned_data
        return RateEdit(self.rated.subject, removes, values["from_on"], values["rate"])

    def clean_from_on(self) -> datetime.date:
        """Raise ValidationError for a day that cannot be booked, or that has a rate already."""
        day: datetime.date = self.cleaned_data["from_on"]
        if not is_registrable(day):
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(_("Choose a day between %(first)d and %(last)d.") % years)
        same = rates_of(self.rated.subject, self.kind).filter(from_on=day)
        other = same.exclude(pk=self.found.pk if self.found else 0).first()
        if other:
            text = _(
                "%(rate)s holds from that day already. Change that rate, or choose another day."
            )
            raise ValidationError(fill(text, {"rate": number(other.rate)}))
        return day

    def calculations(self) -> dict[str, str]:
        """Return the rate before the date, and how much more or less the new one is."""
        day, rate = self.cleaned_data.get("from_on"), self.cleaned_data.get("rate")
        if day is None:
            return {}
        before = self._before(day)
        if before is None:
            return {"from_on": _("before it no rate holds")}
        text = fill(_("before it %(rate)s holds"), {"rate": number(before)})
        return {"from_on": text, **({"rate": _difference(before, rate)} if rate else {})}

    def _before(self, day: datetime.date) -> Decimal | None:
        """Return the rate that holds just before a day, without the one that is changed."""
        one, general = self.rated, general_of(self.rated)
        own = self._rate_before(one, day)
        return own if own is not None or general is None else self._rate_before(general, day)

    def _rate_before(self, one: Rated, day: datetime.date) -> Decimal | None:
        rows = rates_of(one.subject, self.kind).exclude(pk=self.found.pk if self.found else 0)
        latest = rows.filter(from_on__lt=day).last()
        return latest.rate if latest else one.beginning


class RemovalForm(forms.Form):
    """What happens to the rows of a rate that is taken away."""

    rows = forms.ChoiceField(choices=[(CHANGE, CHANGE), (LEAVE, LEAVE)], required=False)
    seen = forms.CharField(required=False)


def is_backwards(edit: RateEdit) -> bool:
    """Return whether a change reaches days that have passed."""
    days = [day for day in (edit.removes, edit.from_on) if day]
    return min(days) < timezone.localdate()


def _difference(before: Decimal, after: Decimal) -> str:
    """Format as +6.00 · +6.7%."""
    change = after - before
    sign = "+" if change > 0 else ""
    if not before:
        return f"{sign}{number(change)}"
    share = (change / before * 100).quantize(Decimal("0.1"))
    return f"{sign}{number(change)} · {sign}{number(share)}%"
