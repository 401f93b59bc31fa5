"""Forms of reminders: settings, the texts of a step, percentages of interest, and exclusions."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from lib.form_fields import DayField
from lib.formats import percentage
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood

from ..fields import PercentField, check_placeholders
from ..models import InterestKind, ReminderHold, ReminderSettings, ReminderStep, StepKind
from ..reminders.interest_rates import PUBLISHED, Percentages, half_year_of
from ..reminders.letters import CLAIM, COSTS, default_step_texts, placeholders_of

# Half-years differ less from one another; more is asked about, such as 104 for 10.4.
USUAL_CHANGE = Decimal(3)


class ReminderSettingsForm(ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Whether reminders are sent, and who decides that."""

    class Meta:
        model = ReminderSettings
        fields = ("is_on", "mode", "paused_until", "adds_vat_to_costs")
        field_classes = {"paused_until": DayField}
        widgets = {"mode": forms.RadioSelect}


class StepForm(ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """A step. Its days lie between those of the steps before and after it."""

    class Meta:
        model = ReminderStep
        fields = (
            "days",
            "kind",
            "with_interest",
            "business_costs",
            "subject_nl",
            "body_nl",
            "subject_en",
            "body_en",
        )
        widgets = {
            "body_nl": forms.Textarea(attrs={"rows": 8}),
            "body_en": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {
            "kind": _("A business customer does not get the fourteen-day letter."),
            "with_interest": _(
                "From the day after the due date, over what was open each day. Businesses: "
                "article 6:119a BW; private customers: article 6:119 BW."
            ),
            "business_costs": _(
                "Between businesses no letter is needed first (article 6:96(4) BW). A private "
                "customer first gets the fourteen-day letter."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            subject, body = default_step_texts(self.instance, language=language)
            self.fields[f"subject_{language}"].widget.attrs["placeholder"] = subject
            self.fields[f"body_{language}"].widget.attrs["placeholder"] = body

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        others = ReminderStep.objects.filter(organisation=self.instance.organisation)
        before = others.filter(position__lt=self.instance.position).last()
        after = others.filter(position__gt=self.instance.position).first()
        if before and days <= before.days:
            text = _("The previous step is sent after %(days)d days. Enter a higher number.")
            raise ValidationError(text, params={"days": before.days})
        if after and days >= after.days:
            text = _("The next step is sent after %(days)d days. Enter a lower number.")
            raise ValidationError(text, params={"days": after.days})
        return days

    def clean(self) -> dict[str, Any]:
        known = placeholders_of(self.cleaned_data.get("kind", ""))
        for language in Language.values:
            self._check(f"subject_{language}", check_placeholders, known)
            self._check(f"body_{language}", check_placeholders, known)
        if self.cleaned_data.get("kind") == StepKind.NOTICE:
            self._check_notice()
        if self.cleaned_data.get("with_interest") or self.cleaned_data.get("business_costs"):
            self._check_claim()
        return self.cleaned_data

    def _check(self, name: str, check: Any, known: tuple[str, ...]) -> None:
        try:
            check(self.cleaned_data.get(name, ""), known=known)
        except ValidationError as error:
            self.add_error(name, error)

    def _check_claim(self) -> None:
        """Require what is charged to stand in the letter."""
        for language in Language.values:
            body = self.cleaned_data.get(f"body_{language}", "")
            if body and f"{{{CLAIM}}}" not in body:
                text = _(
                    "This step charges interest or costs. Put {claim} in the text, which lists "
                    "them with the total."
                )
                self.add_error(f"body_{language}", text)

    def _check_notice(self) -> None:
        """Require the amount in the letter: without it the letter has no effect (art.

        6:96(6) BW). The letter goes to private customers, whom no other costs are charged.
        """
        if self.cleaned_data.get("business_costs"):
            text = _("The fourteen-day letter only goes to private customers. Choose “None”.")
            self.add_error("business_costs", text)
        for language in Language.values:
            body = self.cleaned_data.get(f"body_{language}", "")
            if body and f"{{{COSTS}}}" not in body:
                sentence = _(
                    "The law requires the costs to be stated. Put {collection_costs} in the text."
                )
                self.add_error(f"body_{language}", sentence)


class InterestRatesForm(AsksQuestions, ShowsUnderstood, forms.Form):
    """Both percentages of statutory interest from the first day of a half-year."""

    starts_on = DayField(
        label=_("From"), help_text=_("The percentages change on 1 January and 1 July.")
    )
    commercial = PercentField(label=InterestKind.COMMERCIAL.label, required=True)
    ordinary = PercentField(label=InterestKind.ORDINARY.label, required=True)

    def __init__(self, *args: Any, known: Percentages, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def clean_starts_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["starts_on"]
        if day != half_year_of(day):
            raise ValidationError(_("Choose 1 January or 1 July of a year."))
        first = max(values[0].day for values in PUBLISHED.values())
        if not first <= day <= datetime.date(first.year + 100, 1, 1):
            text = _("Choose a day from %(year)d on.")
            raise ValidationError(text, params={"year": first.year})
        return day

    def clean(self) -> dict[str, Any]:
        day = self.cleaned_data.get("starts_on")
        if day:
            for kind in InterestKind.values:
                self._ask_about(kind, day)
        return self.cleaned_data

    def _ask_about(self, kind: str, day: datetime.date) -> None:
        value = self.cleaned_data.get(kind)
        before = [one.value for one in self.known[kind] if one.day < day]
        if value is None or not before or abs(value - before[-1]) <= USUAL_CHANGE:
            return
        text = _("It is %(before)s before this day. Is %(now)s right?")
        names = {"before": percentage(before[-1]), "now": percentage(value)}
        self.ask(kind, str(text) % names)

    def percentages(self) -> Mapping[str, Decimal]:
        """Return the percentages by kind; the form must be valid."""
        return {kind: self.cleaned_data[kind] for kind in InterestKind.values}


class HoldForm(ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """The reason for excluding an invoice or customer, and the last day of it."""

    class Meta:
        model = ReminderHold
        fields = ("reason", "until")
        field_classes = {"until": DayField}

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> datetime.date | None:
        until: datetime.date | None = self.cleaned_data["until"]
        if until and until <= self.today:
            raise ValidationError(_("Choose a day after today, or leave it empty."))
        return until
