"""Where one mends what is left out: the page that shows exactly those rows, or the project."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership

from .billable import Reason
from .rows import UnbilledFilter
from .skipped import SkippedRegistrations, Why

# What the overviews are narrowed to, by why.
NARROWED: dict[Why, tuple[tuple[str, str], ...]] = {
    Why.NOT_BILLABLE: (("billable", "no"), ("status", "not_invoiced")),
    Why.REJECTED: (("billable", "yes"), ("status", "rejected")),
    Why.NO_RATE: (("billable", "yes"), ("status", "not_invoiced")),
    Why.NOT_APPROVED: (("billable", "yes"), ("status", "open"), ("status", "submitted")),
}


def fixed_at(
    row: SkippedRegistrations, unbilled_filter: UnbilledFilter, *, by: Membership
) -> Reason:
    """The reason in words, with a link that this member may follow."""
    if row.why is Why.NO_RATE and by.is_manager:
        url = reverse("projects:project-edit", args=[row.project.pk])
        return Reason(str(row.why.label), url, _("Set the rate"))
    link = _("Approve registrations") if row.why is Why.NOT_APPROVED else _("Show registrations")
    return Reason(str(row.why.label), _overview(row, unbilled_filter), link)


def _overview(row: SkippedRegistrations, unbilled_filter: UnbilledFilter) -> str:
    days = [("period", "custom"), ("until", unbilled_filter.until.isoformat())]
    if unbilled_filter.since:
        days.append(("since", unbilled_filter.since.isoformat()))
    narrowed = [*days, ("project", str(row.project.pk)), *NARROWED[row.why]]
    return f"{reverse(f'registrations:overview-{row.kind}')}?{urlencode(narrowed)}"
