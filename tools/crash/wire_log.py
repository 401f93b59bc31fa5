"""The sandbox's log of requests, as evidence of what was asked and ordered, and when."""

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

# An answer with this many rows may lack some.
MAX_ROWS = 500
DAYS = re.compile(r"Datum(?:Van|Tm)>(\d{4}-\d\d-\d\d)")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KINDS = {
    "AddRelatie": "relation",
    "GetRelaties": "relation",
    "AddFactuur": "invoice",
    "GetFacturen": "invoice",
    "AddMutatie": "sales_entry",
    "GetMutaties": "sales_entry",
}
LISTS = ("GetFacturen", "GetMutaties")
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


class Listing(NamedTuple):
    """A complete list of the documents of a period, which was asked without a number."""

    entry: Entry
    since: str
    until: str
    numbers: frozenset[str]

    def lacks(self, name: str, day: str) -> bool:
        return self.since <= day <= self.until and name.casefold() not in self.numbers


class Log:
    """Requests by kind and name, in order of arrival.

    `near` are records of others; the names of some begin with a name that is looked up. A service
    with a loose filter returns those too, although nothing has exactly this name.
    """

    def __init__(
        self, requests: Iterable[dict[str, Any]], *, near: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self.listings: dict[str, list[Listing]] = defaultdict(list)
        longer = Counter((kind, name[:-1]) for kind, name in near)
        for request in requests:
            if request["operation"] in KINDS and request["number"]:
                key = KINDS[request["operation"]], request["number"]
                self.entries[key].append(entry(request, others=longer[key]))
            elif request["operation"] in LISTS and is_complete(request):
                self.listings[KINDS[request["operation"]]].append(listing(request))

    def orders(self, kind: str, name: str) -> list[Entry]:
        return [entry for entry in self.entries[kind, name] if entry.is_order]

    def absences(self, kind: str, name: str, *, day: str = "") -> list[Entry]:
        """Return complete look-ups that found nothing, also those of the documents of a period."""
        alone = [entry for entry in self.entries[kind, name] if entry.saw_nothing]
        among = [it.entry for it in self.listings[kind] if day and it.lacks(name, day)]
        return sorted(alone + among, key=lambda entry: entry.place)


def is_complete(request: dict[str, Any]) -> bool:
    answered = re.fullmatch(r"answered, (\d+) found", request["outcome"])
    return bool(answered) and int(answered[1]) < MAX_ROWS and is_whole(request)


def is_whole(request: dict[str, Any]) -> bool:
    return not request["fault"] or request["fault"].startswith(HARMLESS)


def listing(request: dict[str, Any]) -> Listing:
    since, until = DAYS.findall(request["body"])
    numbers = frozenset(number.strip().casefold() for number in request["numbers"])
    return Listing(entry(request, others=0), since, until, numbers)


def entry(request: dict[str, Any], *, others: int) -> Entry:
    return Entry(
        place=request["id"],
        at=datetime.datetime.fromisoformat(request["at"]).replace(tzinfo=AMSTERDAM),
        is_order=request["operation"].startswith("Add"),
        was_refused=bool(request["code"]) or request["fault"].startswith("error_code"),
        saw_nothing=is_whole(request) and request["outcome"] == f"answered, {others} found",
    )
