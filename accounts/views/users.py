"""Settings → Users: who may log in, with which role and rights."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.paging import in_order, page_of
from lib.toasts import Link, toast

from ..access import administrator_required
from ..filters import ORDERS, MembershipFilter
from ..forms.people import RightsForm
from ..invitations import send_invitation
from ..login.confirming import is_confirmed, to_confirm
from ..login.limits import TooMany
from ..login.lost_factors import may_reset, reset_factor, with_factors
from ..models import Membership
from ..people import LastAdministrator, change_rights, end_sessions_here
from ..requests import MemberRequest
from .employees import (
    last_administrator_sentence,
    person_or_404,
    report_invitation,
    too_many_invitations,
)


@require_safe
@administrator_required
def user_list(request: MemberRequest) -> HttpResponse:
    people = request.organisation.memberships.active_or_invited().select_related("user")
    narrowed = MembershipFilter(request.GET, queryset=with_factors(people))
    rows = in_order(narrowed.qs, request.GET.get("order", ""), orders=ORDERS, default="name")
    page = page_of(request, rows)
    return render(request, "accounts/user_list.html", {"page": page, "filter": narrowed.form})


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def user_edit(request: MemberRequest, pk: int) -> HttpResponse:
    membership = person_or_404(request, pk)
    initial = {name: getattr(membership, name) for name in RightsForm.base_fields}
    form = RightsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(request, membership, form):
        text = _("The rights of %(person)s have been saved.") % {"person": membership}
        toast(request, text, links=[_link(membership)])
        return redirect(
            "accounts:user-list" if _still_administrates(request) else "accounts:profile"
        )
    context = {"form": form, "person": membership}
    status = 422 if form.errors else 200
    return render(request, "accounts/user_edit.html", context, status=status)


def _changed(request: MemberRequest, membership: Membership, form: RightsForm) -> bool:
    if not is_confirmed(request):
        form.add_error(None, to_confirm())
        return False
    try:
        change_rights(membership, by=request.user, **form.cleaned_data)
    except LastAdministrator:
        form.add_error("role", last_administrator_sentence(membership))
        return False
    return True


def _still_administrates(request: MemberRequest) -> bool:
    """Return False if the person removed their own role, and so cannot open the list of users."""
    return Membership.objects.get(pk=request.membership.pk).is_administrator


@require_POST
@administrator_required
def user_invite(request: MemberRequest, pk: int) -> HttpResponse:
    people = request.organisation.memberships.active_or_invited()
    people = people.select_related("user", "organisation")
    membership = get_object_or_404(people, pk=pk)
    address = request.build_absolute_uri("/")
    try:
        is_sent = send_invitation(membership, by=request.user, address=address)
    except TooMany:
        messages.error(request, too_many_invitations())
    else:
        report_invitation(request, membership, is_sent=is_sent)
    return redirect("accounts:user-list")


@require_POST
@administrator_required
def user_log_out(request: MemberRequest, pk: int) -> HttpResponse:
    membership = person_or_404(request, pk)
    end_sessions_here(membership, now=timezone.now())
    text = _("%(person)s has been logged out here, on every device.") % {"person": membership}
    toast(request, text, links=[_link(membership)])
    return redirect("accounts:user-list")


@require_POST
@administrator_required
def user_reset_factor(request: MemberRequest, pk: int) -> HttpResponse:
    """Remove the second factor of who lost it, shortly after the administrator logged in."""
    membership = person_or_404(request, pk)
    if not is_confirmed(request):
        messages.error(request, to_confirm())
    elif not may_reset(membership, by=request.membership):
        text = _("The second factor of %(person)s is not reset here. Ask the system administrator.")
        messages.error(request, text % {"person": membership})
    elif reset_factor(membership.user, by=request.user, now=timezone.now()):
        text = _("%(person)s logs in with the password only, until a second factor is set up.")
        toast(request, text % {"person": membership}, links=[_link(membership)])
    else:
        text = _("%(person)s has no second factor.")
        messages.info(request, text % {"person": membership})
    return redirect("accounts:user-list")


def _link(membership: Membership) -> Link:
    return str(membership), reverse("accounts:user-edit", args=[membership.pk])
