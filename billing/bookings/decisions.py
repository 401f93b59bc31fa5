"""What follows from what happened to a booking: (progress, event, clock) → (progress, next step).

Pure functions: no database, no network, no clock of their own. The rules:

* QUEUED means: nothing of this revision is on its way, nor was it since the last proven absence.
* Doubt is a state. Whatever is not a clean, complete, matching answer makes the booking UNKNOWN.
* An error code decides what people read; only a look-up decides whether we may send again.
* Absence counts when the look-up started after the settle time, was complete, and was repeated
  once.
* Presence is success only if the content matches; else it is a CONFLICT, for a person, as soon as
  nothing of ours can arrive any more.
"""

import datetime
from dataclasses import dataclass, replace
from enum import Enum, auto

from ..models.booking import State

# A login and a request, of at most 60 seconds each.
EXCHANGE_DEADLINE = datetime.timedelta(seconds=120)
LEASE = datetime.timedelta(seconds=180)
SECOND_LOOK = datetime.timedelta(seconds=15)
QUOTA_PAUSE = datetime.timedelta(hours=1)

SEND_AGAIN_AFTER = tuple(datetime.timedelta(seconds=s) for s in (15, 60, 300, 900, 3600))
CHECK_AGAIN_AFTER = tuple(
    datetime.timedelta(seconds=s) for s in (15, 60, 600, 900, *(3600,) * 6, 86400)
)


class Step(Enum):
    """What the worker does next with a booking that it holds."""

    LOOK_UP = auto()
    SEND = auto()
    STOP = auto()


class Refusal(Enum):
    """What a refusal with an error code is about."""

    DATA = "data"
    EXISTS = "exists"
    SESSION = "session"
    CREDENTIALS = "credentials"
    QUOTA = "quota"


class LookUpResult(Enum):
    """What a look-up saw under our name."""

    ABSENT = auto()
    SAME = auto()
    # Number, customer, date and total are ours; a text differs.
    SAME_BUT_TEXT = auto()
    # Identical, and it carries the token of this very booking.
    SAME_WITH_TOKEN = auto()
    DIFFERENT = auto()
    SEVERAL = auto()


@dataclass(frozen=True)
class Progress:
    """What the decisions need to know of a booking."""

    state: State
    next_at: datetime.datetime | None = None
    lease_until: datetime.datetime | None = None
    unconfirmed_sends: int = 0
    checks: int = 0
    last_sent_at: datetime.datetime | None = None
    absent_at: datetime.datetime | None = None
    refusal: str = ""
    reason: str = ""


# --- Taking hold of it ----------------------------------------------------------------------------


def claim_booking(progress: Progress, *, now: datetime.datetime) -> tuple[Progress, Step]:
    """A worker takes a due booking: it always looks first, then sends.

    Also of a booking that another worker left behind in SENDING or CHECKING, whose lease ran out:
    that one is as doubtful as any lost answer.
    """
    if not is_due(progress, now=now):
        return progress, Step.STOP
    held = replace(progress, state=State.CHECKING, lease_until=now + LEASE)
    return held, Step.LOOK_UP


def is_due(progress: Progress, *, now: datetime.datetime) -> bool:
    """May a worker claim it now?"""
    if progress.state in (State.QUEUED, State.BLOCKED, State.UNKNOWN):
        return progress.next_at is not None and progress.next_at <= now
    if progress.state in (State.SENDING, State.CHECKING):
        return progress.lease_until is not None and progress.lease_until < now
    return False


def begin_sending(progress: Progress, *, now: datetime.datetime) -> Progress:
    """The intention, committed before the first byte leaves."""
    return replace(
        progress,
        state=State.SENDING,
        lease_until=now + LEASE,
        unconfirmed_sends=progress.unconfirmed_sends + 1,
        last_sent_at=now,
        absent_at=None,
        refusal="",
        reason="",
    )


# --- After sending --------------------------------------------------------------------------------


def accepted(progress: Progress, *, reason: str = "") -> tuple[Progress, Step]:
    """A clean, complete answer, with our own number echoed; `reason` is what was seen of it."""
    return _ended(replace(progress, reason=reason), State.CONFIRMED), Step.STOP


def not_sent(progress: Progress, *, now: datetime.datetime, tries: int) -> tuple[Progress, Step]:
    """Certainly nothing left this machine: as if it had not been tried."""
    wait = SEND_AGAIN_AFTER[min(tries, len(SEND_AGAIN_AFTER) - 1)]
    back = replace(
        progress, unconfirmed_sends=max(progress.unconfirmed_sends - 1, 0), reason="not-sent"
    )
    state = State.UNKNOWN if back.unconfirmed_sends else State.QUEUED
    return _waiting(back, state, now + wait), Step.STOP


def unsendable(progress: Progress) -> tuple[Progress, Step]:
    """Our own message breaks a rule of the service; it never left, and somebody must correct it."""
    back = replace(
        progress, unconfirmed_sends=max(progress.unconfirmed_sends - 1, 0), reason="invalid"
    )
    return _ended(back, State.REJECTED), Step.STOP


def doubted(progress: Progress, *, now: datetime.datetime, reason: str) -> tuple[Progress, Step]:
    """No clean answer came: it may or may not be there."""
    unknown = replace(progress, reason=reason, checks=0, absent_at=None)
    return _waiting(unknown, State.UNKNOWN, now + CHECK_AGAIN_AFTER[0]), Step.STOP


def refused(
    progress: Progress, refusal: Refusal, *, now: datetime.datetime
) -> tuple[Progress, Step]:
    """A clean answer with an error code: the request is over, so one look-up now settles it."""
    claimed = replace(
        progress, state=State.CHECKING, lease_until=now + LEASE, refusal=refusal.value
    )
    return claimed, Step.LOOK_UP


# --- After looking up -----------------------------------------------------------------------------


def found(
    progress: Progress,
    result: LookUpResult,
    *,
    started_at: datetime.datetime,
    now: datetime.datetime,
    settle: datetime.timedelta,
) -> tuple[Progress, Step]:
    """A complete look-up under our own name. `started_at` is when it began."""
    if result is LookUpResult.ABSENT:
        return _absent(progress, started_at=started_at, now=now, settle=settle)
    if result in (LookUpResult.DIFFERENT, LookUpResult.SEVERAL):
        return _not_ours(progress, result, started_at=started_at, settle=settle), Step.STOP
    if progress.unconfirmed_sends == 0 and result is not LookUpResult.SAME_WITH_TOKEN:
        return _ended(replace(progress, reason="identical"), State.CONFLICT), Step.STOP
    reason = "text-differs" if result is LookUpResult.SAME_BUT_TEXT else "looked-up"
    return _ended(replace(progress, reason=reason), State.CONFIRMED), Step.STOP


def _not_ours(
    progress: Progress,
    result: LookUpResult,
    *,
    started_at: datetime.datetime,
    settle: datetime.timedelta,
) -> Progress:
    """For a person, who may cancel it: so not while a lost request of ours may still be served."""
    reason = "several" if result is LookUpResult.SEVERAL else "different"
    if progress.unconfirmed_sends and not progress.refusal:
        settled_at = _settled_at(progress, settle)
        if started_at < settled_at:
            early = replace(progress, absent_at=None, checks=progress.checks + 1)
            return _waiting(early, State.UNKNOWN, settled_at)
    return _ended(replace(progress, reason=reason), State.CONFLICT)


def somebody_elses(progress: Progress) -> Progress:
    """It is there, and tied to something else of ours: for a person."""
    return _ended(replace(progress, reason="different"), State.CONFLICT)


def look_up_failed(
    progress: Progress, *, now: datetime.datetime, quota: bool = False
) -> tuple[Progress, Step]:
    """Nothing was learned; a failed look-up is never an absence."""
    wait = CHECK_AGAIN_AFTER[min(progress.checks, len(CHECK_AGAIN_AFTER) - 1)]
    wait = max(wait, QUOTA_PAUSE) if quota else wait
    state = State.UNKNOWN if progress.unconfirmed_sends else State.QUEUED
    again = replace(progress, checks=progress.checks + 1, reason=progress.reason or "not-reached")
    return _waiting(again, state, now + wait), Step.STOP


def _absent(
    progress: Progress,
    *,
    started_at: datetime.datetime,
    now: datetime.datetime,
    settle: datetime.timedelta,
) -> tuple[Progress, Step]:
    if progress.unconfirmed_sends == 0:
        return progress, Step.SEND
    if progress.refusal:
        return _absent_after_refusal(progress, now=now)
    settled_at = _settled_at(progress, settle)
    if started_at < settled_at:
        early = replace(progress, absent_at=None, checks=progress.checks + 1)
        return _waiting(early, State.UNKNOWN, max(settled_at, now)), Step.STOP
    if progress.absent_at is None or started_at <= progress.absent_at:
        once = replace(progress, absent_at=now)
        return _waiting(once, State.UNKNOWN, now + SECOND_LOOK), Step.STOP
    if progress.reason == "exists-unseen":
        # Refused as existing, and nowhere to be seen: sending it again would only go in circles.
        return _ended(progress, State.CONFLICT), Step.STOP
    return replace(progress, unconfirmed_sends=0, checks=0, absent_at=None), Step.SEND


def _absent_after_refusal(progress: Progress, *, now: datetime.datetime) -> tuple[Progress, Step]:
    gone = replace(progress, unconfirmed_sends=0, checks=0, refusal="", absent_at=None)
    match Refusal(progress.refusal):
        case Refusal.DATA:
            return _ended(replace(gone, reason="refused"), State.REJECTED), Step.STOP
        case Refusal.SESSION:
            return gone, Step.SEND
        case Refusal.CREDENTIALS:
            return _waiting(replace(gone, reason="credentials"), State.BLOCKED, now), Step.STOP
        case Refusal.QUOTA:
            later = replace(gone, reason="quota")
            return _waiting(later, State.BLOCKED, now + QUOTA_PAUSE), Step.STOP
    # "It exists already", yet we do not see it: nothing may follow from that but looking again.
    unseen = replace(progress, reason="exists-unseen", refusal="", checks=progress.checks + 1)
    return _waiting(unseen, State.UNKNOWN, now + CHECK_AGAIN_AFTER[2]), Step.STOP


def _settled_at(progress: Progress, settle: datetime.timedelta) -> datetime.datetime:
    if progress.last_sent_at is None:
        raise ValueError("what was sent was sent at some moment")
    return progress.last_sent_at + EXCHANGE_DEADLINE + settle


def _waiting(progress: Progress, state: State, until: datetime.datetime) -> Progress:
    return replace(progress, state=state, next_at=until, lease_until=None)


def _ended(progress: Progress, state: State) -> Progress:
    return replace(progress, state=state, next_at=None, lease_until=None, refusal="")
