"""Changing the status of selected rows by one conditional UPDATE a kind; billed rows never do."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

from .models import BILLABLE_STATUSES, UNSETTLED_STATUSES, RegistrationQuerySet, Status
from .rights import sees_everything
from .selection import SelectedRows, Selection

ON_AN_INVOICE = _("on an invoice")
NOT_BILLABLE = _("not billable")
CHANGED_MEANWHILE = _("changed in the meantime")
ALREADY = {
    Status.OPEN: _("already open"),
    Status.SUBMITTED: _("already submitted"),
    Status.APPROVED: _("already approved"),
    Status.REJECTED: _("already rejected"),
    Status.INVOICED: _("already invoiced"),
    Status.WRITTEN_OFF: _("written off"),
}


@dataclass(frozen=True)
class Change:
    """A step from some statuses to another, and who may take it."""

    to: Status
    sources: tuple[Status, ...]
    may: Callable[[Membership], bool]
    only_billable: bool = False

    def rows(self, rows: RegistrationQuerySet) -> RegistrationQuerySet:
        """Those that may take the step: never one with an invoice line."""
        fit = rows.filter(invoice_line=None, status__in=self.sources)
        return fit.filter(is_billable=True) if self.only_billable else fit

    def why_not(self, *, status: str, is_billable: bool, is_billed: bool) -> str | Promise:
        """The reason why such a row stays as it is; empty if it may take the step."""
        if is_billed:
            return ON_AN_INVOICE
        if status not in self.sources:
            return ALREADY[Status(status)]
        return NOT_BILLABLE if self.only_billable and not is_billable else ""


@dataclass(frozen=True)
class Outcome:
    """How many rows changed, and how many stayed as they were, by reason."""

    changed: int
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def skipped_count(self) -> int:
        return self.skipped.total()


def everyone(membership: Membership) -> bool:
    return True


def managers(membership: Membership) -> bool:
    return membership.is_manager


def invoicers(membership: Membership) -> bool:
    return membership.is_invoicer


SUBMIT = Change(Status.SUBMITTED, (Status.OPEN, Status.REJECTED), everyone)
APPROVE = Change(Status.APPROVED, (Status.OPEN, Status.SUBMITTED, Status.REJECTED), managers)
REJECT = Change(Status.REJECTED, BILLABLE_STATUSES, managers)
# Also rows that a user marked as invoiced; rows of an invoice have a line and stay.
REOPEN = Change(
    Status.OPEN,
    (
        Status.SUBMITTED,
        Status.APPROVED,
        Status.REJECTED,
        Status.INVOICED,
        Status.WRITTEN_OFF,
    ),
    sees_everything,
)
MARK_INVOICED = Change(Status.INVOICED, BILLABLE_STATUSES, invoicers, only_billable=True)
WRITE_OFF = Change(Status.WRITTEN_OFF, UNSETTLED_STATUSES, sees_everything)


def submit(selection: Selection, *, by: Membership) -> Outcome:
    """Hands rows in for approval; employees their own."""
    return _change(selection, SUBMIT, by=by)


def approve(selection: Selection, *, by: Membership) -> Outcome:
    """Agrees with rows, submitted or not."""
    return _change(selection, APPROVE, by=by)


def reject(selection: Selection, *, note: str = "", by: Membership) -> Outcome:
    """Sends rows back to who registered them, with a note why."""
    return _change(selection, REJECT, by=by, note=note)


def reopen(selection: Selection, *, by: Membership) -> Outcome:
    """Opens rows again, also those that were invoiced elsewhere or written off."""
    return _change(selection, REOPEN, by=by)


def mark_invoiced(selection: Selection, *, by: Membership) -> Outcome:
    """Marks unbilled rows as billed elsewhere; no invoice is made."""
    return _change(selection, MARK_INVOICED, by=by)


def write_off(selection: Selection, *, note: str = "", by: Membership) -> Outcome:
    """Gives up on billing rows, with a note why."""
    return _change(selection, WRITE_OFF, by=by, note=note)


def preview(selection: Selection, change: Change, *, by: Membership) -> Outcome:
    """What the step would do now; changes nothing."""
    rows = _allowed(selection, change, by=by)
    return Outcome(sum(change.rows(some).count() for some in rows), _reasons(rows, change))


@transaction.atomic
def _change(selection: Selection, change: Change, *, by: Membership, note: str = "") -> Outcome:
    rows = _allowed(selection, change, by=by)
    total, skipped = rows.count(), _reasons(rows, change)
    changed = sum(_update(change.rows(some), to=change.to, note=note, by=by) for some in rows)
    if meanwhile := total - changed - skipped.total():
        skipped[str(CHANGED_MEANWHILE)] += meanwhile
    return Outcome(changed, skipped)


def _allowed(selection: Selection, change: Change, *, by: Membership) -> SelectedRows:
    if not change.may(by):
        raise PermissionDenied(_("You do not have the right to do this."))
    return selection.rows_for(by)


def _update(rows: RegistrationQuerySet, *, to: Status, note: str, by: Membership) -> int:
    rows.hold()
    return rows.order_by().update(status=to, status_note=note, status_by=by)


def _reasons(rows: SelectedRows, change: Change) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for some in rows:
        groups = some.order_by().values("status", "is_billable", is_billed=_IS_BILLED)
        for group in groups.annotate(n=models.Count("pk")):
            about: dict[str, Any] = {
                name: group[name] for name in ("status", "is_billable", "is_billed")
            }
            if reason := change.why_not(**about):
                reasons[str(reason)] += group["n"]
    return reasons


_IS_BILLED = models.ExpressionWrapper(
    models.Q(invoice_line__isnull=False), output_field=models.BooleanField()
)
