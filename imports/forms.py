"""The form that begins an import."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lib.formats import number
from lib.tables import MOST_BYTES, MOST_ROWS
from lib.text import fill
from lib.virus_scan import refuse_infected

from .models import FileImport, FileKind


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
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def __init__(
        self, *args: Any, user_id: int, draft: FileImport | None = None, **options: Any
    ) -> None:
        """Of a draft, the file stays unless another one is chosen."""
        super().__init__(*args, **options)
        self.user_id = user_id
        text = _("CSV or XLSX, at most %(size)d MB and %(count)s rows.")
        told = {"size": MOST_BYTES // 2**20, "count": number(MOST_ROWS)}
        self.fields["file"].help_text = text % told
        if draft is None:
            return
        self.fields["kind"].initial = draft.kind
        self.fields["file"].required = False
        self.fields["file"].label = _("Another file")
        kept = _("%(name)s stays, unless you choose another one.")
        self.fields["file"].help_text = fill(str(kept), {"name": draft.name})
        if len(draft.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"),
                choices=[(name, name) for name in draft.sheets],
                initial=draft.sheet,
                required=False,
            )

    def clean_file(self) -> "UploadedFile[bytes] | None":
        upload: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if upload and (upload.size or 0) <= MOST_BYTES:  # a larger one is refused when it is read
            refuse_infected(upload, what="import", user_id=self.user_id)
        return upload

    def refuse(self, error: Any) -> None:
        """Say at the file why it cannot be read."""
        self.add_error("file", ValidationError(str(error)))
