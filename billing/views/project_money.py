"""A project → Money: earned, cost, margin, unbilled, invoiced, and what was agreed."""

import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import prices_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from projects.models import Project
from registrations.models import BILLABLE_STATUSES, EARNING_STATUSES

from ..reports.project_money import money_of

# The first day that an invoice can have.
EARLIEST = datetime.date(1980, 1, 1)
KINDS = ("hours", "expenses", "trips")


@require_safe
@prices_required
def project_money(request: MemberRequest, pk: int) -> HttpResponse:
    """Show where the money of a project stands, with a list behind each figure."""
    projects = request.organisation.projects.managed_by(request.membership)
    project = get_object_or_404(projects.select_related("customer"), pk=pk)
    today = timezone.localdate()
    context = {
        "project": project,
        "money": money_of(project, today=today),
        "today": today,
        **_links(project, by=request.membership, today=today),
    }
    return render(request, "billing/project_money.html", context)


def _links(project: Project, *, by: Membership, today: datetime.date) -> dict[str, object]:
    """Return the addresses of the lists that the figures were counted from.

    Who may not invoice opens the registrations, and no invoices.
    """
    everything = {"project": project.pk, "period": "all"}
    earning = {**everything, "status": [str(one) for one in EARNING_STATUSES]}
    until = {"project": project.pk, "period": "custom", "until": today.isoformat()}
    waiting = {**until, "billable": "yes", "status": [str(one) for one in BILLABLE_STATUSES]}
    found: dict[str, object] = {
        "all_rows": {kind: _overview(kind, everything) for kind in KINDS},
        "earning_rows": {kind: _overview(kind, earning) for kind in KINDS},
        "unbilled_rows": {kind: _overview(kind, waiting) for kind in KINDS},
    }
    if by.is_invoicer:
        days = {"period": "custom", "since": EARLIEST.isoformat()}
        last = (today + datetime.timedelta(days=1)).isoformat()
        query = {"by": "project", "key": project.pk, **days, "until": last}
        found["invoiced_url"] = f"{reverse('billing:report-turnover-invoices')}?{urlencode(query)}"
        found["unbilled_url"] = f"{reverse('billing:unbilled')}?project={project.pk}"
    return found


def _overview(kind: str, query: dict[str, object]) -> str:
    return f"{reverse(f'registrations:overview-{kind}')}?{urlencode(query, doseq=True)}"
