"""Browsers that logged in to an account before, known by a signed cookie."""

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SALT = "accounts.known-browsers"
KNOWN_SECONDS = 180 * 24 * 60 * 60


def cookie_name() -> str:
    return "__Host-known" if settings.HTTPS else "known"


def known_browser(request: HttpRequest, account: str) -> str:
    """Return the name of the browser if the account logged in with it before, else empty."""
    try:
        told = signing.loads(
            request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KNOWN_SECONDS
        )
    except signing.BadSignature:
        return ""
    return str(told[1]) if told[0] == _digest(account) else ""


def remember_browser(response: HttpResponse, *, account: str) -> None:
    """Let the browser be known, of which somebody just logged in to the account."""
    value = signing.dumps([_digest(account), secrets.token_urlsafe(9)], salt=SALT)
    response.set_cookie(
        cookie_name(),
        value,
        max_age=KNOWN_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _digest(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()
