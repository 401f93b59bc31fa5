"""Management → Employees: people and their rates. Managers may look, administrators may change."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.current_rates import rate_on
from lib.paging import in_order, page_of
from lib.toasts import Undo, toast
from lib.understanding import is_typing
from lib.unlikely import LAST

from ..access import administrator_required, manager_required
from ..contracts import with_contract_minutes
from ..filters import ORDERS, MembershipFilter
from ..forms.people import EmployeeForm, NewEmployeeForm
from ..invitations import invite_member
from ..login.confirming import is_confirmed, to_confirm
from ..login.limits import TooMany
from ..models import Membership, Role
from ..people import (
    AlreadyMember,
    LastAdministrator,
    NotAccepted,
    WasErased,
    activate,
    change_employee,
    deactivate,
    may_rename,
)
from ..requests import MemberRequest


def person_or_404(request: MemberRequest, pk: int) -> Membership:
    """Return a membership of the reader's organisation."""
    people = request.organisation.memberships.select_related("user", "organisation")
    return get_object_or_404(people, pk=pk)


@require_safe
@manager_required
def employee_list(request: MemberRequest) -> HttpResponse:
    today = rate_on(timezone.localdate(), Membership)
    people = request.organisation.memberships.select_related("user").annotate(rate_today=today)
    narrowed = MembershipFilter.active_by_default(request.GET, people)
    rows = in_order(narrowed.qs, request.GET.get("order", ""), orders=ORDERS, default="name")
    page = page_of(request, with_contract_minutes(rows, day=timezone.localdate()))
    return render(request, "accounts/employee_list.html", {"page": page, "filter": narrowed.form})


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def employee_add(request: MemberRequest) -> HttpResponse:
    initial = {"language": request.organisation.language, "role": Role.EMPLOYEE}
    rates = _other_rates(request)
    form = NewEmployeeForm(request.POST or None, initial=initial, other_rates=rates)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        return redirect("accounts:employee-list")
    status = 422 if form.errors else 200
    return render(request, "accounts/employee_add.html", {"form": form}, status=status)


def _invited(request: MemberRequest, form: NewEmployeeForm) -> bool:
    is_more = form.cleaned_data["role"] != Role.EMPLOYEE or form.cleaned_data["may_invoice"]
    if is_more and not is_confirmed(request):
        form.add_error("role", to_confirm())
        return False
    address = request.build_absolute_uri("/")
    try:
        membership, is_sent = invite_member(
            request.organisation, by=request.user, address=address, **form.cleaned_data
        )
    except AlreadyMember as error:
        form.add_error("email", _already_member(error.membership))
        return False
    except TooMany:
        form.add_error("email", too_many_invitations())
        return False
    report_invitation(request, membership, is_sent=is_sent)
    return True


def _other_rates(request: MemberRequest, *, besides: int = 0) -> Iterable[Decimal | None]:
    people = request.organisation.memberships.exclude(pk=besides).exclude(hourly_rate=None)
    return people.order_by("-pk").values_list("hourly_rate", flat=True)[:LAST]


def too_many_invitations() -> str:
    return _("Too many invitations were sent. Try again later.")


def _already_member(membership: Membership) -> str:
    if membership.awaits_consent:
        sentence = _("%(person)s has not accepted the invitation yet.")
        return sentence % {"person": membership}
    if membership.is_active:
        return _("%(person)s is already an employee.") % {"person": membership}
    sentence = _(
        "%(person)s is an inactive employee. Choose Status: Inactive and activate this person."
    )
    return sentence % {"person": membership}


def report_invitation(request: MemberRequest, membership: Membership, *, is_sent: bool) -> None:
    """Show a message: the invitation was sent, or what to do because it was not."""
    names = {"person": membership, "email": membership.user.email}
    if is_sent:
        messages.success(request, _("%(person)s has been invited at %(email)s.") % names)
        return
    sentence = _(
        "%(person)s has been added, but the invitation to %(email)s could not be sent. Choose "
        "Send invitation under Settings → Users once e-mail works again."
    )
    messages.warning(request, sentence % names)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def employee_edit(request: MemberRequest, pk: int) -> HttpResponse:
    membership = person_or_404(request, pk)
    user = membership.user
    initial = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "hourly_rate": membership.hourly_rate,
    }
    rates = _other_rates(request, besides=pk)
    form = EmployeeForm(request.POST or None, initial=initial, other_rates=rates)
    if not may_rename(membership):
        form.keep_names()
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        change_employee(membership, **form.cleaned_data)
        text = _("%(person)s has been saved.") % {"person": membership}
        link = (str(membership), reverse("accounts:employee-edit", args=[pk]))
        toast(request, text, links=[link])
        return redirect("accounts:employee-list")
    context = {"form": form, "person": membership}
    status = 422 if form.errors else 200
    return render(request, "accounts/employee_edit.html", context, status=status)


@require_POST
@administrator_required
def employee_deactivate(request: MemberRequest, pk: int) -> HttpResponse:
    membership = person_or_404(request, pk)
    try:
        deactivate(membership)
    except LastAdministrator:
        messages.error(request, last_administrator_sentence(membership))
    else:
        sentence = _("%(person)s can no longer log in here. The registrations are kept.")
        back = Undo(reverse("accounts:employee-activate", args=[pk]))
        link = (str(membership), reverse("accounts:employee-edit", args=[pk]))
        toast(request, sentence % {"person": membership}, links=[link], undo=back)
    return redirect("accounts:employee-list")


def last_administrator_sentence(membership: Membership) -> str:
    sentence = _(
        "%(person)s is the only administrator who can log in. Make someone else administrator "
        "first."
    )
    return sentence % {"person": membership}


@require_POST
@administrator_required
def employee_activate(request: MemberRequest, pk: int) -> HttpResponse:
    membership = person_or_404(request, pk)
    try:
        activate(membership)
    except NotAccepted:
        sentence = _("%(person)s has not accepted the invitation yet.")
        messages.error(request, sentence % {"person": membership})
    except WasErased:
        messages.error(
            request, _("This person was erased. Add them again as a new employee if they return.")
        )
    else:
        messages.success(request, _("%(person)s can log in again.") % {"person": membership})
    return redirect("accounts:employee-list")
