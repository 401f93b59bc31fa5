"""Pages about oneself: profile, language, e-mail address, choice of organisation."""

from smtplib import SMTPException

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from lib.choices import chosen_id

from ..forms.people import EmailForm, ProfileForm
from ..login.limits import TooMany
from ..middleware import SESSION_KEY
from ..models import Language
from ..people import accept, decline
from ..profiles import (
    AddressTaken,
    LinkExpired,
    ask_for_email_change,
    change_email,
    change_language,
    change_profile,
    new_email,
)
from ..requests import SiteRequest, UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: UserRequest) -> HttpResponse:
    user = request.user
    initial = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_profile(user, **form.cleaned_data)
        with override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile has been saved."))
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email_change(request: UserRequest) -> HttpResponse:
    form = EmailForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and _mailed(request, form):
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/email_change.html", {"form": form}, status=status)


def _mailed(request: UserRequest, form: EmailForm) -> bool:
    email = form.cleaned_data["email"]
    try:
        ask_for_email_change(request.user, email=email, address=request.build_absolute_uri("/"))
    except TooMany:
        form.add_error("email", _("You asked for this five times. Try again in an hour."))
        return False
    except (SMTPException, OSError):
        form.add_error("email", _("No e-mail could be sent to this address. Try again later."))
        return False
    sentence = _("Open the link in the e-mail to %(email)s; until then nothing changes.")
    messages.info(request, sentence % {"email": email})
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email_confirm(request: UserRequest, token: str) -> HttpResponse:
    try:
        email = new_email(request.user, token=token)
        if request.method != "POST":
            return render(request, "accounts/email_confirm.html", {"email": email})
        change_email(request.user, email=email, now=timezone.now())
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
    except LinkExpired:
        messages.error(request, _("This link no longer works. Change your e-mail address again."))
    except AddressTaken:
        messages.error(request, _("This e-mail address is already in use. Choose another one."))
    else:
        messages.success(request, _("Log in with %(email)s from now on.") % {"email": email})
    return redirect("accounts:profile")


@require_POST
def language_switch(request: SiteRequest) -> HttpResponse:
    """Store the language with the person and return to the page they came from."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in Language:
        change_language(request.user, language=language)
    return set_language(request)


@require_safe
@login_required
def confirmed(request: UserRequest) -> HttpResponse:
    """Say that the person confirmed who they are, in the tab that a form opened."""
    return render(request, "accounts/confirmed.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invitation(request: UserRequest, pk: int) -> HttpResponse:
    """Let the person accept or decline to become a member."""
    asked = request.user.memberships.filter(awaits_consent=True).select_related("organisation")
    invited = get_object_or_404(asked, pk=pk)
    if request.method != "POST":
        return render(request, "accounts/invitation.html", {"invited": invited})
    names = {"organisation": invited.organisation}
    if request.POST.get("answer") == "accept":
        accept(invited)
        request.session[SESSION_KEY] = invited.organisation_id
        messages.success(request, _("You are now a member of %(organisation)s.") % names)
        return redirect("/")
    decline(invited)
    messages.success(request, _("You declined the invitation of %(organisation)s.") % names)
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_organisation(request: UserRequest) -> HttpResponse:
    memberships = request.user.memberships.active().select_related("organisation")
    if request.method != "POST":
        asked = request.user.memberships.filter(awaits_consent=True)
        context = {
            "memberships": memberships.order_by("organisation__name"),
            "invitations": asked.select_related("organisation"),
        }
        return render(request, "accounts/change_organisation.html", context)
    organisation_id = chosen_id(request.POST.get("organisation", ""))
    chosen = get_object_or_404(memberships, organisation_id=organisation_id)
    request.session[SESSION_KEY] = chosen.organisation_id
    return redirect("/")
