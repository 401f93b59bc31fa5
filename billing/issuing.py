"""Invoices made here, on their way.

Thrown away, made final, sent, paid, booked as a sales entry.
"""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.models import Connection
from projects.money import ZERO

from .archive import issue_files
from .bookings.outbox import hold_customers, queue_sales_entry
from .claiming import release
from .crediting import count_credit, restate_drafts, settle
from .freeing import RowsMoved
from .invoicing import freeze
from .legal import Findings, check, document_of
from .models import Batch, Booking, Invoice, InvoiceEvent, InvoiceStatus, Origin, State
from .numbering import next_number, why_held


class NotAllowed(Exception):
    """The invoice is not in a state for this; the text is for people."""


class Held(NotAllowed):
    """After a restore: which numbers were given is not known yet. The text is for people."""


class Unlawful(NotAllowed):
    """The invoice does not say all that it must; `findings` names what, and where to mend it."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings.reason)
        self.findings = findings


def throw_away(invoice: Invoice) -> int:
    """Deletes a draft; its rows are free again.

    Returns how many. Raises NotAllowed when it is final, or gone.
    """
    with transaction.atomic():
        draft = _locked(invoice)
        if not draft.is_draft:
            raise NotAllowed("final")
        freed = release(draft)
        draft.delete()
        if draft.credit_of:
            restate_drafts(draft.credit_of)
        return freed


def make_final(invoice: Invoice, *, by: User, now: datetime.datetime) -> Invoice:
    """Numbers and freezes a draft and keeps its files; one that is final stays as it is.

    The rows of the lines that a credit invoice takes back are freed or written off with it.
    Raises Unlawful while it does not say everything that an invoice must say, and Held while the
    books are being compared after a restore.
    """
    with transaction.atomic():
        draft = _locked(invoice)
        if not draft.is_draft:
            return draft
        if why := why_held(draft.organisation):
            raise Held(why)
        _insist_on_the_law(draft, now=now)
        if draft.is_credit:
            _settle(draft, by=by)
        draft.number = next_number(draft.organisation, Origin.HERE, year=draft.date.year)
        freeze(draft, by=by, now=now)
        if draft.is_credit:
            count_credit(draft, by=by, now=now)
        issue_files(draft, now=now)
        return draft


def _settle(credit: Invoice, *, by: User) -> None:
    try:
        settle(credit, by=by)
    except RowsMoved as moved:
        raise NotAllowed("rows") from moved


def _insist_on_the_law(draft: Invoice, *, now: datetime.datetime) -> None:
    findings = check(document_of(draft, today=timezone.localdate(now)))
    if findings.errors:
        raise Unlawful(findings)


def mark_sent(
    invoice: Invoice,
    *,
    by: User,
    now: datetime.datetime,
    to: str = "",
    files: Sequence[str] = ("PDF",),
) -> Invoice:
    """The invoice left: by our e-mail (`to`, with `files`), or in another way.

    A draft becomes final first.
    """
    with transaction.atomic():
        final = make_final(invoice, by=by, now=now)
        first = Invoice.objects.filter(pk=final.pk, status=InvoiceStatus.FINAL)
        first.update(status=InvoiceStatus.SENT, sent_at=now, sent_to=to)
        details = {"to": to, "files": list(files)}
        InvoiceEvent.objects.create(
            invoice=final, at=now, by=by, kind="mailed" if to else "marked-sent", details=details
        )
        final.refresh_from_db()
        return final


def mark_paid(invoice: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Somebody saw the money: all that was not credited. A credit was refunded or settled.

    Raises NotAllowed on an invoice that was not sent, or that was wholly credited.
    """
    with transaction.atomic():
        sent = _locked(invoice)
        if sent.status != InvoiceStatus.SENT or sent.is_wholly_credited:
            raise NotAllowed("not-sent")
        paid = ZERO if sent.is_credit else sent.gross - sent.credited_amount
        Invoice.objects.filter(pk=sent.pk).update(
            status=InvoiceStatus.PAID, paid_at=now, paid_amount=paid
        )
        kind = "marked-settled" if sent.is_credit else "marked-paid"
        InvoiceEvent.objects.create(invoice=invoice, at=now, by=by, kind=kind)


def create_sales_entries(
    invoices: list[Invoice], connection: Connection, *, by: User, now: datetime.datetime
) -> Batch:
    """Queues a sales entry for each invoice that was sent.

    The batch says which were left out, and why.
    """
    with transaction.atomic():
        batch = Batch.objects.create(
            organisation=connection.organisation, created_at=now, created_by=by
        )
        hold_customers(invoice.customer_id for invoice in invoices)
        for invoice in _all_locked(invoices):
            why = why_no_sales_entry(invoice)
            if why:
                batch.left_out.append({"customer": str(invoice), "reason": why, "url": ""})
            else:
                queue_sales_entry(invoice, connection, by=by, now=now, batch=batch)
        batch.save(update_fields=["left_out"])
        return batch


def why_no_sales_entry(invoice: Invoice) -> str:
    """Why this invoice cannot be entered in the ledger; empty if it can."""
    if not invoice.was_sent:
        return _("It was not sent yet.")
    if is_booked_or_on_its_way(invoice):
        return _("It is booked, or on its way.")
    missing = {
        line.vat_rate.name for line in invoice.lines.select_related("vat_rate") if not line.vat_code
    }
    if missing:
        return _("No VAT code in e-Boekhouden: %(rates)s.") % {"rates": ", ".join(sorted(missing))}
    return ""


def is_booked_or_on_its_way(invoice: Invoice) -> bool:
    """There is a booking of this invoice that was not cancelled."""
    return Booking.objects.filter(invoice=invoice).exclude(state=State.CANCELLED).exists()


def _locked(invoice: Invoice) -> Invoice:
    """The invoice as it is now, held by us, and before it the one that it credits.

    Raises NotAllowed when it was thrown away.
    """
    both = [one for one in (invoice.credit_of, invoice) if one]
    for found in _all_locked(both):
        if found.pk == invoice.pk:
            return found
    raise NotAllowed("gone")


def _all_locked(invoices: list[Invoice]) -> list[Invoice]:
    """Those that are still there, held by us: in one order, and nothing but them."""
    held = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=[i.pk for i in invoices])
    return list(held.select_related("organisation", "customer", "credit_of").order_by("pk"))
