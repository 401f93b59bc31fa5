"""Our side of a check: bookings that e-Boekhouden must have, and numbers of our series."""

import datetime
from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from integrations.models import Connection

from ..bookings.payloads import SCHEMA
from ..models import (
    Booking,
    BookingKind,
    Difference,
    DifferenceKind,
    NumberSeries,
    Origin,
    ReconciliationRun,
    State,
)
from ..models.booking import DOCUMENTS, OPEN_STATES
from ..numbering import series_prefix
from .documents import LocalDocument, local_document

# A booking confirmed more recently may not be visible yet, unless it was read back.
NOT_YET_VISIBLE = datetime.timedelta(minutes=2)
CHUNK = 500
# Kinds that a look-up by number decides, and the maximum per check.
BY_NUMBER = (DifferenceKind.VANISHED, DifferenceKind.CHANGED, DifferenceKind.TOTAL)
MAX_OLDER = 50


def judged_bookings(run: ReconciliationRun, *, now: datetime.datetime) -> list[LocalDocument]:
    """Return the bookings confirmed in the current administration and dated in the period.

    They must be read before e-Boekhouden is asked. A booking that is confirmed during the check may
    be missing in the answers, and must not be reported as vanished.
    """
    confirmed = _bookings(run.connection).filter(
        state=State.CONFIRMED,
        administration=run.connection.administration_key,
        invoice__date__gte=run.since,
        invoice__date__lte=run.until,
    )
    return [
        local_document(booking, is_judged=True)
        for booking in confirmed
        if booking.remote_snapshot
        or booking.ended_at is None
        or booking.ended_at <= now - NOT_YET_VISIBLE
    ]


def older_differences(run: ReconciliationRun, *, judged: Collection[int]) -> list[Difference]:
    """Return differences of other days that a look-up by number can check again.

    So a correction made later resolves them.
    """
    by_number = Q(kind__in=BY_NUMBER, reason__in=("invoice", "entry"))
    by_number |= Q(kind=DifferenceKind.DOUBLE, reason="two-invoice")
    by_number |= Q(reason="two-entry", booking__kind=BookingKind.SALES_ENTRY)
    differences = Difference.objects.filter(
        by_number,
        connection=run.connection,
        administration=run.connection.administration_key,
        booking__state=State.CONFIRMED,
        booking__payload__schema=SCHEMA,
    )
    older = differences.open().exclude(date__range=(run.since, run.until))
    older = older.exclude(booking__in=judged).select_related("booking")
    return list(older.order_by("last_found_at", "pk")[:MAX_OLDER])


def known_vanished(run: ReconciliationRun) -> set[int]:
    """Return the ids of bookings that an earlier check reported as missing."""
    vanished = Difference.objects.filter(connection=run.connection, kind=DifferenceKind.VANISHED)
    return set(vanished.open().exclude(booking=None).values_list("booking", flat=True))


def known_bookings(
    run: ReconciliationRun, numbers: Collection[str], *, judged: Collection[int]
) -> Iterator[LocalDocument]:
    """Yield other bookings that have these numbers, or were sent without one.

    They must be read after e-Boekhouden was asked: the intention of every document in its answers
    was stored before.
    """
    local = _bookings(run.connection).filter(
        Q(administration="") | Q(administration=run.connection.administration_key)
    )
    local = local.annotate(named=Lower("natural_key"), numbered=Lower("remote_id"))
    ordered = sorted(numbers)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        for booking in local.filter(Q(named__in=chunk) | Q(natural_key="", numbered__in=chunk)):
            if booking.pk not in judged:
                yield local_document(booking, is_judged=False)
    for booking in local.filter(
        natural_key="",
        remote_id="",
        unconfirmed_sends__gt=0,
        state__in=OPEN_STATES,
        invoice__date__range=(run.since, run.until),
    ):
        yield local_document(booking, is_judged=False)


def series_of(run: ReconciliationRun) -> list[str]:
    """Return the beginnings of the numbers of our series: prefix, year and dash.

    The series of invoices created in e-Boekhouden is ours alone, even if no number of it is known
    here.
    """
    stored = NumberSeries.objects.filter(organisation=run.organisation)
    series = set(stored.values_list("prefix", "year"))
    prefix = series_prefix(run.organisation, Origin.EBOEKHOUDEN)
    series |= {(prefix, year) for year in range(run.since.year, run.until.year + 1) if prefix}
    return [f"{prefix}{year}-" for prefix, year in sorted(series)]


def _bookings(connection: Connection) -> QuerySet[Booking]:
    return Booking.objects.filter(
        connection=connection,
        kind__in=DOCUMENTS,
        invoice__isnull=False,
        payload__schema=SCHEMA,
    ).order_by("pk")
