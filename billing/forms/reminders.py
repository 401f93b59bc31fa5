"""Forms of reminders: settings, the texts of a step, and exclusions."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from lib.form_fields import DayField

from ..fields import check_placeholders
from ..models import ReminderHold, ReminderSettings, ReminderStep, StepKind
from ..reminders.letters import COSTS, default_step_texts, placeholders_of


class ReminderSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Whether reminders are sent, and who decides that."""

    class Meta:
        model = ReminderSettings
        fields = ("is_on", "mode", "paused_until")
        field_classes = {"paused_until": DayField}
        widgets = {"mode": forms.RadioSelect}


class StepForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """A step. Its days lie between those of the steps before and after it."""

    class Meta:
        model = ReminderStep
        fields = ("days", "kind", "subject_nl", "body_nl", "subject_en", "body_en")
        widgets = {
            "body_nl": forms.Textarea(attrs={"rows": 8}),
            "body_en": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {"kind": _("A business customer does not get the fourteen-day letter.")}

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
        return self.cleaned_data

    def _check(self, name: str, check: Any, known: tuple[str, ...]) -> None:
        try:
            check(self.cleaned_data.get(name, ""), known=known)
        except ValidationError as error:
            self.add_error(name, error)

    def _check_notice(self) -> None:
        """Require the amount in the letter: without it the letter has no effect (art.

        6:96(6) BW).
        """
        for language in Language.values:
            body = self.cleaned_data.get(f"body_{language}", "")
            if body and f"{{{COSTS}}}" not in body:
                sentence = _(
                    "The law requires the costs to be stated. Put {collection_costs} in the text."
                )
                self.add_error(f"body_{language}", sentence)


class HoldForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
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
