"""Invite people by e-mail: with a link to choose a password, or news of one more membership."""

from smtplib import SMTPException
from typing import Any

import structlog
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.kinds import Action, Kind
from audit.recording import record

from .login import limits
from .login.password_links import link_days, password_path
from .models import Membership, Organisation, User
from .people import add_member

log = structlog.get_logger(__name__)


def invite_member(
    organisation: Organisation, *, by: User, address: str, **details: Any
) -> tuple[Membership, bool]:
    """Add a person (see add_member) and invite them; False if the mail could not be sent.

    `address` is the address of this site, such as https://hours.example/. Raises AlreadyMember and
    TooMany; then nobody is added.
    """
    limits.check("invitations", str(organisation.pk), most=60)
    membership = add_member(organisation, **details)
    return membership, send_invitation(membership, by=by, address=address)


def send_invitation(membership: Membership, *, by: User, address: str) -> bool:
    """Send the invitation in the person's language. False if the mail could not be sent.

    Raises TooMany: an organisation sends at most 60 an hour, and 5 a day to one person.
    """
    limits.use("invitations", str(membership.organisation_id), most=60, seconds=3600)
    limits.use("invited", membership.user.email, most=5, seconds=24 * 3600)
    user = membership.user
    with transaction.atomic():
        record(Kind.INVITATION, Action.INVITED, membership, by=by, note=user.email)
    with override(user.language):
        organisation = membership.organisation
        context = {
            "user": user,
            "by": by,
            "organisation": organisation,
            "is_new": not membership.awaits_consent and user.is_invited,
            "is_asked": membership.awaits_consent,
            "days": link_days(),
            "link": address.rstrip("/") + _path(membership),
        }
        subject = _("You can now log in at %(organisation)s")
        if membership.awaits_consent:
            subject = _("%(organisation)s invites you")
        body = render_to_string("accounts/mail/invitation.txt", context)
        return _send(subject % {"organisation": organisation}, body, user.email)


def _path(membership: Membership) -> str:
    """Return where the person agrees, chooses a password, or logs in."""
    if membership.awaits_consent:
        return reverse("accounts:invitation", args=[membership.pk])
    user = membership.user
    return password_path(user) if user.is_invited else reverse("account_login")


def _send(subject: str, body: str, to: str) -> bool:
    try:
        send_mail(" ".join(subject.split()), body, None, [to])
    except (SMTPException, OSError) as error:
        log.warning("invitation.unsent", error=str(error))
        return False
    return True
