"""Change the status of selected rows, by one conditional UPDATE per kind; billed rows stay."""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from audit.changes import change as change_of
from audit.kinds import Action, Kind
from audit.recording import Rows, record_rows

from .. import history, naming
from ..models import (
    BILLABLE_STATUSES,
    DRAFT,
    UNSETTLED_STATUSES,
    Registration,
    RegistrationQuerySet,
    Status,
)
from ..overview.selection import SelectedRows, Selection
from ..rights import sees_others

ON_AN_INVOICE = _("on an invoice")
ON_A_DRAFT = _("on a draft")
NOT_BILLABLE = _("not billable")
YOUR_OWN = _("your own, which somebody else approves")
NOT_SUBMITTED = _("not submitted yet")
NOT_CORRECTED = _("rejected and not submitted again")
CHANGED_MEANWHILE = _("changed in the meantime")
ALREADY = {
    Status.OPEN: _("already open"),
    Status.SUBMITTED: _("already submitted"),
    Status.APPROVED: _("already approved"),
    Status.REJECTED: _("already rejected"),
    Status.INVOICED: _("already invoiced"),
    Status.WRITTEN_OFF: _("written off"),
}
# Per kind and reason, at most so many of the rows that a change skips are named.
NAMED = 3


@dataclass(frozen=True)
class Change:
    """A change from some statuses to another, and who may make it."""

    to: Status
    sources: tuple[Status, ...]
    is_allowed: Callable[[Membership], bool]
    only_billable: bool = False
    # Of one's own rows only, for who does not register for others.
    only_own: bool = False
    # Not of one's own rows, unless the organisation allows that.
    not_own: bool = False
    # What the audit trail calls it, if not by the status alone.
    action: Action | None = None
    # Reasons of this change, by the status of the row; their rows are named one by one.
    reasons: Mapping[Status, str | Promise] = field(default_factory=dict)

    def rows(self, rows: RegistrationQuerySet, *, without: int = 0) -> RegistrationQuerySet:
        """Filter the rows that may change: never one with an invoice line.

        `without` is the id of the member whose rows this is not for.
        """
        changeable = rows.filter(invoice_line=None, status__in=self.sources)
        if without:
            changeable = changeable.exclude(membership=without)
        return changeable.filter(is_billable=True) if self.only_billable else changeable

    def not_for(self, by: Membership) -> int:
        """Return the id of the member if the change is not for their own rows, else 0."""
        return by.pk if self.not_own and not decides_own(by) else 0

    def why_not(
        self,
        *,
        status: str,
        is_billable: bool,
        is_billed: bool,
        is_on_draft: bool = False,
        is_own: bool = False,
    ) -> str | Promise:
        """Return the reason why such a row does not change; empty if it may."""
        if is_billed:
            return ON_A_DRAFT if is_on_draft else ON_AN_INVOICE
        if is_own and status in self.sources:
            return YOUR_OWN
        if status not in self.sources:
            return self.reasons.get(Status(status)) or ALREADY[Status(status)]
        return NOT_BILLABLE if self.only_billable and not is_billable else ""


@dataclass(frozen=True)
class Before:
    """What changed rows of one kind had before: their status, its note, who gave it and when."""

    model: type[Registration]
    status: str
    note: str
    by: int | None
    at: datetime.datetime | None
    ids: list[int]


@dataclass(frozen=True)
class BilledOn:
    """The invoice of unchanged rows; a draft, and one that e-Boekhouden numbers, has no number."""

    number: str
    customer: str
    is_draft: bool


@dataclass(frozen=True)
class Outcome:
    """The number of changed rows, and of unchanged rows by reason.

    `named` has the first unchanged rows of the reasons that belong to this change alone, and
    `invoices` the first invoices and the first drafts with unchanged rows, by id.
    """

    changed: int
    skipped: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[Registration]] = field(default_factory=dict)
    invoices: dict[int, BilledOn] = field(default_factory=dict)
    before: list[Before] = field(default_factory=list, compare=False)

    @property
    def skipped_count(self) -> int:
        return self.skipped.total()


def everyone(membership: Membership) -> bool:
    return True


def approvers(membership: Membership) -> bool:
    return membership.approves


def invoicers(membership: Membership) -> bool:
    return membership.is_invoicer


def decides_own(by: Membership) -> bool:
    """Return True if the member may approve what they registered themselves."""
    return by.organisation.allows_own_approval or not by.has_colleagues


# What the audit trail calls a change to a status; one to open is that of REOPEN and TAKE_BACK.
ACTIONS = {
    Status.OPEN: Action.REOPENED,
    Status.SUBMITTED: Action.SUBMITTED,
    Status.APPROVED: Action.APPROVED,
    Status.REJECTED: Action.REJECTED,
    Status.INVOICED: Action.MARKED_INVOICED,
    Status.WRITTEN_OFF: Action.WRITTEN_OFF,
}
SUBMIT = Change(Status.SUBMITTED, (Status.OPEN, Status.REJECTED), everyone, only_own=True)
TAKE_BACK = Change(Status.OPEN, (Status.SUBMITTED,), everyone, only_own=True)
APPROVE = Change(
    Status.APPROVED,
    (Status.SUBMITTED,),
    approvers,
    not_own=True,
    reasons={Status.OPEN: NOT_SUBMITTED, Status.REJECTED: NOT_CORRECTED},
)
# After a question: also what was not submitted.
APPROVE_OPEN = Change(
    Status.APPROVED,
    (Status.OPEN, Status.SUBMITTED),
    approvers,
    not_own=True,
    reasons=APPROVE.reasons,
)
REJECT = Change(Status.REJECTED, BILLABLE_STATUSES, approvers, not_own=True)
# On the page of approvals: nothing that somebody decided meanwhile.
REJECT_SUBMITTED = Change(Status.REJECTED, (Status.SUBMITTED,), approvers, not_own=True)
# The decision is open again, and the employee need not submit anything.
TAKE_BACK_DECISION = Change(
    Status.SUBMITTED,
    (Status.APPROVED, Status.REJECTED),
    approvers,
    not_own=True,
    action=Action.TAKEN_BACK,
)
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
    sees_others,
)
MARK_INVOICED = Change(Status.INVOICED, BILLABLE_STATUSES, invoicers, only_billable=True)
WRITE_OFF = Change(Status.WRITTEN_OFF, UNSETTLED_STATUSES, sees_others)


def submit(selection: Selection, *, by: Membership) -> Outcome:
    """Submit rows for approval; employees only their own."""
    return _change(selection, SUBMIT, by=by)


def take_back(selection: Selection, *, by: Membership) -> Outcome:
    """Open submitted rows again, of which nobody decided anything yet."""
    return _change(selection, TAKE_BACK, by=by)


def approve(selection: Selection, *, by: Membership, also_open: bool = False) -> Outcome:
    """Approve submitted rows; those not submitted, or rejected since, are skipped."""
    return _change(selection, APPROVE_OPEN if also_open else APPROVE, by=by)


def reject(
    selection: Selection, *, note: str = "", by: Membership, only_submitted: bool = False
) -> Outcome:
    """Return rows to the employee, with the reason."""
    change = REJECT_SUBMITTED if only_submitted else REJECT
    return _change(selection, change, by=by, note=note)


def take_back_decision(selection: Selection, *, by: Membership) -> Outcome:
    """Let what was approved or rejected, and is not on an invoice, wait for a decision again."""
    return _change(selection, TAKE_BACK_DECISION, by=by)


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
    own = change.not_for(by)
    changed = sum(change.rows(queryset, without=own).count() for queryset in rows)
    return Outcome(changed, *_skipped(rows, change, own=own))


@transaction.atomic
def _change(selection: Selection, change: Change, *, by: Membership, note: str = "") -> Outcome:
    rows = _allowed(selection, change, by=by)
    own = change.not_for(by)
    total, (skipped, named, invoices) = rows.count(), _skipped(rows, change, own=own)
    before: list[Before] = []
    names: dict[tuple[type[Registration], int], str] = {}
    changed, now = 0, timezone.now()
    for queryset in rows:
        changeable = change.rows(queryset, without=own)
        if not changeable.hold():
            continue
        told = list(changeable.order_by("pk").values_list("pk", "membership", *naming.NAMED_BY))
        names |= {(queryset.model, pk): naming.named(*about) for pk, _owner, *about in told}
        owners = [(pk, owner) for pk, owner, *_about in told]
        before += _states(changeable)
        changed += changeable.order_by().update(
            status=change.to, status_note=note, status_by=by, status_at=now
        )
        history.record(queryset.model, owners, status=change.to, by=by, at=now, note=note)
    if changed_meanwhile := total - changed - skipped.total():
        skipped[str(CHANGED_MEANWHILE)] += changed_meanwhile
    action = change.action or ACTIONS[change.to]
    record_statuses(before, change.to, action=action, names=names, by=by, note=note)
    return Outcome(changed, skipped, named, invoices, before)


def record_statuses(
    before: list[Before],
    to: str,
    *,
    action: Action,
    names: Mapping[tuple[type[Registration], int], str],
    by: Membership,
    note: str = "",
) -> None:
    """Record in the audit trail that rows got a status, as one entry; `names` say what they are."""
    rows = [
        Rows(
            one.model,
            one.ids,
            changes=change_of("status", one.status, to),
            labels=[names.get((one.model, pk), "") for pk in one.ids],
        )
        for one in before
        if one.ids
    ]
    record_rows(Kind.REGISTRATION, action, rows, organisation=by.organisation_id, by=by, note=note)


def _allowed(selection: Selection, change: Change, *, by: Membership) -> SelectedRows:
    if not change.is_allowed(by):
        raise PermissionDenied(_("You do not have the right to do this."))
    rows = selection.rows_for(by)
    if not change.only_own or by.registers_for_others:
        return rows
    return SelectedRows(*(queryset.filter(membership=by) for queryset in rows))


def _states(rows: RegistrationQuerySet) -> list[Before]:
    """Return what the rows have now, by status, note, who gave it and when."""
    ids: dict[tuple[str, str, int | None, datetime.datetime | None], list[int]] = {}
    fields = ("pk", "status", "status_note", "status_by", "status_at")
    values = rows.order_by("pk").values_list(*fields)
    for pk, *state in values:
        ids.setdefault(tuple(state), []).append(pk)
    return [Before(rows.model, *state, ids=found) for state, found in ids.items()]


def _skipped(
    rows: SelectedRows, change: Change, *, own: int
) -> tuple[Counter[str], dict[str, list[Registration]], dict[int, BilledOn]]:
    """Count the rows that do not change by reason, and name rows and invoices."""
    reasons: Counter[str] = Counter()
    named: dict[str, list[Registration]] = {}
    invoices: dict[int, BilledOn] = {}
    for queryset in rows:
        told = queryset.annotate(is_billed=_IS_BILLED, is_on_draft=_IS_ON_DRAFT, is_own=_is_of(own))
        groups = told.order_by().values(
            "status", "is_billable", "is_billed", "is_on_draft", "is_own"
        )
        for group in groups.annotate(n=models.Count("pk")):
            count = group.pop("n")
            if not (reason := change.why_not(**group)):
                continue
            reasons[str(reason)] += count
            if group["is_billed"]:
                invoices |= _invoices(told.filter(is_on_draft=group["is_on_draft"]))
            elif reason in change.reasons.values():
                same = told.filter(**group)[:NAMED]
                named[str(reason)] = [*named.get(str(reason), ()), *same][:NAMED]
    return reasons, named, invoices


def _invoices(rows: RegistrationQuerySet) -> dict[int, BilledOn]:
    billed = rows.filter(invoice_line__isnull=False).order_by("invoice_line__invoice")
    found = billed.values_list(
        "invoice_line__invoice",
        "invoice_line__invoice__number",
        "invoice_line__invoice__customer__name",
        "is_on_draft",
    )
    return {pk: BilledOn(*about) for pk, *about in found.distinct()[: NAMED + 1]}


def _is_of(member: int) -> "models.ExpressionWrapper[models.Q]":
    return models.ExpressionWrapper(models.Q(membership=member), output_field=models.BooleanField())


_IS_BILLED = models.ExpressionWrapper(
    models.Q(invoice_line__isnull=False), output_field=models.BooleanField()
)
_IS_ON_DRAFT = models.ExpressionWrapper(
    models.Q(invoice_line__isnull=False, invoice_line__invoice__status=DRAFT),
    output_field=models.BooleanField(),
)
