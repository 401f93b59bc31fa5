"""Both sides of a check, and the differences between them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..models import DifferenceKind
from .documents import DocumentKind, LocalDocument, RemoteDocument, key_of


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """One difference.

    `reason` distinguishes differences of the same kind, by document or by the way it is duplicated.
    """

    kind: DifferenceKind
    reason: str
    number: str
    local: LocalDocument | None = None
    remote: tuple[RemoteDocument, ...] = ()
    differs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key, which is the same at every check for the same difference."""
        return f"{self.kind}:{self.reason}:{key_of(self.number)}"


@dataclass(frozen=True)
class RemoteIndex:
    """The documents in e-Boekhouden, by number."""

    invoices: Mapping[str, Sequence[RemoteDocument]]
    entries: Mapping[str, Sequence[RemoteDocument]]
    # Entries by each word that may be a correlation id.
    by_correlation_id: Mapping[str, Sequence[RemoteDocument]]

    @classmethod
    def of(cls, documents: Iterable[RemoteDocument]) -> "RemoteIndex":
        invoices: dict[str, list[RemoteDocument]] = defaultdict(list)
        entries: dict[str, list[RemoteDocument]] = defaultdict(list)
        by_correlation_id: dict[str, list[RemoteDocument]] = defaultdict(list)
        for document in documents:
            index = invoices if document.kind is DocumentKind.INVOICE else entries
            index[document.key].append(document)
            for correlation_id in document.tokens:
                by_correlation_id[correlation_id].append(document)
        return cls(dict(invoices), dict(entries), dict(by_correlation_id))

    def find(self, kind: DocumentKind, key: str) -> Sequence[RemoteDocument]:
        """Return the documents with this number; none for an empty one."""
        index = self.invoices if kind is DocumentKind.INVOICE else self.entries
        return index.get(key, ()) if key else ()


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The local and the remote side of a check.

    `series` are the beginnings of our numbers, such as `TC2026-`. `absent` are the bookings, each
    with a kind of document, that a look-up by number did not find.
    """

    local: Sequence[LocalDocument]
    remote: RemoteIndex
    series: Sequence[str] = ()
    absent: Collection[tuple[int, DocumentKind]] = field(default_factory=frozenset)
