"""Form fields for one row of many, or several: the page draws what is chosen and nothing else."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_filters import fields as filter_fields

from .choices import RealIds, chosen_id
from .folding import fold
from .pickers import Found, Kind, Source, clean_query, found_in, source_called

# The button that asks for the list where no script runs: its name, and the code of "not yet".
CHOOSE = "choose"
CHOOSING = "choosing"
TYPED = "_typed"
SEARCHED = "_search"
# Attributes about the chosen id; the others belong to the box.
OF_THE_VALUE = ("hx-", "data-picker-once")


class PickedId(str):
    """A posted id, with what stood in the box beside it: None where the form has no such box.

    `is_choosing` means that the list was asked for, and `searched` is what to search in it.
    """

    typed: str | None = None
    searched: str = ""
    is_choosing: bool = False


def is_choosing(form: forms.BaseForm) -> bool:
    """Whether the form was sent to see the list of a picker, and not to be stored."""
    return form.is_bound and bool(form.data.get(CHOOSE))


class PickerInput(forms.Widget):
    """A box to type in, with the id of the chosen row hidden beside it."""

    field: "PickerField"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> PickedId | None:
        is_asked = data.get(CHOOSE) == name
        if self.value_omitted_from_data(data, files, name) and not is_asked:
            return None
        picked = PickedId(data.get(name) or "")
        picked.typed = data.get(name + TYPED)
        picked.is_choosing = is_asked
        picked.searched = data.get(name + SEARCHED) or ""
        return picked

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and name + TYPED not in data

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return both inputs; `{% field %}` puts the rest of the combobox around them."""
        pk, text = self.field.shown(value)
        own = {
            "type": "text",
            "role": "combobox",
            "name": name + TYPED,
            "value": text,
            "autocomplete": "off",
            "spellcheck": "false",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-haspopup": "listbox",
            "data-picker-text": True,
        }
        given = self.build_attrs({**self.attrs, **own}, attrs)
        given.setdefault("placeholder", self.field.placeholder)
        hidden = {"type": "hidden", "name": name, "value": pk, "data-picker-value": True}
        for attribute in [one for one in given if one.startswith(OF_THE_VALUE)]:
            hidden[attribute] = given.pop(attribute)
        return format_html("<input{}><input{}>", flatatt(given), flatatt(hidden))


class PickerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """One row of a source. A text that names no row is refused, and stays in the box.

    `queryset` says what is valid. `offered` are the rows to choose from, where these are fewer.
    """

    widget = PickerInput

    def __init__(self, *args: Any, source: str = "", **options: Any) -> None:
        self.source_key = source
        self.offered: QuerySet[Any] | None = None
        self._forget()
        super().__init__(*args, **options)
        # The words in the empty box; those of the kind if there are none.
        self.empty_label = None
        self.widget.field = self

    def __deepcopy__(self, memo: dict[int, Any]) -> "PickerField":
        copied: PickerField = super().__deepcopy__(memo)
        copied.widget.field = copied
        copied._forget()
        return copied

    def _forget(self) -> None:
        self._known: dict[str, Any] = {}
        self._named: dict[str, list[Any]] = {}

    def _set_queryset(self, rows: Any) -> None:
        super()._set_queryset(rows)  # type: ignore[misc]  # Django's own, which has no type
        self._forget()

    queryset = property(forms.ModelChoiceField._get_queryset, _set_queryset)  # type: ignore[attr-defined]  # Django's own

    @property
    def source(self) -> Source:
        return source_called(self.source_key)

    @property
    def kind(self) -> Kind:
        return self.source.kind

    @property
    def placeholder(self) -> str:
        return str(self.empty_label or self.kind.placeholder)

    def offer(self, rows: QuerySet[Any], *, among: QuerySet[Any] | None = None) -> None:
        """Let the field choose from these rows; the list shows only those in `among`."""
        self.queryset, self.offered = rows, among

    def remember(self, row: Any) -> None:
        """Keep a row that is loaded already, so that showing it costs no query."""
        if row is not None:
            self._known[str(row.pk)] = row

    def label_from_instance(self, obj: Any) -> str:
        return self.kind.label(obj)

    def row_of(self, value: Any) -> Any:
        """Return the row with this id; None if it cannot be chosen."""
        key = str(self.prepare_value(value) or "")
        if key not in self._known:
            pk = chosen_id(key)
            rows = self.queryset.select_related(*self.kind.related)
            self._known[key] = rows.filter(pk=pk).first() if pk else None
        return self._known[key]

    def shown(self, value: Any) -> tuple[str, str]:
        """Return the id and the text of the box; an id only where the text is its label."""
        row = self.row_meant(value)
        if row is not None:
            return str(row.pk), self.label_from_instance(row)
        return "", getattr(value, "typed", None) or ""

    def row_meant(self, value: Any) -> Any:
        """Return the row of the id and the text beside it; None if they name no row."""
        typed = getattr(value, "typed", None)
        return self.row_of(value) if typed is None else self._meant(value, typed)

    def found(self, value: Any) -> Found:
        """Return the rows that the list without script shows."""
        rows = self.queryset if self.offered is None else self.offered
        return found_in(rows, self.kind, text=clean_query(getattr(value, "searched", "")))

    def clean(self, value: Any) -> Any:
        """Return the row. Raises ValidationError for an unknown id, and for a text of no row."""
        if getattr(value, "is_choosing", False):
            raise ValidationError(_("Choose one, and go on."), code=CHOOSING)
        typed = getattr(value, "typed", None)
        if typed is not None and not clean_query(typed):
            value = ""
        elif typed is not None:
            row = self._meant(value, typed)
            if row is None:
                raise self._refusal(value, typed)
            value = row
        return super().clean(value)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        row = value if hasattr(value, "_meta") else self.row_of(value)
        if row is None:
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            )
        return row

    def _meant(self, value: Any, typed: str) -> Any:
        """Return the row of the id if the text is its label, else the only one of that name."""
        text = clean_query(typed)
        row = self.row_of(value)
        if row is not None and _is_same(self.label_from_instance(row), text):
            return row
        if not text or (str(value) and row is None):
            return None
        named = self._rows_named(text)
        return named[0] if len(named) == 1 else None

    def _rows_named(self, text: str) -> list[Any]:
        if text not in self._named:
            rows = self.queryset if self.offered is None else self.offered
            self._named[text] = self.kind.named(rows, text)
        return self._named[text]

    def _refusal(self, value: Any, typed: str) -> ValidationError:
        text = clean_query(typed)
        if str(value) and self.row_of(value) is None:
            return ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        sentence = self.kind.several if self._rows_named(text) else self.kind.nothing
        return ValidationError(str(sentence) % {"text": text}, code="unknown")


def _is_same(label: str, text: str) -> bool:
    return fold(clean_query(label)) == fold(text)


class PicksSeveral:
    """A mixin for fields of several rows of a source; a chip draws the chosen ones."""

    source_key: str
    queryset: Any

    @property
    def source(self) -> Source:
        return source_called(self.source_key)

    def chosen_rows(self, values: Iterable[Any]) -> list[Any]:
        """Return the chosen rows, in the order of the kind."""
        ids = [pk for pk in map(chosen_id, map(str, values)) if pk]
        if not ids:
            return []
        kind = self.source.kind
        return list(kind.matching(self.queryset.filter(pk__in=ids), ""))

    def found(self, text: str) -> Found:
        """Return the rows that the chip without script shows."""
        return found_in(self.queryset.all(), self.source.kind, text=clean_query(text))


class SeveralPickerField(PicksSeveral, RealIds, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at run time
    """A field for one or more rows of a source."""

    def __init__(self, *args: Any, source: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.source_key = source


class SeveralPickerFilterField(PicksSeveral, RealIds, filter_fields.ModelMultipleChoiceField):
    """A filter field for one or more rows of a source."""

    def __init__(self, *args: Any, source: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.source_key = source


class SeveralPicker(filters.ModelMultipleChoiceFilter):
    """Filter by one or more rows of a source."""

    field_class = SeveralPickerFilterField
