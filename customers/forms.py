"""Forms of a customer and its contacts."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Language, Organisation
from lib.addresses import split_addresses
from lib.amounts import AmountField
from lib.countries import HOME, choices
from lib.form_fields import HasPhone, LineField
from lib.questions import AsksQuestions
from lib.text import fill
from lib.understanding import ShowsUnderstood
from lib.unlikely import LAST
from vat.choices import Advice, advice_for, grouped, offer_rates
from vat.territories import where

from .cleaning import BY_COUNTRY, Cleaned, clean_by_country
from .editing import is_number_fixed, next_free_number, owner_of
from .known_codes import relation_of_another
from .models import Contact, Customer, ImportMode
from .payment_terms import question_about_term

LONGEST_LIST = 1000  # of e-mail addresses in one field

GENERAL = ("number", "name", "is_business", "contact_name", "email", "phone", "language", "notes")
ADDRESS = ("address", "postal_code", "city", "country")
POSTAL = ("postal_address", "postal_postal_code", "postal_city", "postal_country")
FINANCIAL = ("coc_number", "vat_number", "iban", "payment_term", "hourly_rate", "vat_rate")


class CustomerForm(HasPhone, AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """All fields of a customer. The view passes `cleaned_data` to editing.save_customer."""

    hourly_rate = AmountField(
        label=gettext_lazy("Hourly rate"),
        max_digits=8,
        required=False,
        help_text=gettext_lazy("In euros excl. VAT, for projects billed by customer rate."),
    )

    email = LineField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
        help_text=gettext_lazy("Of several addresses, all become contacts that receive invoices."),
    )

    class Meta:
        model = Customer
        fields = (*GENERAL, *ADDRESS, *POSTAL, *FINANCIAL)
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
            "is_business": forms.RadioSelect(
                choices=[
                    (True, gettext_lazy("Business")),
                    (False, pgettext_lazy("customer", "Private")),
                ]
            ),
        }
        labels = {"is_business": gettext_lazy("Kind")}

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        # Where one field has several addresses, each of them receives the invoices.
        self.invoice_addresses: list[str] = []
        self._offer_vat_rates()
        for name in ("country", "postal_country"):
            offered = choices(getattr(self.instance, name))
            self.fields[name].widget = forms.Select(choices=offered)
        self._offer_languages()
        self._prepare_number()

    def _offer_vat_rates(self) -> None:
        default_label, today = _("Default rate"), timezone.localdate()
        chosen = self.instance.vat_rate_id
        rates = offer_rates(self, self.organisation, day=today, chosen=chosen, empty=default_label)
        field = cast("forms.ModelChoiceField[Any]", self.fields["vat_rate"])
        field.choices = grouped(rates, empty=default_label)

    def _offer_languages(self) -> None:
        own = Language(self.organisation.language).label
        default = _("Default (%(language)s)") % {"language": own}
        field = cast("forms.ChoiceField", self.fields["language"])
        field.choices = [("", default), *Language.choices]

    def _prepare_number(self) -> None:
        number = self.fields["number"]
        if self.instance.pk is None:
            self.initial.setdefault("number", next_free_number(self.organisation))
            self.initial.setdefault("country", HOME)
            number.help_text = _("The relation code in e-Boekhouden; at most 15 characters.")
        elif is_number_fixed(self.instance):
            number.disabled = True
            number.help_text = _("Fixed: e-Boekhouden knows the customer by this number.")
        else:
            number.help_text = _("Fixed as soon as the customer exists in e-Boekhouden.")

    def clean_email(self) -> str:
        addresses = split_addresses(self.cleaned_data["email"])
        if len(addresses) > 1:
            self.invoice_addresses = addresses
        return addresses[0] if addresses else ""

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        other = owner_of(number, organisation=self.organisation, besides=self.instance.pk)
        if other:
            raise ValidationError(
                fill(
                    _(
                        "Number %(number)s is already that of %(name)s. The next free one is "
                        "%(next)s."
                    ),
                    {
                        "number": other.number,
                        "name": other.name,
                        "next": next_free_number(self.organisation),
                    },
                )
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Check what depends on the country: its rules for numbers and postal codes."""
        super().clean()
        cleaned = self.cleaned_data
        typed = {name: str(cleaned.get(name) or "") for name in BY_COUNTRY}
        checked = clean_by_country(typed)
        for name, text in typed.items():
            if self._is_new(name, text):
                self._take(name, checked)
        self._check_vat()
        self._ask_about_the_number()
        self._ask_about_the_rate()
        self._ask_about_the_term()
        return cleaned

    def _ask_about_the_term(self) -> None:
        """Ask about a term beyond the law, if it or the kind of customer was changed."""
        if not {"payment_term", "is_business"} & set(self.changed_data):
            return
        days, is_business = (self.cleaned_data.get(n) for n in ("payment_term", "is_business"))
        if text := question_about_term(days, is_business=bool(is_business)):
            self.ask("payment_term", text)

    def _ask_about_the_number(self) -> None:
        """Ask about a number that is the code of another relation, as far as that is known."""
        cleaned, changed = self.cleaned_data, {"number", "name"} & set(self.changed_data)
        is_complete = {"number", "name"} <= cleaned.keys()
        if not is_complete or not (changed or self.instance.pk is None):
            return
        typed = Customer(
            organisation=self.organisation,
            number=cleaned["number"],
            name=cleaned["name"],
            remote_id=self.instance.remote_id,
        )
        if name := relation_of_another(typed):
            text = _(
                "In e-Boekhouden, %(code)s is relation “%(name)s”. Is it this customer? Otherwise "
                "choose another number, such as %(next)s."
            )
            told = {"code": typed.number, "name": name}
            self.ask("number", fill(text, told | {"next": next_free_number(self.organisation)}))

    def _ask_about_the_rate(self) -> None:
        others = self.organisation.customers.exclude(pk=self.instance.pk).exclude(hourly_rate=None)
        text = _(
            "%(amount)s is more than ten times what other customers have (%(usual)s). "
            "Is that right?"
        )
        rates = others.order_by("-pk").values_list("hourly_rate", flat=True)[:LAST]
        self.ask_if_unlikely("hourly_rate", text, others=rates)

    def _check_vat(self) -> None:
        """Check that the VAT rate fits the customer, unless nothing about it was changed."""
        cleaned = self.cleaned_data
        rate = cleaned.get("vat_rate")
        vat_fields = ("country", "is_business", "vat_number", "postal_code")
        if rate is None or not self._moves_vat():
            return
        if not {"vat_rate", *vat_fields} & set(self.errors):
            for field, text in rate.why_not_for(**{name: cleaned[name] for name in vat_fields}):
                self.add_error(field, text)

    def _moves_vat(self) -> bool:
        """Return whether a change can touch the VAT rate; not every postal code does."""
        if {"vat_rate", "country", "is_business", "vat_number"} & set(self.changed_data):
            return True
        country = self.cleaned_data.get("country", "")
        codes = (self.initial.get("postal_code", ""), self.cleaned_data.get("postal_code", ""))
        before, after = (where(country, code) for code in codes)
        return before != after

    def advice(self) -> Advice:
        """Return advice on the VAT fields as filled in."""
        names = ("vat_rate", "country", "is_business", "vat_number", "postal_code")
        typed = {name: self[name].value() for name in names}
        empty = ("", None)
        texts = {name: "" if value in empty else str(value) for name, value in typed.items()}
        return advice_for(self.organisation, texts)

    def _take(self, name: str, checked: Cleaned) -> None:
        if name in checked.refused:
            self.add_error(name, checked.refused[name])
        else:
            self.cleaned_data[name] = checked.values.get(name, self.cleaned_data[name])

    def _is_new(self, name: str, text: str) -> bool:
        """Return False for a stored value: an invalid import must not block other changes."""
        return bool(text) and text != self.initial.get(name)

    def _post_clean(self) -> None:
        """Validate the fields without changing the instance; editing.save_customer saves."""
        probe = Customer(organisation=self.organisation, **self.cleaned_data)
        unfilled = {field.name for field in Customer._meta.fields} - self.cleaned_data.keys()
        try:
            probe.clean_fields(exclude=unfilled)
        except ValidationError as error:
            self.add_error(None, error)


class ContactForm(HasPhone, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """One contact; an empty row is no contact."""

    class Meta:
        model = Contact
        fields = ("name", "email", "phone", "receives_invoices")

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("receives_invoices") and not cleaned.get("email"):
            self.add_error("email", _("An invoice can only be sent to an e-mail address."))
        return cleaned


class ContactFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # takes none at run time
    """The contacts of a customer, with two empty rows; an emptied name removes a contact."""

    row_name = gettext_lazy("Contact %(n)s")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_bound and self.initial:
            # A contact that somebody added since was no row of the page: its row there was empty.
            self.initial = self.initial[: max(0, self.initial_form_count())]

    def filled(self) -> list[dict[str, object]]:
        """Return the contacts to store."""
        return [
            {name: form.cleaned_data[name] for name in ContactForm.Meta.fields}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


def contact_forms(data: Any, customer: Customer | None) -> ContactFormSet:
    """Return the rows of contacts; bound if there is data."""
    stored = customer.contacts.all() if customer else []
    initial = [{name: getattr(one, name) for name in ContactForm.Meta.fields} for one in stored]
    factory = forms.formset_factory(
        ContactForm, formset=ContactFormSet, extra=2, max_num=50, can_delete=True
    )
    return cast(type[ContactFormSet], factory)(data, initial=initial, prefix="contacts")


class ImportForm(forms.Form):
    """The options of an import."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Existing customers"),
        choices=[
            (ImportMode.UPDATE, gettext_lazy("Add new customers and update existing ones")),
            (ImportMode.ONLY_NEW, gettext_lazy("Only add new customers")),
        ],
        initial=ImportMode.UPDATE,
        widget=forms.RadioSelect,
    )
