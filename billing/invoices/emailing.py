"""E-mailing an invoice: final first, then the mail, then it counts as sent.

A failure leaves the invoice final, with the reason in its timeline.
"""

import datetime
import uuid
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User

from ..mailing.attachments import attachments_of
from ..mailing.letters import Letter, values
from ..mailing.reasons import REASONS
from ..mailing.sending import ABANDONED_AFTER, MailFailed, claim, note_sent, post
from ..models import Invoice, InvoiceStatus, MailState, Origin
from .issuing import make_final, mark_sent
from .locking import NotAllowed


def failure_of(invoice: Invoice, *, now: datetime.datetime) -> str:
    """Why the last e-mail of this invoice did not leave, as far as we know; empty if it did."""
    last = invoice.mails.first()
    if last is None or last.state == MailState.SENT:
        return ""
    if last.state == MailState.SENDING:
        lost = last.started_at < now - ABANDONED_AFTER
        return str(REASONS["interrupted"]) if lost else ""
    return str(REASONS[last.reason])


def send_invoice(
    invoice: Invoice,
    letter: Letter,
    *,
    extras: Iterable[str] = (),
    by: User,
    now: datetime.datetime,
    key: uuid.UUID | None = None,
) -> Invoice:
    """Makes it final, mails it with its PDF and the wanted extras, and marks it as sent.

    `key` names the form posted. Raises MailFailed, AlreadyMailed, and NotAllowed for an invoice
    that is not sent from here.
    """
    if invoice.origin != Origin.HERE or invoice.status == InvoiceStatus.VOID:
        raise NotAllowed("void")
    if not letter.is_safe:
        raise ValueError("a header is one line")
    final = make_final(invoice, by=by, now=now)
    try:
        files = attachments_of(final, wanted=extras, now=now)
    except OSError as error:
        raise MailFailed("attachment") from error
    filled = letter.filled(values(final))
    mail = claim(final, filled, files, by=by, now=now, key=key or uuid.uuid4())
    refused = post(mail, files, now=now)
    with transaction.atomic():
        note_sent(mail, refused=refused)
        names = [file.name for file in files]
        return mark_sent(final, by=by, now=now, to=mail.to, files=names)
