"""Send reminders: first in the queue, then one by one with their PDF, each once.

Every condition is checked again before sending: an invoice that was paid, credited or excluded
meanwhile gets no reminder.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import structlog
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User

from ..events import add_event
from ..mailing import AlreadyMailed, Letter, MailFailed
from ..mailing.attachments import Attachment, attachments_of
from ..mailing.reasons import HOPELESS, IN_DOUBT
from ..mailing.sending import claim_mail, note_sent, post
from ..models import Invoice, InvoiceMail, MailKind, Reminder
from .attempts import not_refused
from .due import Plan, due_reminders, plan_of, step_of
from .letters import credits_of, reminder_letter
from .loading import Surroundings
from .obstacles import why_not

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime.datetime]
# A worker was asked a moment ago for more recent ones.
WAITS_TOO_LONG = datetime.timedelta(minutes=1)


def queue_reminders(
    organisation: Organisation,
    *,
    invoices: Iterable[int] | None = None,
    by: User | None,
    now: datetime.datetime,
    today: datetime.date,
) -> int:
    """Queue the due reminders that may be sent: of these invoices, else of all. Returns how many.

    Without a person (`by`) no address is tried again that was refused the last time.
    """
    plan = plan_of(organisation)
    if plan.is_paused(today):
        return 0
    due = due_reminders(organisation, plan, today=today)
    chosen = list(due if invoices is None else due.filter(pk__in=list(invoices)))
    ready = sendable(organisation, chosen, plan, now=now, today=today)
    if by is None:
        ready = not_refused(ready)
    return sum(_queue(invoice, plan, by=by, now=now, today=today) for invoice in ready)


def with_waiting_reminders(*, now: datetime.datetime) -> list[int]:
    """Return ids of organisations with a reminder that waits too long for a worker."""
    waiting = Reminder.objects.filter(mail=None, queued_at__lt=now - WAITS_TOO_LONG)
    ids = waiting.order_by().values_list("invoice__organisation", flat=True).distinct()
    return list(ids)


def sendable(
    organisation: Organisation,
    invoices: list[Invoice],
    plan: Plan,
    *,
    now: datetime.datetime,
    today: datetime.date,
) -> list[Invoice]:
    """Return the invoices of due_reminders whose reminder may be sent."""
    surroundings = Surroundings.of(organisation, invoices, plan=plan, now=now, today=today)
    return [invoice for invoice in invoices if not why_not(invoice, surroundings, now=now)]


def _queue(
    invoice: Invoice,
    plan: Plan,
    *,
    by: User | None,
    now: datetime.datetime,
    today: datetime.date,
) -> bool:
    """Queue one reminder. False when its step, or another one today, is queued already."""
    step = step_of(invoice, plan)
    try:
        with transaction.atomic():
            Reminder.objects.create(
                invoice=invoice, step=step.position, day=today, queued_at=now, by=by
            )
    except IntegrityError:
        return False
    return True


def deliver_reminders(organisation: Organisation, *, clock: Clock) -> int:
    """Send what is queued, until every next one would fail. Returns the number sent."""
    queued = Reminder.objects.filter(invoice__organisation=organisation, mail=None)
    sent = 0
    for reminder in list(queued.select_related("by").order_by("pk")):
        try:
            sent += deliver(reminder, organisation, now=clock())
        except MailFailed as failure:
            if failure.reason in HOPELESS:
                queued.delete()
                break
        except Exception:
            # A programming error with one invoice must not keep the others waiting.
            log.exception("reminder.failed", reminder=reminder.pk)
            _give_back(reminder)
    return sent


def deliver(reminder: Reminder, organisation: Organisation, *, now: datetime.datetime) -> bool:
    """Send one queued reminder, if it is still due.

    Raises MailFailed. The step can then be sent again, unless the mail server may have sent it.
    """
    today = localdate(now)
    invoice = _still_due(reminder, organisation, now=now, today=today)
    if invoice is None:
        _give_back(reminder)
        return False
    letter = reminder_letter(invoice, step_of(invoice, plan_of(organisation)), today=today)
    files = _files(reminder, invoice, now=now)
    mail = _claim(reminder, invoice, letter, files, now=now)
    if mail is None:
        return False
    try:
        refused = post(mail, files, now=now)
    except MailFailed as failure:
        if failure.reason not in IN_DOUBT:
            Reminder.objects.filter(pk=reminder.pk).delete()
        raise
    _note_sent(reminder, mail, refused, now=now)
    return True


def _still_due(
    reminder: Reminder, organisation: Organisation, *, now: datetime.datetime, today: datetime.date
) -> Invoice | None:
    """Return the invoice, if its step is still due and may be sent."""
    plan = plan_of(organisation)
    if plan.is_paused(today):
        return None
    due = due_reminders(organisation, plan, today=today)
    one = due.filter(pk=reminder.invoice_id)
    found = [invoice for invoice in one if step_of(invoice, plan).position == reminder.step]
    surroundings = Surroundings.of(organisation, found, plan=plan, now=now, today=today)
    without_itself = replace(surroundings, queued=frozenset())
    return next((one for one in found if not why_not(one, without_itself, now=now)), None)


def _give_back(reminder: Reminder) -> None:
    """Remove the reminder from the queue, unless sent meanwhile; the step can be queued again."""
    Reminder.objects.filter(pk=reminder.pk, mail=None).delete()


def _files(reminder: Reminder, invoice: Invoice, *, now: datetime.datetime) -> list[Attachment]:
    """Return the PDF, and those of the deducted credit invoices."""
    documents = [invoice, *credits_of(invoice)]
    try:
        return [file for one in documents for file in attachments_of(one, wanted=(), now=now)]
    except OSError as error:
        _give_back(reminder)
        raise MailFailed("attachment") from error


def _claim(
    reminder: Reminder,
    invoice: Invoice,
    letter: Letter,
    files: list[Attachment],
    *,
    now: datetime.datetime,
) -> InvoiceMail | None:
    """Claim the e-mail and link its reminder. None when another worker was first.

    None also while another e-mail of the invoice is being sent; then this one is tried later.
    """
    try:
        with transaction.atomic():
            kind, key = MailKind.REMINDER, reminder.key
            mail = claim_mail(invoice, letter, files, by=reminder.by, now=now, key=key, kind=kind)
            _link_mail(reminder, mail, day=localdate(now))
    except (AlreadyMailed, IntegrityError):
        return None
    return mail


def _link_mail(reminder: Reminder, mail: InvoiceMail, *, day: datetime.date) -> None:
    """Link the e-mail. Raises AlreadyMailed if the reminder has one, or left the queue."""
    queued = Reminder.objects.filter(pk=reminder.pk, mail=None)
    if not queued.update(mail=mail, day=day):
        raise AlreadyMailed


def _note_sent(
    reminder: Reminder, mail: InvoiceMail, refused: Sequence[str], *, now: datetime.datetime
) -> None:
    with transaction.atomic():
        note_sent(mail, refused=refused)
        names = [file["name"] for file in mail.attachments]
        add_event(
            invoice=mail.invoice,
            at=now,
            by=reminder.by,
            kind="reminded",
            details={"step": reminder.step, "to": mail.to, "files": names},
        )
