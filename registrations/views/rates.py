"""Rates from a date on: their lists, and the dialog that changes one with the rows it touches."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import prices_required
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.formats import euro
from lib.toasts import Undo, toast
from lib.understanding import is_typing
from projects.dated_rates import RateEdit
from projects.models import DatedRate, Project, RateChange, RateKind

from ..forms.rates import CHANGE, LEAVE, RateForm, RemovalForm, is_backwards
from ..rates import rate_changes
from ..rates.rate_effects import Effect, effect_of
from ..rates.rated import (
    Period,
    Rated,
    general_of,
    may_price,
    periods_of,
    rated_by_key,
    rated_of,
    rated_on_project,
)
from .actions import back_of

form_page = require_http_methods(["GET", "HEAD", "POST"])
# Rows that the preview draws; the rest is counted.
DRAWN = 200


@require_safe
@prices_required
def project_rates(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what the hours of a project cost, from which date on."""
    some = rated_on_project(project := _project(request, pk))
    listed = [(one, found, _general(one, found)) for one, found in periods_of(some)]
    context = {"project": project, "project_key": str(pk), "listed": listed}
    return render(request, "registrations/project_rates.html", context)


@require_safe
@prices_required
def rates(request: MemberRequest, name: str, pk: int) -> HttpResponse:
    """Show the rates of a task, an employee, a customer or kilometres; costs to administrators."""
    one = _named(request, f"{name}-{pk}")
    return render(request, "registrations/rates.html", {"rated": one})


@form_page
@prices_required
def rate_add(request: MemberRequest) -> HttpResponse:
    """Set a rate from a date on; the dialog shows what it does to rows."""
    kind = _kind(request)
    return _dialog(request, _some(request, kind), kind=kind)


@form_page
@prices_required
def rate_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the date or the euros of a rate."""
    found = _found(request, pk)
    return _dialog(request, [_rated_of(request, found)], kind=found.kind, found=found)


@form_page
@prices_required
def rate_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a rate away; the one before it holds on."""
    found = _found(request, pk)
    one = _rated_of(request, found)
    edit = rate_changes.edit_of(found, from_on=None, rate=None)
    form = RemovalForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "found": found, "rated": one, "kind": found.kind, "is_removal": True}
    if request.method == "POST" and not is_typing(request):
        return _saved(request, one, edit, context)
    return _shown(request, one, edit, context)


@require_POST
@prices_required
def rate_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a change back, with the rows that it priced again."""
    change = get_object_or_404(request.organisation.rate_changes, pk=pk)
    _check(request, change.kind)
    if not may_price(change.subject, by=request.membership):
        raise Http404
    try:
        count = rate_changes.undo(change, by=request.membership, now=timezone.now())
    except rate_changes.TooLateToUndo as late:
        text = _("This can no longer be undone.")
        if late.locked:
            why = ngettext(
                "%(count)d of its rows is submitted, approved, billed or in a closed period.",
                "%(count)d of its rows are submitted, approved, billed or in a closed period.",
                late.locked,
            )
            text = f"{text} {why % {'count': late.locked}}"
        messages.warning(request, text)
    else:
        text = ngettext(
            "The rate is as it was, and so is %(count)d registration.",
            "The rate is as it was, and so are %(count)d registrations.",
            count,
        )
        toast(request, text % {"count": count} if count else _("The rate is as it was."))
    return redirect(back_of(request))


def _dialog(
    request: MemberRequest, some: Sequence[Rated], *, kind: str, found: DatedRate | None = None
) -> HttpResponse:
    """Show the dialog, or what follows from what is typed; or save."""
    form = RateForm(
        request.POST if request.method == "POST" else None,
        some=some,
        kind=kind,
        found=found,
        is_typing=is_typing(request),
    )
    context = {"form": form, "found": found, "kind": kind}
    edit = form.edit
    if request.method == "POST" and not is_typing(request) and edit:
        return _saved(request, form.rated, edit, context)
    status = 422 if form.errors and not is_typing(request) else 200
    return _shown(request, form.rated, edit, context, status=status)


def _saved(
    request: MemberRequest, one: Rated, edit: RateEdit, context: dict[str, Any]
) -> HttpResponse:
    """Save the change, unless a choice is missing or other rows were shown."""
    kind, rows = context["kind"], request.POST.get("rows", "")
    effect = _effect(request, one, edit, kind)
    if effect.count and rows not in (CHANGE, LEAVE):
        context["problem"] = _("Choose what happens to these rows.")
        return _shown(request, one, edit, context, status=422)
    by, now = request.membership, timezone.now()
    try:
        if kind == RateKind.COST:
            change = rate_changes.save_cost(edit, by=by, now=now, label=one.label)
        else:
            changes = bool(effect.count) and rows == CHANGE
            seen = request.POST.get("seen", "")
            change = rate_changes.save(
                one.row, edit, seen=seen, changes_rows=changes, by=by, now=now
            )
    except rate_changes.EffectChanged:
        context["problem"] = _("Rows or rates changed in the meantime. Check the new figures.")
        return _shown(request, one, edit, context, status=409)
    _say_saved(request, one, change)
    return redirect(back_of(request))


def _shown(
    request: MemberRequest,
    one: Rated,
    edit: RateEdit | None,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context |= {"rated": one, "edit": edit, "next": _next(request, one)}
    context["with_project"] = not one.subject.name.startswith("project")
    if edit:
        effect = _effect(request, one, edit, context["kind"])
        rows = request.POST.get("rows", "")
        if rows not in (CHANGE, LEAVE):
            rows = "" if is_backwards(edit) else CHANGE
        context |= {"effect": effect, "chosen": rows if effect.count else "", **_drawn(effect)}
    name = "rate_preview" if is_typing(request) else "rate_dialog"
    return render(request, f"registrations/{name}.html", context, status=status)


def _drawn(effect: Effect) -> dict[str, Any]:
    rows = sorted(effect.rows, key=lambda one: (one.row.date, one.row.pk))
    sign = "+" if effect.difference > 0 else ""
    return {
        "drawn": rows[:DRAWN],
        "not_drawn": len(rows[DRAWN:]),
        "signed_difference": f"{sign}{euro(effect.difference)}",
    }


def _general(one: Rated, periods: Sequence[Period]) -> Rated | None:
    """Return whose rate holds while an object on a project has none of its own."""
    return general_of(one) if periods[0].rate is None else None


def _effect(request: MemberRequest, one: Rated, edit: RateEdit, kind: str) -> Effect:
    if kind == RateKind.COST:
        return Effect(edit)
    return effect_of(one.row, edit, organisation=request.organisation)


def _say_saved(request: MemberRequest, one: Rated, change: RateChange) -> None:
    count = change.row_count
    text = (
        _("The rate of %(name)s has been saved.")
        if change.after
        else _("The rate of %(name)s has been removed.")
    )
    said = text % {"name": one.label}
    if count:
        rows = ngettext(
            "%(count)d registration has its new price.",
            "%(count)d registrations have their new price.",
            count,
        )
        said = f"{said} {rows % {'count': count}}"
    undo = Undo(reverse("registrations:rate-undo", args=[change.pk]))
    toast(request, said, undo=undo)


def _some(request: MemberRequest, kind: str) -> list[Rated]:
    """Return whose rates the address names: one, or all of a project."""
    if "project" in request.GET:
        project = _project(request, chosen_id(request.GET["project"]))
        if some := [
            one
            for one in rated_on_project(project)
            if may_price(one.subject, by=request.membership)
        ]:
            return some
    one = _named(request, request.GET.get("subject", ""))
    return [one if kind == RateKind.SALES else Rated(one.row, one.label, None)]


def _project(request: MemberRequest, pk: int) -> Project:
    """Return a project that the member manages. Raises Http404."""
    projects = request.organisation.projects.managed_by(request.membership)
    project: Project = get_object_or_404(projects.select_related("customer"), pk=pk)
    return project


def _named(request: MemberRequest, key: str) -> Rated:
    """Return what an address names, if the member sets its rates. Raises Http404."""
    one = rated_by_key(request.organisation, key)
    if not may_price(one.subject, by=request.membership):
        raise Http404
    return one


def _kind(request: MemberRequest) -> str:
    kind = RateKind.COST if request.GET.get("kind") == RateKind.COST else RateKind.SALES
    _check(request, kind)
    return kind


def _check(request: MemberRequest, kind: str) -> None:
    """Raise PermissionDenied for costs, unless the member is an administrator."""
    if kind == RateKind.COST and not request.membership.is_administrator:
        raise PermissionDenied(_("You do not have the right to open this page."))


def _found(request: MemberRequest, pk: int) -> DatedRate:
    found: DatedRate = get_object_or_404(request.organisation.dated_rates, pk=pk)
    _check(request, found.kind)
    if not may_price(found.subject, by=request.membership):
        raise Http404
    return found


def _rated_of(request: MemberRequest, found: DatedRate) -> Rated:
    one = rated_of(request.organisation, found.subject, found.kind)
    if one is None:
        raise PermissionDenied
    return one


def _next(request: MemberRequest, one: Rated) -> str:
    """Return the page to go back to, which the dialog carries."""
    given = request.POST.get("next") or request.GET.get("next", "")
    return given or reverse("registrations:rates", args=[*one.subject])
