"""Every request has an id, in its answer and in all log lines, and is timed by its page.

Log lines also have the ids of who asks and of the organisation, as soon as these are known.

The id of a proxy is taken over if a proxy of ours is in front (TRUSTED_PROXIES); what a visitor
sends by itself is not.
"""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lib.tally import TALLY

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
REQUESTS = "http_requests"
SECONDS = "http_request_seconds"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# What log lines say of a request: which one it is, and who asks.
REQUEST_ID = "request_id"
WHO = ("user", "organisation")
# In the environment of WSGI, where the access log finds who asked.
USER = "hours.user"


class RequestMiddleware:
    """Middleware, the first one: binds the id for the log, answers it, and counts the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        request_id = request_id_of(request)
        # Django logs a wrong request after all middleware, and a download is written after it too:
        # `forget` ends it.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        page = _page(request)
        TALLY.count(REQUESTS, page, f"{response.status_code // 100}xx")
        TALLY.observe(SECONDS, time.monotonic() - began, page, bounds=BOUNDS)
        TALLY.hand_over()
        return response


class WhoMiddleware:
    """Middleware, after that of the organisation: binds who asks for the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.META[USER] = str(request.user.pk)
            structlog.contextvars.bind_contextvars(user=request.user.pk)
        if organisation := getattr(request, "organisation", None):
            structlog.contextvars.bind_contextvars(organisation=organisation.pk)
        return self.get_response(request)


def forget(**_: object) -> None:
    """Forget the ids; on the signal that the answer was sent."""
    structlog.contextvars.unbind_contextvars(REQUEST_ID, *WHO)


def request_id_of(request: HttpRequest) -> str:
    """Return the id that our proxy gave, if it is well-formed, else a new one."""
    given = request.headers.get(HEADER, "")
    if settings.TRUSTED_PROXIES > 0 and WELL_FORMED.fullmatch(given):
        return given
    return secrets.token_hex(8)


def _page(request: HttpRequest) -> str:
    """Return the name of the page, which has few values; an address could hold anything."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name or match.route or "none"
