"""Which organisation a request is about, and in which language it is answered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from .models import Membership
from .requests import SiteRequest

SESSION_KEY = "organisation"


class OrganisationMiddleware:
    """Sets `request.membership` and `request.organisation`: the chosen, else the first; or None."""

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
    """The active membership that the session chose, else the person's first one, else None."""
    if not request.user.is_authenticated:
        return None
    memberships = list(
        request.user.memberships.filter(is_active=True)
        .select_related("organisation", "user")
        .order_by("pk")
    )
    chosen = request.session.get(SESSION_KEY)
    return next(
        (it for it in memberships if it.organisation_id == chosen),
        memberships[0] if memberships else None,
    )
