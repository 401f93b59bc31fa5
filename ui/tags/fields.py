"""Form fields with label, help and error, connected for screen readers."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from lib.form_fields import NOT_SHOWN, DayInput
from lib.picker_fields import CHOOSING, PickerInput, is_choosing
from lib.questions import CODE as QUESTION

from .attributes import attributes
from .pickers import picker_context

CHECK, CHOICES, SEGMENTS, PLAIN, DAY = "check", "choices", "segments", "plain", "day"
PICKER = "picker"


def field(
    bound: BoundField,
    kind: str = "",
    label: str | None = None,
    help: str | None = None,
    prefix: str = "",
    suffix: str = "",
    css: str = "",
    *,
    hide_label: bool = False,
    **attrs: Any,
) -> dict[str, object]:
    """Context of ui/field.html. `kind` may be "switch" or "segments", else the widget decides.

    `is_needed=True` leaves out "(optional)" where an empty field keeps what is stored.
    """
    is_needed = attrs.pop("is_needed", False)
    shape = _shape(bound, kind)
    has_parts = shape in (CHOICES, SEGMENTS)
    return {
        "shape": shape,
        "switch": kind == "switch",
        "label": bound.label if label is None else label,
        "help": bound.help_text if help is None else help,
        "prefix": prefix,
        "suffix": suffix,
        "css": css,
        "hide_label": hide_label,
        "control": _control(bound, shape, help, attrs),
        "choices": bound.subwidgets if has_parts else [],
        "extra": attributes(attrs) if has_parts else "",
        **_of(bound),
        "required": bound.field.required or is_needed,
        **(picker_context(bound) if shape == PICKER else {}),
    }


def _of(bound: BoundField) -> dict[str, object]:
    return {
        "bound": bound,
        "help_id": f"{bound.auto_id}_helptext",
        "notes_id": f"{bound.auto_id}_notes" if hasattr(bound.form, "understood") else "",
        **field_notes(bound, is_typing=is_choosing(bound.form)),
    }


def field_notes(bound: BoundField, *, is_typing: bool = True) -> dict[str, object]:
    """Context of ui/field_remarks.html: errors, questions, and what was understood.

    While the user is typing, an empty field has no error yet, and a day is being shown.
    """
    form: Any = bound.form
    is_told = not is_typing or _is_told_while_typing(form, bound.name)
    others = (QUESTION, CHOOSING, NOT_SHOWN) if is_typing else (QUESTION,)
    errors = [error for error in bound.errors.as_data() if error.code not in others]
    understood = form.understood() if hasattr(form, "understood") else {}
    return {
        "bound": bound,
        "error_id": f"{bound.auto_id}_error",
        "problems": [text for error in errors for text in error.messages] if is_told else [],
        "questions": form.questions_at(bound.name) if hasattr(form, "questions_at") else [],
        "confirmation_name": getattr(form, "confirmation_name", ""),
        "understood": understood.get(bound.name, ""),
    }


def _is_told_while_typing(form: Any, name: str) -> bool:
    return hasattr(form, "is_told_while_typing") and form.is_told_while_typing(name)


def money_field(bound: BoundField, **options: Any) -> dict[str, object]:
    """A field in euros, with the euro sign before it."""
    return field(bound, **{"prefix": "€", "inputmode": "decimal", **options})


def _shape(bound: BoundField, kind: str) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return CHECK
    if kind == SEGMENTS:
        return SEGMENTS
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return CHOICES
    if isinstance(widget, PickerInput):
        return PICKER
    return DAY if isinstance(widget, DayInput) else PLAIN


def _control(
    bound: BoundField, shape: str, help: str | None, attrs: dict[str, Any]
) -> SafeString | str:
    if shape in (CHOICES, SEGMENTS):
        return ""
    attributes = {name.replace("_", "-"): value for name, value in attrs.items()}
    attributes["class"] = _css_class(bound, shape)
    described = (
        [f"{bound.auto_id}_helptext"] if (help or (help is None and bound.help_text)) else []
    )
    if hasattr(bound.form, "understood"):
        described.append(f"{bound.auto_id}_notes")
    elif bound.errors:
        described.append(f"{bound.auto_id}_error")
    if shape == DAY:
        described.append(f"{bound.auto_id}_day")
    if shape == PICKER:
        attributes["aria-controls"] = f"{bound.auto_id}_list"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs=attributes)


def _css_class(bound: BoundField, shape: str) -> str:
    widget_class = bound.field.widget.attrs.get("class", "")
    is_wrong = bound.errors and not is_choosing(bound.form)
    base = {CHECK: "form-check-input"}.get(shape, "form-control")
    if isinstance(bound.field.widget, forms.Select):
        base = "form-select"
    return " ".join(filter(None, [base, "is-invalid" if is_wrong else "", widget_class]))
