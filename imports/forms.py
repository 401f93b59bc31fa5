"""The form that begins an import."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import FileKind


class FileForm(forms.Form):
    """What is imported, and the file."""

    kind = forms.ChoiceField(
        label=_("What is in the file?"),
        choices=FileKind.choices,
        initial=FileKind.HOURS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is in the file.")},
    )
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=_("CSV or XLSX, at most 20 MB and 50,000 rows."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def refuse(self, error: Any) -> None:
        """Say at the file why it cannot be read."""
        self.add_error("file", ValidationError(str(error)))
