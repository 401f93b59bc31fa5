"""The WSGI application for gunicorn, loaded before it forks: a replaced process starts fast."""

import io

from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.urls import get_resolver

from timechimp_eb.wsgi import application

__all__ = ["application"]

PAGES = ("/account/login/", "/finance/bookings/")


def warm() -> None:
    """Load URLs, templates and translations, and close connections that a child could inherit."""
    get_resolver().url_patterns  # noqa: B018  (loads them)
    for page in PAGES:
        request_line = {"REQUEST_METHOD": "GET", "PATH_INFO": page, "SERVER_NAME": "127.0.0.1"}
        server = {"SERVER_PORT": "80", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http"}
        application.get_response(WSGIRequest(request_line | server))
    connections.close_all()


warm()
