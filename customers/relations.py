"""Map a customer to a relation in e-Boekhouden and back."""

import sys
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils.translation import gettext as _

from integrations.eboekhouden.facts.characters import sendable
from integrations.eboekhouden.facts.limits import RELATION, length_of
from integrations.eboekhouden.messages import Relation
from lib.addresses import split_addresses
from lib.countries import dutch_name
from lib.identifiers import clean_phone
from lib.text import clean_line

from .cleaning import clean_by_country
from .models import Customer

SAME_NAMES = (
    "name",
    "contact_name",
    "address",
    "postal_code",
    "city",
    "postal_address",
    "postal_postal_code",
    "postal_city",
    "coc_number",
    "vat_number",
    "iban",
    "notes",
)
COUNTRIES = ("country", "postal_country")
# Fields that an import reads; e-Boekhouden does not have the other fields.
FIELDS = ("number", "is_business", "email", "phone", *COUNTRIES, *SAME_NAMES)


def label(name: str) -> str:
    """Return the name of a field for use in a sentence."""
    verbose = str(_field(name).verbose_name)
    part_of_postal = name.startswith("postal_") and name not in ("postal_code", "postal_address")
    return _("postal address: %(part)s") % {"part": verbose} if part_of_postal else verbose


@dataclass(frozen=True)
class RelationFields:
    """The fields of a relation as they can be stored, and what had to be changed, in words.

    `invoice_addresses` are the e-mail addresses of a relation that has several in one field.
    `unread` are the fields whose text is stored as it was written, because nobody could read it.
    """

    values: dict[str, object]
    remarks: list[str]
    invoice_addresses: list[str]
    unread: frozenset[str]

    def values_for(self, customer: Customer) -> dict[str, object]:
        """Return the values to merge into a customer: what was not read replaces nothing."""
        lost = {name for name in self.unread if getattr(customer, name)}
        return {name: "" if name in lost else value for name, value in self.values.items()}


def own_code(code: str) -> str:
    """Return the code of a relation as it is sent back: to the letter, capitals and blanks too.

    Without outer blanks where it cannot be sent as it is.
    """
    is_fit = sendable(code) == code and length_of(code) <= RELATION["code"]
    return code if is_fit else code.strip()[: RELATION["code"]]


def fields_from_relation(relation: Relation) -> RelationFields:
    """Clean the fields of a relation by the rules of the customer form.

    A value that cannot be cleaned becomes empty, so that a good one here stays. A country that
    nobody knows and what is no phone number are kept, because a reader may know what they mean. A
    text that is too long is cut.
    """
    raw = _raw(relation)
    cleaned = clean_by_country(raw)
    texts = {**raw, **cleaned.values}
    remarks = [
        _unread(name, raw[name], why)
        if name in COUNTRIES
        else _("%(field)s “%(text)s” was not taken over: %(why)s")
        % {"field": label(name), "text": raw[name], "why": why}
        for name, why in cleaned.refused.items()
    ]
    texts |= {name: raw[name] if name in COUNTRIES else "" for name in cleaned.refused}
    texts["email"], invoice_addresses = _addresses(relation, remarks)
    unread = {name for name in cleaned.refused if name in COUNTRIES}
    try:
        texts["phone"] = clean_phone(raw["phone"]) if raw["phone"] else ""
    except ValidationError as error:
        unread.add("phone")
        remarks.append(_unread("phone", raw["phone"], " ".join(error.messages)))
    values: dict[str, object] = {name: _fit(name, text) for name, text in texts.items()}
    remarks += [
        _("%(field)s was too long and is cut off") % {"field": label(name)}
        for name, text in texts.items()
        if text != values[name]
    ]
    marked = _marked(relation)
    remarks += [
        _("%(field)s had characters that cannot be read; they were left out: check it")
        % {"field": label(name)}
        for name in raw
        if name in marked
    ]
    return RelationFields(
        values={**values, "is_business": relation.business},
        remarks=remarks,
        invoice_addresses=invoice_addresses,
        unread=frozenset(unread),
    )


def _unread(name: str, text: str, why: str) -> str:
    """Return the remark on a value that nobody could read."""
    sentence = _("check %(field)s “%(text)s”: %(why)s")
    return sentence % {"field": label(name), "text": text, "why": why}


def _addresses(relation: Relation, remarks: list[str]) -> tuple[str, list[str]]:
    """Return the first e-mail address, and all if there are several."""
    try:
        found = split_addresses(relation.email)
    except ValidationError:
        text = _("imported without e-mail: “%(email)s” is no address")
        remarks.append(text % {"email": clean_line(relation.email)})
        return "", []
    if len(found) > 1:
        remarks.append(_("has several e-mail addresses: all receive the invoices"))
    return (found[0] if found else ""), (found if len(found) > 1 else [])


def relation_from_customer(customer: Customer, *, correlation_id: str) -> Relation:
    """Return the relation to add to e-Boekhouden for this customer.

    `correlation_id` later proves that we added it. Texts are cut to the limits of the service; our
    own notes are not sent.
    """
    texts: dict[str, str] = {n: getattr(customer, n) for n in SAME_NAMES if n != "notes"}
    texts |= {name: dutch_name(getattr(customer, name)) for name in COUNTRIES}
    texts["phone"] = customer.phone
    email = customer.email if length_of(customer.email) <= RELATION["email"] else ""
    fields: dict[str, Any] = {
        name: shortened(_line(text), RELATION[name]) for name, text in texts.items()
    }
    return Relation(
        code=customer.number,
        business=customer.is_business,
        email=email,
        correlation_id=correlation_id,
        **fields,
    )


def shortened(text: str, limit: int) -> str:
    """Return the beginning of the text that fits, counted as the service counts characters."""
    while length_of(text) > limit:
        text = text[:-1]
    return text


def _line(text: str) -> str:
    """Return the text on one line: the service accepts no line breaks in most fields."""
    return " ".join(sendable(text).split())


def _raw(relation: Relation) -> dict[str, str]:
    """Return the texts by field, as a person would read them."""
    texts = {name: getattr(relation, name) for name in (*COUNTRIES, *SAME_NAMES)}
    texts |= {"number": relation.code, "phone": relation.phone or relation.mobile}
    return {name: _field(name).to_python(text) for name, text in texts.items()}


def _marked(relation: Relation) -> set[str]:
    """Return our fields that lost characters which XML forbids."""
    names = {"code": "number", "mobile": "phone"}
    return {names.get(name, name) for name in relation.marked}


def _fit(name: str, text: str) -> str:
    return text[: _longest(name)].strip()


def _longest(name: str) -> int:
    """Return the maximum length of a text field."""
    return _field(name).max_length or sys.maxsize


@cache
def _field(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", Customer._meta.get_field(name))
