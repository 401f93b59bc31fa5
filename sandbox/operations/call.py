"""What an operation gets to work with."""

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
    """`now` is the wall clock, `at` the same in seconds; `origin` the address of the sandbox;
    `refusal` is filled in when the service said no."""

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
        """When the look-ups may see what this call writes."""
        return self.at + self.switches.visibility_lag_ms / 1000

    def required(self, name):
        """An object the service cannot do without; it breaks when it is missing."""
        if self.arguments.get(name) is None:
            raise broken(NULL_REFERENCE)
        return self.arguments[name]

    def filter(self):
        """The filter; a missing one counts as empty, unless the switch says otherwise."""
        given = self.arguments.get("cFilter")
        if given is None and self.switches.missing_filter == "fault":
            raise broken(NULL_REFERENCE)
        return Filter(given or {})

    def fit(self, text, longest):
        """A text the service keeps; too long breaks it or is cut, as the switch says."""
        text = text or ""
        if len(text) > longest and self.switches.too_long == "fault":
            raise broken(TRUNCATED)
        return text[:longest]


class Filter(dict):
    """A filter in which zero, no date and a blank text mean: anything."""

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
    """Whether a date is filled in and within the years the service knows."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR
