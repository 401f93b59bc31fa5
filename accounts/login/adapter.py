"""Login through allauth: administrators create the accounts, visitors cannot sign up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext, ngettext_lazy

from ..mails import queue_mail
from ..models import User
from . import throttling
from .client_addresses import client_address
from .confirming import is_confirmed

# Texts of allauth and Django whose own Dutch translation is missing or less polite. Marking them
# here puts them in our catalogue, which takes precedence.
gettext_noop("You must type the same password each time.")
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


class AccountAdapter(DefaultAccountAdapter):
    """Login, password reset and password change, without signing up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your current password."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Let the attempt wait for its turn, instead of allauth's own lock."""
        try:
            throttling.admit(request, _account(credentials))
        except throttling.Throttled as wait:
            request.throttled_seconds = wait.seconds  # type: ignore[attr-defined]  # for the view
            raise ValidationError(wait_sentence(wait.seconds), code="throttled") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return the person with these credentials, or None; a right attempt is not counted."""
        user = super().authenticate(request, **credentials)
        if user:
            throttling.forget(request, _account(credentials))
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        return bool(self.authenticate(context.request, email=user.email, password=password))

    def is_reauthentication_required(self, *, app: str, **_options: Any) -> bool:
        return not is_confirmed(context.request)

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without the prefix that allauth adds, which would be the server's
        address.
        """
        return str(subject)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue the mail with the link; the worker makes the link."""
        queue_mail(user, "password_link", site=context["request"].build_absolute_uri("/"))

    def set_password(self, user: User, password: str) -> None:
        """Set the password and clear the failed attempts.

        Only someone who reads the person's mail can set a new password.
        """
        super().set_password(user, password)
        throttling.clear(context.request, user.email)


def _account(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or "").strip().lower()


def wait_sentence(seconds: int) -> str:
    """Return how long the next attempt must wait, in words."""
    if seconds < 100:
        unit = ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    else:
        minutes = -(-seconds // 60)
        unit = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    sentence = _("The password was wrong too often. Wait %(time)s, or set a new password.")
    return sentence % {"time": unit}
