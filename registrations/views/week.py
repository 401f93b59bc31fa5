"""Register → Hours → Week: show the grid, save its cells, copy the last week."""

import datetime
import re
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.days import ONE_DAY
from lib.toasts import toast

from ..expected import expected_days
from ..forms.week import AddRowForm
from ..models import TimeEntry
from ..periods import monday_of
from ..register import repeating
from ..register.register_pages import HOURS
from ..register.week_cells import Saved, Typed, save_cell
from ..register.week_grid import Grid, Problem, entries_of, grid_of, is_untouched
from ..rights import sees_all_of, sees_leave_of
from .register import choose_day_box, day_of, subject_of
from .repeating import say_repeated

# A cell in the form: project, task and day.
_CELL = re.compile(r"c-([0-9]{1,18})-([0-9]{1,18})-([0-9]{4}-[0-9]{2}-[0-9]{2})")
# More rows without hours than this are not in an address that people make.
MOST_ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def week(request: MemberRequest) -> HttpResponse:
    """Show a week; POST saves the cells that were changed, and answers the script with JSON."""
    subject = subject_of(request)
    if request.method != "POST":
        return _page(request, subject)
    saved = [
        save_cell(typed, membership=subject, by=request.membership) for typed in _typed(request)
    ]
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"cells": [_told(one) for one in saved], "at": _now()})
    problems = {one.cell.key: one.problem for one in saved if one.problem}
    if problems:
        return _page(request, subject, problems=problems)
    count = len(saved)
    if count:
        text = ngettext("%d cell saved.", "%d cells saved.", count)
        toast(request, text % count)
    return redirect(_address(request, subject, rows=_rows(request)))


@require_POST
@member_required
def copy_week(request: MemberRequest) -> HttpResponse:
    """Take over the rows of the last week, and with `hours` what is not there yet of its hours."""
    subject = subject_of(request)
    monday = monday_of(day_of(request))
    before = monday - 7 * ONE_DAY
    last = entries_of(subject, before, before + 6 * ONE_DAY, by=request.membership)
    if request.POST.get("hours"):
        there = {
            (one.project_id, one.task_id, one.date)
            for one in entries_of(subject, monday, monday + 6 * ONE_DAY, by=request.membership)
        }
        wanted = [
            one
            for one in last
            if (one.project_id, one.task_id, one.date + 7 * ONE_DAY) not in there
        ]
        wanted, off = _without_days_off(subject, wanted, days=7, by=request.membership)
        if off:
            named = ", ".join(f"{date_format(day, 'D j F')} ({word})" for day, word in off.items())
            messages.info(request, _("Left out, because nothing is expected: %s.") % named)
        result = repeating.repeat(wanted, days=7, by=request.membership)
        if not result.ids and not result.refused and not off:
            messages.info(request, _("There is nothing in last week that is not here yet."))
        say_repeated(request, result)
        return redirect(_address(request, subject))
    works = repeating.works_of(last)
    if not works:
        messages.info(request, _("Last week has no hours."))
    # Typing begins in the row that was added last: the first of these on the page.
    return redirect(_address(request, subject, rows=[*_rows(request), *reversed(works)]))


def _without_days_off(
    subject: Membership, entries: list[TimeEntry], *, days: int, by: Membership
) -> tuple[list[TimeEntry], dict[datetime.date, str]]:
    """Part the hours that would come on a holiday or on a day of leave, and name these days."""
    if not entries:
        return [], {}
    shift = days * ONE_DAY
    first, last = entries[0].date + shift, entries[-1].date + shift
    days_there = expected_days([subject], first, last)
    off = {
        # Who does not see the leave of a person does not read what it is for.
        day: due.reason if sees_leave_of(by, subject) else _("day off")
        for (_pk, day), due in days_there.items()
        if due.reason and not due.minutes
    }
    kept = [one for one in entries if one.date + shift not in off]
    return kept, {day: off[day] for day in off if any(one.date + shift == day for one in entries)}


def _page(
    request: MemberRequest, subject: Membership, *, problems: dict[str, Problem] | None = None
) -> HttpResponse:
    monday = monday_of(day_of(request))
    today = timezone.localdate()
    rows = _rows(request)
    grid = grid_of(
        subject, monday, by=request.membership, today=today, added=rows, problems=problems
    )
    is_other = subject.pk != request.membership.pk
    context = {
        "register": HOURS,
        "grid": grid,
        "day": monday if not monday <= today <= monday + 6 * ONE_DAY else today,
        "sunday": monday + 6 * ONE_DAY,
        "today": today,
        "shows_weekend": grid.has_weekend or (monday + 4 * ONE_DAY < today <= monday + 6 * ONE_DAY),
        "day_box": choose_day_box(monday),
        "is_this_week": monday == monday_of(today),
        "before": monday - 7 * ONE_DAY,
        "after": monday + 7 * ONE_DAY,
        "subject": subject,
        "is_for_another": is_other,
        "is_partial": not sees_all_of(request.membership, subject),
        "query": query_of_week(monday, subject if is_other else None),
        "added": rows,
        "add_row": AddRowForm(subject=subject),
        "begins_at": _begins_at(grid, rows),
    }
    return render(request, "registrations/week.html", context, status=422 if problems else 200)


def _begins_at(grid: Grid, rows: list[int]) -> str:
    """Return the key of the row that was added last, where typing begins."""
    empty = {row.added: row.key for row in grid.rows if row.added and not row.minutes}
    return next((empty[pk] for pk in reversed(rows) if pk in empty), "")


def _typed(request: MemberRequest) -> list[Typed]:
    """Return the cells of the form with another text than the page showed."""
    found = []
    for name, text in request.POST.items():
        match = _CELL.fullmatch(name)
        day = _day(match[3]) if match else None
        if match is None or day is None or not isinstance(text, str):
            continue
        key = name.removeprefix("c-")
        note, seen = request.POST.get(f"n-{key}", ""), request.POST.get(f"s-{key}", "")
        if not is_untouched(seen, typed=text, note=note):
            work = (int(match[1]), int(match[2]))
            confirmed = request.POST.getlist("confirmed")
            found.append(Typed(work, day, text, note, seen, confirmed))
    return found


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _told(saved: Saved) -> dict[str, object]:
    """Return what the script needs to show the cell."""
    cell, problem = saved.cell, saved.problem
    return {
        "key": cell.key,
        "text": cell.text,
        "minutes": cell.minutes,
        "note": cell.note,
        "seen": cell.seen,
        "status": cell.status,
        "is_stale": saved.is_stale,
        "sentence": problem.sentence if problem else "",
        "questions": [list(one) for one in problem.questions] if problem else [],
    }


def _now() -> str:
    return time_format(timezone.localtime(), "H:i")


def _rows(request: MemberRequest) -> list[int]:
    """Return the ids of the rows without hours, from the address or the form."""
    given = (request.POST if request.method == "POST" else request.GET).getlist("row")
    ids = (chosen_id(text) for text in given[:MOST_ROWS])
    return list(dict.fromkeys(pk for pk in ids if pk))


def query_of_week(monday: datetime.date, subject: Membership | None) -> str:
    """Return the query of the page of a week: of `subject`, else of the reader."""
    query = {"date": monday.isoformat()}
    return urlencode({**query, "employee": subject.pk} if subject else query)


def _address(request: MemberRequest, subject: Membership, *, rows: list[int] | None = None) -> str:
    monday = monday_of(day_of(request))
    is_other = subject.pk != request.membership.pk
    added = urlencode([("row", pk) for pk in rows or ()])
    query = "&".join(filter(None, [query_of_week(monday, subject if is_other else None), added]))
    return f"{reverse('registrations:hours-week')}?{query}"
