"""The first page of an installation without an organisation."""

import structlog
from allauth.account.views import login as allauth_login
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.login.providers import allow_leaving
from lib.tenancy import every_organisation

from ..forms.first_run import FirstRunForm
from ..management.first_run import TooLate, code, is_first_run, make_first_organisation

BACKEND = "accounts.login.backends.MemberBackend"

log = structlog.get_logger(__name__)


def login_or_first_run(request: HttpRequest) -> HttpResponseBase:
    """Show the login page; where nobody can log in yet, go to the first run."""
    if request.user.is_anonymous and is_first_run():
        return redirect("billing:first-run")
    answer: HttpResponseBase = allauth_login(request)
    if seconds := getattr(request, "throttled_seconds", 0):
        answer.status_code = 429
        answer["Retry-After"] = str(seconds)
    return allow_leaving(request, answer)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Make an organisation with its administrator, who is logged in. Once there is one: log in."""
    if not is_first_run():
        return redirect("account_login")
    form = FirstRunForm(request.POST or None, expected=code())
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "code"}
        try:
            with every_organisation():
                membership = make_first_organisation(**values)
        except TooLate:
            return redirect("account_login")
        log.info("first_run.done", organisation=membership.organisation_id)
        login(request, membership.user, backend=BACKEND)
        return redirect("billing:dashboard")
    if request.method == "GET":
        log.warning("first_run.open", code=code(), page=request.build_absolute_uri())
    status = 422 if form.errors else 200
    return render(request, "billing/first_run.html", {"form": form}, status=status)
