"""Pickers: one row in a form, or several in the chip of a filter; only what is chosen is drawn."""

from typing import cast

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from lib.picker_fields import CHOOSE, SEARCHED, PickerField, PicksSeveral
from lib.pickers import Source


def picker_context(bound: BoundField) -> dict[str, object]:
    """Return the context of ui/picker.html, or of ui/picker_choosing.html while choosing."""
    field, value = cast(PickerField, bound.field), bound.value()
    needs = [bound.form.add_prefix(name) for name in field.source.needs]
    prefix = bound.html_name.removesuffix(bound.name)
    picker = {
        **_of(field.source),
        "needs": " ".join(needs),
        "fills": " ".join(field.kind.filled),
        "prefix": prefix,
        "placeholder": field.placeholder,
    }
    if not getattr(value, "is_choosing", False):
        return {"picker": picker}
    chosen = field.row_of(value)
    label = field.kind.label(chosen) if chosen else ""
    return {
        "picker": {**picker, "chosen": chosen, "chosen_label": label},
        "found": field.found(value),
        "is_choosing": True,
    }


def chip_context(bound: BoundField, *, label: str, bare: bool) -> dict[str, object]:
    """Return the context of ui/filter_chip.html for several rows of a source."""
    field = cast(PicksSeveral, bound.field)
    data = bound.form.data
    is_choosing = bound.form.is_bound and data.get(CHOOSE) == bound.html_name
    chosen = field.chosen_rows(bound.value() or ())
    labels = [str(row) for row in chosen]
    return {
        "bound": bound,
        "bare": bare,
        "label": label or bound.label,
        "options": [{"value": str(row.pk), "label": str(row), "on": True} for row in chosen],
        "chosen_ids": [row.pk for row in chosen],
        "several": True,
        "text": f"{labels[0]} + {len(labels) - 1}" if labels[1:] else "".join(labels),
        "picker": _of(field.source),
        "found": field.found(data.get(bound.html_name + SEARCHED, "")) if is_choosing else None,
    }


def _of(source: Source) -> dict[str, object]:
    nothing = str(source.kind.nothing) % {"text": "%s"}
    return {
        "url": reverse("pick", args=[source.key]),
        "nothing": nothing,
        "search": _("Search…"),
        "star_url": reverse(source.star_url) if source.star_url else "",
    }
