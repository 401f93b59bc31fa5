"""Where one mends what is left out: the page that shows exactly those rows, or the project."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership

from .billable import Reason
from .rows import Wish
from .skipped import LeftOut, Why

# What the overviews are narrowed to, by why.
NARROWED: dict[Why, tuple[tuple[str, str], ...]] = {
    Why.NOT_BILLABLE: (("billable", "no"), ("status", "not_invoiced")),
    Why.REJECTED: (("billable", "yes"), ("status", "rejected")),
    Why.NO_RATE: (("billable", "yes"), ("status", "not_invoiced")),
    Why.NOT_APPROVED: (("billable", "yes"), ("status", "open"), ("status", "submitted")),
}


def mended_at(row: LeftOut, wish: Wish, *, by: Membership) -> Reason:
    """The reason in words, with a link that this member may follow."""
    if row.why is Why.NO_RATE and by.is_manager:
        url = reverse("projects:project-edit", args=[row.project.pk])
        return Reason(str(row.why.label), url, _("Set the rate"))
    link = _("Approve them") if row.why is Why.NOT_APPROVED else _("Show them")
    return Reason(str(row.why.label), _overview(row, wish), link)


def _overview(row: LeftOut, wish: Wish) -> str:
    days = [("period", "custom"), ("until", wish.until.isoformat())]
    if wish.since:
        days.append(("since", wish.since.isoformat()))
    narrowed = [*days, ("project", str(row.project.pk)), *NARROWED[row.why]]
    return f"{reverse(f'registrations:overview-{row.kind}')}?{urlencode(narrowed)}"
