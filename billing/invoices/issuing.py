"""Issuing an invoice created here: making it final and marking it as sent."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.changes import change

from ..documents.archive import issue_files, leaving_no_files
from ..events import add_event
from ..legal import Findings, check_draft
from ..models import Invoice, InvoiceStatus, Origin
from ..numbering import next_number, why_held
from ..unbilled.releasing import RowsMoved
from .crediting import count_credit, settle
from .freezing import freeze
from .locking import NotAllowed, lock_invoice


class Held(NotAllowed):
    """No numbers are assigned after a restore, until the comparison is complete.

    The text is for users.
    """


class Unlawful(NotAllowed):
    """The invoice does not meet the legal requirements; `findings` has the errors."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings.reason)
        self.findings = findings


def make_final(invoice: Invoice, *, by: User, now: datetime.datetime) -> Invoice:
    """Assign a number to a draft, freeze it and store its files; return a final one unchanged.

    The rows of a credit invoice are released or written off. Raises Unlawful when the law check,
    the e-invoice or the typefaces have errors. Raises Held after a restore, until the comparison
    with e-Boekhouden is complete.
    """
    with leaving_no_files(), transaction.atomic():
        draft = lock_invoice(invoice)
        if not draft.is_draft:
            return draft
        if why := why_held(draft.organisation):
            raise Held(why)
        _require_lawful(draft, now=now)
        if draft.is_credit:
            _settle(draft, by=by)
        draft.number = next_number(draft.organisation, Origin.HERE, year=draft.date.year)
        freeze([draft], by=by, now=now)
        if draft.is_credit:
            count_credit(draft, by=by, now=now)
        issue_files(draft, now=now)
        return draft


def _settle(credit: Invoice, *, by: User) -> None:
    try:
        settle(credit, by=by)
    except RowsMoved as moved:
        raise NotAllowed("rows") from moved


def _require_lawful(draft: Invoice, *, now: datetime.datetime) -> None:
    findings = check_draft(draft, today=timezone.localdate(now))
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
    """Mark an invoice as sent: by e-mail to `to` with `files`, or in another way.

    A draft becomes final first.
    """
    with leaving_no_files(), transaction.atomic():
        final = make_final(invoice, by=by, now=now)
        first = Invoice.objects.filter(pk=final.pk, status=InvoiceStatus.FINAL)
        is_first = first.update(status=InvoiceStatus.SENT, sent_at=now, sent_to=to)
        changes = change("status", InvoiceStatus.FINAL, InvoiceStatus.SENT) if is_first else {}
        details = {"to": to, "files": list(files)}
        add_event(
            final,
            at=now,
            by=by,
            kind="mailed" if to else "marked-sent",
            details=details,
            changes=changes,
        )
        final.refresh_from_db()
        return final
