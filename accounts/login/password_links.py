"""Links with which a person chooses a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from ..models import User


def password_path(user: User) -> str:
    """Return the path of the page to choose a password; it works once, for `link_days()` days."""
    token = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])


def link_days() -> int:
    """Return the number of days that a link to choose a password works."""
    return int(settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60))
