"""E-mailing an invoice: final first, then the mail, then it counts as sent.

The mail goes outside any transaction. It is claimed before it goes, so that pressing twice mails
once; a failure leaves the invoice final, with the reason in its timeline.
"""

import datetime
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import Organisation, User

from .formats import day, euro
from .issuing import NotAllowed, make_final, mark_sent
from .models import (
    Invoice,
    InvoiceEvent,
    InvoiceFile,
    InvoiceMail,
    InvoiceStatus,
    MailState,
    Origin,
)
from .numbering import settings_of
from .pdf import issue_pdf
from .placeholders import fill_placeholders

# A mail takes at most the timeout of the mail server; older ones were left by a dead process.
ABANDONED_AFTER = datetime.timedelta(minutes=3)
REASONS = {
    "recipients": gettext_lazy("The mail server refused the address. Correct it and send again."),
    "login": gettext_lazy("The mail server refused our login. Ask your operator to correct it."),
    "unreachable": gettext_lazy("The mail server cannot be reached. Try again in a few minutes."),
    "refused": gettext_lazy("The mail server refused the e-mail. Ask your operator to look at it."),
    "unclear": gettext_lazy(
        "The mail server gave no clear answer, so the e-mail may have left. "
        "Ask the customer before you send it again."
    ),
    "interrupted": gettext_lazy(
        "Sending was interrupted, so the e-mail may have left. "
        "Ask the customer before you send it again."
    ),
}


class MailFailed(Exception):
    """The e-mail was not accepted; `reason` is a name of REASONS. The invoice is final."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadyMailed(Exception):
    """This very e-mail was sent already, or another one of this invoice is on its way."""


@dataclass(frozen=True)
class Letter:
    """What an e-mail says, and to whom."""

    to: Sequence[str]
    subject: str
    body: str


def first_letter(invoice: Invoice) -> Letter:
    """What the dialog opens with: the texts of the settings, in the language of the invoice.

    The number of a draft is not known yet, so {number} stays until it is sent.
    """
    chosen = settings_of(invoice.organisation)
    known = values(invoice)
    if invoice.is_draft:
        del known["number"]
    with override(invoice.language):
        subject = chosen.mail_subject or _("Invoice {number} from {organisation}")
        body = chosen.mail_body or _(
            "Dear {customer},\n\n"
            "Please find attached invoice {number} of {total}. "
            "We kindly ask you to pay it by {due_date}.\n\n"
            "Kind regards,\n{organisation}"
        )
    return Letter(
        to=addresses_of(invoice),
        subject=fill_placeholders(subject, known),
        body=fill_placeholders(body, known),
    )


def addresses_of(invoice: Invoice) -> list[str]:
    """Where invoices of this customer go: contacts that receive them, else the customer itself."""
    contacts = invoice.customer.contacts.filter(receives_invoices=True).exclude(email="")
    found = list(dict.fromkeys(contacts.values_list("email", flat=True)))
    own = invoice.customer.email
    return found or ([own] if own else [])


def values(invoice: Invoice) -> dict[str, str]:
    """What the placeholders stand for, written in the language of the invoice."""
    with override(invoice.language):
        return {
            "customer": invoice.customer.name,
            "number": invoice.number,
            "total": euro(invoice.gross),
            "due_date": day(invoice.due_on),
            "organisation": invoice.organisation.name,
        }


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
    *,
    to: Sequence[str],
    subject: str,
    body: str,
    by: User,
    now: datetime.datetime,
    key: uuid.UUID | None = None,
) -> Invoice:
    """Makes it final, mails it with its PDF, and marks it as sent. `key` names the form posted.

    Raises MailFailed, AlreadyMailed, and NotAllowed for an invoice that is not sent from here.
    """
    if invoice.origin != Origin.HERE or invoice.status == InvoiceStatus.VOID:
        raise NotAllowed("void")
    if any(mark in "".join((subject, *to)) for mark in "\r\n"):
        raise ValueError("a header is one line")
    final = make_final(invoice, by=by, now=now)
    file = issue_pdf(final, now=now)
    known = values(final)
    letter = Letter(to, fill_placeholders(subject, known), fill_placeholders(body, known))
    mail = _claim(final, letter, by=by, now=now, key=key or uuid.uuid4())
    _deliver(mail, file, now=now)
    with transaction.atomic():
        InvoiceMail.objects.filter(pk=mail.pk).update(state=MailState.SENT)
        return mark_sent(final, by=by, now=now, to=mail.to)


def _claim(
    invoice: Invoice, letter: Letter, *, by: User, now: datetime.datetime, key: uuid.UUID
) -> InvoiceMail:
    """The right to send this mail; the constraints let one of two have it."""
    abandoned = invoice.mails.filter(state=MailState.SENDING, started_at__lt=now - ABANDONED_AFTER)
    abandoned.update(state=MailState.FAILED, reason="interrupted")
    try:
        with transaction.atomic():
            return InvoiceMail.objects.create(
                invoice=invoice,
                key=key,
                to=", ".join(letter.to),
                subject=letter.subject[:200],
                body=letter.body,
                started_at=now,
                by=by,
            )
    except IntegrityError as error:
        raise AlreadyMailed from error


def _deliver(mail: InvoiceMail, file: InvoiceFile, *, now: datetime.datetime) -> None:
    with file.file.open("rb") as opened:
        pdf = opened.read()
    try:
        _message(mail, pdf).send()
    except (SMTPException, OSError) as error:
        reason = reason_of(error)
        _note_failure(mail, reason, now=now)
        raise MailFailed(reason) from error


def _message(mail: InvoiceMail, pdf: bytes) -> EmailMessage:
    organisation = mail.invoice.organisation
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=sender(organisation),
        to=mail.to.split(", "),
        reply_to=[organisation.email] if organisation.email else None,
    )
    message.attach(f"{mail.invoice.number}.pdf", pdf, "application/pdf")
    return message


def sender(organisation: Organisation) -> str:
    """The address of this installation, under the name of the organisation."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return str(Address(display_name=" ".join(organisation.name.split()), addr_spec=address))


def _note_failure(mail: InvoiceMail, reason: str, *, now: datetime.datetime) -> None:
    with transaction.atomic():
        InvoiceMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, reason=reason)
        InvoiceEvent.objects.create(
            invoice=mail.invoice,
            at=now,
            by=mail.by,
            kind="mail-failed",
            details={"reason": reason, "to": mail.to},
        )


def reason_of(error: Exception) -> str:
    """A name of REASONS. In doubt whether it left, it says so."""
    match error:
        case SMTPRecipientsRefused():
            return "recipients"
        case SMTPAuthenticationError():
            return "login"
        case SMTPConnectError() | ConnectionRefusedError() | socket.gaierror():
            return "unreachable"
        case SMTPResponseException():
            return "refused"
        case SMTPServerDisconnected() | OSError():
            return "unclear"
    return "refused"
