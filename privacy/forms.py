"""Forms of privacy."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from lib.form_fields import LineField

from .contacts import Person, people_at


class TypedNameForm(forms.Form):
    """A name that must be typed to confirm what cannot be undone."""

    name = LineField(label=_("Type the name to confirm"), max_length=200)

    def __init__(self, *args: Any, wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.fields["name"].help_text = wanted
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.casefold() != self.wanted.casefold():
            text = _("This is not the name. Type “%(name)s” to confirm.")
            raise ValidationError(text % {"name": self.wanted})
        return typed


class ForgetForm(forms.Form):
    """Which contact person of a customer to forget."""

    person = forms.ChoiceField(
        label=_("Contact person"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is forgotten.")},
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.mark(): one for one in people_at(customer)}
        self.fields["person"].choices = [  # type: ignore[attr-defined]  # of a choice field
            (mark, f"{one.name} · {one.email}" if one.email else one.name)
            for mark, one in self.people.items()
        ]

    @property
    def chosen(self) -> Person:
        return self.people[self.cleaned_data["person"]]
