"""A proposal as a reader sees it: the omissions, and links to the pages that solve them."""

from ..legal.findings import Finding, Where
from ..legal.presenters import label_of, url_of
from ..unbilled.presenters import ReasonSummary, describe
from .proposals import Problem, Proposal, ProposedInvoice


def describe_problems(invoice: ProposedInvoice) -> list[ReasonSummary]:
    """Describe why this invoice is left out."""
    return [_describe_problem(problem, invoice) for problem in invoice.problems]


def describe_left_out(proposal: Proposal) -> list[tuple[ReasonSummary, int]]:
    """Describe why registrations are left out, and how many."""
    return [(describe(reason), count) for reason, count in proposal.skipped]


def skipped_entries(proposal: Proposal) -> list[dict[str, str]]:
    """Return the selected but unbilled work, as a batch stores it for its page.

    The counts add up. The sentences are in the language of the user who confirmed.
    """
    refused = [
        {"customer": invoice.customer.name, "reason": problem.text, "url": problem.url}
        for invoice in proposal.refused
        for problem in describe_problems(invoice)
    ]
    rows = [
        {"customer": "", "reason": f"{count} × {reason.text}", "url": reason.url}
        for reason, count in describe_left_out(proposal)
    ]
    return refused + rows


def _describe_problem(problem: Problem, invoice: ProposedInvoice) -> ReasonSummary:
    if not isinstance(problem, Finding):
        return describe(problem)
    if problem.place.where is Where.DRAFT:
        # There is no draft yet.
        return ReasonSummary(problem.text)
    url = url_of(problem.place, customer_id=invoice.customer.pk)
    return ReasonSummary(problem.text, url, label_of(problem.place.where))
