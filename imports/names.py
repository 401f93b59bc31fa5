"""Names in a file: whom and what they mean, and what the user answered about unknown ones.

A name is looked up as the number, code, e-mail address or name of one row, without capitals and
accents. A name of several rows is not known: the user says which one is meant.
"""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, full_name
from lib.folding import fold

Found = tuple[int, str, tuple[str, ...], int]  # id, label, names, id of what it belongs to

WHO = {
    "employee": gettext_lazy("no such person"),
    "customer": gettext_lazy("no such customer"),
    "project": gettext_lazy("no such project"),
    "task": gettext_lazy("no such task"),
    "category": gettext_lazy("no such expense category"),
    "vehicle": gettext_lazy("no such vehicle"),
    "vat_rate": gettext_lazy("no such VAT rate"),
}
# What an import can create; a person needs an e-mail address.
CREATABLE = ("employee", "customer", "project", "task", "category", "vehicle")
CLOSE = 0.6  # of the letters, for a proposal
# Names that are compared for the proposals of a page; a file may have thousands of unknown ones.
MOST_COMPARED = 200_000


@dataclass(frozen=True)
class NewName:
    """Something that the import will create, as the user answered; `within` is its customer."""

    field: str
    text: str
    email: str = ""
    within: "int | NewName | None" = None

    def __str__(self) -> str:
        return self.text


class LeftOut(Exception):
    """The user leaves out the rows with this name."""


class Unknown(Exception):
    """Nobody answered yet what this name is; the text says what it may be."""


@dataclass
class Directory:
    """The names of one kind in the organisation."""

    kind: str
    entries: list[Found]

    def __post_init__(self) -> None:
        self.labels: dict[int, str] = {}
        self._ids: dict[str, set[int]] = defaultdict(set)
        self._within: dict[int, int] = {}
        self._proposals: dict[str, str] = {}
        for pk, label, names, within in self.entries:
            self.labels[pk] = label
            self._within[pk] = within
            for name in names:
                if name:
                    self._ids[fold(name)].add(pk)

    def ids(self, text: str, *, within: int | None = None) -> set[int]:
        """Return the ids of all rows of this name, perhaps only those of a customer."""
        found = self._ids.get(fold(text), set())
        return {pk for pk in found if within is None or self._within[pk] == within}

    @cached_property
    def _named(self) -> dict[str, str]:
        return {fold(label): label for label in self.labels.values()}

    def proposal(self, text: str) -> str:
        """Return the known name that is most like the text; empty if none is, or after many."""
        key = fold(text)
        if key not in self._proposals:
            if len(self._proposals) * len(self._named) > MOST_COMPARED:
                return ""
            close = difflib.get_close_matches(key, self._named, n=1, cutoff=CLOSE)
            self._proposals[key] = self._named[close[0]] if close else ""
        return self._proposals[key]


class Names:
    """The directories that the fields of a file need, and the answers about unknown names."""

    def __init__(
        self, organisation: Organisation, fields: Iterable[str], answers: Mapping[str, Any]
    ) -> None:
        self.answers = answers
        self.directories = {
            name: Directory(name, list(SOURCES[name](organisation))) for name in fields
        }
        self._seen: dict[tuple[Any, ...], int | NewName | Exception] = {}

    def find(
        self, name: str, text: str, *, within: "int | NewName | None" = None
    ) -> "int | NewName":
        """Return the id of what is meant, or what will be new. Raises Unknown or LeftOut."""
        key = (name, text, within)
        if key not in self._seen:
            try:
                self._seen[key] = self._find(name, text, within)
            except (Unknown, LeftOut) as refused:
                self._seen[key] = refused
        found = self._seen[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _find(self, name: str, text: str, within: "int | NewName | None") -> "int | NewName":
        directory = self.directories[name]
        answer = self.answers.get(name, {}).get(answer_key(text, within))
        if answer and answer.get("out"):
            raise LeftOut
        if answer and answer.get("to") in directory.labels:
            return int(answer["to"])
        if not isinstance(within, NewName):
            ids = directory.ids(text, within=within)
            if len(ids) == 1:
                return ids.pop()
        else:
            ids = set()
        if answer and "new" in answer and not ids:
            if name == "project" and within is None:
                text = _("A new project needs a customer: say which column has the customer.")
                raise Unknown(text)
            return NewName(name, text, answer["new"], within)
        raise Unknown(self._refusal(directory, text, ids))

    @staticmethod
    def _refusal(directory: Directory, text: str, ids: set[int]) -> str:
        if ids:
            return _("%(count)d have this name. Choose one above.") % {"count": len(ids)}
        sentence = str(WHO[directory.kind])
        proposal = directory.proposal(text)
        if proposal:
            asked = _("%(sentence)s. Is it %(name)s?")
            return asked % {"sentence": sentence, "name": proposal}
        return _("%(sentence)s. Say above who or what it is.") % {"sentence": sentence}

    def shown(self, name: str, found: Any) -> str:
        """Return the name as the preview shows it."""
        return (
            self.directories[name].labels.get(found, "") if isinstance(found, int) else str(found)
        )


def answer_key(text: str, within: "int | NewName | None" = None) -> str:
    """Return the key of an answer: the name, and the customer that it belongs to."""
    place = fold(within.text) if isinstance(within, NewName) else within
    return fold(text) if place is None else f"{place}|{fold(text)}"


# --- Where names come from ------------------------------------------------------------------------


def _employees(organisation: Organisation) -> Iterable[Found]:
    people = organisation.memberships.order_by("pk").values_list(
        "pk", "user__first_name", "user__last_name", "user__email", "is_active"
    )
    for pk, first, last, email, _is_active in people:
        shown = full_name(first, last, email)
        turned = f"{last}, {first}" if last else ""
        yield pk, shown, (shown, email, turned, f"{last} {first}".strip()), 0


def _customers(organisation: Organisation) -> Iterable[Found]:
    rows = organisation.customers.order_by("pk").values_list("pk", "name", "number")
    return ((pk, name, (name, number), 0) for pk, name, number in rows)


def _projects(organisation: Organisation) -> Iterable[Found]:
    rows = organisation.projects.order_by("pk").values_list("pk", "name", "code", "customer_id")
    return ((pk, name, (name, code), customer) for pk, name, code, customer in rows)


def _tasks(organisation: Organisation) -> Iterable[Found]:
    rows = organisation.tasks.order_by("pk").values_list("pk", "name", "code")
    return ((pk, name, (name, code), 0) for pk, name, code in rows)


def _categories(organisation: Organisation) -> Iterable[Found]:
    rows = organisation.expense_categories.order_by("pk").values_list("pk", "name")
    return ((pk, name, (name,), 0) for pk, name in rows)


def _vehicles(organisation: Organisation) -> Iterable[Found]:
    rows = organisation.vehicles.order_by("pk").values_list("pk", "name", "licence_plate")
    return ((pk, name, (name, plate), 0) for pk, name, plate in rows)


def _vat_rates(organisation: Organisation) -> Iterable[Found]:
    for rate in organisation.vat_rates.order_by("pk"):
        percent = f"{rate.percentage.normalize():f}"
        names = (str(rate), rate.name, percent, f"{percent}%") if rate.percentage else (rate.name,)
        yield rate.pk, str(rate), names, 0


SOURCES: dict[str, Callable[[Organisation], Iterable[Found]]] = {
    "employee": _employees,
    "customer": _customers,
    "project": _projects,
    "task": _tasks,
    "category": _categories,
    "vehicle": _vehicles,
    "vat_rate": _vat_rates,
}
