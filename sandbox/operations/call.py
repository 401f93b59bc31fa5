"""The arguments and surroundings of an operation."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.codes import Refusal
from sandbox.faulting import NULL_REFERENCE, TRUNCATED, broken
from sandbox.switches import Switches
from sandbox.values import UNSET_DATE

FIRST_YEAR, LAST_YEAR = 1980, 2049


@dataclass
class Call:
    """One call of an operation.

    `now` is the local time, `at` the same in seconds, `origin` the address of the sandbox.
    `refusal` is set if the service refused.
    """

    operation: str
    arguments: dict
    db: sqlite3.Connection
    switches: Switches
    now: datetime
    at: float
    origin: str
    refusal: Refusal | None = field(default=None)

    @property
    def visible_at(self):
        """The moment from which look-ups may show the effect of this call."""
        return self.at + self.switches.visibility_lag_ms / 1000

    def required(self, name):
        """Return a required object; a missing one causes a Fault."""
        if self.arguments.get(name) is None:
            raise broken(NULL_REFERENCE)
        return self.arguments[name]

    def filter(self):
        """Return the filter; a missing one counts as empty, unless the switch says otherwise."""
        given = self.arguments.get("cFilter")
        if given is None and self.switches.missing_filter == "fault":
            raise broken(NULL_REFERENCE)
        return Filter(given or {})

    def fit(self, text, longest):
        """Return a stored text; a long one causes a Fault or is cut, depending on the switch."""
        text = text or ""
        if len(text) > longest and self.switches.too_long == "fault":
            raise broken(TRUNCATED)
        return text[:longest]


class Filter(dict):
    """A filter; zero, no date and a blank text match everything."""

    def text(self, name):
        return (self.get(name) or "").strip()

    def number(self, name):
        return self.get(name) or 0

    def day(self, name):
        moment = self.get(name)
        return moment.date() if moment and moment != UNSET_DATE else None

    def days(self, first, last):
        return self.day(first), self.day(last)


def blank(text):
    return not (text or "").strip()


def is_bookable(moment):
    """Return True if a date is filled in and in the years of the service."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR
