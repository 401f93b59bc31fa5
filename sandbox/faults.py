"""Fault injection: rules that say which request fails, how, and when."""

import random
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

ACTIONS = {
    "refuse": "reset the connection instead of answering",
    "drop": "close the connection without an answer",
    "truncate": "send the first part of the answer, then close (bytes, says_length)",
    "delay": "wait before going on (seconds)",
    "drip": "send the answer a few bytes at a time (seconds in all)",
    "html": "answer with an HTML page (status, 503 if not given)",
    "fault": "answer with a SOAP Fault (text)",
    "redirect": "answer with a redirect (status, location)",
    "expire": "let the session expire",
    "error_code": "answer with a refusal (code, text)",
    "garbage": "answer with bytes that are no XML",
    "wrong_number": "answer with the number of something else (other)",
    "full": "answer with as many other mutations as fit, as if the filter was ignored",
    "wrong_operation": "answer as if another operation had been asked (answers)",
    "status": "answer with a bare HTTP status (status, 503 if not given)",
    "empty": "answer 200 with nothing in it",
    "dtd": "answer with a document that declares entities",
    "large": "answer with a very large document (bytes)",
}
SESSIONLESS = ("OpenSession", "OpenSessionSub", "CloseSession")
PHASES = ("before", "during", "after")
# What a request must have for a rule to apply to it; None is anything.
CRITERIA = ("operation", "number", "customer", "since")


@dataclass
class Rule:
    """One fault and the requests that it applies to.

    `phase` before: the request has no effect (with a delay: the effect comes after the delay).
    During: the effect comes while, or shortly after, the client gets the fault. After: the effect
    came first. `nth` counts matching requests from 1; `count` None means without end. `customer` is
    a relation code, and `since` the first day of the period that is asked for.
    """

    id: int
    action: str
    operation: str | None = None
    phase: str = "before"
    nth: int | None = None
    number: str | None = None
    customer: str | None = None
    since: str | None = None
    probability: float | None = None
    count: int | None = 1
    details: dict = field(default_factory=dict)
    match_count: int = 0
    applied_count: int = 0

    def __str__(self):
        return f"{self.action} {self.phase}"

    def matches(self, operation, number, customer, since):
        if self.action == "expire" and operation in SESSIONLESS:
            return False
        asked = (operation, number, customer, since)
        wanted = zip((getattr(self, name) for name in CRITERIA), asked, strict=True)
        return all(want in (None, ask) for want, ask in wanted)

    @property
    def is_late(self):
        """True if the request is executed after the client may have given up."""
        return self.phase == "during" or self.action == "delay"

    @property
    def is_spent(self):
        return self.count is not None and self.applied_count >= self.count


def _check(action, phase):
    if action not in ACTIONS:
        raise ValueError(f"An action is one of {', '.join(ACTIONS)}.")
    if phase not in PHASES:
        raise ValueError(f"A phase is one of {', '.join(PHASES)}.")


class Faults:
    """The active rules; the first that matches wins. The same seed gives the same chances."""

    def __init__(self, *, seed=None):
        self._lock = threading.Lock()
        self._rules = []
        self._last_id = 0
        self.reseed(secrets.randbelow(2**32) if seed is None else seed)

    def reseed(self, seed):
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 chances, not secrets

    def add(
        self,
        action,
        *,
        phase="before",
        nth=None,
        probability=None,
        count=1,
        **details,
    ):
        """Add a fault; CRITERIA and details of an action (seconds, status, …) are given by name."""
        _check(action, phase)
        values: dict[str, Any] = {name: details.pop(name, None) or None for name in CRITERIA}
        with self._lock:
            self._last_id += 1
            rule = Rule(
                id=self._last_id, action=action, phase=phase, nth=nth, count=count, **values
            )
            rule.probability, rule.details = probability, details
            self._rules.append(rule)
            return rule

    def clear(self, rule_id=None):
        """Remove one rule, or all of them; return how many."""
        with self._lock:
            kept = [rule for rule in self._rules if rule_id not in (None, rule.id)]
            removed = len(self._rules) - len(kept)
            self._rules = kept
            return removed

    def active(self):
        with self._lock:
            return [rule for rule in self._rules if not rule.is_spent]

    def take_rule(self, operation, number, *, customer="", since=""):
        """Return the rule that applies to this request, or None."""
        with self._lock:
            hit = None
            for rule in self._rules:
                if rule.is_spent or not rule.matches(operation, number, customer, since):
                    continue
                rule.match_count += 1
                if hit is None and self._hits(rule):
                    rule.applied_count += 1
                    hit = rule
            return hit

    def _hits(self, rule):
        if rule.nth is not None and rule.match_count < rule.nth:
            return False
        return rule.probability is None or self.random.random() < rule.probability
