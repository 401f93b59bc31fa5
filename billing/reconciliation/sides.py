"""Both sides of a check, and the differences between them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..models import DifferenceKind
from .documents import LocalDocument, RemoteDocument, Sort, key_of


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """One difference.

    `reason` tells apart what has the same kind: which sort of document, or how it is double.
    """

    kind: DifferenceKind
    reason: str
    number: str
    local: LocalDocument | None = None
    remote: tuple[RemoteDocument, ...] = ()
    differs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A key that is the same at every check for the same difference."""
        return f"{self.kind}:{self.reason}:{key_of(self.number)}"


@dataclass(frozen=True)
class RemoteIndex:
    """The documents in e-Boekhouden, by number."""

    invoices: Mapping[str, Sequence[RemoteDocument]]
    entries: Mapping[str, Sequence[RemoteDocument]]
    # Entries by each word that may be a correlation id.
    marked: Mapping[str, Sequence[RemoteDocument]]

    @classmethod
    def of(cls, documents: Iterable[RemoteDocument]) -> "RemoteIndex":
        invoices: dict[str, list[RemoteDocument]] = defaultdict(list)
        entries: dict[str, list[RemoteDocument]] = defaultdict(list)
        marked: dict[str, list[RemoteDocument]] = defaultdict(list)
        for document in documents:
            place = invoices if document.sort is Sort.INVOICE else entries
            place[document.key].append(document)
            for correlation_id in document.tokens:
                marked[correlation_id].append(document)
        return cls(dict(invoices), dict(entries), dict(marked))

    def find(self, sort: Sort, key: str) -> Sequence[RemoteDocument]:
        """The documents with this number; none for an empty one."""
        place = self.invoices if sort is Sort.INVOICE else self.entries
        return place.get(key, ()) if key else ()


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Both sides of a check.

    `series` are the beginnings of our numbers, such as `TC2026-`; `absent` what was looked up by
    its number and not found: booking and where.
    """

    local: Sequence[LocalDocument]
    remote: RemoteIndex
    series: Sequence[str] = ()
    absent: Collection[tuple[int, Sort]] = field(default_factory=frozenset)
