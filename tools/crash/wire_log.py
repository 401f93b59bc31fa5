"""The sandbox's log of requests, as evidence of what was asked and ordered, and when."""

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
# Faults after which the client has the whole answer, though perhaps late. A list has no number of
# its own, so `wrong_number` does not change it.
HARMLESS = ("delay", "drip", "expire", "wrong_number")


class Entry(NamedTuple):
    """One request: an order (Add…) or a look-up (Get…) under a name."""

    place: int
    at: datetime.datetime
    is_order: bool
    was_refused: bool
    saw_nothing: bool


class Log:
    """Requests by kind and name, in order of arrival.

    `near` are records of others; the names of some begin with a name that is looked up. A service
    with a loose filter returns those too, although nothing has exactly this name.
    """

    def __init__(
        self, requests: Iterable[dict[str, Any]], *, near: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        longer = Counter((kind, name[:-1]) for kind, name in near)
        for request in requests:
            if request["operation"] in KINDS and request["number"]:
                key = KINDS[request["operation"]], request["number"]
                self.entries[key].append(entry(request, others=longer[key]))

    def orders(self, kind: str, name: str) -> list[Entry]:
        return [entry for entry in self.entries[kind, name] if entry.is_order]

    def absences(self, kind: str, name: str) -> list[Entry]:
        """Return complete look-ups that found nothing."""
        return [entry for entry in self.entries[kind, name] if entry.saw_nothing]


def entry(request: dict[str, Any], *, others: int) -> Entry:
    is_whole = not request["fault"] or request["fault"].startswith(HARMLESS)
    return Entry(
        place=request["id"],
        at=datetime.datetime.fromisoformat(request["at"]).replace(tzinfo=AMSTERDAM),
        is_order=request["operation"].startswith("Add"),
        was_refused=bool(request["code"]) or request["fault"].startswith("error_code"),
        saw_nothing=is_whole and request["outcome"] == f"answered, {others} found",
    )
