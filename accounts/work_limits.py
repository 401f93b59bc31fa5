"""How often what costs a processor or sends mail may be done: by one person, by an organisation.

Nobody meets these at work. They keep a script, or a page that asks in a circle, from taking the
program away from others. docs/security.md shows the table; a test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .login import limits
from .models import Membership
from .requests import MemberRequest

P = ParamSpec("P")
View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
# A view says which limit it has by this attribute.
MARK = "work_limit"


@dataclass(frozen=True)
class WorkLimit:
    """The most of one person and of one organisation, in so many minutes."""

    person: int
    organisation: int
    minutes: int


LIMITS = {
    "exports": WorkLimit(person=100, organisation=500, minutes=10),
    "documents": WorkLimit(person=300, organisation=1500, minutes=10),
    "previews": WorkLimit(person=1000, organisation=5000, minutes=10),
    "connection tests": WorkLimit(person=30, organisation=60, minutes=10),
    "test mails": WorkLimit(person=20, organisation=50, minutes=60),
    "invoice mails": WorkLimit(person=500, organisation=2000, minutes=60),
}


class TooMuch(Exception):
    """A limit was reached; what was asked may be asked again after so many `minutes`."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


def use(name: str, membership: Membership) -> None:
    """Count one use by a member and by the organisation. Raises TooMuch."""
    limit = LIMITS[name]
    seconds = limit.minutes * 60
    try:
        counter, organisation = name.replace(" ", "-"), str(membership.organisation_id)
        limits.use(f"{counter}-person", str(membership.pk), most=limit.person, seconds=seconds)
        limits.use(f"{counter}-all", organisation, most=limit.organisation, seconds=seconds)
    except limits.TooMany:
        raise TooMuch(limit.minutes) from None


def limited(
    name: str, *, methods: tuple[str, ...] = ("GET", "POST")
) -> Callable[[View[P]], View[P]]:
    """Decorate a view of members, so that each use with one of these methods counts."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            if request.method in methods:
                use(name, request.membership)
            return view(request, *args, **kwargs)

        setattr(counted, MARK, name)
        return counted

    return decorate


class WorkLimitMiddleware:
    """Middleware that says when a limit was reached: a page, or a toast of the page there is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to a request that was one too many."""
        if not isinstance(error, TooMuch):
            return None
        sentence = sentence_of(error)
        if request.headers.get("HX-Request"):
            answer = HttpResponse(sentence, status=429, content_type="text/plain; charset=utf-8")
        else:
            answer = render(request, "too_much.html", {"sentence": sentence}, status=429)
        answer["Retry-After"] = str(error.minutes * 60)
        return answer


def sentence_of(error: TooMuch) -> str:
    """Return what to do, in words."""
    waiting = ngettext("%(n)s minute", "%(n)s minutes", error.minutes) % {"n": error.minutes}
    sentence = _("This was asked too often in a short time. Wait at most %(time)s and try again.")
    return sentence % {"time": waiting}
