"""Did it come about in the right way? The attempts of each booking against the sandbox's log.

A result can be right by luck, or because the service refused a second number. So what is looked at
here is every step: nothing sent that was not written down before, nothing sent again without
knowing that it is not there, nothing after the end, one writer at a time.
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
THERE = ("accepted", "same", "same_but_text", "same_with_token")
# Who sleeps between reading the clock and asking asks later, by as long as anybody sleeps here.
SLEEP = 2.5 * PACE


class Attempt(NamedTuple):
    """One exchange as the program wrote it down."""

    fencing_token: int
    is_look_up: bool
    began: datetime.datetime
    seconds: float | None
    outcome: str

    @property
    def ended(self) -> datetime.datetime | None:
        return None if self.seconds is None else self.began + seconds(self.seconds)

    @property
    def may_have_left(self) -> bool:
        return not self.is_look_up and self.outcome not in NEVER_LEFT


def histories(
    bookings: list[dict[str, Any]], rows: list[dict[str, Any]], log: Log, case: Case
) -> tuple[list[Finding], Counter[str]]:
    """What is wrong, and figures: sleepers' results that were ignored, sendings after absence."""
    of: dict[int, list[Attempt]] = defaultdict(list)
    for row in rows:
        of[row["booking_id"]].append(attempt(row))
    findings: list[Finding] = []
    figures: Counter[str] = Counter()
    for booking in bookings:
        mine = of[booking["id"]]
        findings += path(booking, mine)
        if booking["name"]:
            findings += against_log(booking, mine, log, case)
        figures["zombie writes fenced"] += sum(is_late(it, mine) for it in mine)
        sent = [it for it in mine if it.may_have_left]
        figures["second sendings"] += max(0, len(sent) - 1)
    findings += two_writers(bookings, of, lease=case.lease)
    return findings, figures


def attempt(row: dict[str, Any]) -> Attempt:
    lasted = None if row["milliseconds"] is None else row["milliseconds"] / 1000
    return Attempt(
        row["fencing_token"], row["is_look_up"], row["started_at"], lasted, row["outcome"]
    )


def is_late(it: Attempt, all_of_it: list[Attempt]) -> bool:
    """Its result came when somebody else had the booking already."""
    return it.ended is not None and any(
        other.fencing_token > it.fencing_token and other.began < it.ended for other in all_of_it
    )


# --- The attempts by themselves -------------------------------------------------------------------


def path(booking: dict[str, Any], attempts: list[Attempt]) -> Iterator[Finding]:
    """The history is a way through the states, with its end where the booking is."""
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
        yield from confirmed(booking, name, attempts)


def unasked(name: str, attempts: list[Attempt]) -> Iterator[Finding]:
    """Each sending comes straight after a look-up that saw nothing."""
    for before, it in pairwise([None, *attempts]):
        if it is None or it.is_look_up:
            continue
        looked = before is not None and before.is_look_up and before.outcome == "absent"
        if not looked or before is None or before.fencing_token != it.fencing_token - 1:
            yield Finding(
                "blind", f"{name}: attempt {it.fencing_token} sent without a look-up before it"
            )


def confirmed(booking: dict[str, Any], name: str, attempts: list[Attempt]) -> Iterator[Finding]:
    if booking["reason"] != "linked" and not any(it.outcome in THERE for it in attempts):
        yield Finding("history", f"{name}: booked, but never seen there or accepted")
    later = [it.fencing_token for it in attempts if it.began > booking["ended_at"]]
    if later:
        yield Finding("history", f"{name}: attempts {later} after it was booked")


# --- The attempts against what arrived ------------------------------------------------------------


def against_log(
    booking: dict[str, Any], attempts: list[Attempt], log: Log, case: Case
) -> Iterator[Finding]:
    kind, name = booking["kind"], booking["name"]
    if not booking["natural_key"]:
        return  # they gave the number, so that nothing was asked or ordered under it
    orders = log.orders(kind, name)
    sent = [it for it in attempts if not it.is_look_up]
    if len(orders) > len(sent):
        text = f"{kind} {name}: {len(orders)} arrived, {len(sent)} were written down"
        yield Finding("blind", text)
    timely = [it for it in orders if is_timely(it, sent, case)]
    if booking["state"] == "confirmed":
        after = [it for it in timely if it.at > booking["ended_at"] + seconds(LAG)]
        if after:
            yield Finding("blind", f"{kind} {name}: sent after it was booked")
    absences = log.absences(kind, name)
    for first, second in pairwise(timely):
        yield from between(f"{kind} {name}", first, second, absences, settle=case.settle)
    yield from claimed_absences(f"{kind} {name}", attempts, absences)


def is_timely(order: Entry, sent: list[Attempt], case: Case) -> bool:
    """Within the time that an exchange has; later it comes from a process that slept."""
    longest = seconds(case.exchange + LAG)
    return any(it.began - seconds(LAG) <= order.at <= it.began + longest for it in sent)


def between(
    name: str, first: Entry, second: Entry, absences: list[Entry], *, settle: float
) -> Iterator[Finding]:
    """Two orders: between them it was seen, late enough and twice, that nothing is there."""
    seen = [it for it in absences if first.place < it.place < second.place]
    if first.was_refused:
        if not seen:
            yield Finding("blind", f"{name}: sent again after a refusal, without looking")
        return
    late = [it for it in seen if it.at >= first.at + seconds(settle - LAG)]
    if len(late) < 2:
        text = f"{name}: sent again after {len(seen)} look-ups, {len(late)} of them late enough"
        yield Finding("blind", text)


def claimed_absences(
    name: str, attempts: list[Attempt], absences: list[Entry]
) -> Iterator[Finding]:
    """Who says to have seen nothing did ask, and got that answer whole."""
    for it in attempts:
        if it.outcome != "absent" or it.ended is None:
            continue
        since, until = it.began - seconds(LAG), it.ended + seconds(SLEEP)
        if not any(since <= seen.at <= until for seen in absences):
            yield Finding(
                "blind", f"{name}: attempt {it.fencing_token} never was told that it is absent"
            )


# --- Writers --------------------------------------------------------------------------------------


def two_writers(
    bookings: list[dict[str, Any]], of: dict[int, list[Attempt]], *, lease: float
) -> Iterator[Finding]:
    """Nobody begins on a connection while somebody whose lease still runs is at work on it."""
    by_connection: dict[int, list[Attempt]] = defaultdict(list)
    for booking in bookings:
        by_connection[booking["connection_id"]] += of[booking["id"]]
    for connection, attempts in by_connection.items():
        for before, after in overlapping(sorted(attempts, key=lambda it: it.began)):
            if before.seconds is not None and before.seconds < lease - 0.05:
                text = f"connection {connection}: two at work at {after.began:%H:%M:%S.%f}"
                yield Finding("history", text)


def overlapping(attempts: list[Attempt]) -> Iterator[tuple[Attempt, Attempt]]:
    for before, after in pairwise(attempts):
        if before.ended is not None and after.began < before.ended - seconds(0.05):
            yield before, after


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
