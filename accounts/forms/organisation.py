"""The form of Settings → Organisation."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib import identifiers
from lib.countries import eu_choices
from lib.form_fields import DayField, HasPhone, LineField
from lib.kept_uploads import KeepsUpload
from lib.rounding_forms import HasRounding

from ..logos import encode_logo
from ..models import Organisation


class OrganisationForm(HasPhone, KeepsUpload, HasRounding, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Name, address and identifiers as printed on invoices, with colour and logo."""

    upload_purpose = "logo"

    country = forms.ChoiceField(label=_("Country"), choices=eu_choices)
    phone = LineField(label=_("Phone"), max_length=30, required=False)
    # These lengths allow typed spaces; the stored values are shorter.
    iban = LineField(label=_("IBAN"), max_length=50, required=False)
    bic = LineField(label=_("BIC"), max_length=50, required=False)
    vat_number = LineField(label=_("VAT number"), max_length=50, required=False)
    coc_number = LineField(label=_("Chamber of Commerce number"), max_length=50, required=False)
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPG or HEIC, at most 2 MB; printed on invoices."),
        error_messages={"empty": _("This file is empty. Choose another one.")},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,.heic,.heif"}),
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "address",
            "postal_code",
            "city",
            "country",
            "email",
            "phone",
            "website",
            "iban",
            "bic",
            "vat_number",
            "coc_number",
            "theme_colour",
            "language",
            "closed_until",
            "refuses_overlapping_times",
            "requires_description",
            "holiday_country",
            "allows_own_approval",
            "billable_target",
            "rounding_step",
            "rounding_direction",
            "rounding_unit",
            "requires_second_factor",
            "keeps_ten_years",
        )
        labels = {"language": _("Language of invoices"), "theme_colour": _("Colour")}
        help_texts = {"theme_colour": _("Used for the menu bar and the buttons.")}
        field_classes = {"closed_until": DayField}
        widgets = {
            "theme_colour": forms.TextInput(attrs={"type": "color"}),
        }

    def clean_theme_colour(self) -> str:
        """Keep the stored colour if only its capitals differ: a browser sends small letters."""
        typed, stored = str(self.cleaned_data["theme_colour"]), self.instance.theme_colour
        return stored if typed.lower() == stored.lower() else typed

    def clean_iban(self) -> str:
        return self._checked("iban", identifiers.clean_iban)

    def clean_bic(self) -> str:
        return self._checked("bic", identifiers.clean_bic)

    def clean_vat_number(self) -> str:
        clean = identifiers.vat_number_cleaner(self.cleaned_data.get("country", ""))
        return self._checked("vat_number", clean)

    def clean_coc_number(self) -> str:
        return self._checked("coc_number", identifiers.clean_coc_number)

    def clean_closed_until(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["closed_until"]
        if day and day > timezone.localdate():
            raise ValidationError(
                _("The books cannot be closed for days to come. Choose today or an earlier day.")
            )
        return day

    def clean_website(self) -> str:
        website = self.cleaned_data["website"].strip()
        if website:
            address = website if "://" in website else f"https://{website}"
            sentence = _("This is not the address of a website, such as www.example.nl.")
            URLValidator(schemes=["http", "https"], message=sentence)(address)
        return website

    def __init__(self, *args: Any, user_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.find_kept_upload(user_id)

    def clean_logo(self) -> "ContentFile[bytes] | None":
        upload = self.cleaned_data["logo"]
        if upload:
            logo = encode_logo(upload, user_id=self.user_id)
            self.new_upload = logo, upload.name
            return logo
        return self.kept_upload.content() if self.kept_upload else None

    def clean(self) -> dict[str, object]:
        typed = self.cleaned_data
        if typed.get("country") == "NL" and typed.get("postal_code"):
            try:
                typed["postal_code"] = identifiers.clean_dutch_postal_code(typed["postal_code"])
            except ValidationError as error:
                self.add_error("postal_code", error)
        return typed

    def needs_confirmation(self) -> bool:
        """Return whether something changes that money or rights depend on."""
        return bool({"iban", "bic", "requires_second_factor"} & set(self.changed_data))

    def details(self) -> dict[str, Any]:
        """Return the fields to store; the logo is stored separately."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _checked(self, name: str, check: Callable[[str], str]) -> str:
        text = self.cleaned_data[name].strip()
        return check(text) if text else ""
