"""Relations: the customers in e-Boekhouden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from ..errors import MessageInvalid, OutcomeUnknown
from ..facts import limits
from ..reading import MARKED
from . import fields

# Our name and the service's name of each text field. The last free field holds our correlation id.
_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "code": "Code",
        "name": "Bedrijf",
        "contact_name": "Contactpersoon",
        "address": "Adres",
        "postal_code": "Postcode",
        "city": "Plaats",
        "country": "Land",
        "postal_address": "Adres2",
        "postal_postal_code": "Postcode2",
        "postal_city": "Plaats2",
        "postal_country": "Land2",
        "phone": "Telefoon",
        "mobile": "GSM",
        "email": "Email",
        "website": "Site",
        "notes": "Notitie",
        "vat_number": "BTWNummer",
        "coc_number": "KvkNummer",
        "iban": "IBAN",
        "bic": "BIC",
        "correlation_id": "Def10",
    }
)
_REQUIRED = frozenset({"code", "name"})
_MULTILINE = frozenset({"notes", "address", "postal_address"})


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A customer; `id` is assigned by the service, and 0 before the relation exists.

    `raw` is the record as it was read, so that an update of one field does not clear the others.
    """

    code: str
    name: str
    id: int = 0
    business: bool = True
    contact_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    postal_address: str = ""
    postal_postal_code: str = ""
    postal_city: str = ""
    postal_country: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    website: str = ""
    notes: str = ""
    vat_number: str = ""
    coc_number: str = ""
    iban: str = ""
    bic: str = ""
    correlation_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def marked(self) -> frozenset[str]:
        """The fields from which characters were dropped that XML forbids."""
        lost = self.raw.get(MARKED)
        if not lost:
            return frozenset()
        return frozenset(name for name, remote_name in _TEXTS.items() if remote_name in lost)

    @classmethod
    def from_service(cls, row: fields.Row) -> "Relation":
        """Read a relation of GetRelaties."""
        return cls(
            id=fields.read_whole(row, "ID"),
            business=_is_business(row),
            raw=dict(row),
            **{name: fields.read_text(row, remote_name) for name, remote_name in _TEXTS.items()},
        )

    def to_service(self, *, today: date) -> dict[str, Any]:
        """Return the argument of AddRelatie, without empty fields."""
        texts = {remote_name: value for remote_name, value in self._texts().items() if value}
        return {
            "oRel": {
                "ID": 0,
                "AddDatum": fields.day("today", today),
                "BP": self._kind(),
                "Gb_ID": 0,
                "GeenEmail": 0,
                "NieuwsbriefgroepenCount": 0,
                **texts,
            }
        }

    def to_replacement(self) -> dict[str, Any]:
        """Return the argument of UpdateRelatie: the record as read, with our changes."""
        if not self.id or self.raw.get("ID") != self.id:
            raise MessageInvalid("id", "is not that of a relation that was read before")
        kept = {
            name: value for name, value in self.raw.items() if value is not None and name != MARKED
        }
        changed = self._texts(
            name
            for name, remote_name in _TEXTS.items()
            if getattr(self, name) != fields.read_text(self.raw, remote_name)
        )
        kind = {} if self.business == _is_business(self.raw) else {"BP": self._kind()}
        return {"oRel": {**kept, **changed, **kind}}

    def _texts(self, names: Iterable[str] = tuple(_TEXTS)) -> dict[str, str]:
        return {
            _TEXTS[name]: fields.text(
                name,
                getattr(self, name),
                limits.RELATION.get(name),
                required=name in _REQUIRED,
                multiline=name in _MULTILINE,
            )
            for name in names
        }

    def _kind(self) -> str:
        return "B" if self.business else "P"


def _is_business(row: fields.Row) -> bool:
    return fields.read_text(row, "BP").strip().upper() != "P"


def relation_filter(*, code: str = "", keyword: str = "") -> dict[str, Any]:
    """Return the argument of GetRelaties; without code and keyword it asks for all relations."""
    filters: dict[str, Any] = {"ID": 0}
    if keyword:
        filters["Trefwoord"] = fields.text("keyword", keyword)
    if code:
        filters["Code"] = fields.text("code", code, limits.RELATION["code"], required=True)
    return {"cFilter": filters}


def relations_in(answer: fields.Row) -> list[Relation]:
    """Return the relations in an answer of GetRelaties."""
    return [Relation.from_service(row) for row in fields.read_rows(answer, "Relaties")]


def relation_id_in(answer: fields.Row) -> int:
    """Return the id in an answer of AddRelatie; OutcomeUnknown if there is none."""
    number = answer.get("Rel_ID")
    if not number or number < 0:
        raise OutcomeUnknown("no-number")
    return int(number)
