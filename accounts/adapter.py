"""Login through allauth: administrators create the accounts, visitors cannot sign up."""

import axes.utils
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

from .models import User

# Texts of allauth and Django whose own Dutch translation is missing or less polite. Marking them
# here puts them in our catalogue, which takes precedence.
gettext_noop("You must type the same password each time.")
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


def typed_email(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Return the address of a login attempt; axes counts failures by address and computer."""
    address = (credentials or {}).get("email") or request.POST.get("login", "")
    return address.strip().lower()


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

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Skip allauth's own lock: axes counts failures in the database, for all processes
        together.
        """

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without the prefix that allauth adds, which would be the server's
        address.
        """
        return str(subject)

    def set_password(self, user: User, password: str) -> None:
        """Set the password and clear the failed attempts.

        Only someone who reads the person's mail can set a new password.
        """
        super().set_password(user, password)
        axes.utils.reset(username=user.email)
