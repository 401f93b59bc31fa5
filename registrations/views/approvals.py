"""Overview → Approvals: the week of everybody, approved or rejected by row, day, person or all."""

import datetime
from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import approver_required
from accounts.models import Membership, MembershipQuerySet
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.days import ONE_DAY, read_day
from lib.form_fields import LineFilter, MultilineField
from lib.formats import day as shown_day
from lib.text import fill
from lib.times import format_duration
from lib.toasts import toast
from projects.models import Project, ProjectMember

from .. import pickers
from ..approving import approvals, statuses, undoing
from ..approving.waiting import waiting_by_week
from ..models import Status, TimeEntry
from ..naming import link_to, whose
from ..overview.filters import Picked
from ..overview.selection import Selection
from ..periods import monday_of
from ..rules import is_registrable
from .actions import back_of
from .register import choose_day_box
from .reminding import remind

SHOWN = (("needs", gettext_lazy("Needs you")), ("all", gettext_lazy("Everyone")))
STATES = [(one.value, one.label) for one in Status if one != Status.WRITTEN_OFF]


class ApprovalFilter(filters.FilterSet):
    """The people of the page by name; project and status are read by the page."""

    q = LineFilter(label=gettext_lazy("Search employee…"), method="matching")
    project = Picked(
        field_name="project",
        label=gettext_lazy("Project"),
        model=Project,
        source="filter-projects",
        method="keep_all",
    )
    team = Picked(
        field_name="team",
        label=gettext_lazy("Team of"),
        model=Project,
        source="filter-projects",
        method="on_team",
    )
    status = filters.MultipleChoiceFilter(
        label=gettext_lazy("Status"), choices=STATES, method="keep_all"
    )

    def __init__(self, query: QueryDict, people: MembershipQuerySet, *, by: Membership) -> None:
        super().__init__(query, people)
        for name in ("project", "team"):
            self.filters[name].queryset = pickers.filter_projects(by)

    def matching(self, people: MembershipQuerySet, _name: str, text: str) -> MembershipQuerySet:
        return people.matching(text)

    def on_team(
        self, people: MembershipQuerySet, _name: str, projects: QuerySet[Project]
    ) -> MembershipQuerySet:
        """Filter the people on the team of one of these projects."""
        if not projects:
            return people
        team = ProjectMember.objects.filter(project__in=list(projects)).order_by()
        return people.filter(pk__in=team.values("membership"))

    def keep_all(self, people: QuerySet[Any], _name: str, _value: object) -> QuerySet[Any]:
        return people

    @property
    def projects(self) -> list[int]:
        return [one.pk for one in self.form.cleaned_data.get("project") or ()]

    @property
    def states(self) -> list[str]:
        return list(self.form.cleaned_data.get("status") or ())


class RejectForm(forms.Form):
    """Why registrations go back: the employee reads it with the rows and in a mail."""

    note = MultilineField(
        label=gettext_lazy("Note for the employee"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what is wrong, so that it can be mended.")},
    )


@require_safe
@approver_required
def approvals_week(request: MemberRequest) -> HttpResponse:
    """Show the matrix of a week: the oldest with something to decide, unless one was chosen."""
    by, today = request.membership, timezone.localdate()
    waiting = [week for week in waiting_by_week(by) if week.monday <= today]
    last_week = monday_of(today) - 7 * ONE_DAY
    monday = _monday(request.GET, default=waiting[0].monday if waiting else last_week)
    people = request.organisation.memberships.order_by("user__first_name", "user__last_name", "pk")
    found = ApprovalFilter(request.GET, people, by=by)
    is_valid = found.is_valid()
    show = request.GET.get("show", "")
    projects = found.projects if is_valid else []
    matrix = approvals.matrix_of(
        by,
        monday,
        today=today,
        people=found.qs if is_valid else people.none(),
        projects=projects,
        # Who sees a part of the hours cannot know what is missing.
        with_expected=by.is_manager_of_all and not projects,
        only_needing=show == "needs",
        states=found.states if is_valid else (),
    )
    context = {
        **_week_context(matrix.monday, today=today),
        "matrix": matrix,
        "filter": found,
        "show": "needs" if show == "needs" else "all",
        "projects": projects,
        "seen_at": timezone.now().isoformat(),
        "day_box": choose_day_box(monday),
        "oldest": waiting[0] if waiting and waiting[0].monday < monday else None,
        "query": _query(request.GET, without=("show",)).urlencode(),
        "kept": list(_query(request.GET, without=("date",)).lists()),
        "open_person": request.GET.get("open", ""),
        "is_narrowed": bool({"q", "project", "team", "status"} & set(request.GET)),
    }
    if opened := _opened(request, matrix):
        context |= _rows_context(request, opened, monday, projects=projects)
    return render(request, "registrations/approvals.html", context)


@require_safe
@approver_required
def approvals_person(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what a person registered in the week, as rows below them."""
    people = request.organisation.memberships.select_related("user")
    person = get_object_or_404(people, pk=pk)
    monday = _monday(request.GET, default=monday_of(timezone.localdate()))
    found = ApprovalFilter(request.GET, people, by=request.membership)
    projects = found.projects if found.is_valid() else []
    context = {
        **_week_context(monday, today=timezone.localdate()),
        **_rows_context(request, person, monday, projects=projects),
        "seen_at": timezone.now().isoformat(),
        # The columns of the table that the rows come into.
        "expected_shown": bool(request.GET.get("expected")),
    }
    return render(request, "registrations/approvals_person.html", context)


@require_POST
@approver_required
def approvals_approve(request: MemberRequest) -> HttpResponse:
    """Approve what was submitted; what was not submitted only after a question."""
    if not (scopes := request.POST.getlist("what")):
        messages.warning(request, _("Nobody is selected. Select people first."))
        return redirect(back_of(request))
    also_open = bool(request.POST.get("also_open"))
    wanted = (Status.SUBMITTED, Status.OPEN) if also_open else (Status.SUBMITTED,)
    selection = _selection(request, scopes, wanted)
    left = _selection(request, scopes, () if also_open else (Status.OPEN,))
    if not selection and left:
        return _question(request, left)
    outcome = statuses.approve(selection, by=request.membership, also_open=also_open)
    if outcome.changed:
        text = ngettext(
            "%(count)d registration approved, %(time)s.",
            "%(count)d registrations approved, %(time)s.",
            outcome.changed,
        )
        approved = [pk for one in outcome.before if one.model is TimeEntry for pk in one.ids]
        minutes = approvals.minutes_of(Selection(time_entries=tuple(approved)))
        told = {"count": outcome.changed, "time": format_duration(minutes)}
        back = undoing.undo_status(request, outcome.before, to=Status.APPROVED)
        toast(request, text % told, undo=back)
    if left:
        text = ngettext(
            "Not submitted yet, and left out: %(count)d registration, %(time)s.",
            "Not submitted yet, and left out: %(count)d registrations, %(time)s.",
            len(left),
        )
        told = {"count": len(left), "time": format_duration(approvals.minutes_of(left))}
        messages.info(request, text % told)
    _say_rest(request, scopes, outcome)
    return redirect(back_of(request))


@require_POST
@approver_required
def approvals_reject(request: MemberRequest) -> HttpResponse:
    """Ask for a message, and then return what was submitted with it."""
    if not (scopes := request.POST.getlist("what")):
        messages.warning(request, _("Nobody is selected. Select people first."))
        return redirect(back_of(request))
    selection = _selection(request, scopes, (Status.SUBMITTED,))
    form = RejectForm(request.POST if "note" in request.POST else None)
    if not form.is_valid():
        context = {
            "form": form,
            "fields": _fields(request),
            "next": back_of(request),
            "count": len(selection),
            "minutes": approvals.minutes_of(selection),
        }
        status = 422 if form.errors else 200
        is_row = request.htmx and "in_place" in request.GET and not form.errors
        page = "approvals_reject_row" if is_row else "approvals_reject"
        return render(request, f"registrations/{page}.html", context, status=status)
    outcome = statuses.reject(
        selection, note=form.cleaned_data["note"], by=request.membership, only_submitted=True
    )
    if outcome.changed:
        text = ngettext(
            "%d registration rejected. The employee reads why.",
            "%d registrations rejected. The employees read why.",
            outcome.changed,
        )
        back = undoing.undo_status(request, outcome.before, to=Status.REJECTED)
        toast(request, text % outcome.changed, undo=back)
    _say_rest(request, scopes, outcome)
    return redirect(back_of(request))


@require_POST
@approver_required
def approvals_take_back(request: MemberRequest) -> HttpResponse:
    """Let what was approved or rejected wait for a decision again; what is billed stays."""
    scopes = request.POST.getlist("what")
    selection = _selection(request, scopes, (Status.APPROVED, Status.REJECTED))
    outcome = statuses.take_back_decision(selection, by=request.membership)
    if outcome.changed:
        text = ngettext(
            "%d registration waits for a decision again.",
            "%d registrations wait for a decision again.",
            outcome.changed,
        )
        back = undoing.undo_status(request, outcome.before, to=Status.SUBMITTED)
        toast(request, text % outcome.changed, undo=back)
    _say_rest(request, scopes, outcome)
    return redirect(back_of(request))


@require_POST
@approver_required
def approvals_remind(request: MemberRequest, pk: int) -> HttpResponse:
    """Mail a person who has not submitted a week; one mail a day at most."""
    people = request.organisation.memberships.active().select_related("user", "organisation")
    person = get_object_or_404(people, pk=pk)
    monday = _monday(request.POST, default=monday_of(timezone.localdate()) - 7 * ONE_DAY)
    remind(request, [person], monday=monday)
    return redirect(back_of(request))


def _monday(given: QueryDict, *, default: datetime.date) -> datetime.date:
    try:
        chosen = read_day(given.get("date", ""), today=timezone.localdate()).day
    except ValueError:
        return default
    return monday_of(chosen) if is_registrable(chosen) else default


def _week_context(monday: datetime.date, *, today: datetime.date) -> dict[str, object]:
    return {
        "monday": monday,
        "sunday": monday + 6 * ONE_DAY,
        "before": monday - 7 * ONE_DAY,
        "after": monday + 7 * ONE_DAY,
        "last_week": monday_of(today) - 7 * ONE_DAY,
        "today": today,
    }


def _opened(request: MemberRequest, matrix: approvals.Matrix) -> Membership | None:
    """Return the person whose rows are unfolded without a script."""
    wanted = request.GET.get("open", "")
    return next((one.member for one in matrix.people if str(one.member.pk) == wanted), None)


def _rows_context(
    request: MemberRequest, person: Membership, monday: datetime.date, *, projects: Sequence[int]
) -> dict[str, object]:
    about: dict[str, Any] = {"projects": projects}
    with_weekend = bool(request.GET.get("weekend"))
    works = approvals.works_of(
        request.membership, person, monday, with_weekend=with_weekend, **about
    )
    is_own = person.pk == request.membership.pk and not statuses.decides_own(request.membership)
    return {
        "member": person,
        "works": works,
        "others": [
            (f"r:{one.kind_key}:{one.pk}", one)
            for one in approvals.others_of(request.membership, person, monday, **about)
        ],
        "days_submitted": approvals.submitted_by_day(works),
        "days": works[0].days if works else [],
        "decidable": not is_own,
    }


def _selection(request: MemberRequest, scopes: list[str], wanted: Sequence[str]) -> Selection:
    monday = _monday(request.POST, default=monday_of(timezone.localdate()))
    projects = [chosen_id(one) for one in request.POST.getlist("project")]
    return approvals.selection_of(
        scopes,
        request.membership,
        monday,
        projects=projects,
        statuses=wanted,
        seen_at=_seen_at(request),
    )


def _seen_at(request: MemberRequest) -> datetime.datetime:
    """Return when the page was shown; now without a readable moment."""
    try:
        found = parse_datetime(request.POST.get("seen_at", ""))
    except ValueError:
        found = None
    return found if found and timezone.is_aware(found) else timezone.now()


def _fields(request: MemberRequest) -> list[tuple[str, str]]:
    """Return the hidden fields that name the same rows again."""
    names = ("what", "project", "date", "seen_at")
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _question(request: MemberRequest, left: Selection) -> HttpResponse:
    context = {
        "fields": _fields(request),
        "next": back_of(request),
        "count": len(left),
        "minutes": approvals.minutes_of(left),
    }
    return render(request, "registrations/approvals_question.html", context)


def _say_rest(request: MemberRequest, scopes: list[str], outcome: statuses.Outcome) -> None:
    """Say what stayed as it was: what somebody else decided meanwhile, and what is one's own."""
    monday = _monday(request.POST, default=monday_of(timezone.localdate()))
    since = approvals.decided_since(scopes, request.membership, monday, seen_at=_seen_at(request))
    for row in since[: statuses.NAMED]:
        name, at = whose(row), timezone.localtime(row.status_at)
        told = {
            "what": name,
            "status": row.get_status_display().lower(),
            "by": row.status_by or _("somebody"),
            "at": f"{shown_day(at.date())} {at:%H:%M}",
        }
        text = _("%(what)s was %(status)s meanwhile by %(by)s, %(at)s. It stays so.")
        toast(request, fill(text, told), links=[link_to(row, name)], level=messages.WARNING)
    if own := outcome.skipped.get(str(statuses.YOUR_OWN)):
        text = ngettext(
            "%d registration is your own. Somebody else approves it.",
            "%d registrations are your own. Somebody else approves them.",
            own,
        )
        messages.warning(request, text % own)
    elif not outcome.changed and not since:
        messages.info(request, _("Nothing here was waiting for a decision."))


def _query(given: QueryDict, *, without: tuple[str, ...]) -> QueryDict:
    kept = given.copy()
    for name in (*without, "open"):
        kept.pop(name, None)
    return kept
