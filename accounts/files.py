"""Files of people at addresses where no cookie and no script of ours is at stake.

A page checks who asks and redirects to an address under /files/, which is signed for one file and
one member and works for some minutes. There the browser's cookies are not read, none is set, and
what the file is can do nothing: neither run nor be taken into other pages. With FILES_HOST it is
on a name of its own, which serves nothing else.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lib.tenancy import show_only

from . import work_limits
from .models import Membership
from .requests import MemberRequest

SALT = "accounts.files"
PREFIX = "/files/"
# How long an address works: a file is opened at once. One that is cached keeps its address for a
# while, so it works for up to twice as long.
SECONDS, CACHED_SECONDS = 5 * 60, 15 * 60
# What a file may do: nothing.
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class ServedFile:
    """A file as a browser gets it; `policy` is what it may do there."""

    content: IO[bytes]
    name: str
    content_type: str
    is_download: bool = True
    is_cached: bool = False
    policy: str = POLICY


# Opens a file of a kind for a member who may see it; None if they may not, or it is gone.
Opener = Callable[[Membership, int], ServedFile | None]
_openers: dict[str, Opener] = {}


def serve(kind: str, opener: Opener) -> None:
    """Let files of this kind be opened; each app says so for its own."""
    _openers[kind] = opener


def to_file(request: MemberRequest, kind: str, pk: int, *, is_cached: bool = False) -> HttpResponse:
    """Redirect a member who may see the file to where it is served."""
    now = int(time.time())
    until = (now // CACHED_SECONDS + 2) * CACHED_SECONDS if is_cached else now + SECONDS
    member = request.membership
    claims = [kind, pk, member.pk, member.user.login_generation, until]
    # The way back to this page is signed too, for who opens the address later.
    token = _signer().sign_object([*claims, request.build_absolute_uri()], compress=True)
    path = reverse("file", args=[token])
    answer = HttpResponseRedirect(f"{origin(request)}{path}" if settings.FILES_HOST else path)
    seconds = CACHED_SECONDS // 2
    answer["Cache-Control"] = f"private, max-age={seconds}" if is_cached else "private, no-store"
    return answer


def origin(request: HttpRequest) -> str:
    """Return where files are served when they have a name of their own."""
    return f"{request.scheme}://{settings.FILES_HOST}"


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve the file of an address; one that expired leads back to the page it came from."""
    try:
        kind, pk, member_pk, generation, until, page = _signer().unsign_object(token)
    except signing.BadSignature:
        return _refused(_("This address of a file is not right. Open it again from its page."))
    if until < time.time():
        return _hardened(HttpResponseRedirect(page))
    members = Membership.objects.of_request().filter(user__is_active=True)
    member = members.filter(pk=member_pk, user__login_generation=generation).first()
    show_only(member.organisation_id if member else None)
    try:
        if member:
            work_limits.use("documents", member)
    except work_limits.TooMuch as error:
        return _refused(work_limits.sentence_of(error), status=429, retry_after=error.minutes * 60)
    found = _openers[kind](member, pk) if member and kind in _openers else None
    if found is None:
        return _refused(_("This file is no longer there, or not for you."))
    answer = FileResponse(
        found.content,
        as_attachment=found.is_download,
        filename=found.name,
        content_type=found.content_type,
    )
    seconds = max(0, int(until - time.time())) if found.is_cached else 0
    return _hardened(answer, policy=found.policy, seconds=seconds)


class FilesMiddleware:
    """Middleware that takes cookies from requests for files, and keeps the two names apart."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_file = request.path_info.startswith(PREFIX)
        if settings.FILES_HOST:
            is_their_host = request.get_host().lower() == settings.FILES_HOST
            if is_their_host and not is_file:
                return _refused("There is nothing here but files.")
            if is_file and not is_their_host:
                return _hardened(HttpResponseRedirect(origin(request) + request.get_full_path()))
        if is_file:
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)


def _refused(sentence: str, *, status: int = 404, retry_after: int = 0) -> HttpResponseBase:
    """Say why there is no file, without a page: it would need a session."""
    answer = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    if retry_after:
        answer["Retry-After"] = str(retry_after)
    return _hardened(answer)


def _hardened(
    answer: HttpResponseBase, *, policy: str = POLICY, seconds: int = 0
) -> HttpResponseBase:
    """Set the headers of all answers here; `seconds` is how long a browser keeps it."""
    answer["Content-Security-Policy"] = policy
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "DENY"
    answer["Referrer-Policy"] = "no-referrer"
    # A page of the main name shows the logo; other sites show nothing of here.
    is_apart = bool(settings.FILES_HOST and seconds)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin" if is_apart else "same-origin"
    answer["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-store"
    return answer
