"""The form of the timer: what it is for, and when the work ended."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.form_fields import DayField, MultilineField
from lib.picker_fields import PickerField
from lib.time_fields import ClockField
from projects.models import ProjectTask

from ..bookable import bookable_work
from ..models import Timer


class TimerForm(forms.Form):
    """What the timer is for: a task on a project, and a description."""

    work = PickerField(
        label=_("What are you working on?"),
        queryset=ProjectTask.objects.none(),
        source="hours-work",
    )
    description = MultilineField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, by: Membership, timer: Timer | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["work"]
        field.offer(bookable_work(by.organisation, by))
        field.error_messages["required"] = _("Choose what you are working on.")
        if timer and timer.project_id and timer.task_id:
            works = field.queryset.filter(project=timer.project_id, task=timer.task_id)
            self.initial["work"] = works.values_list("pk", flat=True).first()
        if timer:
            self.initial.setdefault("description", timer.description)


class StopForm(TimerForm):
    """Besides, when the work ended: not before the start, and not in the future."""

    end_day = DayField(label=_("Ended on"))
    end = ClockField(label=_("Ended at"))

    def __init__(self, *args: Any, timer: Timer, now: datetime.datetime, **options: Any) -> None:
        super().__init__(*args, timer=timer, **options)
        self.timer, self.now = timer, now
        shown = timezone.localtime(timer.stopped_at or now)
        self.initial.setdefault("end_day", shown.date())
        self.initial.setdefault("end", shown.time())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, end = cleaned.get("end_day"), cleaned.get("end")
        if day is None or end is None:
            return cleaned
        moment = datetime.datetime.combine(day, end, timezone.get_default_timezone())
        if moment < self.timer.started_at.replace(second=0, microsecond=0):
            raise ValidationError({"end": gettext("The timer started later. Correct the end.")})
        if moment > self.now:
            raise ValidationError({"end": gettext("This is in the future. Correct the end.")})
        cleaned["moment"] = moment
        return cleaned
