"""How people get in: accounts are made by an administrator, not by strangers."""

import axes.utils
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

from .models import User

# Texts of allauth and Django whose own Dutch is less polite than ours, or absent: marked here, so
# that they stand in our catalogue, which comes first.
gettext_noop("You must type the same password each time.")
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


def typed_email(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """The address somebody tries to log in with; mistakes are counted by it and by computer."""
    given = (credentials or {}).get("email") or request.POST.get("login", "")
    return given.strip().lower()


class AccountAdapter(DefaultAccountAdapter):
    """Login, password reset and change; no signing up by oneself."""

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
        """One lock is enough: axes counts mistakes in the database, for all processes together."""

    def format_email_subject(self, subject: str) -> str:
        """As it is: the address of the server in front of it tells nobody anything."""
        return str(subject)

    def set_password(self, user: User, password: str) -> None:
        """Whoever sets a new password reads the person's mail: earlier mistakes lock no more."""
        super().set_password(user, password)
        axes.utils.reset(username=user.email)
