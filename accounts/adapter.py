"""How people get in: accounts are made by an administrator, not by strangers."""

import axes.utils
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .models import User


def typed_email(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """The address somebody tries to log in with; mistakes are counted by it and by computer."""
    given = (credentials or {}).get("email") or request.POST.get("login", "")
    return given.strip().lower()


class AccountAdapter(DefaultAccountAdapter):
    """Login, password reset and change; no signing up by oneself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """One lock is enough: axes counts mistakes in the database, for all processes together."""

    def set_password(self, user: User, password: str) -> None:
        """Whoever sets a new password reads the person's mail: earlier mistakes lock no more."""
        super().set_password(user, password)
        axes.utils.reset(username=user.email)
