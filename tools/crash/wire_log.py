"""The sandbox's log of requests, as evidence of what was really asked and ordered, and when."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KINDS = {
    "AddRelatie": "relation",
    "GetRelaties": "relation",
    "AddFactuur": "invoice",
    "GetFacturen": "invoice",
    "AddMutatie": "sales_entry",
    "GetMutaties": "sales_entry",
}
# After these who looked up has the whole answer, though perhaps not in time; a list has no number
# of its own that could be a wrong one.
HARMLESS = ("delay", "drip", "expire", "wrong_number")


class Entry(NamedTuple):
    """One request: an order (Add…) or a look-up (Get…) under a name."""

    place: int
    at: datetime.datetime
    is_order: bool
    was_refused: bool
    saw_nothing: bool


class Log:
    """Requests by kind and name, in the order in which they came in.

    `near` are records of others, some of whose names may begin with one that is looked up: who asks
    a service that finds those too is told of them, and has seen nothing of its own.
    """

    def __init__(
        self, requests: Iterable[dict[str, Any]], *, near: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        longer = Counter((kind, name[:-1]) for kind, name in near)
        for it in requests:
            if it["operation"] in KINDS and it["number"]:
                key = KINDS[it["operation"]], it["number"]
                self.entries[key].append(entry(it, others=longer[key]))

    def orders(self, kind: str, name: str) -> list[Entry]:
        return [it for it in self.entries[kind, name] if it.is_order]

    def absences(self, kind: str, name: str) -> list[Entry]:
        """Complete look-ups that saw nothing."""
        return [it for it in self.entries[kind, name] if it.saw_nothing]


def entry(it: dict[str, Any], *, others: int) -> Entry:
    is_whole = not it["fault"] or it["fault"].startswith(HARMLESS)
    return Entry(
        place=it["id"],
        at=datetime.datetime.fromisoformat(it["at"]).replace(tzinfo=AMSTERDAM),
        is_order=it["operation"].startswith("Add"),
        was_refused=bool(it["code"]) or it["fault"].startswith("error_code"),
        saw_nothing=is_whole and it["outcome"] == f"answered, {others} found",
    )
