"""The part of a list that htmx shows: it asks for `#results`, and the rest of the page stays."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

PAGE, PART = "base.html", "ui/list_part.html"
# The headers by which an answer is a part or a page.
HEADERS = ("HX-Request", "HX-Target")


def list_base(request: HttpRequest | None) -> str:
    """Return the template that a list extends: the page, or for htmx only period and results."""
    htmx = getattr(request, "htmx", None)
    return PART if htmx and htmx.target == "results" else PAGE


class PartMiddleware:
    """Middleware that keeps browsers from showing a stored part where a page was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, HEADERS)
        return response
