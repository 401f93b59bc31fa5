"""Read a period completely, although the service limits the rows of an answer.

GetMutaties returns 500 rows at most and does not say that more exist. No limit of GetFacturen is
documented; an answer of 500 invoices is treated in the same way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from .client import EBoekhouden
from .errors import OutcomeUnknown
from .messages import BookedEntry, BookedInvoice

Row = TypeVar("Row")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window(Generic[Row]):
    """The rows of a period; on `full_days` there may be more rows than were returned."""

    rows: tuple[Row, ...] = ()
    full_days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows of one request; `is_full`: some may be missing."""

    rows: Sequence[Row]
    is_full: bool


def invoices_between(
    client: EBoekhouden, *, since: date, until: date, before: Callable[[], None]
) -> Window[BookedInvoice]:
    """Return the invoices of a period; `before` is called before each request."""

    def ask(first: date, last: date) -> Rows[BookedInvoice]:
        before()
        rows = client.invoices(since=first, until=last)
        return Rows(rows, len(rows) >= client.most_invoices)

    return _window(ask, since=since, until=until)


def entries_between(
    client: EBoekhouden, *, since: date, until: date, before: Callable[[], None]
) -> Window[BookedEntry]:
    """Return the entries of a period; `before` is called before each request."""

    def ask(first: date, last: date) -> Rows[BookedEntry]:
        before()
        try:
            return Rows(client.entries(since=first, until=last), is_full=False)
        except OutcomeUnknown as doubt:
            if doubt.reason != "row-cap":
                raise
            return Rows((), is_full=True)

    return _window(ask, since=since, until=until)


def _window(ask: Callable[[date, date], Rows[Row]], *, since: date, until: date) -> Window[Row]:
    rows: list[Row] = []
    full_days: list[date] = []
    periods = [(since, until)]
    while periods:
        first, last = periods.pop()
        answer = ask(first, last)
        if answer.is_full and first < last:
            periods += reversed(list(_halves(first, last)))
            continue
        rows += answer.rows
        full_days += [first] if answer.is_full else []
    return Window(tuple(rows), tuple(full_days))


def _halves(first: date, last: date) -> Iterator[tuple[date, date]]:
    middle = first + (last - first) // 2
    yield first, middle
    yield middle + ONE_DAY, last
