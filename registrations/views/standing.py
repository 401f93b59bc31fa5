"""A project → Hours: what is left of the budget, the forecast, and the hours per part."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import manager_required
from accounts.requests import MemberRequest
from projects.budgets import hours_used

from ..progress.burndown import plot_of
from ..progress.standing import standing_of


@require_safe
@manager_required
def project_hours(request: MemberRequest, pk: int) -> HttpResponse:
    """Show where the hours of a project stand; what they cost is for administrators."""
    projects = request.organisation.projects.managed_by(request.membership)
    project = get_object_or_404(projects.select_related("customer"), pk=pk)
    today = timezone.localdate()
    found = standing_of(project, today=today)
    plot = None
    if found.budget and found.weeks:
        plot = plot_of(found, ends_on=project.ends_on, today=today)
    context = {
        "project": project,
        "standing": found,
        "plot": plot,
        "uses": [use] if (use := hours_used(project, found.minutes)) else [],
        "hours_url": f"{reverse('registrations:overview-hours')}?project={project.pk}",
        "with_worth": project.billing_method.is_hourly and request.membership.sees_amounts,
        "sees_cost": request.membership.is_administrator,
    }
    return render(request, "registrations/project_hours.html", context)
