"""The input and the findings of the auditor."""

from typing import Any, NamedTuple

KINDS = ("duplicate", "lost", "gap", "billed twice", "stuck", "secret", "blind", "history")


class Finding(NamedTuple):
    """A violation; `kind` is one of KINDS.

    blind: sent without proven absence; history: attempts that no rule allows.
    """

    kind: str
    text: str


class Case(NamedTuple):
    """The sandbox's records and log after a run, and the times of the run, in seconds.

    `ends` are states besides `confirmed` in which a booking may have ended; `existing` are the
    documents and relations, by kind and name, that existed in e-Boekhouden before.
    """

    books: dict[str, Any]
    requests: list[dict[str, Any]]
    settle: float
    exchange: float
    lease: float
    ends: frozenset[str] = frozenset()
    existing: frozenset[tuple[str, str]] = frozenset()
