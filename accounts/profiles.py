"""Changes that people make to themselves: name, language, e-mail address."""

import datetime

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.changes import change, differences
from audit.kinds import Action, Kind
from audit.security import log_event

from .entries import record_for_person
from .login import limits
from .mails import queue_mail
from .models import User
from .notices import ADDRESS, tell_about_person
from .people import end_sessions

SALT = "accounts.profiles.email"
LINK_SECONDS = 2 * 24 * 60 * 60


class LinkExpired(Exception):
    """The link is too old, was changed, or is about an address that has been replaced since."""


class AddressTaken(Exception):
    """Another person has this e-mail address."""


@transaction.atomic
def change_profile(user: User, *, first_name: str, last_name: str, language: str) -> None:
    User.objects.filter(pk=user.pk).update(
        first_name=first_name, last_name=last_name, language=language
    )
    names = {"first_name": first_name, "last_name": last_name}
    if changes := differences(user, names):
        record_for_person(user, Kind.PERSON, Action.CHANGED, changes=changes)


def change_language(user: User, *, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def ask_for_email_change(user: User, *, email: str, address: str) -> None:
    """Send a link to the new address, to prove that the person receives mail there.

    Without it, a person could take an address before its owner is invited with it. `address` is the
    address of this site. Raises TooMany after 5 in an hour, and SMTPException or OSError if the
    mail cannot be sent.
    """
    limits.use("email-change", str(user.pk), most=5, seconds=3600)
    token = signing.dumps([user.pk, user.email, email.strip().lower()], salt=SALT)
    link = address.rstrip("/") + reverse("accounts:email-confirm", args=[token])
    body = render_to_string("accounts/mail/email_change.txt", {"user": user, "link": link})
    send_mail(_("Confirm your new e-mail address"), body, None, [email])


def new_email(user: User, *, token: str) -> str:
    """Return the address in the link. Raises LinkExpired."""
    try:
        pk, old, new = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        raise LinkExpired from None
    if (pk, old) != (user.pk, user.email):
        raise LinkExpired
    return str(new)


@transaction.atomic
def change_email(user: User, *, email: str, now: datetime.datetime) -> None:
    """Change the address that the person logs in with. Raises AddressTaken.

    The rows that allauth keeps of the old address are deleted, because it would still accept a
    login with them. All sessions end, and the old address is told.
    """
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise AddressTaken(email)
    queue_mail(user, "email_changed", to=user.email, new=email, at=now.isoformat())
    tell_about_person(ADDRESS, user, by=user, now=now)
    record_for_person(user, Kind.ACCESS, Action.CHANGED, changes=change("email", user.email, email))
    log_event("security.address_changed", person=user.pk)
    User.objects.filter(pk=user.pk).update(email=email)
    end_sessions(user)
    EmailAddress.objects.filter(user_id=user.pk).delete()
