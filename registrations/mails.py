"""Mails to people about their own registrations: reminded of a week, told what was decided."""

import datetime
from collections.abc import Iterable
from smtplib import SMTPException

import structlog
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.mails import queue_mail
from accounts.models import Membership, User

from .models import WeekReminder

log = structlog.get_logger(__name__)


def remind(
    people: Iterable[Membership],
    *,
    monday: datetime.date,
    by: Membership,
    address: str,
    now: datetime.datetime,
) -> list[Membership]:
    """Ask people by mail to submit a week; return who gets one: a day has one such mail at most.

    `address` is the page of the week. The mails are queued and sent by a worker.
    """
    day = timezone.localdate(now)
    return [one for one in people if _remind(one, monday=monday, by=by, address=address, day=day)]


def _remind(
    person: Membership, *, monday: datetime.date, by: Membership, address: str, day: datetime.date
) -> bool:
    details = {"by": str(by), "monday": monday.isoformat(), "address": address}
    try:
        with transaction.atomic():
            WeekReminder.objects.create(membership=person, monday=monday, day=day, by=by)
            queue_mail(person.user, "week_reminder", **details)
    except IntegrityError:
        return False
    return True


def send(subject: str, template: str, about: dict[str, object], *, to: User) -> bool:
    """Send a mail in the language that is active; False if it could not be sent."""
    body = render_to_string(template, about)
    try:
        send_mail(" ".join(subject.split()), body, None, [to.email])
    except (SMTPException, OSError) as error:
        log.warning("mail.unsent", template=template, error=str(error))
        return False
    return True
