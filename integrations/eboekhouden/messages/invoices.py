"""Invoices of the invoicing module."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..errors import MessageInvalid, OutcomeUnknown
from ..facts import limits
from . import fields


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """A line; `price` is per unit and excludes VAT."""

    quantity: Decimal
    unit: str
    code: str
    description: str
    price: Decimal
    vat_code: str
    ledger_account: str
    cost_centre_id: int = 0

    @property
    def net(self) -> Decimal:
        """Quantity × price, in euros rounded half up to the cent."""
        return (self.quantity * self.price).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @classmethod
    def from_service(cls, row: fields.Row) -> "InvoiceLine":
        """Read a line of an invoice."""
        return cls(
            quantity=fields.read_quantity(row, "Aantal"),
            unit=fields.read_text(row, "Eenheid"),
            code=fields.read_text(row, "Code"),
            description=fields.read_text(row, "Omschrijving"),
            price=fields.read_quantity(row, "PrijsPerEenheid"),
            vat_code=fields.read_text(row, "BTWCode"),
            ledger_account=fields.read_text(row, "TegenrekeningCode"),
            cost_centre_id=row.get("KostenplaatsID") or 0,
        )

    def to_service(self, number: int) -> dict[str, Any]:
        """Return the line for AddFactuur; `number` is its position, for error messages."""
        at = f"lines[{number}]"
        if self.unit not in limits.UNITS:
            raise MessageInvalid(f"{at}.unit", f"is not one of {', '.join(limits.UNITS[1:])}")
        return {
            "Aantal": fields.amount(f"{at}.quantity", self.quantity),
            "Eenheid": self.unit,
            "Code": self._text(at, "code"),
            "Omschrijving": fields.text(
                f"{at}.description", self.description, required=True, multiline=True
            ),
            "PrijsPerEenheid": fields.amount(f"{at}.price", self.price),
            "BTWCode": self._text(at, "vat_code"),
            "TegenrekeningCode": self._text(at, "ledger_account"),
            "KostenplaatsID": fields.whole(f"{at}.cost_centre_id", self.cost_centre_id),
        }

    def _text(self, at: str, name: str) -> str:
        return fields.text(f"{at}.{name}", getattr(self, name), limits.LINE[name], required=True)


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An invoice to be created; without a number e-Boekhouden assigns one.

    `book` also adds it to the ledger, under `entry_description`.
    """

    number: str
    relation_code: str
    date: date
    payment_term: int
    template: str
    lines: Sequence[InvoiceLine]
    book: bool = False
    entry_description: str = ""

    def to_service(self) -> dict[str, Any]:
        """Return the argument of AddFactuur, without e-mail and direct debit by e-Boekhouden."""
        fields.check_count(self.lines)
        day = fields.day("date", self.date)
        number = {"Factuurnummer": self._text("number")} if self.number else {}
        return {
            "oFact": {
                **number,
                "Relatiecode": self._text("relation_code", required=True),
                "Datum": day,
                "Betalingstermijn": fields.payment_term(self.payment_term),
                "Factuursjabloon": self._text("template", required=True),
                "PerEmailVerzenden": False,
                "AutomatischeIncasso": False,
                # The field is required, although there is no mandate.
                "IncassoMachtigingDatumOndertekening": day,
                "IncassoMachtigingFirst": False,
                "InBoekhoudingPlaatsen": self.book,
                "BoekhoudmutatieOmschrijving": self._text("entry_description", required=self.book),
                "Regels": {
                    "cFactuurRegel": [
                        line.to_service(n) for n, line in enumerate(self.lines, start=1)
                    ]
                },
            }
        }

    def _text(self, name: str, *, required: bool = False) -> str:
        return fields.text(name, getattr(self, name), limits.INVOICE[name], required=required)


@dataclass(frozen=True, kw_only=True)
class BookedInvoice:
    """An invoice in e-Boekhouden; `pdf_url` opens it for anyone who knows the URL."""

    number: str
    relation_code: str
    date: date
    payment_term: int
    net: Decimal
    vat: Decimal
    gross: Decimal
    open_amount: Decimal
    pdf_url: str
    lines: tuple[InvoiceLine, ...]

    @classmethod
    def from_service(cls, row: fields.Row) -> "BookedInvoice":
        """Read an invoice of GetFacturen."""
        return cls(
            number=fields.read_text(row, "Factuurnummer"),
            relation_code=fields.read_text(row, "Relatiecode"),
            date=fields.read_day(row, "Datum"),
            payment_term=fields.read_whole(row, "Betalingstermijn"),
            net=fields.read_amount(row, "TotaalExclBTW"),
            vat=fields.read_amount(row, "TotaalBTW"),
            gross=fields.read_amount(row, "TotaalInclBTW"),
            open_amount=fields.read_amount(row, "TotaalOpenstaand"),
            pdf_url=fields.read_text(row, "URLPDFBestand"),
            lines=tuple(map(InvoiceLine.from_service, fields.read_rows(row, "Regels"))),
        )


def invoice_filter(
    *, since: date, until: date, number: str = "", relation_code: str = ""
) -> dict[str, Any]:
    """Return the argument of GetFacturen; both days are included and required."""
    filters: dict[str, Any] = {
        "DatumVan": fields.day("since", since),
        "DatumTm": fields.day("until", until),
    }
    if number:
        filters["Factuurnummer"] = fields.text(
            "number", number, limits.INVOICE["number"], required=True
        )
    if relation_code:
        filters["Relatiecode"] = fields.text(
            "relation_code", relation_code, limits.INVOICE["relation_code"], required=True
        )
    return {"cFilter": filters}


def invoices_in(answer: fields.Row) -> list[BookedInvoice]:
    """Return the invoices in an answer of GetFacturen."""
    return [BookedInvoice.from_service(row) for row in fields.read_rows(answer, "Facturen")]


def invoice_number_in(answer: fields.Row, *, expected: str) -> str:
    """Return the number in an answer of AddFactuur; OutcomeUnknown if missing or not ours."""
    number = fields.read_text(answer, "Factuurnummer").strip()
    if not number:
        raise OutcomeUnknown("no-number")
    if expected and number != expected.strip():
        raise OutcomeUnknown("other-number", number)
    return number
