"""Invite people by e-mail: with a link to choose a password, or news of one more membership."""

from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import Membership, Organisation, User
from .people import add_member

log = structlog.get_logger(__name__)


def password_path(user: User) -> str:
    """Return the path of the page to choose a password; it works once, for `link_days()` days."""
    token = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])


def link_days() -> int:
    """Return the number of days that a link to choose a password works."""
    return int(settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60))


def invite_member(
    organisation: Organisation, *, by: User, address: str, **details: Any
) -> tuple[Membership, bool]:
    """Add a person (see add_member) and invite them; False if the mail could not be sent.

    `address` is the address of this site, such as https://hours.example/. Raises AlreadyMember.
    """
    membership = add_member(organisation, **details)
    return membership, send_invitation(membership, by=by, address=address)


def send_invitation(membership: Membership, *, by: User, address: str) -> bool:
    """Send the invitation in the person's language. False if the mail could not be sent."""
    user = membership.user
    with override(user.language):
        organisation = membership.organisation
        context = {
            "user": user,
            "by": by,
            "organisation": organisation,
            "is_new": user.is_invited,
            "days": link_days(),
            "link": address.rstrip("/") + _login_path(user),
        }
        subject = _("You can now log in at %(organisation)s") % {"organisation": organisation}
        body = render_to_string("accounts/mail/invitation.txt", context)
        return _send(subject, body, user.email)


def _login_path(user: User) -> str:
    return password_path(user) if user.is_invited else reverse("account_login")


def _send(subject: str, body: str, to: str) -> bool:
    try:
        send_mail(" ".join(subject.split()), body, None, [to])
    except (SMTPException, OSError) as error:
        log.warning("invitation.unsent", error=str(error))
        return False
    return True
