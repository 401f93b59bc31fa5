"""Reprice the unbilled hours of a project after a change of rates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import prices_required
from accounts.requests import MemberRequest

from ..rates.pricing import preview_repricing, reprice_unbilled


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def project_reprice(request: MemberRequest, pk: int) -> HttpResponse:
    """Show how many hours change and by how much; POST changes them."""
    projects = request.organisation.projects.managed_by(request.membership)
    projects = projects.select_related("customer")
    project = get_object_or_404(projects, pk=pk)
    if request.method == "POST":
        done = reprice_unbilled(project, by=request.membership, now=timezone.now())
        text = ngettext(
            "%(count)d registration recalculated.",
            "%(count)d registrations recalculated.",
            done.changed,
        )
        messages.success(request, text % {"count": done.changed})
        return redirect("projects:project-detail", project.pk)
    context = {"project": project, "preview": preview_repricing(project)}
    return render(request, "registrations/reprice.html", context)
