"""Register → Leave, and Management → Leave: ask, take back, decide, and grant holidays."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.serializers import deserialize, serialize
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import approver_of_all_required, managers_of_all_required, member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.days import FIRST_YEAR, LAST_YEAR
from lib.formats import day as shown_day
from lib.paging import page_of
from lib.times import format_duration
from lib.toasts import Undo, toast
from lib.understanding import is_typing

from ..approving import leave
from ..expected import expected_days
from ..forms.leave import GrantsForm, LeaveForm
from ..forms.somebody import SomebodyForm
from ..models import Leave, LeaveStatus
from ..rules import year_in
from .actions import back_of
from .register import day_of, subject_of

# Signs what a toast puts back; it may do so for an hour.
SALT, AN_HOUR = "registrations.leave", 3600


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def leave_page(request: MemberRequest) -> HttpResponse:
    """Show the leave of a year; POST asks for some."""
    sees_others = leave.sees_leave_of_others(request.membership)
    subject = subject_of(request) if sees_others else request.membership
    initial = {"first": day_of(request)} if "date" in request.GET else {}
    form = LeaveForm(request.POST or None, initial=initial)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid() and _asked(request, subject, form):
        return redirect(_address(request, subject, form.cleaned_data["first"].year))
    return _page(request, subject, form)


@require_POST
@member_required
def leave_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Take back the leave that this day was asked for with."""
    spell = _visible(request, pk)
    token = signing.dumps(serialize("json", spell.rows), salt=_salt(request))
    try:
        leave.take_back(spell, by=request.membership)
    except leave.NotChangeable:
        text = _("This leave was approved, or is in a closed period. Ask a project manager.")
        messages.warning(request, text)
    else:
        back = Undo(reverse("registrations:leave-restore"), token)
        toast(request, _("The leave has been deleted: %s.") % _named(spell), undo=back)
    return redirect(_back(request))


@require_POST
@member_required
def leave_restore(request: MemberRequest) -> HttpResponse:
    """Put back leave that was deleted in the last hour."""
    try:
        kept = signing.loads(request.POST.get("undo", ""), salt=_salt(request), max_age=AN_HOUR)
        rows = [one.object for one in deserialize("json", kept)]
        leave.put_back(rows, by=request.membership)  # type: ignore[arg-type]  # leave, as signed
    except signing.BadSignature:
        messages.warning(request, _("This can no longer be undone."))
    except ValidationError as error:
        reason = " ".join(error.messages)
        messages.warning(request, f"{_('This can no longer be undone.')} {reason}")
    else:
        toast(request, _("The leave has been put back."))
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
@managers_of_all_required
def leave_team(request: MemberRequest) -> HttpResponse:
    """Show what waits for a decision and what people have left; POST stores granted holidays."""
    year = _year(request)
    rows = request.organisation.memberships.active().select_related("user", "organisation")
    page = page_of(request, rows.order_by("user__first_name", "user__last_name", "pk"))
    people = list(page.object_list)
    found = leave.balances(people, year, today=timezone.localdate())
    granted = {pk: one.granted for pk, one in found.items()}
    form = GrantsForm(request.POST or None, people=people, granted=granted)
    if request.method == "POST" and form.is_valid():
        for person, minutes in form.changes():
            leave.grant(person, year=year, minutes=minutes)
        toast(request, _("The holidays of %d have been saved.") % year)
        return redirect(request.get_full_path())
    waiting = Leave.objects.filter(
        organisation=request.organisation, status=LeaveStatus.SUBMITTED
    ).select_related("membership__user", "membership__organisation")
    context = {
        "year": year,
        "page": page,
        "form": form,
        "rows": [(person, found[person.pk], form.field_of(person)) for person in people],
        "waiting": leave.spells_of(waiting.order_by("date", "pk")),
        "decides": request.membership.approves,
        "decides_own": leave.may_decide(request.membership, request.membership),
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/leave_team.html", context, status=status)


@require_POST
@approver_of_all_required
def leave_decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Approve or reject leave; rejecting needs a reason."""
    spell = _visible(request, pk)
    to = request.POST.get("action", "")
    note = request.POST.get("note", "").strip()[:300]
    if to not in (LeaveStatus.APPROVED, LeaveStatus.REJECTED):
        return redirect(_back(request))
    if to == LeaveStatus.REJECTED and not note:
        text = _("Say why the leave is rejected: the employee reads it.")
        messages.warning(request, text)
        return redirect(_back(request))
    try:
        leave.decide(spell, to=to, note=note, by=request.membership, now=timezone.now())
    except leave.NotChangeable:
        text = _("Somebody decided on this leave in the meantime. Look at it again.")
        messages.warning(request, text)
    else:
        rejected = _("The leave has been rejected: %s.")
        text = _("The leave has been approved: %s.") if to == LeaveStatus.APPROVED else rejected
        toast(request, text % _named(spell))
    return redirect(_back(request))


def _registers_for_all(by: Membership) -> bool:
    return by.registers_for_others and leave.sees_leave_of_others(by)


def _visible(request: MemberRequest, pk: int) -> leave.Spell:
    """Return the leave with this day: one's own, or a manager's people's."""
    rows = Leave.objects.filter(organisation=request.organisation)
    if not leave.sees_leave_of_others(request.membership):
        rows = rows.filter(membership=request.membership)
    return leave.spell_of(get_object_or_404(rows, pk=pk))


def _salt(request: MemberRequest) -> str:
    """Return the salt of what this member deleted: nobody else puts it back."""
    return f"{SALT}.{request.membership.pk}"


def _asked(request: MemberRequest, subject: Membership, form: LeaveForm) -> bool:
    try:
        spell = leave.ask_for(
            subject, **form.cleaned_data, by=request.membership, now=timezone.now()
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    back = Undo(reverse("registrations:leave-delete", args=[spell.row.pk]))
    toast(request, _("The leave was submitted: %s.") % _named(spell), undo=back)
    return True


def _named(spell: leave.Spell) -> str:
    days = shown_day(spell.row.date)
    if spell.last != spell.row.date:
        days = f"{days} – {shown_day(spell.last)}"
    return f"{spell.row.get_kind_display()}, {days}, {format_duration(spell.minutes)}"


def _year(request: MemberRequest) -> int:
    return year_in(request.GET.get("year", "")) or day_of(request).year


def _address(request: MemberRequest, subject: Membership, year: int) -> str:
    query = {"year": str(year)}
    if subject.pk != request.membership.pk:
        query["employee"] = str(subject.pk)
    return f"{reverse('registrations:leave')}?{urlencode(query)}"


def _back(request: MemberRequest) -> str:
    return back_of(request) if request.POST.get("next") else reverse("registrations:leave")


def _page(request: MemberRequest, subject: Membership, form: LeaveForm) -> HttpResponse:
    year, today = _year(request), timezone.localdate()
    rows = Leave.objects.filter(
        organisation=request.organisation, membership=subject, date__year=year
    )
    is_other = subject.pk != request.membership.pk
    somebody = SomebodyForm(None, by=request.membership, subject=subject)
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "years": (max(FIRST_YEAR, year - 1), min(LAST_YEAR, year + 1)),
        "is_this_year": year == today.year,
        "subject": subject,
        "is_for_another": is_other,
        "somebody": somebody if _registers_for_all(request.membership) else None,
        "may_delete": request.membership.registers_for_others,
        "spells": leave.spells_of(rows.select_related("status_by__user").order_by("date", "pk")),
        "balance": leave.balances([subject], year, today=today)[subject.pk],
        "has_contract": _has_contract(subject, today),
        "query": _address(request, subject, year).partition("?")[2],
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/leave.html", context, status=status)


def _has_contract(subject: Membership, today: datetime.date) -> bool:
    return expected_days([subject], today, today)[subject.pk, today].contract is not None
