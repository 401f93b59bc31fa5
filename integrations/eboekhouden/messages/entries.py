"""Ledger entries; we add sales entries only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..errors import MessageInvalid, OutcomeUnknown
from ..facts import limits
from . import fields


class EntryKind(StrEnum):
    """The kind of a ledger entry; the values are the service's words."""

    OPENING_BALANCE = "OpeningsSaldo"
    PURCHASE = "FactuurOntvangen"
    SALE = "FactuurVerstuurd"
    PAYMENT_RECEIVED = "FactuurbetalingOntvangen"
    PAYMENT_SENT = "FactuurbetalingVerstuurd"
    MONEY_RECEIVED = "GeldOntvangen"
    MONEY_SPENT = "GeldUitgegeven"
    MEMORIAL = "Memoriaal"


@dataclass(frozen=True, kw_only=True)
class SalesEntryLine:
    """Amounts in euros for one ledger account and VAT code; the percentage is 21, not 0.21."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    vat_code: str
    vat_percentage: Decimal
    ledger_account: str
    cost_centre_id: int = 0

    @classmethod
    def from_service(cls, row: fields.Row) -> "SalesEntryLine":
        """Read a line of an entry."""
        return cls(
            net=fields.read_amount(row, "BedragExclBTW"),
            vat=fields.read_amount(row, "BedragBTW"),
            gross=fields.read_amount(row, "BedragInclBTW"),
            vat_code=fields.read_text(row, "BTWCode"),
            vat_percentage=fields.read_amount(row, "BTWPercentage"),
            ledger_account=fields.read_text(row, "TegenrekeningCode"),
            cost_centre_id=row.get("KostenplaatsID") or 0,
        )

    def to_service(self, number: int) -> dict[str, Any]:
        """Return the line for AddMutatie; `number` is its position, for error messages."""
        at = f"lines[{number}]"
        net = fields.amount(f"{at}.net", self.net)
        vat = fields.amount(f"{at}.vat", self.vat)
        gross = fields.amount(f"{at}.gross", self.gross)
        if net + vat != gross:
            raise MessageInvalid(f"{at}.gross", "is not the net amount plus VAT")
        return {
            "BedragInvoer": net,
            "BedragExclBTW": net,
            "BedragBTW": vat,
            "BedragInclBTW": gross,
            "BTWCode": self._text(at, "vat_code"),
            "BTWPercentage": fields.amount(f"{at}.vat_percentage", self.vat_percentage),
            "TegenrekeningCode": self._text(at, "ledger_account"),
            "KostenplaatsID": fields.whole(f"{at}.cost_centre_id", self.cost_centre_id),
        }

    def _text(self, at: str, name: str) -> str:
        return fields.text(f"{at}.{name}", getattr(self, name), limits.LINE[name], required=True)


@dataclass(frozen=True, kw_only=True)
class SalesEntry:
    """An invoice created outside e-Boekhouden, to be added to the ledger; amounts exclude VAT."""

    number: str
    relation_code: str
    date: date
    payment_term: int
    debtor_account: str
    description: str
    document: str
    lines: Sequence[SalesEntryLine]

    def to_service(self) -> dict[str, Any]:
        """Return the argument of AddMutatie."""
        fields.check_count(self.lines)
        return {
            "oMut": {
                "MutatieNr": 0,
                "Soort": EntryKind.SALE.value,
                "Datum": fields.day("date", self.date),
                "Rekening": self._text("debtor_account", required=True),
                "RelatieCode": self._text("relation_code", required=True),
                "Factuurnummer": self._text("number", required=True),
                "Boekstuk": self._text("document"),
                "Omschrijving": self._text("description", required=True),
                "Betalingstermijn": str(fields.payment_term(self.payment_term)),
                "InExBTW": "EX",
                "MutatieRegels": {
                    "cMutatieRegel": [
                        line.to_service(n) for n, line in enumerate(self.lines, start=1)
                    ]
                },
            }
        }

    def _text(self, name: str, *, required: bool = False) -> str:
        return fields.text(name, getattr(self, name), limits.ENTRY[name], required=required)


@dataclass(frozen=True, kw_only=True)
class BookedEntry:
    """An entry in e-Boekhouden; `kind` is an EntryKind, or a word that we do not know."""

    entry_number: int
    kind: str
    date: date
    account: str
    relation_code: str
    invoice_number: str
    document: str
    description: str
    payment_term: str
    lines: tuple[SalesEntryLine, ...]

    @classmethod
    def from_service(cls, row: fields.Row) -> "BookedEntry":
        """Read an entry of GetMutaties."""
        lines = fields.read_rows(row, "MutatieRegels")
        return cls(
            entry_number=fields.read_whole(row, "MutatieNr"),
            kind=fields.read_text(row, "Soort"),
            date=fields.read_day(row, "Datum"),
            account=fields.read_text(row, "Rekening"),
            relation_code=fields.read_text(row, "RelatieCode"),
            invoice_number=_invoice_number(row, lines),
            document=fields.read_text(row, "Boekstuk"),
            description=fields.read_text(row, "Omschrijving"),
            payment_term=fields.read_text(row, "Betalingstermijn"),
            lines=tuple(map(SalesEntryLine.from_service, lines)),
        )

    @property
    def gross(self) -> Decimal:
        """Return the total of the lines, including VAT."""
        return sum((line.gross for line in self.lines), Decimal("0.00"))


def _invoice_number(row: fields.Row, lines: Sequence[fields.Row]) -> str:
    """Return the invoice number; payments have it on their lines only."""
    candidates = [row, *lines]
    return next((n for c in candidates if (n := fields.read_text(c, "Factuurnummer"))), "")


def entry_filter(
    *, since: date, until: date, number: str = "", ids: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Return the argument of GetMutaties; both days are included and required."""
    filters: dict[str, Any] = {
        "MutatieNr": 0,
        "DatumVan": fields.day("since", since),
        "DatumTm": fields.day("until", until),
    }
    if number:
        filters["Factuurnummer"] = fields.text(
            "number", number, limits.ENTRY["number"], required=True
        )
    if ids:
        filters["MutatieNrVan"], filters["MutatieNrTm"] = ids
    return {"cFilter": filters}


def entries_in(answer: fields.Row, *, most: int = limits.MAX_ENTRY_ROWS) -> list[BookedEntry]:
    """Return the entries in an answer of GetMutaties; OutcomeUnknown if some may be missing."""
    rows = fields.read_rows(answer, "Mutaties")
    if len(rows) >= most:
        raise OutcomeUnknown("row-cap")
    return [BookedEntry.from_service(row) for row in rows]


def entry_number_in(answer: fields.Row) -> int:
    """Return the number in an answer of AddMutatie; OutcomeUnknown if there is none."""
    number = answer.get("Mutatienummer")
    if not number or number < 0:
        raise OutcomeUnknown("no-number")
    return int(number)
