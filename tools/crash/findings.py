"""What an auditor looks at, and what it says."""

from typing import Any, NamedTuple

KINDS = ("duplicate", "lost", "gap", "billed twice", "stuck", "secret", "blind", "history")


class Finding(NamedTuple):
    """Something that is wrong; `kind` is one of KINDS.

    blind: sent without knowing that nothing was there; history: attempts that no rule allows.
    """

    kind: str
    text: str


class Case(NamedTuple):
    """The sandbox's books and log after a run, and the times that were kept, in seconds.

    `ends` are states besides `confirmed` in which a booking may have ended; `theirs` are the
    documents and relations, by kind and name, that somebody else made there before.
    """

    books: dict[str, Any]
    requests: list[dict[str, Any]]
    settle: float
    exchange: float
    lease: float
    ends: frozenset[str] = frozenset()
    theirs: frozenset[tuple[str, str]] = frozenset()
