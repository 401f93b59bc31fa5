"""Redirects from a dialog to a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

REDIRECTS = (301, 302, 303)


class DialogRedirectMiddleware:
    """Middleware that makes the browser follow a redirect from a dialog as a page.

    Otherwise the script would fetch the page, and use up its messages, before the browser opens it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REDIRECTS and request.headers.get("HX-Target") == "dialog":
            onward = HttpResponseClientRedirect(response["Location"])
            onward.cookies.update(response.cookies)
            return onward
        return response
