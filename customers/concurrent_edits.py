"""Notice that a customer changed after its page was opened, and keep what both people typed.

The page carries the version that it showed: a digest of the fields, and one of each contact. The
contacts are stored anew with every change, so that their ids say nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from lib.formats import amount

from .models import Contact, Customer

CONTACT_FIELDS = ("name", "email", "phone", "receives_invoices")
DIGITS = 16


class ChangedMeanwhile(Exception):
    """The customer is no longer as the page showed it; nothing was written."""


@dataclass(frozen=True)
class Difference:
    """A field of which another value is stored than was typed: its label, and that value."""

    label: str
    shown: str


def version_of(customer: Customer) -> str:
    """Return a text that differs as soon as a field of the form, or a contact, is another."""
    names = [field.attname for field in Customer._meta.concrete_fields if field.editable]
    own = _digest([getattr(customer, name) for name in names])
    return ".".join([own, *sorted(map(_digest_of, _contacts(customer)))])


def hold(customer: Customer, *, version: str) -> None:
    """Lock the customer until the end of the transaction. Raises ChangedMeanwhile.

    An empty version is that of a page which does not say what it showed.
    """
    stored = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
    if stored is None or (version and version != version_of(stored)):
        raise ChangedMeanwhile


def with_contacts_of_others(typed: QueryDict, customer: Customer) -> QueryDict:
    """Return what was typed, followed by the contacts that somebody else added or changed.

    It has the version of now: whoever saves it has seen what is stored.
    """
    joined = typed.copy()
    seen = set(typed.get("version", "").split(".")[1:])
    rows = int(str(typed["contacts-TOTAL_FORMS"]))
    for contact in _contacts(customer):
        if _digest_of(contact) not in seen:
            for name, value in contact.items():
                joined[f"contacts-{rows}-{name}"] = str(value or "")
            rows += 1
    joined["contacts-TOTAL_FORMS"] = str(rows)
    joined["version"] = version_of(customer)
    return joined


def differences_with(form: "forms.ModelForm[Customer]", typed: QueryDict) -> list[Difference]:
    """Return what is stored in the fields of the customer where something else was typed.

    The contacts are among them if they are others than the page showed.
    """
    found = [Difference(str(form[name].label), _shown(form, name)) for name in form.changed_data]
    stored = _contacts(form.instance)
    if sorted(map(_digest_of, stored)) != typed.get("version", "").split(".")[1:]:
        names = ", ".join(str(one["name"]) for one in stored)
        found.append(Difference(_("Contacts"), names or "—"))
    return found


def _shown(form: "forms.ModelForm[Customer]", name: str) -> str:
    value = form.get_initial_for_field(form.fields[name], name)
    choices = getattr(form.fields[name].widget, "choices", ())
    pairs: Iterable[tuple[Any, Any]] = flatten_choices(choices)
    labels = {str(key): str(label) for key, label in pairs}
    if isinstance(value, Decimal):
        return amount(value)
    text = "" if value is None else str(value)
    return labels.get(text, text) or "—"


def _contacts(customer: Customer) -> list[dict[str, Any]]:
    rows = Contact.objects.filter(customer=customer.pk).order_by("name", "pk")
    return list(rows.values(*CONTACT_FIELDS))


def _digest_of(contact: Mapping[str, Any]) -> str:
    return _digest(contact[name] for name in CONTACT_FIELDS)


def _digest(values: Iterable[object]) -> str:
    text = json.dumps(list(values), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
