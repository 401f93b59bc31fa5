"""The timer: started and stopped in the bar, changed on its page. Only one's own."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from lib.text import clean_line, fill
from lib.times import format_duration
from lib.toasts import toast
from projects.models import ProjectTask

from ..bookable import work_of
from ..forms.timer import StopForm, TimerForm
from ..models import TimeEntry
from ..naming import link_to
from ..register import timing
from .actions import back_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def timer(request: MemberRequest) -> HttpResponse:
    """Show the timer; POST changes it, or with `action=stop` stops it at the given end."""
    running = timing.timer_of(request.membership)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        work, description = form.cleaned_data["work"], form.cleaned_data["description"]
        if running is None:
            return _started(request, work=work, description=description)
        timing.change(request.membership, work=work, description=description)
        if request.POST.get("action") == "stop":
            return _stopped(request, end=form.cleaned_data["moment"])
        toast(request, _("The timer has been changed."))
        return redirect("registrations:timer")
    context = {
        "form": form,
        "timer": running,
        "problem": timing.why_not(running) if running and running.stopped_at else "",
        "asks_end": running and timing.needs_end(running, now=timezone.now()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registrations/timer.html", context, status=status)


@require_POST
@member_required
def timer_start(request: MemberRequest) -> HttpResponse:
    """Start the timer for the work of the form; without one, for what was registered last.

    A running timer is stopped, as by `timer_stop`.
    """
    if not request.POST.get("work") and not request.POST.get("work_typed"):
        return _started(request)
    form = TimerForm(request.POST, by=request.membership)
    if not form.is_valid():
        text = " ".join(
            sentence
            for found in form.errors.as_data().values()
            for error in found
            for sentence in error.messages
        )
        if request.htmx:
            # The form of the day stays, with all that was typed.
            told = json.dumps({"toast": {"text": text, "kind": "danger"}})
            return HttpResponse(status=204, headers={"HX-Trigger": told})
        messages.warning(request, text)
        return redirect("registrations:timer")
    return _started(
        request, work=form.cleaned_data["work"], description=form.cleaned_data["description"]
    )


@require_POST
@member_required
def timer_resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Start the timer for the same work as an entry."""
    rows = TimeEntry.objects.visible_to(request.membership)
    entry = get_object_or_404(rows.select_related("organisation"), pk=pk)
    work = work_of(request.organisation, project=entry.project_id, task=entry.task_id)
    found = work.select_related("project", "task").first()
    if found is None:
        messages.warning(request, _("This task is not on this project. Choose one of its tasks."))
        return redirect("registrations:timer")
    return _started(request, work=found, description=entry.description)


@require_POST
@member_required
def timer_stop(request: MemberRequest) -> HttpResponse:
    """Stop the timer now; one that ran long or over midnight asks first when the work ended.

    A description of the form is kept with it.
    """
    running, typed = timing.timer_of(request.membership), request.POST.get("description")
    # The box has one line: a description of several that was not touched stays as it is.
    if running and typed is not None and clean_line(typed) != clean_line(running.description):
        timing.describe(request.membership, clean_line(typed)[:500])
    return _asked_for_end(request) or _stopped(request)


@require_POST
@member_required
def timer_discard(request: MemberRequest) -> HttpResponse:
    """Throw the measured time away."""
    timing.discard(request.membership)
    toast(request, _("The timer has been thrown away. Nothing was registered."))
    return redirect("registrations:hours")


def _form(request: MemberRequest) -> TimerForm:
    running = timing.timer_of(request.membership)
    about: dict[str, Any] = {"by": request.membership}
    data = (request.POST,) if request.method == "POST" else ()
    if running is None:
        return TimerForm(*data, **about)
    return StopForm(*data, **about, timer=running, now=timezone.now())


def _asked_for_end(request: MemberRequest) -> HttpResponse | None:
    """Open the page of the timer if it must first be known when the work of the timer ended."""
    running = timing.timer_of(request.membership)
    if running is None or not timing.needs_end(running, now=timezone.now()):
        return None
    text = _("The timer ran for more than ten hours or over midnight. When did the work end?")
    messages.info(request, text)
    return _go(request, reverse("registrations:timer"))


def _started(
    request: MemberRequest, *, work: ProjectTask | None = None, description: str = ""
) -> HttpResponse:
    if asked := _asked_for_end(request):
        return asked
    try:
        timer, before = timing.start(
            request.membership, work=work, description=description, now=timezone.now()
        )
    except timing.NothingToTime:
        messages.info(
            request, _("Choose what you are working on. The next time, one press starts.")
        )
        return _go(request, reverse("registrations:timer"))
    except timing.NotSaved as error:
        messages.warning(request, str(error))
        return _go(request, reverse("registrations:timer"))
    if before:
        _say_registered(request, before)
    text = _("The timer runs: %(what)s.")
    toast(request, fill(text, {"what": f"{timer.project} · {timer.task}"}))
    return _go(request, back_of(request))


def _stopped(request: MemberRequest, *, end: Any = None) -> HttpResponse:
    try:
        entries = timing.stop(request.membership, end=end, now=timezone.now())
    except timing.NotSaved as error:
        text = _("The time is kept, and not registered yet. %s")
        messages.warning(request, text % error)
        return redirect("registrations:timer")
    if entries:
        _say_registered(request, entries)
    else:
        messages.info(request, _("The timer ran for less than a minute. Nothing was registered."))
    back = back_of(request)
    return redirect("registrations:hours" if end else back)


def _say_registered(request: MemberRequest, entries: list[TimeEntry]) -> None:
    time = format_duration(sum(entry.minutes for entry in entries))
    name = f"{time} · {entries[0].project} · {entries[0].task}"
    text = _("The timer was stopped, and its time registered: %(what)s.")
    toast(request, fill(text, {"what": name}), links=[link_to(entries[0], name)])


def _go(request: MemberRequest, url: str) -> HttpResponse:
    """Open a page, also where a part of a page asked."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
