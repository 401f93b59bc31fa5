"""The part of a proposal that the dialog shows: a page of invoices, and of each some lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from lib.choices import chosen_id

from .proposals import Proposal, ProposedInvoice

INVOICES_A_PAGE = 10
# Lines of an invoice at first; and on a page of the one that is opened.
LINES_AT_FIRST, LINES_A_PAGE = 20, 100


@dataclass(frozen=True)
class ShownInvoice:
    """An invoice with the lines that are shown; `number` is its place in the proposal.

    `lines_page` is the page of lines of the opened invoice.
    """

    invoice: ProposedInvoice
    number: int
    lines: Sequence[Any]
    lines_page: "Page[Any] | None" = None

    @property
    def count(self) -> int:
        """The number of all its lines."""
        return len(self.invoice.shown)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.lines)


@dataclass(frozen=True)
class ShownProposal:
    """A page of the invoices of a proposal; `opened` is the number of one of them, or 0."""

    page: "Page[ProposedInvoice]"
    opened: int
    lines_page: str

    @classmethod
    def of(cls, proposal: Proposal, posted: QueryDict, query: QueryDict) -> "ShownProposal":
        """Return what a request asks for: page `shown`, invoice `opened`, its page `lines`.

        The last two are in the query string, because a button has one value.
        """
        page = Paginator(proposal.invoices, INVOICES_A_PAGE).get_page(posted.get("shown"))
        return cls(page, chosen_id(query.get("opened", "")), query.get("lines", ""))

    def __iter__(self) -> Iterator[ShownInvoice]:
        for number, invoice in enumerate(self.page, start=self.page.start_index()):
            if number == self.opened:
                lines = Paginator(invoice.shown, LINES_A_PAGE).get_page(self.lines_page)
                yield ShownInvoice(invoice, number, list(lines), lines)
            else:
                yield ShownInvoice(invoice, number, invoice.shown[:LINES_AT_FIRST])
