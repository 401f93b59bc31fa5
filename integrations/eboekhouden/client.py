"""A session with e-Boekhouden: find and add relations, invoices and ledger entries."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .errors import EBoekhoudenError, MessageInvalid, NotSent, OutcomeUnknown, Refused
from .facts.codes import CodeClass
from .facts.limits import ADDRESS, FIRST_DATE, LAST_DATE, MAX_ENTRY_ROWS
from .failpoints import failpoint
from .messages import (
    Administration,
    BookedEntry,
    BookedInvoice,
    CostCentre,
    Credentials,
    EntryKind,
    Invoice,
    LedgerAccount,
    OpenItem,
    Relation,
    SalesEntry,
    entries,
    fields,
    invoices,
    ledger,
    relations,
    sessions,
)
from .wire import Limits

if TYPE_CHECKING:
    from .soap import Soap

__all__ = ["Credentials", "EBoekhouden"]

_CLOSING_SECONDS = 10.0


class EBoekhouden:
    """A session, opened at the first call and closed at the end of the `with` block.

    Every method raises the errors of `errors.py`. A read whose session has ended is repeated once
    in a new session. A write is not repeated: it raises Refused, and the caller looks up before
    sending again.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        url: str = ADDRESS,
        limits: Limits | None = None,
        on_call: Callable[[str], None] | None = None,
        most_entries: int = MAX_ENTRY_ROWS,
        most_invoices: int = MAX_ENTRY_ROWS,
    ) -> None:
        """`on_call` gets the name of every operation except the login, before it is sent.

        An answer with `most_entries` or `most_invoices` rows may lack some.
        """
        self.most_invoices = most_invoices
        self.most_entries = most_entries
        self._credentials = credentials
        self._url = url
        self._limits = limits or Limits()
        self._soap = _soap(url, self._limits)
        self._on_call = on_call
        self._session = ""
        self.calls: Counter[str] = Counter()
        """Number of requests by operation."""

    def __repr__(self) -> str:
        return f"EBoekhouden({self._url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the session if there is one; errors are ignored, because nothing depends on it."""
        session, self._session = self._session, ""
        if not session:
            return
        failpoint("before-closing")
        hurried = replace(self._limits, total=min(self._limits.total, _CLOSING_SECONDS))
        with suppress(EBoekhoudenError):
            _soap(self._url, hurried).call("CloseSession", sessions.closing(session))

    def check_login(self) -> None:
        """Return if the credentials open a session; raise NotConfigured if they do not."""
        self._open_session()

    def administrations(self) -> list[Administration]:
        """Return the administrations that these credentials give access to."""
        return ledger.administrations_in(self._read("GetAdministraties", {}))

    def relations(self, *, code: str = "", keyword: str = "") -> list[Relation]:
        """Return all relations, or those that the service finds for a code or keyword."""
        filters = relations.relation_filter(code=code, keyword=keyword)
        return relations.relations_in(self._read("GetRelaties", filters))

    def find_relation(self, code: str) -> list[Relation]:
        """Return the relations with exactly this code, ignoring case and surrounding blanks."""
        _require("code", code)
        return [r for r in self.relations(code=code.strip()) if fields.same_key(r.code, code)]

    def add_relation(self, relation: Relation, *, today: date | None = None) -> int:
        """Add a relation and return its new id."""
        message = relation.to_service(today=today or FIRST_DATE)
        return relations.relation_id_in(self._write("AddRelatie", message))

    def update_relation(self, relation: Relation) -> None:
        """Replace a relation that was read before; fields we do not know keep the value that was
        read.
        """
        self._write("UpdateRelatie", relation.to_replacement())

    def add_invoice(self, invoice: Invoice) -> str:
        """Create an invoice and return its number, which is ours if the invoice had one."""
        answer = self._write("AddFactuur", invoice.to_service())
        return invoices.invoice_number_in(answer, expected=invoice.number)

    def invoices(self, *, since: date, until: date, relation_code: str = "") -> list[BookedInvoice]:
        """Return the invoices dated from `since` to `until`, both included."""
        # The service may take blanks off a filter, and then find nothing.
        code = relation_code if relation_code == relation_code.strip() else ""
        filters = invoices.invoice_filter(since=since, until=until, relation_code=code)
        found = invoices.invoices_in(self._read("GetFacturen", filters))
        return [
            i for i in found if not relation_code or fields.same_key(i.relation_code, relation_code)
        ]

    def find_invoice(self, number: str) -> list[BookedInvoice]:
        """Return the invoices with exactly this number, ignoring case and surrounding blanks."""
        _require("number", number)
        filters = invoices.invoice_filter(since=FIRST_DATE, until=LAST_DATE, number=number.strip())
        found = invoices.invoices_in(self._read("GetFacturen", filters))
        return [invoice for invoice in found if fields.same_key(invoice.number, number)]

    def add_sales_entry(self, entry: SalesEntry) -> int:
        """Add a sale to the ledger and return the number of the entry."""
        return entries.entry_number_in(self._write("AddMutatie", entry.to_service()))

    def entries(
        self,
        *,
        since: date,
        until: date,
        number: str = "",
        ids: tuple[int, int] | None = None,
    ) -> list[BookedEntry]:
        """Return the entries from `since` to `until`; OutcomeUnknown if there are too many.

        `ids` are the first and the last entry number to return.
        """
        filters = entries.entry_filter(since=since, until=until, number=number, ids=ids)
        return entries.entries_in(self._read("GetMutaties", filters), most=self.most_entries)

    def find_entry(self, number: str) -> list[BookedEntry]:
        """Return the sales entries with exactly this invoice number, without its payments."""
        _require("number", number)
        found = self.entries(since=FIRST_DATE, until=LAST_DATE, number=number.strip())
        return [
            entry
            for entry in found
            if entry.kind == EntryKind.SALE and fields.same_key(entry.invoice_number, number)
        ]

    def open_items(self) -> list[OpenItem]:
        """Return the invoices that customers have not paid in full."""
        return ledger.open_items_in(self._read("GetOpenPosten", ledger.DEBTORS))

    def ledger_accounts(self) -> list[LedgerAccount]:
        """Return all ledger accounts."""
        answer = self._read("GetGrootboekrekeningen", ledger.ALL_ACCOUNTS)
        return ledger.ledger_accounts_in(answer)

    def cost_centres(self) -> list[CostCentre]:
        """Return all cost centres."""
        answer = self._read("GetKostenplaatsen", ledger.ALL_COST_CENTRES)
        return ledger.cost_centres_in(answer)

    def _read(self, operation: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._call(operation, message)
        except Refused as refusal:
            if refusal.code_class is not CodeClass.SESSION:
                raise
        return self._call(operation, message)

    def _write(self, operation: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call(operation, message)

    def _call(self, operation: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        session = self._open_session()
        self.calls[operation] += 1
        if self._on_call:
            self._on_call(operation)
        try:
            return self._soap.call(operation, {**self._credentials.for_session(session), **message})
        except Refused as refusal:
            if refusal.code_class is CodeClass.SESSION:
                self._session = ""
            raise

    def _open_session(self) -> str:
        """Return the session, opening it if needed.

        A login with an unknown outcome raises NotSent, because no other call was sent yet.
        """
        if not self._session:
            self.calls["OpenSession"] += 1
            try:
                answer = self._soap.call("OpenSession", self._credentials.to_service())
            except OutcomeUnknown as doubt:
                raise NotSent(doubt.reason) from None
            self._session = sessions.session_in(answer)
            failpoint("after-login")
        return self._session


def _require(field: str, value: str) -> None:
    """Raise MessageInvalid for an empty key: the service would return everything."""
    if not value.strip():
        raise MessageInvalid(field, "is missing")


def _soap(url: str, limits: Limits) -> "Soap":
    """Return the calls to an address.

    zeep is loaded only now: with what it needs it takes a part of the start and of the memory of
    every web process, and few of them ever call e-Boekhouden.
    """
    from .soap import Soap  # noqa: PLC0415

    return Soap(url, limits=limits)
