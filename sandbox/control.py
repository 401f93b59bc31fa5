"""The control API: JSON over HTTP, for tests in other processes and for people with curl."""

import dataclasses
import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

from .reply import Reply

KINDS = ("relations", "invoices", "entries")


class Unknown(Exception):
    """The address or the record does not exist."""


def reply(service, method, path, query, body):
    """Answer 200, 400 with the error, or 404."""
    parts = path.removeprefix("/control/").strip("/").split("/")
    wanted = {name: values[-1] for name, values in parse_qs(query).items()}
    try:
        given = json.loads(body) if body.strip() else {}
        return _json(_answer(service, method, parts, wanted, given))
    except Unknown as problem:
        return _json({"error": str(problem) or "There is nothing here."}, status=404)
    except LookupError as problem:
        return _json({"error": str(problem)}, status=404)
    except (ValueError, TypeError, ArithmeticError, AttributeError) as problem:
        return _json({"error": str(problem)}, status=400)


def _json(value, *, status=200):
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=1)
    return Reply(
        status=status,
        body=text.encode(),
        content_type="application/json; charset=utf-8",
    )


def _plain(value):
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    return value.isoformat() if isinstance(value, date) else str(value)


def _answer(service, method, parts, wanted, given):
    subject, *rest = parts
    action = ACTIONS.get((method, subject))
    if action is None:
        raise Unknown(f"{method} /control/{subject} is not known; known: {_known()}.")
    return action(service, rest, wanted, given)


def _known():
    return ", ".join(f"{method} /control/{subject}" for method, subject in ACTIONS)


def _books(service, rest, wanted, given):
    books = service.books
    return {
        "administration": books.administration(),
        "relations": books.relations(),
        "invoices": books.invoices(),
        "entries": books.entries(),
        "open_items": {side: books.open_items(side=side) for side in ("debtors", "creditors")},
        "accounts": books.accounts(),
    }


def _requests(service, rest, wanted, given):
    return service.books.requests(
        after=int(wanted.get("after", 0)),
        operation=wanted.get("operation", ""),
        number=wanted.get("number", ""),
        limit=int(wanted["limit"]) if "limit" in wanted else None,
    )


def _switches(service, rest, wanted, given):
    service.switches.change(given)
    return service.switches.as_dict()


def _reset_switches(service, rest, wanted, given):
    service.switches.reset()
    return service.switches.as_dict()


def _faults(service, rest, wanted, given):
    return {"seed": service.faults.seed, "rules": service.faults.active()}


def _add_fault(service, rest, wanted, given):
    if rest == ["seed"]:
        service.faults.reseed(given["seed"])
        return {"seed": service.faults.seed}
    return service.faults.add(**given)


def _clear_faults(service, rest, wanted, given):
    return {"cleared": service.faults.clear(int(rest[0]) if rest else None)}


def _pay(service, rest, wanted, given):
    day = given.get("date")
    return {
        "entry": service.books.pay(
            given["number"],
            None if given.get("amount") is None else Decimal(str(given["amount"])),
            relation_code=given.get("relation_code"),
            side=given.get("side", "debtors"),
            day=date.fromisoformat(day) if day else None,
        )
    }


def _clock(service, rest, wanted, given):
    if "shift_seconds" in given:
        service.clock.shift_seconds = float(given["shift_seconds"])
    return {"now": service.clock.now(), "shift_seconds": service.clock.shift_seconds}


def _change_record(service, rest, wanted, given):
    kind, record_id = _record(rest)
    if not service.books.change(kind, record_id, given):
        raise Unknown(f"There is no {record_id} among the {kind}.")
    return {"changed": record_id}


def _copy_record(service, rest, wanted, given):
    kind, record_id = _record(rest)
    if kind == "relations":
        raise Unknown("Only invoices and entries are entered twice.")
    try:
        return {"id": service.books.copy(kind, record_id, given["number"])}
    except ValueError as none:
        raise Unknown(f"There is no {record_id} among the {kind}.") from none


def _delete_record(service, rest, wanted, given):
    kind, record_id = _record(rest)
    if not service.books.delete(kind, record_id):
        raise Unknown(f"There is no {record_id} among the {kind}.")
    return {"deleted": record_id}


def _record(rest):
    if len(rest) != 2 or rest[0] not in KINDS:
        raise Unknown(f"A record is /control/records/<{'|'.join(KINDS)}>/<id>.")
    return rest[0], int(rest[1])


def _reset(service, rest, wanted, given):
    service.books.reset()
    service.faults.clear()
    service.switches.reset()
    service.clock.shift_seconds = 0.0
    return {"reset": True}


def _credentials(service, rest, wanted, given):
    return service.books.credentials()


def _renew(service, rest, wanted, given):
    service.books.renew_security_code_1()
    return service.books.credentials()


def _expire(service, rest, wanted, given):
    service.books.expire_sessions()
    return {"expired": True}


def _set_calls(service, rest, wanted, given):
    service.books.set_calls(given["calls"], operation=given.get("operation"))
    return {"calls": given["calls"]}


ACTIONS = {
    ("GET", "books"): _books,
    ("GET", "relations"): lambda s, *_: s.books.relations(),
    ("GET", "invoices"): lambda s, *_: s.books.invoices(),
    ("GET", "entries"): lambda s, *_: s.books.entries(),
    ("GET", "open-items"): lambda s, r, wanted, g: s.books.open_items(**wanted),
    ("GET", "accounts"): lambda s, *_: s.books.accounts(),
    ("GET", "sessions"): lambda s, *_: s.books.sessions(),
    ("GET", "requests"): _requests,
    ("GET", "switches"): lambda s, *_: s.switches.as_dict(),
    ("POST", "switches"): _switches,
    ("DELETE", "switches"): _reset_switches,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "payments"): _pay,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("PATCH", "records"): _change_record,
    ("POST", "records"): _copy_record,
    ("DELETE", "records"): _delete_record,
    ("POST", "relations"): lambda s, r, w, given: {"ids": s.books.seed_relations(given)},
    ("POST", "reset"): _reset,
    ("GET", "credentials"): _credentials,
    ("POST", "credentials"): _renew,
    ("POST", "expire-sessions"): _expire,
    ("POST", "calls"): _set_calls,
}
