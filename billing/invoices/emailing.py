"""E-mailing an invoice: make it final, send the mail, mark it as sent.

After a failure the invoice stays final, with the reason in its timeline.
"""

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from accounts.models import User

from ..mailing.attachments import attachments_of
from ..mailing.letters import Letter, values
from ..mailing.reasons import REASONS
from ..mailing.sending import ABANDONED_AFTER, MailFailed, claim_mail, note_sent, post
from ..models import Invoice, InvoiceMail, InvoiceStatus, MailState, Origin
from .issuing import make_final, mark_sent
from .locking import NotAllowed


def failure_of(mails: Sequence[InvoiceMail], *, now: datetime.datetime) -> str:
    """Return the known reason why the first of these e-mails was not sent; empty if it was.

    The e-mails of an invoice begin with the latest.
    """
    last = mails[0] if mails else None
    if last is None or last.state == MailState.SENT:
        return ""
    if last.state == MailState.SENDING:
        interrupted = last.started_at < now - ABANDONED_AFTER
        return str(REASONS["interrupted"]) if interrupted else ""
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
    """Make an invoice final, mail it with its PDF and the chosen extras, and mark it as sent.

    `key` identifies the posted form. Raises MailFailed and AlreadyMailed, and NotAllowed for an
    invoice that cannot be sent from here.
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
    mail = claim_mail(final, filled, files, by=by, now=now, key=key or uuid.uuid4())
    refused = post(mail, files, now=now)
    with transaction.atomic():
        note_sent(mail, refused=refused)
        names = [file.name for file in files]
        return mark_sent(final, by=by, now=now, to=mail.to, files=names)
