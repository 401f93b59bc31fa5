"""The form of a contract: from which day, and how long on each weekday."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.form_fields import DayField
from lib.time_fields import DurationField
from lib.understanding import ShowsUnderstood

from ..models import WEEKDAYS, Contract


class ContractForm(ShowsUnderstood, forms.Form):
    """A day and seven durations; an empty one means that nothing is expected on that weekday."""

    starts_on = DayField(
        label=_("From"), help_text=_("The contract before it ends on the day before.")
    )

    def __init__(self, *args: Any, contract: Contract | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        shown = contract or Contract()
        for name in WEEKDAYS:
            column: Any = Contract._meta.get_field(name)
            label = capfirst(str(column.verbose_name))
            self.fields[name] = DurationField(label=label, required=False)
            self.initial.setdefault(name, getattr(shown, name))
        if contract:
            self.initial.setdefault("starts_on", contract.starts_on)

    def clean(self) -> dict[str, Any]:
        """Refuse a weekday with less than nothing."""
        values = super().clean() or {}
        for name in WEEKDAYS:
            if (values.get(name) or 0) < 0:
                self.add_error(name, gettext("Type a duration of zero or more, such as 8:00."))
        return values

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[name] for name in WEEKDAYS]

    @property
    def minutes(self) -> dict[str, int]:
        """The minutes of each weekday, of a valid form."""
        return {name: self.cleaned_data[name] or 0 for name in WEEKDAYS}
