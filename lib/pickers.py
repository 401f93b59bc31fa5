"""What can be picked, and how it is found: customers, projects, tasks, employees.

An app describes its rows once as a `Kind`, and registers a `Source` for each set of rows that some
field offers. A page names the source and draws the chosen row only; `ui/pickers.py` answers what
was typed. `lib/picker_fields.py` has the form fields.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise

from .folding import Folded, fold
from .text import MOST_SEARCH_WORDS, clean_line

# The number of rows in an answer; for more, people type on.
MOST = 20
# The number of recently used rows, shown first.
MOST_RECENT = 5
# A longer text is cut: no name is as long.
LONGEST = 100
# Between two names in a label; people who type it do not search for it.
SEPARATOR = "·"

Words = str | Promise
# For each other field that a choice fills in: the id and the label.
Filled = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Kind:
    """How rows of one model are found and shown.

    `searched` are groups of columns of one table; every word must be in one of the groups.
    `order` and `name` are columns too: `name` makes up the label, which may have `SEPARATOR`
    between two of them. `nothing` and `several` have %(text)s. `filled` are the names of other
    fields that a choice fills in.
    """

    key: str
    icon: str
    nothing: Words
    several: Words
    none_yet: Words
    placeholder: Words
    searched: tuple[tuple[str, ...], ...]
    name: tuple[str, ...]
    order: tuple[Any, ...]
    related: tuple[str, ...] = ()
    label: Callable[[Any], str] = str
    detail: Callable[[Any], str] = lambda row: ""
    filled: tuple[str, ...] = ()
    fills: Callable[[Any], Filled] = lambda row: {}

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Filter the rows with every word of the text; the best matches first.

        Best is a name that begins with the text, then a word of it that does.
        """
        words = _words(text)
        rows = rows.select_related(*self.related) if self.related else rows
        if not words:
            return rows.order_by(*self.order, "pk")
        names = [f"folded_{number}" for number in range(len(self.searched))]
        rows = rows.alias(
            **{name: Folded(*columns) for name, columns in zip(names, self.searched, strict=True)}
        )
        for word in words[:MOST_SEARCH_WORDS]:
            anywhere = Q()
            for name in names:
                anywhere |= Q(**{f"{name}__contains": word})
            rows = rows.filter(anywhere)
        first = names[0]
        rank = Case(
            When(**{f"{first}__startswith": " ".join(words)}, then=Value(0)),
            When(**{f"{first}__contains": f" {words[0]}"}, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return rows.order_by(rank, *self.order, "pk")

    def named(self, rows: QuerySet[Any], text: str) -> list[Any]:
        """Return at most two rows whose whole name is this text."""
        rows = rows.select_related(*self.related) if self.related else rows
        found = rows.alias(folded_name=Folded(*self.name))
        return list(found.filter(folded_name=" ".join(_words(text))).order_by("pk")[:2])


def _words(text: str) -> list[str]:
    return [word for word in fold(text).split() if word != SEPARATOR]


def anybody(membership: Any) -> bool:
    return True


def nothing_recent(membership: Any) -> list[int]:
    return []


@dataclass(frozen=True)
class Source:
    """A set of rows to pick from; `key` stands in its address.

    `rows` gets the member and the values of the fields in `needs`. `recent` gives the ids that the
    member used last, the latest first, and `favourites` those that the member starred, which
    `star_url` names the view for.
    """

    key: str
    kind: Kind
    rows: Callable[[Any, Mapping[str, str]], QuerySet[Any]]
    may: Callable[[Any], bool] = anybody
    recent: Callable[[Any], Sequence[int]] = nothing_recent
    favourites: Callable[[Any], Sequence[int]] = nothing_recent
    star_url: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A row as it is offered; `pieces` are the parts of its label, and whether each matches."""

    pk: int
    label: str
    detail: str
    pieces: tuple[tuple[str, bool], ...]
    fills: Filled = field(default_factory=dict)
    is_starred: bool = False

    @property
    def fills_json(self) -> str:
        return json.dumps(self.fills)


@dataclass(frozen=True)
class Found:
    """The answer to a typed text: starred and recently used rows, the others, whether more.

    `can_star` is True if the rows can be starred.
    """

    kind: Kind
    text: str
    recent: tuple[Option, ...]
    others: tuple[Option, ...]
    has_more: bool
    favourites: tuple[Option, ...] = ()
    can_star: bool = False

    @property
    def count(self) -> int:
        return len(self.options)

    @property
    def options(self) -> tuple[Option, ...]:
        return self.favourites + self.recent + self.others

    @property
    def nothing(self) -> str:
        """The sentence for an answer without rows."""
        if self.text:
            return str(self.kind.nothing) % {"text": self.text}
        return str(self.kind.none_yet)


def of_organisation(rows: Callable[[Any], QuerySet[Any]]) -> Callable[..., QuerySet[Any]]:
    """Return the `rows` of a source that depend on the organisation of the member alone."""
    return lambda membership, _given: rows(membership.organisation)


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Make a source known by its key; a key stands for one source."""
    if _SOURCES.setdefault(source.key, source) is not source:
        raise ValueError(f"two sources are called {source.key}")
    return source


def source_called(key: str) -> Source:
    """Return the source. Raises KeyError for an unknown one."""
    return _SOURCES[key]


def clean_query(text: str) -> str:
    """Return the typed text on one line, cut to a sensible length."""
    return clean_line(text)[:LONGEST].strip()


def find(source: Source, membership: Any, given: Mapping[str, str], *, text: str) -> Found:
    """Return what the member may pick, with the words of the text; costs at most three queries."""
    text = clean_query(text)
    rows, starred = source.rows(membership, given), list(source.favourites(membership))
    recent = [pk for pk in source.recent(membership) if pk not in starred]
    found = found_in(rows, source.kind, text=text, recent=recent, favourites=starred)
    return replace(found, can_star=bool(source.star_url))


def find_one(source: Source, membership: Any, given: Mapping[str, str], *, pk: int) -> Found:
    """Return the row with this id, if the member may pick it."""
    rows = source.rows(membership, given).filter(pk=pk)
    return found_in(rows, source.kind, text="")


def found_in(
    rows: QuerySet[Any],
    kind: Kind,
    *,
    text: str,
    recent: Sequence[int] = (),
    favourites: Sequence[int] = (),
) -> Found:
    """Return the rows with the words of the text: favourites, then those in `recent`, then all."""
    matching = kind.matching(rows, text)
    if first := [*favourites, *recent]:
        # Favourites stand in the order of the list; what was used last, the latest first.
        places = dict.fromkeys(favourites, 0) | {pk: n + 1 for n, pk in enumerate(recent)}
        cases = [When(pk=pk, then=Value(place)) for pk, place in places.items()]
        place = Case(*cases, default=Value(len(first) + 1), output_field=IntegerField())
        matching = matching.order_by(place, *matching.query.order_by)
    shown = list(matching[: MOST + 1])
    options = [
        option_of(row, kind, text=text, is_starred=row.pk in favourites) for row in shown[:MOST]
    ]
    starred = tuple(one for one in options if one.is_starred)
    used = tuple(one for one in options if one.pk in recent)
    others = tuple(one for one in options if not one.is_starred and one.pk not in recent)
    return Found(kind, text, used, others, has_more=len(shown) > MOST, favourites=starred)


def option_of(row: Any, kind: Kind, *, text: str = "", is_starred: bool = False) -> Option:
    """Return a row as an option, with the matched pieces of its label."""
    label, pieces = kind.label(row), _pieces(kind.label(row), text)
    return Option(row.pk, label, kind.detail(row), pieces, kind.fills(row), is_starred)


def _pieces(label: str, text: str) -> tuple[tuple[str, bool], ...]:
    """Cut the label where the words of the text begin and end."""
    plain, marked = fold(label), [False] * len(label)
    for word in _words(text):
        start = plain.find(word)
        while start >= 0:
            marked[start : start + len(word)] = [True] * len(word)
            start = plain.find(word, start + len(word))
    pieces: list[tuple[str, bool]] = []
    for character, is_marked in zip(label, marked, strict=True):
        if pieces and pieces[-1][1] == is_marked:
            pieces[-1] = (pieces[-1][0] + character, is_marked)
        else:
            pieces.append((character, is_marked))
    return tuple(pieces)
