"""Mails to people about their own registrations: reminded of a week, told what was decided."""

import datetime
import enum
from smtplib import SMTPException

import structlog
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership, User

from .models import WeekReminder

log = structlog.get_logger(__name__)


class Reminded(enum.Enum):
    """What became of a reminder."""

    SENT = "sent"
    ALREADY = "already"
    FAILED = "failed"


def remind(
    person: Membership,
    *,
    monday: datetime.date,
    by: Membership,
    address: str,
    now: datetime.datetime,
) -> Reminded:
    """Ask a person by mail to submit a week; a day has one such mail at most."""
    day = timezone.localdate(now)
    try:
        with transaction.atomic():
            stored = WeekReminder.objects.create(membership=person, monday=monday, day=day, by=by)
    except IntegrityError:
        return Reminded.ALREADY
    about = {"person": person, "by": by, "monday": monday, "address": address}
    with override(person.user.language):
        subject = _("Hours of week %s") % monday.isocalendar().week
        if send(subject, "registrations/mail/reminder.txt", about, to=person.user):
            return Reminded.SENT
    stored.delete()
    return Reminded.FAILED


def send(subject: str, template: str, about: dict[str, object], *, to: User) -> bool:
    """Send a mail in the language that is active; False if it could not be sent."""
    body = render_to_string(template, about)
    try:
        send_mail(" ".join(subject.split()), body, None, [to.email])
    except (SMTPException, OSError) as error:
        log.warning("mail.unsent", template=template, error=str(error))
        return False
    return True
