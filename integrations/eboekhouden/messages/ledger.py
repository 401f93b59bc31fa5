"""Read-only records: open items, ledger accounts, cost centres, administrations."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import fields

DEBTORS = {"OpSoort": "Debiteuren"}
ALL_ACCOUNTS = {"cFilter": {"ID": 0}}
ALL_COST_CENTRES: dict[str, dict[str, int]] = {"cFilter": {}}


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """An invoice that has not been paid in full; amounts in euros, including VAT."""

    date: date
    number: str
    relation_code: str
    relation_name: str
    amount: Decimal
    paid: Decimal
    open_amount: Decimal

    @classmethod
    def from_service(cls, row: fields.Row) -> "OpenItem":
        """Read an open item of GetOpenPosten."""
        return cls(
            date=fields.read_day(row, "MutDatum"),
            number=fields.read_text(row, "MutFactuur"),
            relation_code=fields.read_text(row, "RelCode"),
            relation_name=fields.read_text(row, "RelBedrijf"),
            amount=fields.read_amount(row, "Bedrag"),
            paid=fields.read_amount(row, "Voldaan"),
            open_amount=fields.read_amount(row, "Openstaand"),
        )


@dataclass(frozen=True, kw_only=True)
class LedgerAccount:
    """A ledger account; `category` is the service's word, such as VW, DEB or BAL."""

    id: int
    code: str
    name: str
    category: str

    @classmethod
    def from_service(cls, row: fields.Row) -> "LedgerAccount":
        """Read a ledger account of GetGrootboekrekeningen."""
        return cls(
            id=fields.read_whole(row, "ID"),
            code=fields.read_text(row, "Code"),
            name=fields.read_text(row, "Omschrijving"),
            category=fields.read_text(row, "Categorie"),
        )


@dataclass(frozen=True, kw_only=True)
class CostCentre:
    """A cost centre; `parent_id` is 0 at the top level."""

    id: int
    name: str
    parent_id: int

    @classmethod
    def from_service(cls, row: fields.Row) -> "CostCentre":
        """Read a cost centre of GetKostenplaatsen."""
        return cls(
            id=fields.read_whole(row, "KostenplaatsId"),
            name=fields.read_text(row, "Omschrijving"),
            parent_id=row.get("KostenplaatsParentId") or 0,
        )


@dataclass(frozen=True, kw_only=True)
class Administration:
    """An administration of these credentials; `guid` equals its second security code."""

    name: str
    city: str
    guid: str

    @classmethod
    def from_service(cls, row: fields.Row) -> "Administration":
        """Read an administration of GetAdministraties."""
        return cls(
            name=fields.read_text(row, "Bedrijf"),
            city=fields.read_text(row, "Plaats"),
            guid=fields.read_text(row, "Guid"),
        )

    def __repr__(self) -> str:
        return f"Administration(name={self.name!r}, city={self.city!r})"


def open_items_in(answer: fields.Row) -> list[OpenItem]:
    """Return the open items in an answer of GetOpenPosten."""
    return [OpenItem.from_service(row) for row in fields.read_rows(answer, "Openposten")]


def ledger_accounts_in(answer: fields.Row) -> list[LedgerAccount]:
    """Return the accounts in an answer of GetGrootboekrekeningen."""
    return [LedgerAccount.from_service(row) for row in fields.read_rows(answer, "Rekeningen")]


def cost_centres_in(answer: fields.Row) -> list[CostCentre]:
    """Return the cost centres in an answer of GetKostenplaatsen."""
    return [CostCentre.from_service(row) for row in fields.read_rows(answer, "Kostenplaatsen")]


def administrations_in(answer: fields.Row) -> list[Administration]:
    """Return the administrations in an answer of GetAdministraties."""
    rows = fields.read_rows(answer, "Administraties")
    return [Administration.from_service(row) for row in rows]
