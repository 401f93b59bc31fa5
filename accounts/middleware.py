"""Set the organisation and the language of a request."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from lib.tenancy import show_only

from .login import known_browsers
from .models import Membership, User
from .requests import SiteRequest

SESSION_KEY = "organisation"
LOGIN_KEY = "logged_in_at"


class OrganisationMiddleware:
    """Middleware that sets `request.membership` and `request.organisation`, or None for both.

    It takes the membership chosen in the session, else the first active one.
    """

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.membership = current_membership(request)
        if request.membership and _has_ended(request, request.membership):
            logout(request)
            request.membership = None
        request.organisation = request.membership.organisation if request.membership else None
        show_only(request.organisation.pk if request.organisation else None)
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


def current_membership(request: HttpRequest) -> Membership | None:
    """Return the membership chosen in the session, else the first active one, else None."""
    if not request.user.is_authenticated:
        return None
    memberships = request.user.active_memberships
    chosen = request.session.get(SESSION_KEY)
    return next(
        (membership for membership in memberships if membership.organisation_id == chosen),
        memberships[0] if memberships else None,
    )


def _has_ended(request: HttpRequest, membership: Membership) -> bool:
    """Return whether an administrator ended the sessions of this person in the organisation."""
    limit = membership.sessions_end_before
    return limit is not None and request.session.get(LOGIN_KEY, 0) < limit.timestamp()


class SessionUseMiddleware:
    """Middleware that tells the session of a person that it is used."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.session.note_use(now=timezone.now())  # type: ignore[attr-defined]
        return self.get_response(request)


class KnownBrowserMiddleware:
    """Middleware that gives a browser its cookie when somebody logged in with it."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "has_logged_in", None)
        if user and not known_browsers.known_browser(request, user.email):
            known_browsers.remember_browser(response, account=user.email)
        return response


def note_login(request: HttpRequest, user: User, **_: object) -> None:
    """Remember who logged in and when; on the signal that Django sends."""
    if request is not None:
        request.session[LOGIN_KEY] = timezone.now().timestamp()
        request.has_logged_in = user  # type: ignore[attr-defined]
