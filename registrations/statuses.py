"""Change the status of selected rows, by one conditional UPDATE per kind; billed rows stay."""

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
    """A change from some statuses to another, and who may make it."""

    to: Status
    sources: tuple[Status, ...]
    is_allowed: Callable[[Membership], bool]
    only_billable: bool = False

    def rows(self, rows: RegistrationQuerySet) -> RegistrationQuerySet:
        """Filter the rows that may change: never one with an invoice line."""
        changeable = rows.filter(invoice_line=None, status__in=self.sources)
        return changeable.filter(is_billable=True) if self.only_billable else changeable

    def why_not(self, *, status: str, is_billable: bool, is_billed: bool) -> str | Promise:
        """Return the reason why such a row does not change; empty if it may."""
        if is_billed:
            return ON_AN_INVOICE
        if status not in self.sources:
            return ALREADY[Status(status)]
        return NOT_BILLABLE if self.only_billable and not is_billable else ""


@dataclass(frozen=True)
class Outcome:
    """The number of changed rows, and of unchanged rows by reason."""

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
# Includes rows that a user marked as invoiced; rows on an invoice have a line and never change.
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
    """Submit rows for approval; employees only their own."""
    return _change(selection, SUBMIT, by=by)


def approve(selection: Selection, *, by: Membership) -> Outcome:
    """Approve rows, submitted or not."""
    return _change(selection, APPROVE, by=by)


def reject(selection: Selection, *, note: str = "", by: Membership) -> Outcome:
    """Return rows to the employee, with the reason."""
    return _change(selection, REJECT, by=by, note=note)


def reopen(selection: Selection, *, by: Membership) -> Outcome:
    """Open rows again, also those that were invoiced elsewhere or written off."""
    return _change(selection, REOPEN, by=by)


def mark_invoiced(selection: Selection, *, by: Membership) -> Outcome:
    """Mark unbilled rows as billed elsewhere; creates no invoice."""
    return _change(selection, MARK_INVOICED, by=by)


def write_off(selection: Selection, *, note: str = "", by: Membership) -> Outcome:
    """Write off rows, so that they are never billed, with the reason."""
    return _change(selection, WRITE_OFF, by=by, note=note)


def preview(selection: Selection, change: Change, *, by: Membership) -> Outcome:
    """Return the outcome that the change would have now; changes nothing."""
    rows = _allowed(selection, change, by=by)
    return Outcome(sum(change.rows(queryset).count() for queryset in rows), _reasons(rows, change))


@transaction.atomic
def _change(selection: Selection, change: Change, *, by: Membership, note: str = "") -> Outcome:
    rows = _allowed(selection, change, by=by)
    total, skipped = rows.count(), _reasons(rows, change)
    changed = sum(
        _update(change.rows(queryset), to=change.to, note=note, by=by) for queryset in rows
    )
    if changed_meanwhile := total - changed - skipped.total():
        skipped[str(CHANGED_MEANWHILE)] += changed_meanwhile
    return Outcome(changed, skipped)


def _allowed(selection: Selection, change: Change, *, by: Membership) -> SelectedRows:
    if not change.is_allowed(by):
        raise PermissionDenied(_("You do not have the right to do this."))
    return selection.rows_for(by)


def _update(rows: RegistrationQuerySet, *, to: Status, note: str, by: Membership) -> int:
    rows.hold()
    return rows.order_by().update(status=to, status_note=note, status_by=by)


def _reasons(rows: SelectedRows, change: Change) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for queryset in rows:
        groups = queryset.order_by().values("status", "is_billable", is_billed=_IS_BILLED)
        for group in groups.annotate(n=models.Count("pk")):
            facts: dict[str, Any] = {
                name: group[name] for name in ("status", "is_billable", "is_billed")
            }
            if reason := change.why_not(**facts):
                reasons[str(reason)] += group["n"]
    return reasons


_IS_BILLED = models.ExpressionWrapper(
    models.Q(invoice_line__isnull=False), output_field=models.BooleanField()
)
