"""Logging in through a provider, and My profile → Accounts elsewhere."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from ..login import limits
from ..login.client_addresses import client_address, network_of
from ..login.confirming import is_confirmed
from ..login.openid import CallbackView, OpenIDAdapter, OpenIDProvider, offered
from ..login.providers import ProviderAdapter, allow_leaving, disconnect
from ..requests import UserRequest

# Of one address (of an office, say) in ten minutes; each costs two or three requests elsewhere.
MOST_LOGINS, IN_SECONDS = 100, 600


@require_http_methods(["GET", "HEAD", "POST"])
def provider_login(request: HttpRequest, key: str) -> HttpResponseBase:
    """Go to the provider to log in; a link to this page leads to the login page."""
    provider = _provider_or_404(request, key)
    if request.method != "POST" or request.user.is_authenticated:
        return redirect("account_login")
    return _leave(
        request, provider, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
    )


@require_safe
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take the answer of the provider."""
    provider = _provider_or_404(request, provider_id)
    view = CallbackView.adapter_view(OpenIDAdapter(request, provider_id))
    try:
        return view(request)
    except (OAuth2Error, RequestException) as error:
        return _failed(request, provider, error)


@require_safe
@login_required
def connections(request: UserRequest) -> HttpResponseBase:
    """Show the accounts with which the person can log in, and what can be connected."""
    providers = offered()
    names = {one.key: one.name for one in providers}
    accounts = list(SocialAccount.objects.filter(user=request.user).order_by("date_joined"))
    if not providers and not accounts:
        raise Http404
    connected = {one.provider for one in accounts}
    context = {
        "accounts": [(one, names.get(one.provider, "")) for one in accounts],
        "connectable": [one for one in providers if one.key not in connected],
    }
    return allow_leaving(request, render(request, "accounts/connections.html", context))


@require_POST
@login_required
def connection_add(request: UserRequest, key: str) -> HttpResponseBase:
    """Go to the provider to connect an account there; after a recent login only."""
    provider = _provider_or_404(request, key)
    if not is_confirmed(request):
        return _confirm_first()
    return _leave(request, provider, process=AuthProcess.CONNECT, data=request.user.pk)


@require_POST
@login_required
def connection_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Disconnect an account; after a recent login only."""
    account = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    if not is_confirmed(request):
        return _confirm_first()
    disconnect(account, by=request.user)
    messages.success(request, _("The account has been disconnected."))
    still_there = bool(offered()) or SocialAccount.objects.filter(user=request.user).exists()
    return redirect("accounts:connections" if still_there else "accounts:profile")


def _confirm_first() -> HttpResponse:
    query = urlencode({"next": reverse("accounts:connections")})
    return redirect(f"{reverse('account_reauthenticate')}?{query}")


def _provider_or_404(request: HttpRequest, key: str) -> OpenIDProvider:
    try:
        return ProviderAdapter(request).get_provider(request, key)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _leave(
    request: HttpRequest, provider: OpenIDProvider, *, process: str, **options: object
) -> HttpResponseBase:
    network = network_of(client_address(request))
    try:
        limits.use("provider-login", network, most=MOST_LOGINS, seconds=IN_SECONDS)
        return provider.redirect(request, process, **options)
    except limits.TooMany:
        answer = render(request, "429.html", status=429)
        answer["Retry-After"] = str(IN_SECONDS)
        return answer
    except (OAuth2Error, RequestException) as error:
        return _failed(request, provider, error)


def _failed(request: HttpRequest, provider: OpenIDProvider, error: Exception) -> HttpResponseBase:
    answer: HttpResponseBase = render_authentication_error(request, provider, exception=error)
    return answer
