"""Requests with a fault: the effect on the books, and what the client gets."""

import threading
from datetime import date

from .books import sessions
from .codes import TEXTS, Refusal
from .faulting import SoapFault, broken
from .reply import Reply

LATER = 0.3  # seconds until the effect of a fault with phase "during"
SLOW = 70
HTML = (
    "<!DOCTYPE html><html><head><title>Service Unavailable</title></head>"
    "<body><h1>Service Unavailable</h1><p>HTTP Error {status}. The service is unavailable.</p>"
    "</body></html>"
)
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
    b"<a>&c;&c;&c;</a>"
)

# A mutation that was not asked for: a full answer cannot show what is missing.
UNASKED = {
    "MutatieNr": 1,
    "Soort": "GeldUitgegeven",
    "Datum": date(2020, 1, 1),
    "Rekening": "1010",
    "RelatieCode": "",
    "Factuurnummer": "",
    "Boekstuk": "",
    "Omschrijving": "Bankkosten",
    "Betalingstermijn": "",
    "InExBTW": "EX",
    "MutatieRegels": [],
}


class Mishap:
    """The execution of one exchange with its fault rule."""

    def __init__(self, service, exchange):
        self.service, self.exchange = service, exchange
        self.rule, self.details = exchange.rule, exchange.rule.details

    def reply(self):
        return getattr(self, f"_{self.rule.action}")()

    # the effect

    def _performed(self, change_result=None):
        """Return the reply without the fault; the effect comes at the moment of the phase."""
        keep = self.rule.phase == "after"
        if self.rule.phase == "during":
            self._land_later()
        try:
            performed = self.service.perform(self.exchange, keep=keep, change_result=change_result)
        except SoapFault as problem:
            return Reply.fault(problem, soap=self.exchange.soap)
        return Reply.xml(performed.body, soap=self.exchange.soap)

    def _land_later(self):
        after = self.details.get("after", LATER)
        timer = threading.Timer(after, self._land)
        timer.daemon = True
        timer.start()

    def _land(self):
        if self.service.stopping.is_set():
            return
        try:
            self.service.perform(self.exchange)
        except SoapFault:
            return  # the client got another reply before

    # what the client gets

    def _refuse(self):
        self._performed()
        return Reply(manner="reset", status=0)

    def _drop(self):
        self._performed()
        return Reply(manner="close", status=0)

    def _truncate(self):
        reply = self._performed()
        reply.manner = "cut"
        reply.sent = min(self.details.get("bytes", len(reply.body) // 2), len(reply.body))
        reply.says_length = self.details.get("says_length", True)
        return reply

    def _delay(self):
        seconds = self.details.get("seconds", SLOW)
        if self.rule.phase == "before":
            self.service.wait(seconds)
            return self.service.undisturbed(self.exchange)
        reply = self._performed()
        self.service.wait(seconds)
        return reply

    def _drip(self):
        reply = self._performed()
        reply.manner, reply.seconds = "drip", self.details.get("seconds", SLOW)
        return reply

    def _html(self):
        self._performed()
        status = self.details.get("status", 503)
        page = HTML.format(status=status).encode()
        return Reply(status=status, body=page, content_type="text/html; charset=utf-8")

    def _fault(self):
        self._performed()
        text = self.details.get("text", "Timeout expired.")
        return Reply.fault(broken(text), soap=self.exchange.soap)

    def _redirect(self):
        self._performed()
        location = self.details.get("location", f"{self.exchange.origin}/elsewhere.asmx")
        return Reply(
            status=self.details.get("status", 302),
            headers={"Location": location},
            content_type="text/html; charset=utf-8",
        )

    def _expire(self):
        session = sessions.bare(self.exchange.request.arguments.get("SessionID"))
        if self.rule.phase == "before":
            self._expire_session(session)
            return self.service.undisturbed(self.exchange)
        reply = self._performed()
        self._expire_session(session)
        return reply

    def _expire_session(self, session):
        with self.service.books.storage.transaction() as db:
            sessions.expire(db, session)

    def _error_code(self):
        code = self.details.get("code", "E999")
        text = self.details.get("text") or TEXTS.get(code, "Onbekende fout").format(line=1)
        operation = self.exchange.request.operation
        refusal = Refusal(code, text=text)
        return self._performed(
            change_result=lambda result: (
                self.service.result(operation, {}, refusal),
                operation,
            )
        )

    def _wrong_number(self):
        operation = self.exchange.request.operation

        def change_result(result):
            inner = result.get(f"{operation}Result", {})
            for name in ("Factuurnummer", "Mutatienummer", "Rel_ID", "Gb_ID"):
                if name in inner:
                    other = f"{inner[name]}-X" if isinstance(inner[name], str) else 999_999
                    inner[name] = self.details.get("other", other)
            return result, operation

        return self._performed(change_result=change_result)

    def _full(self):
        operation = self.exchange.request.operation

        def change_result(result):
            inner = result.get(f"{operation}Result", {})
            if "Mutaties" in inner:
                inner["Mutaties"] = [UNASKED] * self.service.switches.entries_cap
            return result, operation

        return self._performed(change_result=change_result)

    def _wrong_operation(self):
        other = self.details.get("answers", "GetKostenplaatsen")
        return self._performed(
            change_result=lambda result: (self.service.result(other, {}, None), other)
        )

    def _garbage(self):
        self._performed()
        return Reply(body=self.service.faults.random.randbytes(self.details.get("bytes", 400)))

    def _status(self):
        self._performed()
        status = self.details.get("status", 503)
        headers = {"Retry-After": "60"} if status in (429, 503) else {}
        return Reply(status=status, headers=headers, content_type="text/plain")

    def _empty(self):
        self._performed()
        return Reply(status=self.details.get("status", 200))

    def _dtd(self):
        self._performed()
        return Reply(body=ENTITIES)

    def _large(self):
        self._performed()
        size = self.details.get("bytes", 60 * 1024 * 1024)
        return Reply(body=b"<a>" + b"x" * size + b"</a>")
