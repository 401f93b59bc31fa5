"""Reasons as a reader sees them: the sentence, and a link to the page that solves the problem."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership

from .reasons import Fix, Reason
from .rows import UnbilledFilter
from .skipped import SkippedRegistrations, Why

PAGES = {
    Fix.BILL_SCHEDULED_AMOUNT: "billing:unbilled",
    Fix.SET_HOURLY_RATE: "projects:project-edit",
    Fix.CHOOSE_VAT_RATE: "billing:vat-rate-edit",
    Fix.SET_DEFAULT_VAT_RATE: "billing:vat-rate-list",
    Fix.SET_VAT_CODE: "billing:vat-rate-edit",
    Fix.SET_LEDGER_ACCOUNT: "integrations:eboekhouden",
    Fix.ENTER_CUSTOMER_NUMBER: "customers:customer-edit",
    Fix.CHANGE_PAYMENT_TERM: "customers:customer-edit",
    Fix.OPEN_INVOICE: "billing:invoice-detail",
}
LABELS = {
    Fix.BILL_SCHEDULED_AMOUNT: gettext_lazy("Go to Unbilled"),
    Fix.SET_HOURLY_RATE: gettext_lazy("Set the rate"),
    Fix.CHOOSE_VAT_RATE: gettext_lazy("Set the rate"),
    Fix.SET_DEFAULT_VAT_RATE: gettext_lazy("Set the default rate"),
    Fix.SET_VAT_CODE: gettext_lazy("Set the code"),
    Fix.SET_LEDGER_ACCOUNT: "Settings → e-Boekhouden",
    Fix.ENTER_CUSTOMER_NUMBER: gettext_lazy("Enter a number"),
    Fix.CHANGE_PAYMENT_TERM: gettext_lazy("Change the payment term"),
    Fix.OPEN_INVOICE: gettext_lazy("Open the invoice"),
}
# Pages that only administrators open, or only who manages projects.
FOR_ADMINISTRATORS = frozenset(
    {Fix.CHOOSE_VAT_RATE, Fix.SET_DEFAULT_VAT_RATE, Fix.SET_VAT_CODE, Fix.SET_LEDGER_ACCOUNT}
)
FOR_MANAGERS = frozenset({Fix.ENTER_CUSTOMER_NUMBER, Fix.CHANGE_PAYMENT_TERM})
# The filters of the overviews, by reason.
NARROWED: dict[Why, tuple[tuple[str, str], ...]] = {
    Why.NOT_BILLABLE: (("billable", "no"), ("status", "not_invoiced")),
    Why.REJECTED: (("billable", "yes"), ("status", "rejected")),
    Why.NO_RATE: (("billable", "yes"), ("status", "not_invoiced")),
    Why.NOT_APPROVED: (("billable", "yes"), ("status", "open"), ("status", "submitted")),
}


@dataclass(frozen=True)
class ReasonSummary:
    """A reason in words; `link` says who solves the problem if the reader may not open `url`.

    Both are empty where no page solves it.
    """

    text: str
    url: str = ""
    link: str = ""


def describe(reason: Reason, *, by: Membership) -> ReasonSummary:
    """Return the reason with a link to the page that solves it, or with whom to ask."""
    if reason.fix is None:
        return ReasonSummary(reason.text)
    if reason.fix in FOR_ADMINISTRATORS and not by.is_administrator:
        return ReasonSummary(reason.text, link=_("Ask an administrator."))
    if reason.fix in FOR_MANAGERS and not by.is_manager:
        return ReasonSummary(reason.text, link=_("Ask a project manager."))
    if reason.fix is Fix.SET_HOURLY_RATE and not _manages(by, reason.pk):
        return ReasonSummary(reason.text, link=_("Ask a project manager."))
    url = reverse(PAGES[reason.fix], args=[reason.pk] if reason.pk else [])
    return ReasonSummary(reason.text, url, str(LABELS[reason.fix]))


def _manages(by: Membership, project_id: int | None) -> bool:
    """Return whether the member may edit this project; one query for each member."""
    if not by.is_manager or by.is_manager_of_all:
        return by.is_manager
    prefetch_related_objects([by], "managed_projects")
    return any(project.pk == project_id for project in by.managed_projects.all())


def describe_skipped(
    row: SkippedRegistrations, unbilled_filter: UnbilledFilter, *, by: Membership
) -> ReasonSummary:
    """Return the reason in words, with a link that this member may follow."""
    if row.why is Why.NO_RATE and _manages(by, row.project.pk):
        return describe(Reason(str(row.why.label), Fix.SET_HOURLY_RATE, row.project.pk), by=by)
    is_approved_there = row.why is Why.NOT_APPROVED and by.approves
    link = _("Approve registrations") if is_approved_there else _("Show registrations")
    return ReasonSummary(str(row.why.label), _overview(row, unbilled_filter), link)


def _overview(row: SkippedRegistrations, unbilled_filter: UnbilledFilter) -> str:
    days = [("period", "custom"), ("until", unbilled_filter.until.isoformat())]
    if unbilled_filter.since:
        days.append(("since", unbilled_filter.since.isoformat()))
    narrowed = [*days, ("project", str(row.project.pk)), *NARROWED[row.why]]
    return f"{reverse(f'registrations:overview-{row.kind}')}?{urlencode(narrowed)}"
