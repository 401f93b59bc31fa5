"""The sandbox from outside: its codes, and its control API over HTTP."""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SECONDS = 20


@dataclass(frozen=True)
class Remote:
    """A running sandbox, as its first line of output describes it."""

    url: str
    username: str
    security_code_1: str = field(repr=False)
    security_code_2: str = field(repr=False)

    @classmethod
    def described(cls, printed: Mapping[str, str]) -> "Remote":
        """Return the sandbox of the JSON that it prints at its start."""
        return cls(**{name: printed[name] for name in cls.__dataclass_fields__})

    def empty(self) -> None:
        """Empty the books; the codes stay."""
        self._post("reset", {})

    def pay(self, number: str) -> None:
        """Enter a payment of an invoice in the books."""
        self._post("payments", {"number": number})

    def lose_answer(self, operation: str, number: str) -> None:
        """Lose the answer of the next request of this kind, which still has its effect."""
        self._fault(operation, number, action="drop", phase="after")

    def lose_look_ups(self, operation: str, number: str, *, answered: int, count: int) -> None:
        """Answer the first look-ups of this number, and lose the following ones."""
        self._fault(operation, number, action="drop", nth=answered + 1, count=count)

    def refuse(self, operation: str, number: str, *, code: str) -> None:
        """Refuse the next request of this kind with a code."""
        self._fault(operation, number, action="error_code", code=code)

    def change_invoice(self, number: str, values: Mapping[str, object]) -> None:
        """Edit an invoice in the books."""
        self._send("PATCH", f"records/invoices/{self._id(number)}", values)

    def copy_invoice(self, number: str, new_number: str) -> None:
        """Add an equal invoice under another number."""
        self._post(f"records/invoices/{self._id(number)}", {"number": new_number})

    def _id(self, number: str) -> int:
        invoices = json.loads(self._send("GET", "invoices"))
        return next(int(one["id"]) for one in invoices if one["number"] == number)

    def _fault(self, operation: str, number: str, **rule: object) -> None:
        self._post("faults", {"operation": operation, "number": number, **rule})

    def _post(self, subject: str, content: Mapping[str, object]) -> None:
        self._send("POST", subject, content)

    def _send(
        self, method: str, subject: str, content: Mapping[str, object] | None = None
    ) -> bytes:
        request = urllib.request.Request(
            urljoin(self.url, f"/control/{subject}"),
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with OPENER.open(request, timeout=SECONDS) as answer:
            return bytes(answer.read())
