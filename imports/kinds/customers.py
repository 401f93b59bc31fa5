"""Files of customers."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Language
from customers.cleaning import BY_COUNTRY, clean_by_country
from customers.editing import next_free_number
from customers.models import Customer
from lib.addresses import split_addresses
from lib.amounts import AmountField
from lib.countries import HOME, country_name
from lib.folding import fold
from lib.form_fields import LineField
from lib.identifiers import clean_phone
from vat.models import VatRate

from ..cells import Address, Amount, Choice, Name, Text
from .base import Context, Field, Plan, ReadRow
from .records import RecordKind

VAT_FIELDS = ("country", "is_business", "vat_number", "postal_code")


class _Addresses:
    """The clean of the form's field: of several addresses the first is that of the customer."""

    def clean(self, text: str) -> str:
        found = split_addresses(LineField(max_length=150).clean(text))
        if len(found) > 1:
            raise ValidationError(_("Leave one e-mail address; add contacts for the others."))
        return found[0] if found else ""


class _Phone:
    """The clean of a phone number."""

    def clean(self, text: str) -> str:
        return clean_phone(LineField(max_length=50).clean(text))


class _Country(Text):
    """A country: stored as its code, shown by its name."""

    def shown(self, value: Any) -> str:
        return country_name(value) if value else ""


def _line(
    name: str, label: Any, headings: tuple[str, ...], example: str = "", **more: Any
) -> Field:
    field = cast(Any, Customer._meta.get_field(name)).formfield()
    return Field(name, label, Text(field), headings, example=example, **more)


FIELDS = (
    _line("number", gettext_lazy("Customer number"),
          ("klantnummer", "nummer", "number", "customer number", "relatiecode", "code",
           "debiteurnummer", "relatienummer"), "K00102"),
    _line("name", gettext_lazy("Name"),
          ("naam", "name", "bedrijf", "bedrijfsnaam", "klant", "klantnaam", "customer", "company"),
          "Bakkerij Van Dam", is_required=True),
    Field("is_business", gettext_lazy("Kind"),
          Choice({True: ("zakelijk", "business", "bedrijf", "b"),
                  False: ("particulier", "private", "prive", "p")},
                 {True: gettext_lazy("Business"), False: pgettext_lazy("customer", "Private")}),
          ("soort", "type", "kind", "bp"), example="Zakelijk"),
    _line("contact_name", gettext_lazy("Contact person"),
          ("contactpersoon", "contact", "contact person", "t.a.v.", "ter attentie van"),
          "Anna van Dam"),
    Field("email", gettext_lazy("E-mail address"), Address(_Addresses()),
          ("e-mail", "email", "e-mailadres", "mail", "e-mail address"),
          example="anna@vandam.example"),
    Field("phone", gettext_lazy("Phone"), Text(_Phone()),
          ("telefoon", "telefoonnummer", "phone", "tel", "mobiel"), example="0570 12 34 56"),
    _line("address", gettext_lazy("Street and number"),
          ("adres", "address", "straat", "straat en huisnummer", "street"), "Marktstraat 7"),
    _line("postal_code", gettext_lazy("Postal code"),
          ("postcode", "postal code", "zip", "zip code"), "8011 LN"),
    _line("city", gettext_lazy("City"), ("plaats", "stad", "woonplaats", "city"), "Zwolle"),
    Field("country", gettext_lazy("Country"),
          _Country(cast(Any, Customer._meta.get_field("country")).formfield()),
          ("land", "country", "landcode"), example="Nederland"),
    _line("coc_number", gettext_lazy("Chamber of Commerce number"),
          ("kvk", "kvk-nummer", "kvknummer", "kvk nummer", "coc", "coc number")),
    _line("vat_number", gettext_lazy("VAT number"),
          ("btw-nummer", "btwnummer", "btw nummer", "vat number", "btw-id")),
    _line("iban", gettext_lazy("IBAN"), ("iban", "rekeningnummer", "bankrekening")),
    Field("payment_term", gettext_lazy("Payment term in days"),
          Amount(cast(AmountField, Customer._meta.get_field("payment_term").formfield())),
          ("betaaltermijn", "betalingstermijn", "payment term", "termijn"), example="30"),
    Field("hourly_rate", gettext_lazy("Hourly rate"), Amount(AmountField(max_digits=8)),
          ("uurtarief", "tarief", "hourly rate", "rate"), example="95,00"),
    Field("vat_rate", gettext_lazy("VAT rate"), Name(), ("btw", "btw-tarief", "vat rate"),
          directory="vat_rate"),
    Field("language", gettext_lazy("Language"),
          Choice({Language.DUTCH: ("nl", "nederlands", "dutch"),
                  Language.ENGLISH: ("en", "engels", "english")},
                 {one: one.label for one in Language}),
          ("taal", "language")),
    _line("notes", gettext_lazy("Notes"), ("notities", "notes", "opmerkingen", "memo")),
)  # fmt: skip


class CustomersKind(RecordKind):
    """Files of customers, found by number, else by name."""

    key = "customers"
    model = Customer
    key_field = "name"
    stored = (
        "number", "name", "is_business", "contact_name", "email", "phone", "address",
        "postal_code", "city", "country", "coc_number", "vat_number", "iban", "payment_term",
        "hourly_rate", "vat_rate_id", "language", "notes",
    )  # fmt: skip

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def existing(self, context: Context) -> Mapping[Any, Any]:
        rows = list(context.organisation.customers.select_related("vat_rate").order_by("-pk"))
        self._next = int(next_free_number(context.organisation)[1:])
        self._rates = {rate.pk: rate for rate in context.organisation.vat_rates.all()}
        by_name = {("name", fold(one.name)): one for one in rows}
        return by_name | {("number", one.number.strip().lower()): one for one in rows}

    def key_of(self, row: ReadRow) -> Any:
        if number := row.values.get("number"):
            return "number", number.strip().lower()
        return "name", fold(row.values["name"])

    def cleaned(self, row: ReadRow, stored: Any, context: Context) -> dict[str, Any]:
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        if stored is not None and values.pop("number", None):
            row.values["number"] = stored.number  # found by it
        rate: VatRate | None = self._rates.get(values.pop("vat_rate", 0))
        texts = {name: str(values.get(name) or "") for name in BY_COUNTRY}
        if not texts["country"]:
            texts["country"] = stored.country if stored is not None else HOME
            values["country"] = texts["country"]
        checked = clean_by_country(texts)
        for name, text in texts.items():
            if name in values and name in checked.refused:
                row.errors[name] = checked.refused[name]
            elif name in values and text:
                values[name] = checked.values.get(name, values[name])
        if rate is not None:
            values["vat_rate_id"] = rate.pk
            self._check_rate(row, rate, values, stored)
        return values

    @staticmethod
    def _check_rate(row: ReadRow, rate: VatRate, values: dict[str, Any], stored: Any) -> None:
        """Refuse a VAT rate that the customer cannot have, as the form does."""
        customer = stored if stored is not None else Customer()
        about = {name: values.get(name, getattr(customer, name)) for name in VAT_FIELDS}
        for _name, text in rate.why_not_for(**about):
            row.errors["vat_rate"] = text

    def new(self, row: ReadRow, values: dict[str, Any], context: Context) -> Any:
        if not values.get("number"):
            values["number"] = f"K{self._next:05d}"
            self._next += 1
        return Customer(organisation=context.organisation, created_at=context.now, **values)

    def shown(self, name: str, value: Any) -> str:
        if name == "vat_rate_id":
            return str(self._rates[value]) if value in self._rates else ""
        return super().shown(name, value)

    def store_changed(self, plans: list[Plan], names: Any, context: Context) -> None:
        super().store_changed(plans, {name.removesuffix("_id") for name in names}, context)
