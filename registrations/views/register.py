"""Register: add, change, copy and delete hours, expenses and trips."""

import datetime
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import member_required
from accounts.files import to_file
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.days import ONE_DAY, read_day
from lib.form_fields import DayInput
from lib.kept_uploads import KeepsUpload
from lib.picker_fields import CHOOSE
from lib.selections import deselect
from lib.text import fill
from lib.times import parse_clock
from lib.toasts import toast

from .. import locks, overlaps, receipts
from ..approving import undoing
from ..bookable import bookable_work, work_of
from ..forms import RegistrationForm, TripForm
from ..forms.somebody import SomebodyForm
from ..history import history_of
from ..models import (
    EDITABLE_STATUSES,
    FavouriteTrip,
    Registration,
    Status,
    TimeEntry,
    Trip,
)
from ..naming import link_to, what
from ..register import registering, repeating
from ..register.day import lines_of
from ..register.register_pages import HOURS, RECENT, TRIPS, RegisterPage
from ..register.timing import parts_of, timer_of
from ..register.week import week_around
from ..rights import sees_all_of
from ..rules import is_registrable
from ..trips import favourite_trips, odometer

# In the session: what names the forms that were saved last, so that none is saved twice.
SENT, MOST_SENT = "registered", 20
# Of the rejected rows so many are said at the top, and so many are counted.
SHOWN_REJECTED, MOST_REJECTED = 3, 100


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def register(request: MemberRequest, page: RegisterPage) -> HttpResponse:
    """Show the page; POST adds a registration for the chosen employee."""
    row = _new_row(request, page)
    form = _form(request, page, row=row)
    if _is_repeated(request):
        messages.info(request, _("This was added already. It is added once."))
        return _next_one(request, page, row=row)
    if request.method == "POST" and form.is_valid() and _saved(form, _adding(form), request):
        _remember(request)
        _say(request, _said_of_new(form), row)
        _remark(request, row)
        return _next_one(request, page, row=row)
    return _page(request, page, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: MemberRequest, page: RegisterPage, pk: int) -> HttpResponse:
    """Show a registration in the form; one that cannot change shows why."""
    row = _visible_row(request, page, pk)
    if not page.model.objects.editable_by(request.membership).filter(pk=pk).exists():
        return _page(request, page, form=None, row=row)
    form = _form(request, page, row=row)
    if request.method == "POST" and form.is_valid():
        was = row.status
        try:
            if _saved(form, partial(registering.change, submits=True), request):
                _say(request, _said_of_change(was, row.status), row)
                _remark(request, row)
                return redirect(_address(page, request=request, row=row))
        except registering.NotChangeable:
            return _no_longer(request, page, row=row)
    return _page(request, page, form=form, row=row)


@require_safe
@member_required
def copy(request: MemberRequest, page: RegisterPage, pk: int) -> HttpResponse:
    """Show the form with the values of a registration, to add another one."""
    row = registering.copied(_visible_row(request, page, pk))
    form = _form(request, page, row=row)
    return _page(request, page, form=form, day=row.date, subject=row.membership)


@require_POST
@member_required
def delete(request: MemberRequest, page: RegisterPage, pk: int) -> HttpResponse:
    """Delete a registration that may still change."""
    row = _visible_row(request, page, pk)
    try:
        registering.delete(row, by=request.membership)
    except registering.NotChangeable:
        return _no_longer(request, page, row=row)
    deselect(request, "overview", kind=page.key, pk=pk)
    text = _("The registration has been deleted: %(what)s.")
    toast(request, fill(text, {"what": what(row)}), undo=undoing.undo_delete(request, row))
    return redirect(_address(page, request=request, row=row))


@require_POST
@member_required
def understood(request: MemberRequest, page: RegisterPage) -> HttpResponse:
    """Return what the typed form means, by field, with errors and questions; saves nothing."""
    pk = chosen_id(request.GET.get("row", ""))
    row = _visible_row(request, page, pk) if pk else _new_row(request, page)
    form = _form(request, page, row=row)
    form.is_valid()
    return render(request, "ui/understood.html", {"forms": [form]})


@require_safe
@member_required
def receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """Lead to the receipt of a visible expense, always a download and never a page."""
    expense = receipts.expense_of(request.membership, pk)
    if expense is None:
        raise Http404
    if not expense.receipt.storage.exists(str(expense.receipt.name)):
        raise Http404(_("The receipt file is missing. Upload it again."))
    return to_file(request, receipts.RECEIPT, pk)


def _visible_row(request: MemberRequest, page: RegisterPage, pk: int) -> Registration:
    rows = page.model.objects.visible_to(request.membership)
    related = ("project__customer", "membership__user", "invoice_line__invoice", *page.related)
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _is_repeated(request: MemberRequest) -> bool:
    """Return True if this form was saved, and sent again because its answer was lost."""
    once = request.POST.get("once", "")
    return bool(once) and once in request.session.get(SENT, [])


def _remember(request: MemberRequest) -> None:
    if once := request.POST.get("once", ""):
        request.session[SENT] = [*request.session.get(SENT, []), once[:40]][-MOST_SENT:]


def _next_one(request: MemberRequest, page: RegisterPage, *, row: Registration) -> HttpResponse:
    """Show the day with a form for the next registration; of hours, on the same work."""
    if not isinstance(row, TimeEntry):
        return redirect(_address(page, request=request, row=row))
    if not request.htmx:
        return redirect(_address(page, request=request, row=row, work=_work_id(request, row)))
    following = TimeEntry(
        organisation=request.organisation,
        membership=row.membership,
        project_id=row.project_id,
        task_id=row.task_id,
        date=row.date,
    )
    form = page.form(organisation=request.organisation, by=request.membership, instance=following)
    return _page(request, page, form=form, day=row.date, subject=row.membership, is_next=True)


def show_day(request: MemberRequest, *, day: datetime.date, subject: Membership) -> HttpResponse:
    """Show the hours of a day after something was done there: a part of the page, or all of it."""
    row = TimeEntry(organisation=request.organisation, membership=subject, date=day)
    if not request.htmx:
        return redirect(_address(HOURS, request=request, row=row))
    form = HOURS.form(organisation=request.organisation, by=request.membership, instance=row)
    return _page(request, HOURS, form=form, day=day, subject=subject)


def _work_id(request: MemberRequest, row: TimeEntry) -> int | None:
    """Return the task on a project of an entry that was saved from the form."""
    if chosen := chosen_id(request.POST.get("work", "")):
        return chosen
    found = work_of(row.organisation, project=row.project_id, task=row.task_id)
    return found.values_list("pk", flat=True).first()


def _new_row(request: MemberRequest, page: RegisterPage) -> Registration:
    about = {"organisation": request.organisation, "membership": subject_of(request)}
    row = page.model(**about, date=day_of(request))
    if isinstance(row, TimeEntry) and request.method != "POST":
        _propose(row, request)
    if isinstance(row, Trip) and request.method != "POST":
        _propose_favourite(row, request)
    return row


def _propose(entry: TimeEntry, request: MemberRequest) -> None:
    """Fill in the work, the entry to do again, and the times of a gap, that the address names."""
    if pk := chosen_id(request.GET.get("work", "")):
        work = bookable_work(request.organisation, entry.membership).filter(pk=pk).first()
        if work:
            entry.project_id, entry.task_id = work.project_id, work.task_id
    if pk := chosen_id(request.GET.get("like", "")):
        like = TimeEntry.objects.visible_to(request.membership).filter(pk=pk).first()
        if like:
            entry.project_id, entry.task_id = like.project_id, like.task_id
            entry.description = like.description
    try:
        start = parse_clock(request.GET.get("start", ""))
        entry.started_at, entry.ended_at = start, parse_clock(request.GET.get("end", ""))
    except ValueError:
        return


def _propose_favourite(trip: Trip, request: MemberRequest) -> None:
    """Fill in the favourite that the address names."""
    if pk := chosen_id(request.GET.get("favourite", "")):
        found = FavouriteTrip.objects.filter(pk=pk, membership=request.membership).first()
        if found:
            favourite_trips.fill(trip, found)


def subject_of(request: MemberRequest) -> Membership:
    """Return the person to register for: oneself, or whom a manager chose."""
    if not request.GET.get("employee") or not request.membership.registers_for_others:
        return _named(request) or request.membership
    people = request.organisation.memberships.select_related("user")
    return get_object_or_404(people, pk=chosen_id(request.GET["employee"]))


def _named(request: MemberRequest) -> Membership | None:
    """Return the person whose name a manager typed, on a page where no script runs."""
    if not request.GET.get("employee_typed") or not request.membership.registers_for_others:
        return None
    form = SomebodyForm(request.GET, by=request.membership)
    return form.cleaned_data["employee"] if form.is_valid() else None


def _somebody(request: MemberRequest, subject: Membership) -> SomebodyForm | None:
    """Return the form to choose another person with, for managers; bound where it is refused."""
    if not request.membership.registers_for_others:
        return None
    is_asked = CHOOSE in request.GET or bool(request.GET.get("employee_typed"))
    bound = SomebodyForm(request.GET, by=request.membership)
    if is_asked and not bound.is_valid():
        return bound
    return SomebodyForm(None, by=request.membership, subject=subject)


def day_of(request: MemberRequest) -> datetime.date:
    """Return the day in the address; today without a readable one."""
    today = timezone.localdate()
    try:
        chosen = read_day(request.GET.get("date", ""), today=today).day
    except ValueError:
        return today
    return chosen if is_registrable(chosen) else today


def choose_day_box(day: datetime.date) -> str:
    """Return the box to type another day in, which the page submits at once."""
    attrs = {"id": "chosen-day", "class": "form-control", "aria-label": _("Choose a day")}
    return DayInput(attrs).render("date", day)


def _form(request: MemberRequest, page: RegisterPage, *, row: Registration) -> RegistrationForm:
    about: dict[str, Any] = {"organisation": request.organisation, "by": request.membership}
    about["instance"] = row
    if request.method != "POST":
        return page.form(**about)
    return page.form(request.POST, request.FILES, **about)


def _saved(form: RegistrationForm, operation: Callable[..., None], request: MemberRequest) -> bool:
    """Return True if it was saved; if a rule forbids it, the form shows the error at the field."""
    try:
        operation(form.instance, by=request.membership)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    if isinstance(form, KeepsUpload):
        form.forget_upload()
    return True


def _say(request: MemberRequest, text: str, row: Registration) -> None:
    """Say what was done with a registration, which the toast names and links."""
    name = what(row)
    toast(request, fill(text, {"what": name}), links=[link_to(row, name)])


def _said_of_change(was: str, now: str) -> str:
    """Return the sentence about a changed registration: also what became of its status."""
    if now == Status.SUBMITTED:
        return _("The registration has been saved and submitted again: %(what)s.")
    if was in (Status.SUBMITTED, Status.APPROVED):
        return _("The registration has been saved, and is open again: %(what)s. Submit it again.")
    return _("The registration has been saved: %(what)s.")


def _adding(form: RegistrationForm) -> Callable[..., None]:
    """Return how what the form has is added: a return trip is two registrations."""
    if isinstance(form, TripForm) and form.adds_return:
        return registering.add_both_ways
    return registering.add


def _said_of_new(form: RegistrationForm) -> str:
    if isinstance(form, TripForm) and form.adds_return:
        return _("Two trips have been added, there and back: %(what)s.")
    return _("The registration has been added: %(what)s.")


def _remark(request: MemberRequest, row: Registration) -> None:
    """Say what is allowed and yet remarkable about a saved registration."""
    sentence = overlaps.remark(row) if isinstance(row, TimeEntry) else ""
    if isinstance(row, Trip):
        sentence = odometer.remark(row)
    if sentence:
        messages.warning(request, sentence)


def _no_longer(request: MemberRequest, page: RegisterPage, *, row: Registration) -> HttpResponse:
    found = type(row).objects.select_related("invoice_line__invoice")
    stored = found.filter(pk=row.pk).first()
    why = locks.why_locked(stored, by=request.membership) if stored else ""
    if stored and not why and stored.is_decided:
        why = _("%s. Set it to open first, under Overview.") % stored.get_status_display()
    text = _("This registration cannot be changed: it is billed or approved.")
    messages.warning(request, why or text)
    return redirect(_address(page, request=request, row=row))


def _address(
    page: RegisterPage, *, request: MemberRequest, row: Registration, work: int | None = None
) -> str:
    """Return the URL of the day and the employee of the registration."""
    query = {"date": row.date.isoformat()}
    if work:
        query["work"] = str(work)
    if row.membership_id != request.membership.pk:
        query["employee"] = str(row.membership_id)
    return f"{reverse(page.url_name)}?{urlencode(query)}"


def _understood_url(page: RegisterPage, *, row: Registration | None, subject: Membership) -> str:
    query = {"row": row.pk} if row and row.pk else {"employee": subject.pk}
    return f"{reverse(page.names['understood'])}?{urlencode(query)}"


def _page(
    request: MemberRequest,
    page: RegisterPage,
    *,
    form: RegistrationForm | None,
    row: Registration | None = None,
    day: datetime.date | None = None,
    subject: Membership | None = None,
    is_next: bool = False,
) -> HttpResponse:
    if isinstance(form, KeepsUpload) and form.errors:
        form.keep_upload()
    day = day or (row.date if row else day_of(request))
    subject = subject or (row.membership if row else subject_of(request))
    today = timezone.localdate()
    context = {
        "register": page,
        "form": form,
        "row": row,
        "day": day,
        "day_box": choose_day_box(day),
        "today": today,
        "yesterday": day - ONE_DAY,
        "tomorrow": day + ONE_DAY,
        "subject": subject,
        "is_next": is_next or "work" in request.GET,
        "once": secrets.token_urlsafe(12),
        **_decided_context(page, row=row, subject=subject, by=request.membership),
        "why_locked": locks.why_locked(row, by=request.membership) if row and row.pk else "",
        "is_for_another": subject.pk != request.membership.pk,
        "is_partial": not sees_all_of(request.membership, subject),
        "understood_url": _understood_url(page, row=row, subject=subject),
        "somebody": None if row else _somebody(request, subject),
        **_list_context(page, day=day, subject=subject, by=request.membership),
    }
    status = 422 if form is not None and form.errors else 200
    if request.htmx and page is HOURS:
        return render(request, "registrations/hours_part.html", context, status=status)
    return render(request, f"registrations/{page.key}.html", context, status=status)


def _expected(day: datetime.date, *, subject: Membership, by: Membership) -> dict[str, object]:
    """Return the week, and what is expected, runs and is to go on the day."""
    today, now = timezone.localdate(), timezone.now()
    week = week_around(day, membership=subject, by=by, today=today)
    shown, running = week.day_of(day), 0
    timer = timer_of(subject) if subject.pk == by.pk else None
    if timer and timer.stopped_at is None and day == today:
        running = sum(part.minutes for part in parts_of(timer.started_at, now) if part.day == day)
    to_go = shown.expected - shown.minutes - running if day == today else 0
    return {
        "week": week,
        "expected": shown.expected,
        "running_minutes": running,
        "to_go": max(0, to_go),
    }


def _decided_context(
    page: RegisterPage, *, row: Registration | None, subject: Membership, by: Membership
) -> dict[str, object]:
    """Return the history of the row that is open, else what of the page was rejected."""
    if row is not None and row.pk:
        return {"history": history_of(row)}
    rows = page.rows_of(subject).visible_to(by)
    rejected = rows.filter(status=Status.REJECTED).order_by("date", "pk")
    # Most people have none, and to plan the query with all its joins takes PostgreSQL longest.
    found = list(rejected.values_list("pk", flat=True)[:MOST_REJECTED])
    shown_ids = found[:SHOWN_REJECTED]
    details = rejected.filter(pk__in=shown_ids).select_related("status_by__user")
    shown = [(one, what(one)) for one in details] if shown_ids else []
    return {"rejected": shown, "rejected_more": len(found) - len(shown)}


def _list_context(
    page: RegisterPage, *, day: datetime.date, subject: Membership, by: Membership
) -> dict[str, object]:
    rows = page.rows_of(subject).visible_to(by)
    editable = page.model.objects.editable_by(by).filter(membership=subject)
    context: dict[str, object] = {}
    if page is HOURS:
        rows = rows.filter(date=day).order_by(F("started_at").asc(nulls_last=True), "pk")
        context |= _expected(day, subject=subject, by=by)
    else:
        rows = rows[:RECENT]
    shown = list(rows)
    if page is HOURS:
        latest = repeating.latest_entries(subject, besides=day, by=by)
        context["lines"] = lines_of(shown)
        context["can_submit"] = any(one.status == Status.OPEN for one in shown)
        context["can_take_back"] = any(one.status == Status.SUBMITTED for one in shown)
        context["minutes"] = sum(row.minutes for row in shown)
        context["again"] = repeating.offered(latest, on_the_day=shown)
        context["earlier"] = None if shown else repeating.earlier_day(latest, before=day)
    ids = [row.pk for row in shown]
    found = dict(editable.filter(pk__in=ids).values_list("pk", "status"))
    context["editable_ids"] = set(found)
    context["deletable_ids"] = {pk for pk, one in found.items() if one in EDITABLE_STATUSES}
    if page is TRIPS:
        found_favourites = favourite_trips.favourites_of(by)
        context["favourites"] = found_favourites
        ways = {favourite_trips.way_of(one) for one in found_favourites}
        context["starred"] = {one.pk for one in shown if favourite_trips.way_of(one) in ways}
    return {**context, "rows": shown}
