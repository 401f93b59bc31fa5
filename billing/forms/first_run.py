"""The form that makes the first organisation of an installation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.people import LONGEST_EMAIL, NameForm
from accounts.models import Language, Organisation
from lib.form_fields import AddressField


class FirstRunForm(NameForm):
    """The code of the log, the organisation, and its administrator."""

    code = forms.CharField(
        label=gettext_lazy("Code from the log"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The program writes it in its log each time that this page is opened: first_run.open."
        ),
    )
    name = Organisation._meta.get_field("name").formfield(label=gettext_lazy("Organisation"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=Language, initial=Language.DUTCH
    )
    email = AddressField(label=gettext_lazy("E-mail address"), max_length=LONGEST_EMAIL)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    field_order = ("code", "name", "language", "first_name", "last_name", "email", "password")

    def __init__(self, *args: Any, expected: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.expected = expected

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if not constant_time_compare(code, self.expected):
            raise forms.ValidationError(
                _("This is not the code. Copy it from the last line with first_run.open.")
            )
        return code

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
