"""Logging in with an account elsewhere: who is let in, and which accounts are connected.

Nobody becomes a user by it. An account of a provider is one more way for somebody who logs in here
with a password: connected under My profile, or at a first login by an e-mail address that the
provider proves (see `openid.is_proof`). Its tokens are not stored.
"""

from typing import Any, NoReturn

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from csp.decorators import csp_update
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from jwt import ExpiredSignatureError, ImmatureSignatureError
from requests import HTTPError, RequestException

from audit.changes import Changes
from audit.kinds import Action, Kind

from ..entries import record_for_person
from ..models import User
from ..notices import ACCOUNT_CONNECTED, ACCOUNT_DISCONNECTED, tell_about_person
from .client_addresses import client_address
from .openid import Exchange, OpenIDProvider, offered
from .provider_settings import LoginProvider

log = structlog.get_logger(__name__)

# Why somebody does not get in; templates/socialaccount/refused.html has the sentences.
CANCELLED, DOWN, WRONG, CLOCK, TOO_LATE = "cancelled", "down", "wrong", "clock", "too_late"
UNKNOWN, INVITED, OF_ANOTHER, SOMEBODY_ELSE = "unknown", "invited", "of_another", "somebody_else"
STATUS = {DOWN: 503, WRONG: 502, CLOCK: 502, TOO_LATE: 400}
# Answers of a provider that has trouble itself (RFC 6749, 4.1.2.1).
TROUBLE = ("server_error", "temporarily_unavailable")


class Taken(Exception):
    """The account of the provider is connected with another person."""


class ProviderAdapter(DefaultSocialAccountAdapter):
    """allauth's adapter: providers from the settings, no signing up, our pages."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return what allauth knows of the providers; none is in the database."""
        return [_app_of(one) for one in offered() if provider in (None, one.key)]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OpenIDProvider:
        """Return a provider by its key, or by the client of a login that goes on later."""
        for one in offered():
            if provider == one.key or (client_id and client_id == one.client_id):
                found = OpenIDProvider(request, app=_app_of(one))
                found.about = one
                return found
        raise SocialApp.DoesNotExist

    def get_requests_session(self) -> Exchange:
        return Exchange()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Take nothing over: what a provider says of a person changes nobody here."""
        return sociallogin.user

    def serialize_instance(self, instance: Any) -> Any:
        """Return what waits in the session for the second factor: of a person only the number."""
        is_person = isinstance(instance, User)
        return {"pk": instance.pk} if is_person else super().serialize_instance(instance)

    def deserialize_instance(self, model: Any, data: Any) -> Any:
        return User(pk=data["pk"]) if model is User else super().deserialize_instance(model, data)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send none of allauth's mails; see `notices`."""

    def on_authentication_error(
        self, request: HttpRequest, provider: OpenIDProvider, error: Any = None, **options: Any
    ) -> None:
        """Show our page instead of allauth's."""
        exception = options.get("exception")
        reason = _reason(request, error, exception, options.get("extra_context") or {})
        refuse(request, provider.about, reason, why=_code(request, exception))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let the person in whom the account belongs to, or connect it. Refuses all others."""
        about = sociallogin.provider.about
        sociallogin.token = None  # it would wait in the session for the second factor
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(self._connected(request, sociallogin))
        user = sociallogin.user if sociallogin.is_existing else _proved_person(sociallogin)
        if user is None:
            refuse(request, about, UNKNOWN)
        if user.is_invited:
            refuse(request, about, INVITED)
        sociallogin.user = user

    def _connected(self, request: HttpRequest, sociallogin: SocialLogin) -> HttpResponseBase:
        """Connect the account with the person who asked for it; return where to go on."""
        about = sociallogin.provider.about
        if not request.user.is_authenticated or sociallogin.state.get("data") != request.user.pk:
            refuse(request, about, SOMEBODY_ELSE)
        try:
            connect(request.user, sociallogin.account)
        except Taken:
            refuse(request, about, OF_ANOTHER)
        text = _("You can log in through %(provider)s from now on.")
        messages.success(request, text % {"provider": about.name})
        return redirect("accounts:connections")


@transaction.atomic
def connect(user: User, account: SocialAccount) -> bool:
    """Connect an account of a provider; True if it was not connected yet. Raises Taken.

    The person and the administrators around them get a mail.
    """
    found, is_new = SocialAccount.objects.get_or_create(
        provider=account.provider,
        uid=account.uid,
        defaults={"user": user, "extra_data": account.extra_data},
    )
    if found.user_id != user.pk:
        raise Taken
    if is_new:
        changes: Changes = {"login_provider": [None, account.provider]}
        record_for_person(user, Kind.ACCESS, Action.ADDED, changes=changes)
        tell_about_person(ACCOUNT_CONNECTED, user, by=user, now=timezone.now())
        log.info("login.account_connected", user=user.pk, provider=account.provider)
    return is_new


@transaction.atomic
def disconnect(account: SocialAccount, *, by: User) -> None:
    """Forget an account of a provider: it no longer logs in here. The same people get a mail."""
    log.info("login.account_disconnected", user=account.user_id, provider=account.provider)
    changes: Changes = {"login_provider": [account.provider, None]}
    record_for_person(account.user, Kind.ACCESS, Action.DELETED, changes=changes, by=by)
    tell_about_person(ACCOUNT_DISCONNECTED, account.user, by=by, now=timezone.now())
    account.delete()


def on_login(
    request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_options: Any
) -> None:
    """Connect the account of a first login, on the signal of allauth: after the second factor.

    As without "Stay logged in", the session ends with the browser.
    """
    if sociallogin is None:
        return
    request.session.set_expiry(0)
    log.info("login.by_provider", user=user.pk, provider=sociallogin.account.provider)
    try:
        connect(user, sociallogin.account)
    except Taken:
        log.warning("login.account_taken", user=user.pk)


def refuse(request: HttpRequest, about: LoginProvider, reason: str, *, why: str = "") -> NoReturn:
    """Show why the person does not get in, and how to go on."""
    log.warning(
        "login.provider_refused",
        provider=about.key,
        reason=reason,
        why=why,
        address=client_address(request),
    )
    context = {"provider": about, "reason": reason, "language_next": reverse("account_login")}
    status = STATUS.get(reason, 403)
    raise ImmediateHttpResponse(
        render(request, "socialaccount/refused.html", context, status=status)
    )


def allow_leaving(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Let the forms of a page lead to the providers; the content policy allows no other place."""
    origins = [origin for one in offered() for origin in one.origins]
    if not origins:
        return answer
    allowed: HttpResponseBase = csp_update({"form-action": origins})(lambda _request: answer)(
        request
    )
    return allowed


def _app_of(about: LoginProvider) -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=about.key,
        name=about.name,
        client_id=about.client_id,
        secret=about.secret,
        settings={"server_url": about.server_url, "oauth_pkce_enabled": True},
    )


def _proved_person(sociallogin: SocialLogin) -> User | None:
    """Return who has the address that the provider proves, at a first login; else None.

    Who has connected another account of this provider is not found: then an address that went to
    somebody else there would open the account of its former owner.
    """
    proved = [one.email for one in sociallogin.email_addresses if one.verified]
    users = User.objects.filter(email__in=proved)
    provider = sociallogin.account.provider
    return users.exclude(socialaccount__provider=provider).first()


def _reason(request: HttpRequest, error: Any, exception: Any, context: dict[str, Any]) -> str:
    """Return why the exchange failed."""
    if error == AuthError.CANCELLED or request.GET.get("error") == "access_denied":
        return CANCELLED  # some providers leave the state out then
    if "state_id" in context:
        return TOO_LATE
    if isinstance(exception, OAuth2Error):
        is_time = isinstance(exception.__cause__, ExpiredSignatureError | ImmatureSignatureError)
        return CLOCK if is_time else WRONG
    if isinstance(exception, RequestException):
        return DOWN
    return DOWN if request.GET.get("error") in TROUBLE else WRONG


def _code(request: HttpRequest, exception: Any) -> str:
    """Return what a system administrator looks for, without what could be secret."""
    if isinstance(exception, HTTPError) and exception.response is not None:
        return f"HTTP {exception.response.status_code}"
    if isinstance(exception, OAuth2Error):
        return str(exception)
    if exception:
        return type(exception).__name__
    told = request.GET.get("error", "")
    return told[:40] if told.replace("_", "").isalnum() else ""
