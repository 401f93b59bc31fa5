"""What Prometheus reads at /metrics: a dozen small queries, and the sums of all processes.

Labels have few values: states, names of pages and operations, ids of connections (the busiest
ones). No name, number or amount of an organisation is in them.
"""

import datetime
import math
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Min
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry

from accounts.models import AccountMail
from billing.models import Booking, Reminder
from billing.models.booking import UNFINISHED
from integrations import measured
from integrations.eboekhouden.facts.limits import ENTRY_CALLS_A_MONTH
from integrations.models import Connection, MonthlyCalls
from integrations.quota import month_of
from lib.tally import TALLY, counts_of, durations_of

from . import failed_logins, pulse, requests
from .doctor.installation import waiting_bookings
from .models import ProofKind
from .proofs import proofs
from .readiness import queue_length

# Of the connections that used most calls this month.
MOST_CONNECTIONS = 50
NEVER = math.inf


def exposition(*, now: datetime.datetime) -> bytes:
    """Return all metrics in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Collector(now))
    return generate_latest(registry)


class _Collector:
    def __init__(self, now: datetime.datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from _bookings(self.now)
        yield from _service(self.now)
        yield from _queues(self.now)
        yield from _proofs(self.now)
        yield from _sums()


def _bookings(now: datetime.datetime) -> Iterator[Metric]:
    """Yield the unfinished bookings; those that ended are not counted, because they are many."""
    family = GaugeMetricFamily("hours_bookings", "Bookings that are not done.", labels=["state"])
    rows = Booking.objects.filter(state__in=UNFINISHED).order_by().values_list("state")
    found = dict(rows.annotate(count=Count("pk")))
    for state in UNFINISHED:
        family.add_metric([state], found.get(state, 0))
    yield family
    waiting = waiting_bookings()
    yield _gauge(
        "hours_booking_oldest_unfinished_seconds",
        "Age of the oldest unfinished booking of a connection in use; 0 without one.",
        _seconds_since(waiting.oldest, now, never=0),
    )
    yield _gauge(
        "hours_booking_oldest_in_doubt_seconds",
        "Time since the oldest sending whose outcome is unknown; 0 without one.",
        _seconds_since(waiting.in_doubt, now, never=0),
    )
    yield _gauge(
        "hours_connections_paused",
        "Connections that send nothing until somebody tests them.",
        Connection.objects.filter(is_active=True, paused_at__isnull=False).count(),
    )


def _service(now: datetime.datetime) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "hours_entry_calls_this_month",
        "Calls of GetMutaties in this month, by id of the connection.",
        labels=["connection"],
    )
    used = MonthlyCalls.objects.filter(month=month_of(now)).order_by("-count")
    for pk, count in used.values_list("connection", "count")[:MOST_CONNECTIONS]:
        family.add_metric([str(pk)], count)
    yield family
    yield _gauge(
        "hours_entry_calls_limit", "The most calls of GetMutaties in a month.", ENTRY_CALLS_A_MONTH
    )


def _queues(now: datetime.datetime) -> Iterator[Metric]:
    length = queue_length()
    yield _gauge("hours_broker_up", "Whether the broker answers.", length is not None)
    yield _gauge("hours_queue_length", "Tasks that wait in the broker.", length or 0)
    age = pulse.age(now=now)
    yield _gauge(
        "hours_beat_age_seconds",
        "Time since beat last looked at the schedule.",
        NEVER if age is None else age.total_seconds(),
    )
    family = GaugeMetricFamily("hours_mails_waiting", "Mails to send.", labels=["kind"])
    account = AccountMail.objects.aggregate(count=Count("pk"), oldest=Min("created_at"))
    family.add_metric(["account"], account["count"])
    family.add_metric(["reminder"], Reminder.objects.filter(mail=None).count())
    yield family
    yield _gauge(
        "hours_mail_oldest_waiting_seconds",
        "Age of the oldest mail about an account that waits; 0 without one.",
        _seconds_since(account["oldest"], now, never=0),
    )


def _proofs(now: datetime.datetime) -> Iterator[Metric]:
    known = proofs()
    for kind, name in ((ProofKind.BACKUP, "backup"), (ProofKind.RESTORE_TEST, "restore_test")):
        proof = known.get(kind)
        yield _gauge(
            f"hours_{name}_age_seconds",
            "Time since the latest success; infinite without one.",
            _seconds_since(proof.good_at if proof else None, now, never=NEVER),
        )
        yield _gauge(
            f"hours_{name}_failed",
            "Whether the latest attempt failed.",
            bool(proof and proof.problem),
        )


def _sums() -> Iterator[Metric]:
    """Yield what all processes counted together."""
    sums = TALLY.read()
    info = GaugeMetricFamily("hours_info", "The version of the program.", labels=["version"])
    info.add_metric([settings.PROGRAM_VERSION], 1)
    yield info
    yield _counter(
        sums, "hours_http_requests", "Requests by page and status.", requests.REQUESTS,
        ("page", "status"),
    )  # fmt: skip
    yield _histogram(
        sums, "hours_http_request_seconds", "Durations of requests by page.", requests.SECONDS,
        "page", requests.BOUNDS,
    )  # fmt: skip
    yield _counter(
        sums, "hours_service_calls", "Calls to e-Boekhouden by what became of them.",
        measured.CALLS, ("operation", "outcome"),
    )  # fmt: skip
    yield _histogram(
        sums, "hours_service_call_seconds", "Durations of calls to e-Boekhouden.",
        measured.SECONDS, "operation", measured.BOUNDS,
    )  # fmt: skip
    yield _counter(
        sums, "hours_login_failures", "Logins with a wrong password.", failed_logins.FAILED, ()
    )


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))


def _counter(
    sums: dict[str, float], name: str, text: str, counted: str, labels: tuple[str, ...]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    found = counts_of(sums, counted)
    if not labels:
        found.setdefault((), 0)
    for values, count in sorted(found.items()):
        family.add_metric(values, count)
    return family


def _histogram(
    sums: dict[str, float],
    name: str,
    text: str,
    counted: str,
    label: str,
    bounds: tuple[float, ...],
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, text, labels=[label])
    for values, found in sorted(durations_of(sums, counted, bounds=bounds).items()):
        ends = [*map(str, bounds), "+Inf"]
        buckets = list(zip(ends, found.cumulative, strict=True))
        family.add_metric(values, buckets, found.seconds)
    return family


def _seconds_since(
    moment: datetime.datetime | None, now: datetime.datetime, *, never: float
) -> float:
    return never if moment is None else max(0.0, (now - moment).total_seconds())
