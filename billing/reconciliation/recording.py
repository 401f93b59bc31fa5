"""Record the result of a check: differences that are new, still present, or resolved."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from integrations.runs import RunState, beat, end

from ..models import Difference, Invoice, ReconciliationRun
from .documents import day_of, projected
from .sides import Discovery


@dataclass(frozen=True)
class ReconciliationResult:
    """The result of a check: the differences, and the gaps as sentences.

    `older_checked` are the ids of differences of other days that were checked again.
    """

    found: Sequence[Discovery]
    gaps: Sequence[str] = ()
    older_checked: Sequence[int] = ()


def keep(
    run: ReconciliationRun,
    result: ReconciliationResult,
    *,
    figures: Mapping[str, object],
    now: datetime.datetime,
) -> None:
    """Record the result and end the check in one transaction. Raises Lost as beat() does.

    Only a complete check resolves differences, and only those that it checked.
    """
    found, gaps = result.found, result.gaps
    with transaction.atomic():
        beat(run, now=now)  # first of all, because it locks the check
        known_by_key = {difference.key: difference for difference in _open(run)}
        new = _write(run, found, known_by_key, now=now)
        resolved = 0 if gaps else _resolve(run, result, now=now)
        state = RunState.INCOMPLETE if gaps else RunState.FINISHED
        counts = {"difference_count": len(found), "new_count": new, "resolved_count": resolved}
        end(run, state, now=now, problem=" ".join(gaps), **counts, **figures)


def _open(run: ReconciliationRun) -> QuerySet[Difference]:
    return Difference.objects.filter(
        connection=run.connection, administration=run.connection.administration_key
    ).open()


def _write(
    run: ReconciliationRun,
    found: Sequence[Discovery],
    known_by_key: Mapping[str, Difference],
    *,
    now: datetime.datetime,
) -> int:
    """Create and update differences. Return the number of new ones."""
    invoices = _invoices(run, found)
    new, old, changed = [], [], []
    for discovery in found:
        values = _values(discovery, invoices)
        known = known_by_key.get(discovery.key)
        if known is None:
            new.append(_new(run, discovery, values, now=now))
        else:
            if known.remote != values["remote"]:
                changed.append(known.pk)
            old.append(_updated(known, values, run, now=now))
    Difference.objects.bulk_create(new)
    fields = ["last_run", "last_found_at", "local", "remote", "differs"]
    Difference.objects.bulk_update(old, fields, batch_size=200)
    # The reviewer saw other content. Only these rows: another user may review other ones now.
    Difference.objects.filter(pk__in=changed).update(reviewed_at=None, reviewed_by=None)
    return len(new)


def _new(
    run: ReconciliationRun, discovery: Discovery, values: dict[str, Any], *, now: datetime.datetime
) -> Difference:
    return Difference(
        organisation=run.organisation,
        connection=run.connection,
        administration=run.connection.administration_key,
        first_run=run,
        last_run=run,
        kind=discovery.kind,
        key=discovery.key,
        number=discovery.number,
        reason=discovery.reason,
        found_at=now,
        last_found_at=now,
        **values,
    )


def _updated(
    known: Difference, values: dict[str, Any], run: ReconciliationRun, *, now: datetime.datetime
) -> Difference:
    known.last_run, known.last_found_at = run, now
    for name in ("local", "remote", "differs"):
        setattr(known, name, values[name])
    return known


def _values(discovery: Discovery, invoices: Mapping[str, Invoice]) -> dict[str, Any]:
    invoice = None if discovery.local else invoices.get(discovery.number)
    local = discovery.local.content if discovery.local else _content(invoice)
    remote = [{"kind": document.kind, **document.content} for document in discovery.remote]
    return {
        "booking_id": discovery.local.booking_id if discovery.local else None,
        "invoice": invoice,
        "local": local,
        "remote": remote,
        "differs": list(discovery.differs),
        "date": day_of(discovery.local.content if discovery.local else remote[0]),
    }


def _content(invoice: Invoice | None) -> dict[str, Any] | None:
    """Return the comparable fields of an invoice of ours that was never booked."""
    if invoice is None:
        return None
    head = {
        "number": invoice.number,
        "relation_code": invoice.customer.relation_code,
        "date": invoice.date,
        "payment_term": invoice.payment_term,
        "lines": [],
    }
    return projected(head, gross=invoice.gross)


def _invoices(run: ReconciliationRun, found: Iterable[Discovery]) -> dict[str, Invoice]:
    """Return our unbooked invoices, by number, whose number a document in e-Boekhouden has."""
    numbers = [discovery.number for discovery in found if discovery.local is None]
    if not numbers:
        return {}
    invoices = Invoice.objects.filter(organisation=run.organisation, number__in=numbers)
    return {invoice.number: invoice for invoice in invoices.select_related("customer")}


def _resolve(
    run: ReconciliationRun, result: ReconciliationResult, *, now: datetime.datetime
) -> int:
    """Resolve differences that were checked and not found, and those of other administrations."""
    keys = {discovery.key for discovery in result.found}
    checked = _open(run).filter(
        Q(date__range=(run.since, run.until)) | Q(pk__in=result.older_checked)
    )
    resolved_ids = [
        discovery.pk for discovery in checked.only("pk", "key") if discovery.key not in keys
    ]
    open_differences = Difference.objects.filter(connection=run.connection).open()
    open_differences.exclude(administration=run.connection.administration_key).update(
        resolved_at=now
    )
    return Difference.objects.filter(pk__in=resolved_ids).update(resolved_at=now)
