"""Set the organisation and the language of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from .models import Membership
from .requests import SiteRequest

SESSION_KEY = "organisation"


class OrganisationMiddleware:
    """Middleware that sets `request.membership` and `request.organisation`, or None for both.

    It takes the membership chosen in the session, else the first active one.
    """

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.membership = current_membership(request)
        request.organisation = request.membership.organisation if request.membership else None
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
