"""Say where a request comes from, for what is recorded and logged while it is answered."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.login.client_addresses import client_address
from accounts.requests import SiteRequest

from ..origin import LONGEST_AGENT, Origin, coming_from
from ..security import log_event


class OriginMiddleware:
    """Middleware for the origin of a request; also logs who was refused what."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        with coming_from(_origin_of(request)):
            return self.get_response(request)

    def process_exception(self, request: SiteRequest, exception: Exception) -> None:
        if isinstance(exception, PermissionDenied):
            match = request.resolver_match
            organisation = request.organisation.pk if request.organisation else None
            page = match.view_name if match else ""
            log_event(
                "security.refused", page=page, method=request.method, organisation=organisation
            )


def _origin_of(request: SiteRequest) -> Origin:
    return Origin(
        user_id=lambda: _user_id(request),
        organisation_id=lambda: request.organisation.pk if request.organisation else None,
        address=lambda: client_address(request),
        user_agent=request.headers.get("User-Agent", "")[:LONGEST_AGENT],
    )


def _user_id(request: HttpRequest) -> int | None:
    pk: int | None = request.user.pk
    return pk
