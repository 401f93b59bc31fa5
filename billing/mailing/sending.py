"""Send one e-mail once: it is stored, sent, and its result is recorded.

The e-mail is sent outside any transaction. It is claimed first, so that clicking twice sends it
once. An e-mail that the mail server certainly refused may be sent again. If the server may have
accepted it, a person decides.
"""

import contextlib
import datetime
import uuid
from collections.abc import Sequence
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Organisation, User

from ..events import add_event
from ..models import Invoice, InvoiceMail, MailKind, MailState
from .attachments import Attachment, is_too_large
from .letters import Letter
from .reasons import FAILURES, reason_before, reason_of

# Longer than any e-mail can take with the timeout of the mail server: the process of an older one
# has died.
ABANDONED_AFTER = datetime.timedelta(minutes=10)


class MailFailed(Exception):
    """The e-mail was not accepted; `reason` is a name of REASONS. The invoice is final."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadyMailed(Exception):
    """This e-mail was already sent, or another one of the invoice is being sent."""


def claim_mail(
    invoice: Invoice,
    letter: Letter,
    files: Sequence[Attachment],
    *,
    by: User | None,
    now: datetime.datetime,
    key: uuid.UUID,
    kind: str = MailKind.INVOICE,
) -> InvoiceMail:
    """Store the e-mail as being sent; constraints let one of two processes do so."""
    give_up_abandoned(invoice.mails.all(), now=now)
    try:
        with transaction.atomic():
            return InvoiceMail.objects.create(
                invoice=invoice,
                kind=kind,
                key=key,
                to=", ".join(letter.to),
                cc=", ".join(letter.cc),
                bcc=", ".join(letter.bcc),
                subject=letter.subject[:200],
                body=letter.body,
                attachments=[file.note for file in files],
                started_at=now,
                by=by,
            )
    except IntegrityError as error:
        raise AlreadyMailed from error


def give_up_abandoned(mails: QuerySet[InvoiceMail], *, now: datetime.datetime) -> int:
    """Mark the e-mails of dead processes as interrupted. Returns how many."""
    abandoned = mails.filter(state=MailState.SENDING, started_at__lt=now - ABANDONED_AFTER)
    return abandoned.update(state=MailState.FAILED, reason="interrupted")


def post(
    mail: InvoiceMail, files: Sequence[Attachment], *, now: datetime.datetime
) -> tuple[str, ...]:
    """Send a claimed e-mail. Returns the refused addresses. Raises MailFailed after noting it."""
    refused: tuple[str, ...] = ()
    reason = "too-large" if is_too_large(len(file.content) for file in files) else ""
    if not reason:
        reason, refused = send(_message(mail, files))
    if reason:
        note_failure(mail, reason, now=now)
        raise MailFailed(reason)
    return refused


def note_sent(mail: InvoiceMail, *, refused: Sequence[str]) -> None:
    """Note that it was sent, except to the refused addresses."""
    sending = InvoiceMail.objects.filter(pk=mail.pk)
    sending.update(state=MailState.SENT, reason="", refused=", ".join(refused)[:320])


def send(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """Send the message.

    Return why it failed, a name of REASONS or "", and the refused addresses.
    """
    connection = get_connection()
    explain = reason_before
    try:
        connection.open()
        explain = reason_of
        connection.send_messages([message])
    except FAILURES as error:
        return explain(error), ()
    else:
        return "", getattr(connection, "refused", ())
    finally:
        with contextlib.suppress(*FAILURES):  # the result is known before the connection closes
            connection.close()


def _message(mail: InvoiceMail, files: Sequence[Attachment]) -> EmailMessage:
    message = message_from(
        mail.invoice.organisation,
        subject=mail.subject,
        body=mail.body,
        to=_split(mail.to),
        cc=_split(mail.cc),
        bcc=_split(mail.bcc),
        # Fixed per e-mail, so that it can be found in the log of the mail server.
        headers={"Message-ID": f"<{mail.key}@{Address(addr_spec=_our_address()).domain}>"},
    )
    for file in files:
        message.attach(file.name, file.content, file.content_type)
    return message


def message_from(organisation: Organisation, **fields: Any) -> EmailMessage:
    """Return an e-mail in the name of the organisation, with its address for replies."""
    answers = [organisation.email] if organisation.email else None
    return EmailMessage(from_email=sender(organisation), reply_to=answers, **fields)


def sender(organisation: Organisation) -> str:
    """Return the address of this installation, with the name of the organisation."""
    name = " ".join(organisation.name.split())
    return str(Address(display_name=name, addr_spec=_our_address()))


def _our_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _split(addresses: str) -> list[str]:
    return addresses.split(", ") if addresses else []


def note_failure(mail: InvoiceMail, reason: str, *, now: datetime.datetime) -> None:
    """Note why an e-mail failed, on the e-mail and in the timeline."""
    with transaction.atomic():
        InvoiceMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, reason=reason)
        add_event(
            invoice=mail.invoice,
            at=now,
            by=mail.by,
            kind="mail-failed",
            details={"reason": reason, "to": mail.to},
        )
