"""Mails about an account: queued in the transaction, written and sent by a worker.

A mail server or broker that is down delays them. One that cannot be sent for two days is given up.
"""

import datetime
from smtplib import SMTPException
from typing import Any

import structlog
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from lib.clock import due_at
from lib.dispatch import enqueue

from .login.password_links import link_days, password_path
from .models import AccountMail, User

log = structlog.get_logger(__name__)

GIVEN_UP_AFTER = datetime.timedelta(days=2)
# A worker that dies while it sends keeps a mail back for so long.
CLAIMED_FOR = datetime.timedelta(minutes=5)
MOST_AT_ONCE = 200


def queue_mail(user: User, kind: str, *, to: str = "", **details: Any) -> None:
    """Queue a mail in the person's language; `kind` names its template in accounts/mail/.

    `to` is another address than that of the account, and `details` what the template needs.
    """
    due = due_at(timezone.now())
    AccountMail.objects.create(
        user=user, to=to or user.email, kind=kind, details=details, next_attempt_at=due
    )
    enqueue("accounts.tasks.send_account_mails")


def send_waiting(*, now: datetime.datetime) -> int:
    """Send the mails that are due by the clock of the database; return how many were sent."""
    due = AccountMail.objects.filter(next_attempt_at__lte=now).select_related("user")
    sent = 0
    for mail in due.order_by("pk")[:MOST_AT_ONCE]:
        claimed = AccountMail.objects.filter(pk=mail.pk, next_attempt_at=mail.next_attempt_at)
        if claimed.update(next_attempt_at=now + CLAIMED_FOR, attempts=mail.attempts + 1):
            sent += _sent(mail, now=now)
    return sent


def _sent(mail: AccountMail, *, now: datetime.datetime) -> bool:
    try:
        _send(mail)
    except (SMTPException, OSError) as error:
        log.warning("account_mail.unsent", kind=mail.kind, error=type(error).__name__)
        if mail.created_at < now - GIVEN_UP_AFTER:
            mail.delete()
            return False
        pause = datetime.timedelta(minutes=min(60, 2**mail.attempts))
        AccountMail.objects.filter(pk=mail.pk).update(next_attempt_at=now + pause)
        return False
    mail.delete()
    return True


def _send(mail: AccountMail) -> None:
    user = mail.user
    with override(user.language):
        context = {**mail.details, "user": user, "days": link_days()}
        if "at" in mail.details:
            moment = datetime.datetime.fromisoformat(mail.details["at"])
            context["at"] = timezone.localtime(moment)
        if "monday" in mail.details:
            context["monday"] = datetime.date.fromisoformat(mail.details["monday"])
        if mail.kind == "password_link":
            context["link"] = mail.details["site"].rstrip("/") + password_path(user)
        told = render_to_string(f"accounts/mail/{mail.kind}.txt", context)
    subject, _blank, body = told.strip().partition("\n")
    send_mail(" ".join(subject.split()), body.strip() + "\n", None, [mail.to])
