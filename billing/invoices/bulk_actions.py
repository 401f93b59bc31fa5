"""Actions on several invoices: which invoices an action fits, and doing it one by one."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from registrations.overview.selection import ids_in

from ..legal import check, documents_of
from ..mailing import REASONS, AlreadyMailed, MailFailed, addresses_of, first_letter
from ..mailing.attachments import default_extras
from ..mailing.letters import why_not_to
from ..mailing.reasons import HOPELESS
from ..models import Invoice, InvoiceStatus, Origin
from .drafting import delete_draft
from .emailing import send_invoice
from .issuing import Held, Unlawful, mark_sent
from .locking import NotAllowed
from .paying import mark_of, mark_paid, mark_unpaid
from .sales_entries import Eligible

MOST = 500
MOST_MAILS = 25
# Whoever waits for the page goes on later too, when the mail server asks for that.
ENDS_ALL = (*HOPELESS, "later")


@dataclass(frozen=True)
class Action:
    """An action on invoices; `why_not` returns an empty text if it is allowed.

    `done` has the count; what names the invoices otherwise follows it, so that of deleted drafts it
    has the customers too.

    `makes_final`: the action makes a draft final, so the draft must meet the legal requirements.
    `reads` are the relations that `why_not` looks at, which are read for all invoices together.
    """

    title: str | Promise
    button: str | Promise
    done: str | Promise
    why_not: Callable[[Invoice], str]
    carry_out: Callable[[Invoice, User, datetime.datetime], object]
    is_grave: bool = False
    makes_final: bool = False
    most: int = MOST
    question: str | Promise = ""
    reads: tuple[str, ...] = ()


@dataclass
class Outcome:
    """The name of the customer of each invoice done, by id; and a sentence for each that failed."""

    customers: dict[int, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(self.customers)


def selected(organisation: Organisation, posted: QueryDict) -> list[Invoice]:
    """Return the ticked invoices of this organisation, oldest first. Raises SuspiciousOperation.

    All of them: `sort_out` says which are too many for an action.
    """
    ids = ids_in(posted.getlist("invoices"))
    found = Invoice.objects.filter(organisation=organisation, pk__in=ids)
    return list(found.select_related("organisation", "customer").order_by("date", "pk"))


def sort_out(invoices: Sequence[Invoice], action: Action, *, today: datetime.date) -> Eligible:
    """Separate the invoices that allow the action from the others, up to the maximum number."""
    ready: list[Invoice] = []
    skipped: list[tuple[Invoice, str]] = []
    prefetch_related_objects(invoices, *action.reads)
    unlawful = unlawful_drafts(invoices, today=today) if action.makes_final else {}
    for invoice in invoices:
        why = action.why_not(invoice) or unlawful.get(invoice.pk, "")
        if not why and len(ready) >= action.most:
            why = _("At most %(most)d in one go.") % {"most": action.most}
        if why:
            skipped.append((invoice, why))
        else:
            ready.append(invoice)
    return Eligible(tuple(ready), tuple(skipped))


def unlawful_drafts(invoices: Sequence[Invoice], *, today: datetime.date) -> dict[int, str]:
    """Return the errors of the law check by draft; all invoices are of one organisation."""
    drafts = [invoice for invoice in invoices if invoice.is_draft]
    if not drafts:
        return {}
    documents = documents_of(drafts[0].organisation, drafts, today=today)
    return {pk: check(document).reason for pk, document in documents.items()}


def carry_out(
    invoices: Iterable[Invoice], action: Action, *, by: User, now: datetime.datetime
) -> Outcome:
    """Carry out the action on each invoice; stop only if the next ones would fail too."""
    outcome = Outcome()
    for invoice in invoices:
        pk, name = invoice.pk, f"{invoice.customer} {invoice.number}".strip()
        try:
            action.carry_out(invoice, by, now)
        except MailFailed as failure:
            outcome.failed.append(f"{name}: {REASONS[failure.reason]}")
            if failure.reason in ENDS_ALL:
                break
        except Unlawful as unlawful:
            outcome.failed.append(f"{name}: {unlawful.findings.reason}")
        except Held as held:
            outcome.failed.append(f"{name}: {held}")
        except (NotAllowed, AlreadyMailed):
            reason = _("it has changed in the meantime.")
            outcome.failed.append(f"{name}: {reason}")
        else:
            outcome.customers[pk] = str(invoice.customer)
    return outcome


# --- Why not --------------------------------------------------------------------------------------


def why_not_marked_sent(invoice: Invoice) -> str:
    """Return why it cannot be marked as sent."""
    if invoice.origin != Origin.HERE:
        return _("This invoice is issued in e-Boekhouden.")
    if invoice.status in (InvoiceStatus.DRAFT, InvoiceStatus.FINAL):
        return ""
    return _("This invoice has already been sent.")


def why_not_mailed(invoice: Invoice) -> str:
    """Return why it cannot be mailed together with others."""
    if why := why_not_marked_sent(invoice):
        return why
    return why_not_to(addresses_of(invoice))


def why_not_paid(invoice: Invoice) -> str:
    """Return why it cannot be marked as paid (a credit invoice: as settled)."""
    if invoice.is_wholly_credited and invoice.status != InvoiceStatus.PAID:
        return _("This invoice has been fully credited, so nothing is to be paid.")
    if invoice.status == InvoiceStatus.PAID:
        return _("This invoice has already been paid.")
    return "" if invoice.status == InvoiceStatus.SENT else _("This invoice has not been sent yet.")


def why_not_unpaid(invoice: Invoice) -> str:
    """Return why it cannot be taken back that it was marked as paid (a credit: as settled)."""
    if invoice.status != InvoiceStatus.PAID:
        return _("This invoice is not marked as paid.")
    if mark_of(invoice) is None:
        return _("e-Boekhouden reported this payment. Change it there, then fetch payments.")
    return ""


def why_not_deleted(invoice: Invoice) -> str:
    """Return why it cannot be deleted."""
    return (
        ""
        if invoice.is_draft
        else _("This invoice is final and cannot be deleted. Credit it instead.")
    )


# --- Doing it -------------------------------------------------------------------------------------


def mark_as_sent(invoice: Invoice, by: User, now: datetime.datetime) -> Invoice:
    """Mark an invoice as sent that was not e-mailed from here."""
    return mark_sent(invoice, by=by, now=now)


def _mail(invoice: Invoice, by: User, now: datetime.datetime) -> None:
    send_invoice(invoice, first_letter(invoice), extras=default_extras(invoice), by=by, now=now)


ACTIONS = {
    "mark-sent": Action(
        title=gettext_lazy("Mark as sent"),
        button=gettext_lazy("Mark as sent"),
        done=gettext_lazy("Marked as sent: %(count)d."),
        question=gettext_lazy("Drafts get their number and become final."),
        why_not=why_not_marked_sent,
        carry_out=mark_as_sent,
        makes_final=True,
    ),
    "send": Action(
        title=gettext_lazy("Send by e-mail"),
        button=gettext_lazy("Send"),
        done=gettext_lazy("Sent: %(count)d."),
        question=gettext_lazy(
            "Each e-mail contains the PDF and the text of Settings → Invoices. Drafts get their "
            "number."
        ),
        why_not=why_not_mailed,
        carry_out=_mail,
        makes_final=True,
        reads=("customer__contacts",),
        most=MOST_MAILS,
    ),
    "mark-paid": Action(
        title=gettext_lazy("Mark as paid"),
        button=gettext_lazy("Mark as paid"),
        done=gettext_lazy("Marked as paid: %(count)d."),
        why_not=why_not_paid,
        carry_out=lambda invoice, by, now: mark_paid(invoice, by=by, now=now),
    ),
    "mark-unpaid": Action(
        title=gettext_lazy("Mark as unpaid"),
        button=gettext_lazy("Mark as unpaid"),
        done=gettext_lazy("Marked as unpaid: %(count)d."),
        question=gettext_lazy("They are outstanding again, and reminders can be sent again."),
        why_not=why_not_unpaid,
        reads=("events", "credits"),
        carry_out=lambda invoice, by, now: mark_unpaid(invoice, by=by, now=now),
    ),
    "delete": Action(
        title=gettext_lazy("Delete drafts"),
        button=gettext_lazy("Delete"),
        done=gettext_lazy(
            "Drafts deleted: %(count)d (%(customers)s). Their registrations can be billed again."
        ),
        question=gettext_lazy("Their registrations can be billed again."),
        why_not=why_not_deleted,
        carry_out=lambda invoice, by, now: delete_draft(invoice),
        is_grave=True,
    ),
}
