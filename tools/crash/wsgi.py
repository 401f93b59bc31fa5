"""The program for gunicorn, warm before it forks: else each killed process costs seconds."""

import io

from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.urls import get_resolver

from timechimp_eb.wsgi import application

__all__ = ["application"]

PAGES = ("/account/login/", "/finance/bookings/")


def warm() -> None:
    """Loads addresses, templates and words, and keeps no connection that a child could inherit."""
    get_resolver().url_patterns  # noqa: B018  (loads them)
    for page in PAGES:
        about = {"REQUEST_METHOD": "GET", "PATH_INFO": page, "SERVER_NAME": "127.0.0.1"}
        rest = {"SERVER_PORT": "80", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http"}
        application.get_response(WSGIRequest(about | rest))
    connections.close_all()


warm()
