"""Price unbilled hours again: of a project by its rates, and all by the rule of rounding."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import administrator_required, prices_required
from accounts.requests import MemberRequest

from ..rates.repricing import (
    Repricing,
    preview_repricing,
    preview_rounding,
    reprice_unbilled,
    round_unbilled,
)


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def project_reprice(request: MemberRequest, pk: int) -> HttpResponse:
    """Show how many hours change and by how much; POST changes them."""
    projects = request.organisation.projects.managed_by(request.membership)
    projects = projects.select_related("customer")
    project = get_object_or_404(projects, pk=pk)
    if request.method == "POST":
        done = reprice_unbilled(project, by=request.membership, now=timezone.now())
        _tell(request, done)
        return redirect("projects:project-detail", project.pk)
    context = {"project": project, "preview": preview_repricing(project)}
    return render(request, "registrations/reprice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def hours_round(request: MemberRequest) -> HttpResponse:
    """Show what the rules of rounding make of all unbilled hours; POST stores it."""
    if request.method == "POST":
        done = round_unbilled(request.organisation, by=request.membership, now=timezone.now())
        _tell(request, done)
        return redirect("accounts:organisation-settings")
    context = {"preview": preview_rounding(request.organisation)}
    return render(request, "registrations/round.html", context)


def _tell(request: MemberRequest, done: Repricing) -> None:
    text = ngettext(
        "%(count)d registration recalculated.",
        "%(count)d registrations recalculated.",
        done.changed,
    )
    messages.success(request, text % {"count": done.changed})
