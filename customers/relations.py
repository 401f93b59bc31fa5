"""Map a customer to a relation in e-Boekhouden and back."""

import sys
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Field
from django.utils.translation import gettext as _

from integrations.eboekhouden.facts.characters import sendable
from integrations.eboekhouden.facts.limits import RELATION, length_of
from integrations.eboekhouden.messages import Relation
from lib.countries import country_code, dutch_name

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


def fields_from_relation(relation: Relation) -> dict[str, object]:
    """Return the customer fields of this relation, with values that can be stored.

    An invalid e-mail address becomes empty, and a text that is too long is cut: see `remarks`.
    """
    return {name: _fit(name, value) for name, value in _raw(relation).items()}


def remarks(relation: Relation) -> list[str]:
    """Return what `fields_from_relation` had to change, in words."""
    raw, fitted = _raw(relation), fields_from_relation(relation)
    found = []
    for name, value in raw.items():
        if name == "email" and value and not fitted[name]:
            found.append(_("imported without e-mail: “%(email)s” is no address") % {"email": value})
        elif value != fitted[name]:
            found.append(_("%(field)s was too long and is cut off") % {"field": label(name)})
    return found


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


def _raw(relation: Relation) -> dict[str, object]:
    return {
        "number": relation.code.strip(),
        "is_business": relation.business,
        "email": relation.email.strip(),
        "phone": (relation.phone or relation.mobile).strip(),
        **{name: country_code(getattr(relation, name)) for name in COUNTRIES},
        **{name: getattr(relation, name).strip() for name in SAME_NAMES},
    }


def _fit(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name == "email":
        return value if _is_email(value) else ""
    return value[: _longest(name)].strip()


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= _longest("email")


def _longest(name: str) -> int:
    """Return the maximum length of a text field."""
    return _field(name).max_length or sys.maxsize


def _field(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", Customer._meta.get_field(name))
