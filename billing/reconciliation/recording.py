"""Recording the result of a check: differences that are new, still present, or resolved."""

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
    """What a check found, what it could not read (sentences), and ids of older differences that
    it checked too."""

    found: Sequence[Discovery]
    gaps: Sequence[str] = ()
    checked_too: Sequence[int] = ()


def keep(
    run: ReconciliationRun,
    result: ReconciliationResult,
    *,
    figures: Mapping[str, object],
    now: datetime.datetime,
) -> None:
    """Record the result and end the check in one transaction. Raises Lost as beat() does.

    Only a complete check resolves differences, and only those that it looked at.
    """
    found, gaps = result.found, result.gaps
    with transaction.atomic():
        beat(run, now=now)  # first of all, because it locks the check
        known_by_key = {one.key: one for one in _open(run)}
        new = _write(run, found, known_by_key, now=now)
        gone = 0 if gaps else _resolve(run, result, now=now)
        state = RunState.INCOMPLETE if gaps else RunState.FINISHED
        counts = {"difference_count": len(found), "new_count": new, "resolved_count": gone}
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
    """Create and update differences. Returns the number of new ones."""
    invoices = _invoices(run, found)
    new, old, changed = [], [], []
    for one in found:
        values = _values(one, invoices)
        known = known_by_key.get(one.key)
        if known is None:
            new.append(_new(run, one, values, now=now))
        else:
            if known.remote != values["remote"]:
                changed.append(known.pk)
            old.append(_again(known, values, run, now=now))
    Difference.objects.bulk_create(new)
    fields = ["last_run", "last_found_at", "local", "remote", "differs"]
    Difference.objects.bulk_update(old, fields, batch_size=200)
    # Whoever reviewed it saw other content. Only these: another one may be under review now.
    Difference.objects.filter(pk__in=changed).update(reviewed_at=None, reviewed_by=None)
    return len(new)


def _new(
    run: ReconciliationRun, one: Discovery, values: dict[str, Any], *, now: datetime.datetime
) -> Difference:
    return Difference(
        organisation=run.organisation,
        connection=run.connection,
        administration=run.connection.administration_key,
        first_run=run,
        last_run=run,
        kind=one.kind,
        key=one.key,
        number=one.number,
        reason=one.reason,
        found_at=now,
        last_found_at=now,
        **values,
    )


def _again(
    known: Difference, values: dict[str, Any], run: ReconciliationRun, *, now: datetime.datetime
) -> Difference:
    known.last_run, known.last_found_at = run, now
    for name in ("local", "remote", "differs"):
        setattr(known, name, values[name])
    return known


def _values(one: Discovery, invoices: Mapping[str, Invoice]) -> dict[str, Any]:
    invoice = None if one.local else invoices.get(one.number)
    local = one.local.content if one.local else _content(invoice)
    remote = [{"sort": document.sort, **document.content} for document in one.remote]
    return {
        "booking_id": one.local.booking_id if one.local else None,
        "invoice": invoice,
        "local": local,
        "remote": remote,
        "differs": list(one.differs),
        "date": day_of(one.local.content if one.local else remote[0]),
    }


def _content(invoice: Invoice | None) -> dict[str, Any] | None:
    """The comparable fields of an invoice of ours that was not booked from here."""
    if invoice is None:
        return None
    head = {
        "number": invoice.number,
        "relation_code": invoice.customer.number,
        "date": invoice.date,
        "payment_term": invoice.payment_term,
        "lines": [],
    }
    return projected(head, gross=invoice.gross)


def _invoices(run: ReconciliationRun, found: Iterable[Discovery]) -> dict[str, Invoice]:
    """Invoices of ours, never booked, whose number a document in e-Boekhouden has."""
    numbers = [one.number for one in found if one.local is None]
    if not numbers:
        return {}
    made = Invoice.objects.filter(organisation=run.organisation, number__in=numbers)
    return {invoice.number: invoice for invoice in made.select_related("customer")}


def _resolve(
    run: ReconciliationRun, result: ReconciliationResult, *, now: datetime.datetime
) -> int:
    """Resolve differences that were checked and not found, and those of other administrations."""
    keys = {one.key for one in result.found}
    looked_at = _open(run).filter(
        Q(date__range=(run.since, run.until)) | Q(pk__in=result.checked_too)
    )
    gone = [one.pk for one in looked_at.only("pk", "key") if one.key not in keys]
    others = Difference.objects.filter(connection=run.connection).open()
    others.exclude(administration=run.connection.administration_key).update(resolved_at=now)
    return Difference.objects.filter(pk__in=gone).update(resolved_at=now)
