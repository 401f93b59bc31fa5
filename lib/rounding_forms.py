"""The fields of a rule of rounding in a form of what has one."""

from typing import Any, cast

from django import forms

NAMES = ("rounding_step", "rounding_direction", "rounding_unit")


class HasRounding(forms.BaseModelForm):  # type: ignore[type-arg]  # takes none at run time
    """A form whose fields of rounding keep the stored value where nothing was sent.

    Without an `empty_step` the step is always chosen; with it, that label stands for no own rule.
    """

    empty_step: str | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in NAMES:
            field = cast(forms.TypedChoiceField, self.fields[name])
            field.required = False
            choices = [choice for choice in cast(Any, field.choices) if choice[0] not in ("", None)]
            is_optional = name == "rounding_step" and self.empty_step is not None
            field.choices = [("", self.empty_step), *choices] if is_optional else choices

    def clean_rounding_step(self) -> int | None:
        """Return the minutes of a step; None for no rule of its own."""
        step = self.cleaned_data["rounding_step"]
        is_missing = step in ("", None)
        if is_missing and (
            self.empty_step is None or self.add_prefix("rounding_step") not in self.data
        ):
            return cast("int | None", self.initial.get("rounding_step"))
        return None if is_missing else int(step)

    def clean_rounding_direction(self) -> str:
        return self._kept("rounding_direction")

    def clean_rounding_unit(self) -> str:
        return self._kept("rounding_unit")

    def _kept(self, name: str) -> str:
        return str(self.cleaned_data[name] or self.initial[name])
