"""One request: parsed, checked, executed in the books, answered, and logged."""

import threading
import time
from dataclasses import dataclass, field

from lxml import etree

from . import envelope
from .books import requests, sessions
from .books.storage import trial
from .codes import Refusal
from .faulting import SoapFault, broken
from .mishaps import Mishap
from .operations import CHANGING, ERROR_IS_RESULT, OPENING, OPERATIONS, WITHOUT_CHECK
from .operations.call import Call
from .operations.sessions import check_session, count_call
from .reply import Reply

SUCCESS = {
    "empty": {"LastErrorCode": "", "LastErrorDescription": ""},
    "blank": {"LastErrorCode": " ", "LastErrorDescription": " "},
    "bare": {},
    "absent": None,
}
NAMED_BY = {
    "oFact": "Factuurnummer",
    "oMut": "Factuurnummer",
    "oRel": "Code",
    "oGb": "Code",
}
FILTERED_BY = ("Factuurnummer", "Code", "GbCode", "ArtikelCode")


@dataclass
class Exchange:
    """A request while it is being served."""

    request: envelope.Request
    soap: str
    log_id: int
    origin: str
    started: float
    rule: object = None
    # The session was open when the request arrived, however late it is executed.
    is_admitted: bool = False


@dataclass
class Performed:
    """The answer to a call, before and after writing it as XML."""

    result: dict
    refusal: Refusal | None
    applied: bool
    found: int | None = None
    numbers: tuple = ()
    body: bytes = field(default=b"", repr=False)

    @property
    def in_words(self):
        if self.refusal:
            return f"refused: {self.refusal.text}"
        return "answered" if self.found is None else f"answered, {self.found} found"


def listed_numbers(request, rows):
    """Return the invoice numbers of a list that was asked without a number."""
    if request.operation not in requests.LISTS or natural_number(request.arguments):
        return ()
    return tuple(row["Factuurnummer"] for row in rows if row.get("Factuurnummer"))


class Service:
    """The operations on one set of books, with its switches and faults.

    `prefix` is where its page and control API are: empty, or `/2` for a second administration.
    """

    def __init__(self, books, *, switches, faults, prefix=""):
        self.books, self.switches, self.faults = books, switches, faults
        self.prefix = prefix
        self.clock = books.clock
        self.stopping = threading.Event()

    def answer(self, body, *, charset, action, origin, prefers_12=False):
        """Return the reply to a POST and log the request."""
        started = time.monotonic()
        soap = envelope.SOAP_12 if prefers_12 else envelope.SOAP_11
        try:
            root = envelope.parse(body, charset=charset)
            soap = envelope.soap_namespace(root)
            request = envelope.read(root, action=action)
        except SoapFault as problem:
            reply = Reply.fault(problem, soap=soap)
            log_id = self._receive(len(body), outcome=f"fault: {problem.text}"[:500])
            self._note_reply(log_id, reply, started)
            return reply
        number = natural_number(request.arguments)
        customer = relation_code(request.arguments)
        since = first_day(request.arguments)
        rule = self.faults.take_rule(request.operation, number, customer=customer, since=since)
        log_id = self._receive(
            len(body),
            operation=request.operation,
            soap="1.2" if soap == envelope.SOAP_12 else "1.1",
            number=number,
            fault=str(rule or ""),
            body=masked(root),
        )
        exchange = Exchange(request, soap, log_id, origin, started, rule)
        exchange.is_admitted = self._admits(exchange)
        reply = Mishap(self, exchange).reply() if rule else self.undisturbed(exchange)
        self._note_reply(log_id, reply, started)
        return reply

    def is_meant(self, body):
        """Return True if a request has the code of these books, or closes their session."""
        text = body.upper()
        if self.books.credentials().security_code_2.encode() in text:
            return True
        closing = b"CLOSESESSION" in text
        return closing and any(row["id"].encode() in text for row in self.books.sessions())

    def unread(self, reply, *, bytes_in):
        """Log a request that was rejected before it was read."""
        log_id = self._receive(bytes_in, outcome="not read as a request")
        self._note_reply(log_id, reply, time.monotonic())
        return reply

    def undisturbed(self, exchange):
        self.wait(
            self.switches.apply_delay_ms / 1000,
            only=exchange.request.operation in CHANGING,
        )
        try:
            return Reply.xml(self.perform(exchange).body, soap=exchange.soap)
        except SoapFault as problem:
            self._note(exchange.log_id, outcome=f"fault: {problem.text}"[:500])
            return Reply.fault(problem, soap=exchange.soap)

    def wait(self, seconds, *, only=True):
        """Sleep, but not longer than the sandbox runs."""
        if only and seconds:
            self.stopping.wait(seconds)

    def perform(self, exchange, *, keep=True, change_result=None):
        """Execute the call and log the result in one transaction.

        Without `keep` the effect is undone. `twist` may change the result before it is written.
        """
        operation = exchange.request.operation
        with self.books.storage.transaction() as db:
            performed = self._outcome(db, exchange, keep=keep)
            if change_result:
                performed.result, operation = change_result(performed.result)
            try:
                performed.body = envelope.answer(
                    operation,
                    performed.result,
                    soap=exchange.soap,
                    switches=self.switches,
                )
            except AssertionError as problem:
                raise broken(str(problem)) from problem
            refusal = performed.refusal
            requests.note(
                db,
                exchange.log_id,
                outcome=performed.in_words,
                code=refusal.code if refusal else "",
                applied=int(performed.applied),
            )
            requests.note_numbers(db, exchange.log_id, performed.numbers)
        return performed

    def _outcome(self, db, exchange, *, keep):
        operation, refusal, payload = exchange.request.operation, None, {}
        call = self._call(db, exchange)
        try:
            if operation not in WITHOUT_CHECK and not exchange.is_admitted:
                check_session(call)
            if operation not in OPENING:
                count_call(call)
            with trial(db, keep=keep):
                payload = OPERATIONS[operation](call)
        except Refusal as no:
            refusal = no
            if operation == "CloseSession":
                sessions.close(db, sessions.bare(call.arguments["SessionID"]))
        applied = keep and refusal is None and operation in CHANGING
        rows = next((rows for rows in payload.values() if isinstance(rows, list)), None)
        numbers = listed_numbers(exchange.request, rows or ())
        found = None if rows is None else len(rows)
        return Performed(self.result(operation, payload, refusal), refusal, applied, found, numbers)

    def _call(self, db, exchange):
        return Call(
            operation=exchange.request.operation,
            arguments=exchange.request.arguments,
            db=db,
            switches=self.switches,
            now=self.clock.now(),
            at=self.clock.time(),
            origin=exchange.origin,
        )

    def _admits(self, exchange):
        """Return whether the session is open now, for a request that is executed later.

        By then the session may be closed.
        """
        is_late = self.switches.apply_delay_ms or (exchange.rule and exchange.rule.is_late)
        if not is_late or exchange.request.operation in WITHOUT_CHECK:
            return False
        with self.books.storage.transaction() as db:
            try:
                check_session(self._call(db, exchange))
            except Refusal:
                return False
        return True

    def result(self, operation, payload, refusal):
        """Return the answer as nested fields, with the error block where this operation has it."""
        if operation == "CloseSession":
            return {}
        error = SUCCESS[self.switches.success_error]
        if refusal:
            code = refusal.code if self.switches.dotted_codes else refusal.code.replace(".", "")
            error = {"LastErrorCode": code, "LastErrorDescription": refusal.text}
        if operation in ERROR_IS_RESULT:
            return {f"{operation}Result": error or {}}
        lists_kept = self.switches.empty_lists == "empty"
        shown = {name: value for name, value in payload.items() if value != [] or lists_kept}
        return {f"{operation}Result": {"ErrorMsg": error} | shown}

    def _receive(self, bytes_in, **values):
        with self.books.storage.transaction() as db:
            log_id = requests.receive(db, at=self.clock.now(), bytes_in=bytes_in)
            if values:
                requests.note(db, log_id, **values)
            return log_id

    def _note(self, log_id, **values):
        with self.books.storage.transaction() as db:
            requests.note(db, log_id, **values)

    def _note_reply(self, log_id, reply, started):
        self._note(
            log_id,
            status=reply.status,
            bytes_out=reply.size,
            milliseconds=round((time.monotonic() - started) * 1000),
        )


def natural_number(arguments):
    """Return the invoice number or code that identifies a request, or an empty text."""
    for name, key in NAMED_BY.items():
        if arguments.get(name):
            return (arguments[name].get(key) or "").strip()
    wanted = arguments.get("cFilter") or {}
    return next((wanted[key].strip() for key in FILTERED_BY if wanted.get(key)), "")


def relation_code(arguments):
    """Return the relation code in a request, or an empty text."""
    given = (arguments.get(name) for name in ("oFact", "oMut", "cFilter", "oRel"))
    parts: dict = next((one for one in given if one), {})
    return (parts.get("Relatiecode") or parts.get("RelatieCode") or parts.get("Code") or "").strip()


def first_day(arguments):
    """Return the first day of the period that a request asks for, or an empty text."""
    day = (arguments.get("cFilter") or {}).get("DatumVan")
    return day.date().isoformat() if day else ""


def masked(root):
    """Return the XML of a request with stars for its secrets, cut if it is very long."""
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname in requests.SECRET:
            element.text = "***" if element.text else element.text
    return etree.tostring(root, encoding="unicode")[: requests.KEPT]
