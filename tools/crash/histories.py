"""Check how a result came about: the attempts of each booking against the sandbox's log.

A result can be right by chance, or because the service refused a second number. So every step is
checked: nothing is sent before the intention is stored, nothing is sent again without proven
absence, nothing is sent after the end, and one writer works at a time.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from .findings import Case, Finding
from .times import LAG, PACE
from .wire_log import Entry, Log

NEVER_LEFT = ("not-sent", "invalid")
EXISTING = ("accepted", "same", "same_but_text", "same_with_token")
# Seconds by which a process that was suspended after reading the clock may ask later.
SLEEP = 2.5 * PACE


class Attempt(NamedTuple):
    """One exchange as the program recorded it."""

    fencing_token: int
    is_look_up: bool
    began: datetime.datetime
    seconds: float | None
    outcome: str

    @property
    def ended(self) -> datetime.datetime | None:
        return None if self.seconds is None else self.began + seconds(self.seconds)

    def __str__(self) -> str:
        kind = "look-up" if self.is_look_up else "order"
        lasted = f"{self.seconds} s, {self.outcome}"
        return f"{kind} {self.fencing_token} at {self.began:%H:%M:%S.%f} of {lasted}"

    @property
    def may_have_left(self) -> bool:
        return not self.is_look_up and self.outcome not in NEVER_LEFT


def histories(
    bookings: list[dict[str, Any]], rows: list[dict[str, Any]], log: Log, case: Case
) -> tuple[list[Finding], Counter[str]]:
    """Return the findings, and figures: ignored late results, and second sendings after absence."""
    by_booking: dict[int, list[Attempt]] = defaultdict(list)
    for row in rows:
        by_booking[row["booking_id"]].append(attempt_of(row))
    findings: list[Finding] = []
    figures: Counter[str] = Counter()
    for booking in bookings:
        attempts = by_booking[booking["id"]]
        findings += check_history(booking, attempts)
        if booking["name"]:
            findings += against_log(booking, attempts, log, case)
        figures["zombie writes fenced"] += sum(is_late(attempt, attempts) for attempt in attempts)
        sent = [attempt for attempt in attempts if attempt.may_have_left]
        figures["second sendings"] += max(0, len(sent) - 1)
    findings += two_writers(bookings, by_booking, lease=case.lease)
    return findings, figures


def attempt_of(row: dict[str, Any]) -> Attempt:
    lasted = None if row["milliseconds"] is None else row["milliseconds"] / 1000
    return Attempt(
        row["fencing_token"], row["is_look_up"], row["started_at"], lasted, row["outcome"]
    )


def is_late(attempt: Attempt, attempts: list[Attempt]) -> bool:
    """Return whether the result came after another worker had claimed the booking."""
    return attempt.ended is not None and any(
        other.fencing_token > attempt.fencing_token and other.began < attempt.ended
        for other in attempts
    )


# --- The attempts alone ---------------------------------------------------------------------------


def check_history(booking: dict[str, Any], attempts: list[Attempt]) -> Iterator[Finding]:
    """Check the order of the attempts, and that they lead to the state of the booking."""
    name = f"{booking['kind']} {booking['name']}"
    for before, after in pairwise(attempts):
        if after.began < before.began:
            yield Finding(
                "history",
                f"{name}: attempt {after.fencing_token} began before {before.fencing_token}",
            )
    yield from unasked(name, attempts)
    if booking["booked"] > 1:
        yield Finding("history", f"{name}: booked {booking['booked']} times")
    if booking["state"] == "confirmed":
        yield from after_confirmation(booking, name, attempts)


def unasked(name: str, attempts: list[Attempt]) -> Iterator[Finding]:
    """Yield sendings that do not directly follow a look-up that found nothing."""
    for before, attempt in pairwise([None, *attempts]):
        if attempt is None or attempt.is_look_up:
            continue
        looked = before is not None and before.is_look_up and before.outcome == "absent"
        if not looked or before is None or before.fencing_token != attempt.fencing_token - 1:
            yield Finding(
                "blind", f"{name}: attempt {attempt.fencing_token} sent without a look-up before it"
            )


def after_confirmation(
    booking: dict[str, Any], name: str, attempts: list[Attempt]
) -> Iterator[Finding]:
    if booking["reason"] != "linked" and not any(
        attempt.outcome in EXISTING for attempt in attempts
    ):
        yield Finding("history", f"{name}: booked, but never found or accepted")
    later = [attempt.fencing_token for attempt in attempts if attempt.began > booking["ended_at"]]
    if later:
        yield Finding("history", f"{name}: attempts {later} after it was booked")


# --- The attempts against what arrived ------------------------------------------------------------


def against_log(
    booking: dict[str, Any], attempts: list[Attempt], log: Log, case: Case
) -> Iterator[Finding]:
    kind, name = booking["kind"], booking["name"]
    if not booking["natural_key"]:
        return  # the service assigned the number, so no request has it
    orders = log.orders(kind, name)
    sent = [attempt for attempt in attempts if not attempt.is_look_up]
    if len(orders) > len(sent):
        text = f"{kind} {name}: {len(orders)} arrived, {len(sent)} were recorded"
        yield Finding("blind", text)
    timely = [order for order in orders if is_timely(order, sent, case)]
    if booking["state"] == "confirmed":
        after = [order for order in timely if order.at > booking["ended_at"] + seconds(LAG)]
        if after:
            yield Finding("blind", f"{kind} {name}: sent after it was booked")
    absences = log.absences(kind, name, day=booking["day"])
    for first, second in pairwise(timely):
        yield from between(f"{kind} {name}", first, second, absences, settle=case.settle)
    yield from claimed_absences(f"{kind} {name}", attempts, absences)


def is_timely(order: Entry, sent: list[Attempt], case: Case) -> bool:
    """Return whether the order arrived within the time of an exchange.

    A later order comes from a process that was suspended.
    """
    longest = seconds(case.exchange + LAG)
    return any(
        attempt.began - seconds(LAG) <= order.at <= attempt.began + longest for attempt in sent
    )


def between(
    name: str, first: Entry, second: Entry, absences: list[Entry], *, settle: float
) -> Iterator[Finding]:
    """Check that two look-ups after the settle time found nothing between two orders."""
    seen = [absence for absence in absences if first.place < absence.place < second.place]
    if first.was_refused:
        if not seen:
            yield Finding("blind", f"{name}: sent again after a refusal, without a look-up")
        return
    late = [absence for absence in seen if absence.at >= first.at + seconds(settle - LAG)]
    if len(late) < 2:
        text = f"{name}: sent again after {len(seen)} look-ups, {len(late)} of them late enough"
        yield Finding("blind", text)


def claimed_absences(
    name: str, attempts: list[Attempt], absences: list[Entry]
) -> Iterator[Finding]:
    """Yield attempts that recorded an absence without a complete answer that proves it.

    The answer must be there before the next attempt begins. A list that another process asked
    counts too, so the time for it is kept short.
    """
    for attempt, following in pairwise([*attempts, None]):
        if attempt is None or attempt.outcome != "absent" or attempt.ended is None:
            continue
        since, until = attempt.began - seconds(LAG), attempt.ended + seconds(SLEEP)
        if following is not None:
            until = min(until, following.began + seconds(LAG))
        if not any(since <= absence.at <= until for absence in absences):
            yield Finding(
                "blind", f"{name}: attempt {attempt.fencing_token} got no answer that it is absent"
            )


# --- Writers --------------------------------------------------------------------------------------


def two_writers(
    bookings: list[dict[str, Any]], by_booking: dict[int, list[Attempt]], *, lease: float
) -> Iterator[Finding]:
    """Yield moments at which two workers with a valid lease worked on one connection."""
    by_connection: dict[int, list[Attempt]] = defaultdict(list)
    for booking in bookings:
        by_connection[booking["connection_id"]] += by_booking[booking["id"]]
    for connection, attempts in by_connection.items():
        for before, after in overlapping(sorted(attempts, key=lambda attempt: attempt.began)):
            if before.seconds is not None and before.seconds < lease - 0.05:
                text = f"connection {connection}: two writers: {before}, then {after}"
                yield Finding("history", text)


def overlapping(attempts: list[Attempt]) -> Iterator[tuple[Attempt, Attempt]]:
    for before, after in pairwise(attempts):
        # One look-up may serve several bookings, each of which has an attempt of the same moment.
        is_shared = before.is_look_up and after.is_look_up and before.began == after.began
        ended = None if is_shared else before.ended
        if ended is not None and after.began < ended - seconds(0.05):
            yield before, after


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
