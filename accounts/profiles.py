"""What people change about themselves: name, language, e-mail address."""

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import User

SALT = "accounts.profiles.email"
LINK_SECONDS = 2 * 24 * 60 * 60


class LinkExpired(Exception):
    """The link is too old, was tampered with, or belongs to an address that changed since."""


class AddressTaken(Exception):
    """Somebody else has this e-mail address."""


def change_profile(user: User, *, first_name: str, last_name: str, language: str) -> None:
    User.objects.filter(pk=user.pk).update(
        first_name=first_name, last_name=last_name, language=language
    )


def change_language(user: User, *, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def ask_for_email_change(user: User, *, email: str, address: str) -> None:
    """Mails a link to the new address: only whoever reads mail there can make it theirs.

    Otherwise somebody could take an address before its owner is invited with it. `address` is where
    this site is reached. Raises SMTPException or OSError if the mail can't be sent.
    """
    token = signing.dumps([user.pk, user.email, email.strip().lower()], salt=SALT)
    link = address.rstrip("/") + reverse("accounts:email-confirm", args=[token])
    body = render_to_string("accounts/mail/email_change.txt", {"user": user, "link": link})
    send_mail(_("Confirm your new e-mail address"), body, None, [email])


def new_email(user: User, *, token: str) -> str:
    """The address that the link is about. Raises LinkExpired."""
    try:
        pk, old, new = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        raise LinkExpired from None
    if (pk, old) != (user.pk, user.email):
        raise LinkExpired
    return str(new)


@transaction.atomic
def change_email(user: User, *, email: str) -> None:
    """The person logs in with the new address from now on. Raises AddressTaken.

    The copies that allauth keeps of the old one go, else it would still open the door.
    """
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise AddressTaken(email)
    User.objects.filter(pk=user.pk).update(email=email)
    EmailAddress.objects.filter(user_id=user.pk).delete()
