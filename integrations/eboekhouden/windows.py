"""Reading a period so that no limit of an answer hides anything.

GetMutaties answers 500 rows at most, and says nothing of those it leaves out. Of GetFacturen no
limit is documented; an answer as long as that is not trusted either.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from .client import EBoekhouden
from .errors import OutcomeUnknown
from .facts.limits import MAX_ENTRY_ROWS
from .messages import BookedEntry, BookedInvoice

Row = TypeVar("Row")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window(Generic[Row]):
    """What stands in a period; of `full_days` there may be more than was answered."""

    rows: tuple[Row, ...] = ()
    full_days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Response(Generic[Row]):
    """The rows of one question; `is_full`: some may have been left out."""

    rows: Sequence[Row]
    is_full: bool


def invoices_between(
    books: EBoekhouden, *, since: date, until: date, before: Callable[[], None]
) -> Window[BookedInvoice]:
    """The invoices dated in these days, both included; `before` is called before each question."""

    def ask(first: date, last: date) -> Response[BookedInvoice]:
        before()
        rows = books.invoices(since=first, until=last)
        return Response(rows, len(rows) >= MAX_ENTRY_ROWS)

    return _window(ask, since=since, until=until)


def entries_between(
    books: EBoekhouden, *, since: date, until: date, before: Callable[[], None]
) -> Window[BookedEntry]:
    """The entries dated in these days, both included; `before` is called before each question."""

    def ask(first: date, last: date) -> Response[BookedEntry]:
        before()
        try:
            return Response(books.entries(since=first, until=last), is_full=False)
        except OutcomeUnknown as doubt:
            if doubt.reason != "row-cap":
                raise
            return Response((), is_full=True)

    return _window(ask, since=since, until=until)


def _window(ask: Callable[[date, date], Response[Row]], *, since: date, until: date) -> Window[Row]:
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
