"""When a registration is locked, in words and as the database refuses it.

A row on an invoice line, invoiced or written off is never edited, nor one of a closed period: it is
first set to open. A submitted or approved row is edited only by who may, and becomes open by that.
`RegistrationQuerySet.editable_by` is the guard of every page; the triggers hold for everything.
"""

from django.utils.translation import gettext as _

from accounts.closed_periods import why_closed
from accounts.models import Membership

from .models import EDITABLE_STATUSES, KINDS, Registration, Status
from .rights import sees_others

# What changes on a locked row: its progress, and the line that bills it.
PROGRESS = {"id", "status", "status_note", "status_by", "status_at", "invoice_line", "created_at"}
# Conditions in SQL on a row before (OLD) and after (NEW) a change.
SETTLED = "(OLD.invoice_line_id IS NOT NULL OR OLD.status IN ('invoiced', 'written_off'))"
DECIDED = "OLD.status IN ('submitted', 'approved')"
CLOSED = (
    "EXISTS (SELECT 1 FROM accounts_organisation"
    " WHERE id = OLD.organisation_id AND closed_until >= OLD.date)"
)
CLOSED_BEFORE_OR_AFTER = f"({CLOSED} OR {CLOSED.replace('OLD', 'NEW')})"


def content_columns() -> dict[str, list[str]]:
    """Return the columns that are locked, by table: all but those of the progress."""
    return {
        model._meta.db_table: [
            str(field.column) for field in model._meta.concrete_fields if field.name not in PROGRESS
        ]
        for model in KINDS.values()
    }


def why_locked(row: Registration, *, by: Membership) -> str:
    """Say why the member cannot edit a row, and the way on; empty if they can."""
    if sentence := _why_settled(row, by=by):
        return sentence
    if closed := why_closed(by.organisation, row.date):
        return closed
    if row.status in EDITABLE_STATUSES and row.membership_id == by.pk:
        return ""
    if not by.registers_for_others:
        text = _("%s. Ask a project manager to change it.")
        if row.status == Status.SUBMITTED and row.membership_id == by.pk:
            text = _("%s. Take it back to change it, or ask a project manager.")
        return text % row.get_status_display()
    return ""


def _why_settled(row: Registration, *, by: Membership) -> str:
    if row.invoice_line is not None:
        invoice = row.invoice_line.invoice
        if invoice.is_draft:
            return _("On a draft invoice. Remove it from the draft to change it.")
        return _("On invoice %s.") % (invoice.number or _("no number yet"))
    if row.status in (Status.INVOICED, Status.WRITTEN_OFF) and not sees_others(by):
        return _("%s. Ask a project manager to change it.") % row.get_status_display()
    if row.status == Status.INVOICED:
        return _("Billed elsewhere. Set it to open under Overview to change it.")
    if row.status == Status.WRITTEN_OFF:
        return _("Written off. Set it to open under Overview to change it.")
    return ""
