"""Mistakes to plant in the killed processes, one at a time; the auditor must find each.

Each one replaces one rule of the program by a plausible mistake.
"""

import datetime
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urljoin

from django.db import connection as database
from django.db import transaction
from django.db.models import F, QuerySet

from billing import numbering
from billing.bookings import decisions, delivery, exchange, recording, steps, together
from billing.bookings.decisions import LookUpResult
from billing.invoices import freezing, issuing
from billing.models import Attempt, Booking, NumberSeries
from billing.resolving import renumbering
from billing.unbilled import claiming
from billing.unbilled.work import WorkQuery
from integrations import leases
from integrations.eboekhouden import soap, wire
from integrations.eboekhouden.errors import OutcomeUnknown


def plant(name: str) -> None:
    """Plant this mistake; an empty name plants nothing."""
    if name:
        MISTAKES[name]()


def replace(rule: str, by: object, *modules: ModuleType | type) -> None:
    """Replace this name in each module or class that uses it.

    Raises AttributeError if a module does not have it: the mistake would change nothing.
    """
    for module in modules:
        getattr(module, rule)
        setattr(module, rule, by)


def no_intent() -> None:
    """Send first, and save the intent afterwards."""
    save_intent = recording.save_intent

    def remember_look_ups(booking, progress, *, is_look_up, now):
        if is_look_up:
            return save_intent(booking, progress, is_look_up=True, now=now)
        return Attempt(
            booking=booking, fencing_token=booking.fencing_token, started_at=now, is_look_up=False
        )

    replace("save_intent", remember_look_ups, delivery, steps)


def no_look_up() -> None:
    """Send again after no answer, without a look-up."""
    replace("look_up", lambda books, booking: (LookUpResult.ABSENT, None), exchange)


def html_is_absent() -> None:
    """Take a web page as the answer "absent"."""
    look_up = exchange.look_up

    def web_page_is_absent(books, booking):
        try:
            return look_up(books, booking)
        except OutcomeUnknown as error:
            if error.reason == "html":
                return LookUpResult.ABSENT, None
            raise

    replace("look_up", web_page_is_absent, exchange)


def cut_short_is_absent() -> None:
    """Take a list that was cut short, or not received at all, as a list without our numbers."""
    documents_between = exchange.documents_between

    def what_came(books, kind, since, until, *, ids=None):
        try:
            return documents_between(books, kind, since, until, ids=ids)
        except OutcomeUnknown:
            if ids is not None:
                raise
            return []

    replace("documents_between", what_came, exchange)


def no_fencing_token() -> None:
    """Record results without checking the fencing token."""

    def save_intent(booking, progress, *, is_look_up, now):
        with transaction.atomic():
            stored = Booking.objects.select_for_update().get(pk=booking.pk)
            figures = recording._figures(progress)
            Booking.objects.filter(pk=booking.pk).update(
                state=progress.state, fencing_token=F("fencing_token") + 1, **figures
            )
            recording._take_over(booking, progress)
            booking.fencing_token = stored.fencing_token + 1
            return Attempt.objects.create(
                booking=booking,
                fencing_token=booking.fencing_token,
                is_look_up=is_look_up,
                started_at=now,
            )

    def record(booking, attempt, progress, outcome, *, now, remote=None):
        fencing_token = Booking.objects.values_list("fencing_token", flat=True).get(pk=booking.pk)
        Booking.objects.filter(pk=booking.pk).update(
            fencing_token=attempt.fencing_token, state="sending"
        )
        try:
            return recording.record(booking, attempt, progress, outcome, now=now, remote=remote)
        finally:
            Booking.objects.filter(pk=booking.pk).update(fencing_token=fencing_token)

    def everything(bookings):
        tokens = dict(
            Booking.objects.filter(pk__in=[it.pk for it in bookings])
            .select_for_update()
            .values_list("pk", "fencing_token")
        )
        for booking in bookings:
            booking.fencing_token = tokens[booking.pk]
        return list(bookings)

    replace("save_intent", save_intent, delivery, steps)
    replace("record", record, steps, together)
    replace("_locked", everything, recording)
    replace("renew", lambda connection_id, fencing_token, *, now: True, leases)


def short_lease() -> None:
    """Let a claim expire before its exchange ends."""
    replace("LEASE", datetime.timedelta(seconds=0.05), leases, decisions)


def no_claim() -> None:
    """Bill registrations without checking that they are unbilled."""

    def any_of(kind, ids: list[int]) -> QuerySet:
        model = (
            claiming.ScheduledAmount
            if kind is claiming.ItemKind.SCHEDULED
            else claiming.REGISTRATIONS[kind]
        )
        return model.objects.filter(pk__in=ids)

    replace("_unbilled", any_of, claiming)
    replace("hold", lambda work: work, WorkQuery)


def number_outside() -> None:
    """Take the number from a counter outside the transaction."""

    def next_number(organisation, origin, *, year: int) -> str:
        prefix = numbering.series_prefix(organisation, origin)
        options = {"organisation": organisation, "prefix": prefix, "year": year}
        series = NumberSeries(**options, last=taken_elsewhere(f"{prefix}{year}"))
        NumberSeries.objects.update_or_create(**options, defaults={"last": series.last})
        return str(series)

    def next_numbers(organisation, origin, *, year: int, count: int) -> list[str]:
        return [next_number(organisation, origin, year=year) for _ in range(count)]

    replace("next_number", next_number, issuing, renumbering)
    replace("next_numbers", next_numbers, freezing)


def taken_elsewhere(name: str) -> int:
    """Return the next value of a PostgreSQL sequence, which no rollback takes back."""
    quoted = database.ops.quote_name(f"mistake-{name}")
    with database.cursor() as cursor:
        cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {quoted}")
        cursor.execute("SELECT nextval(%s)", [quoted])
        return cursor.fetchone()[0]


def follow_redirects() -> None:
    """Follow redirects and send the whole request there."""
    ask = wire.exchange

    def follow(url, body, headers, limits):
        answer = ask(url, body, headers, limits)
        for _ in range(3):
            location = answer.headers.get("Location")
            if not (300 <= answer.status_code < 400 and location):
                break
            url = urljoin(url, location)
            answer = ask(url, body, headers, limits)
        return answer

    replace("exchange", follow, soap)


MISTAKES: dict[str, Callable[[], None]] = {
    "no intent is saved before sending": no_intent,
    "a document is sent again without a look-up": no_look_up,
    "a web page counts as absent": html_is_absent,
    "a look-up of several that was cut short counts as absence": cut_short_is_absent,
    "results are written without a fencing token": no_fencing_token,
    "the lease is shorter than an exchange": short_lease,
    "registrations are not claimed": no_claim,
    "a number is assigned outside the transaction": number_outside,
    "redirects are followed": follow_redirects,
}
