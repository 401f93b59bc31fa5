"""A proposal as a reader sees it: the omissions, and links to the pages that solve them."""

from accounts.models import Membership

from ..legal.findings import Finding, Where
from ..legal.presenters import label_of, url_of, whom_to_ask
from ..unbilled.presenters import ReasonSummary, describe
from .proposals import Problem, Proposal, ProposedInvoice


def describe_problems(invoice: ProposedInvoice, *, by: Membership) -> list[ReasonSummary]:
    """Describe why this invoice is left out, with links that this member may follow."""
    return [_describe_problem(problem, invoice, by) for problem in invoice.problems]


def describe_left_out(proposal: Proposal, *, by: Membership) -> list[tuple[ReasonSummary, int]]:
    """Describe why registrations are left out, and how many."""
    return [(describe(reason, by=by), count) for reason, count in proposal.skipped]


def skipped_entries(proposal: Proposal, *, by: Membership) -> list[dict[str, str]]:
    """Return the selected but unbilled work, as a batch stores it for its page.

    The counts add up. The sentences are in the language of the member who confirmed, and the links
    are those that this member may follow.
    """
    refused = [
        {"customer": invoice.customer.name, "reason": problem.text, "url": problem.url}
        for invoice in proposal.refused
        for problem in describe_problems(invoice, by=by)
    ]
    rows = [
        {"customer": "", "reason": f"{count} × {reason.text}", "url": reason.url}
        for reason, count in describe_left_out(proposal, by=by)
    ]
    return refused + rows


def _describe_problem(problem: Problem, invoice: ProposedInvoice, by: Membership) -> ReasonSummary:
    if not isinstance(problem, Finding):
        return describe(problem, by=by)
    if problem.place.where is Where.DRAFT:
        # There is no draft yet.
        return ReasonSummary(problem.text)
    if whom := whom_to_ask(problem.place.where, by):
        return ReasonSummary(problem.text, link=whom)
    url = url_of(problem.place, customer_id=invoice.customer.pk)
    return ReasonSummary(problem.text, url, label_of(problem.place.where))
