"""The calls of a probe, the names of its test records, and what the answers looked like."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ..decoding import Decoded
from ..errors import EBoekhoudenError, NotConfigured, OutcomeUnknown, Refused
from ..facts.codes import CodeClass
from ..messages import (
    Credentials,
    Invoice,
    InvoiceLine,
    Relation,
    SalesEntry,
    SalesEntryLine,
    entries,
    invoices,
)
from ..messages import sessions as session_messages
from ..soap import Soap
from ..wire import Limits

Message = Mapping[str, Any]
Row = Mapping[str, Any]
# A letter outside ASCII shows in which encoding the service answers.
NAME = "TEST probé, may be deleted"
UNKNOWN_CODE = "TPNOBODY"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class CannotGoOn(Exception):
    """The service refuses every call from here on: the codes, or a limit of calls."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Books:
    """What the test records name: the template, the accounts and the VAT code of the settings."""

    template: str
    ledger_account: str
    debtor_account: str
    vat_code: str = "HOOG_VERK_21"
    vat_percentage: Decimal = Decimal(21)


@dataclass(frozen=True)
class Shape:
    """One answer: its operation, its bytes as they came, and decoded."""

    operation: str
    raw: bytes
    decoded: Decoded


@dataclass(kw_only=True)
class Prober:
    """One probe: a session, and names that no other probe uses.

    `sleep` and `patient` are for the questions about the lifetime of a session, which take hours.
    """

    credentials: Credentials
    url: str
    books: Books
    today: date
    is_patient: bool = False
    sleep: Callable[[float], None] = time.sleep
    limits: Limits = field(default_factory=Limits)
    on_call: Callable[[str], None] = lambda operation: None
    shapes: list[Shape] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    slowest: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mark = "".join(secrets.choice(_LETTERS) for _ in range(6))
        self.soap = Soap(self.url, limits=self.limits, on_answer=self._look)
        self.session = ""
        self._counter = 0

    def name(self, kind: str) -> str:
        """Return a new code or number, at most 15 characters: TP, six letters, kind, counter."""
        self._counter += 1
        return f"TP{self.mark}{kind}{self._counter}"

    # --- Calls ------------------------------------------------------------------------------------

    def open_session(self) -> str:
        """Open a session. Raises CannotGoOn when the codes are refused."""
        try:
            answer = self.soap.call("OpenSession", self.credentials.to_service())
        except (NotConfigured, Refused) as error:
            raise CannotGoOn(error.code) from None
        return session_messages.session_in(answer)

    def call(self, operation: str, message: Message, *, session: str = "") -> Row:
        """Call in the given session, else in that of the probe. Raises CannotGoOn."""
        if not self.session:
            self.session = self.open_session()
        self.on_call(operation)
        own = self.credentials.for_session(session or self.session)
        try:
            return self.soap.call(operation, {**own, **message})
        except NotConfigured as error:
            raise CannotGoOn(error.code) from None
        except Refused as refusal:
            if refusal.code_class is CodeClass.QUOTA:
                raise CannotGoOn(refusal.code) from None
            if refusal.code_class is CodeClass.SESSION and not session:
                self.session = self.open_session()
            raise

    def outcome(self, operation: str, message: Message, *, session: str = "") -> str:
        """Return "" for success, else the code of the refusal, or the reason of the doubt."""
        try:
            self.write(operation, message, session=session)
        except EBoekhoudenError as error:
            return error.code or error.reason
        return ""

    def write(self, operation: str, message: Message, *, session: str = "") -> Row:
        """Call, and remember how long the slowest call took."""
        started = time.monotonic()
        try:
            return self.call(operation, message, session=session)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - started)

    def _look(self, operation: str, raw: bytes, decoded: Decoded) -> None:
        self.shapes.append(Shape(operation, raw, decoded))

    def last_text(self) -> str:
        """Return the latest answer as text."""
        return self.shapes[-1].decoded.content.decode()

    # --- Test records -----------------------------------------------------------------------------

    def relation(self, code: str, **fields: str) -> dict[str, Any]:
        """Return the message of a relation; fields have the names of the service."""
        message = Relation(code=code, name=NAME).to_service(today=self.today)
        return {"oRel": {**message["oRel"], **fields}}

    def add_relation(self, code: str, **fields: str) -> int:
        """Add a test relation and return its id."""
        answer = self.write("AddRelatie", self.relation(code, **fields))
        self.made.append(f"relation {code}")
        return int(answer.get("Rel_ID") or 0)

    def find_relations(self, code: str) -> list[Row]:
        """Return the rows that the service finds for a code."""
        answer = self.call("GetRelaties", {"cFilter": {"ID": 0, "Code": code}})
        return list(answer.get("Relaties") or ())

    @property
    def customer(self) -> str:
        """The code of the relation that the test invoices are for, made at its first use."""
        if "customer" not in self.facts:
            code = f"TP{self.mark}a"
            self.add_relation(code, Plaats="Utrecht")
            self.facts["customer"] = code
            self._wait_for(code)
        return str(self.facts["customer"])

    def _wait_for(self, code: str) -> None:
        started = time.monotonic()
        while not self.find_relations(code) and time.monotonic() - started < 60:
            time.sleep(0.1)
        self.facts["visible_after"] = time.monotonic() - started

    def invoice(self, number: str, *, code: str = "", **head: Any) -> dict[str, Any]:
        """Return the message of an invoice of one line of € 1; `head` replaces its fields."""
        line = InvoiceLine(
            quantity=Decimal(1),
            unit="",
            code="TEST",
            description=NAME,
            price=Decimal(1),
            vat_code=self.books.vat_code,
            ledger_account=self.books.ledger_account,
        )
        message = Invoice(
            number=number,
            relation_code=code or self.customer,
            date=self.today,
            payment_term=14,
            template=self.books.template,
            lines=[line],
        ).to_service()
        return {"oFact": {**message["oFact"], **head}}

    def line(self, **fields: Any) -> dict[str, Any]:
        """Return the `Regels` of an invoice, with these fields of its line."""
        regels = self.invoice("x", code=UNKNOWN_CODE)["oFact"]["Regels"]
        (name, rows) = next(iter(regels.items()))
        return {name: [{**rows[0], **fields}]}

    def add_invoice(self, message: Mapping[str, Any]) -> str:
        """Create a test invoice and return its number."""
        number = str(self.write("AddFactuur", message).get("Factuurnummer") or "")
        self.made.append(f"invoice {number}")
        self.invoices.append(number)
        return number

    def entry(
        self,
        number: str,
        *,
        net: Decimal = Decimal("100.00"),
        off: Decimal = Decimal(0),
        code: str = "",
        **head: Any,
    ) -> dict[str, Any]:
        """Return the message of a sales entry, with VAT that is `off` by this much."""
        vat = net * self.books.vat_percentage / 100 + off
        line = SalesEntryLine(
            net=net,
            vat=vat.quantize(Decimal("0.01")),
            gross=(net + vat).quantize(Decimal("0.01")),
            vat_code=self.books.vat_code,
            vat_percentage=self.books.vat_percentage,
            ledger_account=self.books.ledger_account,
        )
        message = SalesEntry(
            number=number,
            relation_code=code or self.customer,
            date=self.today,
            payment_term=14,
            debtor_account=self.books.debtor_account,
            description=NAME,
            document="",
            lines=[line],
        ).to_service()
        return {"oMut": {**message["oMut"], **head}}

    def add_entry(self, message: Mapping[str, Any]) -> int:
        """Add a test entry and return its number."""
        number = int(self.write("AddMutatie", message).get("Mutatienummer") or 0)
        self.made.append(f"entry {number} ({message['oMut']['Factuurnummer']})")
        self.entries.append(dict(message["oMut"]))
        return number

    def read_invoices(self, number: str = "") -> list[Row]:
        """Return the invoices of the last month, or those with a number."""
        filters = invoices.invoice_filter(since=self.since, until=self.today, number=number)
        return list(self.call("GetFacturen", filters).get("Facturen") or ())

    def read_entries(self, number: str = "") -> list[Row]:
        """Return the entries of the last month, or those with a number."""
        filters = entries.entry_filter(since=self.since, until=self.today, number=number)
        return list(self.call("GetMutaties", filters).get("Mutaties") or ())

    @property
    def since(self) -> date:
        """The first day of what is read."""
        return self.today - timedelta(days=31)

    def clean_up(self) -> None:
        """Reverse the test entries, as the service deletes nothing; then close the session."""
        for given in list(self.entries):
            reverse = _reversed(given, self.name("r"))
            if not self.outcome("AddMutatie", {"oMut": reverse}):
                self.made.append(f"entry that reverses {given['Factuurnummer']}")
        session, self.session = self.session, ""
        try:
            self.soap.call("CloseSession", session_messages.closing(session))
        except (OutcomeUnknown, EBoekhoudenError):
            return


def _reversed(given: Mapping[str, Any], number: str) -> dict[str, Any]:
    (name, rows), *_ = given["MutatieRegels"].items()
    amounts = re.compile("^Bedrag")
    lines = [
        {
            key: -value if amounts.match(key) else (number if key == "Factuurnummer" else value)
            for key, value in row.items()
        }
        for row in rows
    ]
    return {**given, "Factuurnummer": number, "MutatieRegels": {name: lines}}
