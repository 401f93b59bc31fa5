"""The guard of a closed organisation: nothing is written to it, and who is no administrator waits.

It stands before every view and needs no help of theirs. An administrator reads every page and gets
the last export; a post is refused unless its page is named here. What is named changes the person's
own account, makes an export, or reopens the organisation.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.requests import SiteRequest

from .closing import reopenable_until

# Pages that are about the person, or end what is closed; by the name of their address.
PERSONAL = {
    "accounts:profile",
    "accounts:email-change",
    "accounts:email-confirm",
    "accounts:language-switch",
    "accounts:confirmed",
    "accounts:invitation",
    "accounts:change-organisation",
    "privacy:own-data",
    "privacy:export-download",
    "privacy:export-delete",
    "set_language",
    "theme",
    "accounts:organisation-logo",
}
OF_ADMINISTRATORS = {"privacy:organisation-data", "privacy:organisation-reopen"}
# Logging in and out, passwords and factors are allauth's; they belong to no organisation.
ACCOUNT = "/account/"
SAFE = ("GET", "HEAD", "OPTIONS")


class ClosedOrganisationMiddleware:
    """Middleware that lets nothing be written to an organisation that was closed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: SiteRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        organisation = request.organisation
        if organisation is None or not organisation.is_closed or is_open(request):
            return None
        context = {"organisation": organisation, "reopenable_until": reopenable_until(organisation)}
        return render(request, "privacy/closed.html", context, status=403)


def is_open(request: SiteRequest) -> bool:
    """Return whether this page can be asked for in a closed organisation."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in PERSONAL or request.path_info.startswith(ACCOUNT):
        return True
    if request.membership is None or not request.membership.is_administrator:
        return False
    return request.method in SAFE or name in OF_ADMINISTRATORS
