"""The rules of delivery: (progress, event, now) → (progress to write, next step).

Pure functions: no database, no network, no clock of their own. The rules:

* QUEUED means: nothing of this revision was sent since its absence was last proven.
* Doubt is a state: any answer that is not clean, complete and matching makes it UNKNOWN.
* An error code decides what people read; only a look-up decides whether to send again.
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
# For how long a look-up of several bookings tells that a number is absent.
ABSENT_FOR = datetime.timedelta(seconds=60)

SEND_AGAIN_AFTER = tuple(datetime.timedelta(seconds=s) for s in (15, 60, 300, 900, 3600))
CHECK_AGAIN_AFTER = tuple(
    datetime.timedelta(seconds=s) for s in (15, 60, 600, 900, *(3600,) * 6, 86400)
)


class Step(Enum):
    """The next action of a worker with a booking that it holds."""

    LOOK_UP = auto()
    SEND = auto()
    STOP = auto()


class Refusal(Enum):
    """The subject of a refusal with an error code."""

    DATA = "data"
    EXISTS = "exists"
    SESSION = "session"
    CREDENTIALS = "credentials"
    QUOTA = "quota"


class LookUpResult(Enum):
    """The result of a look-up by our number."""

    ABSENT = auto()
    SAME = auto()
    # Number, customer, date and total equal ours; a text differs.
    SAME_BUT_TEXT = auto()
    # Identical, and it carries the correlation id of this booking.
    SAME_WITH_TOKEN = auto()
    DIFFERENT = auto()
    SEVERAL = auto()


@dataclass(frozen=True)
class Progress:
    """The fields of a booking on which the decisions depend."""

    state: State
    next_at: datetime.datetime | None = None
    lease_until: datetime.datetime | None = None
    unconfirmed_sends: int = 0
    checks: int = 0
    last_sent_at: datetime.datetime | None = None
    absent_at: datetime.datetime | None = None
    refusal: str = ""
    reason: str = ""


# --- Claiming ----------------------------------------------------------------------------------


def claim_booking(progress: Progress, *, now: datetime.datetime) -> tuple[Progress, Step]:
    """Claim a due booking; the worker always looks it up first, and sends after that.

    A booking in SENDING or CHECKING whose lease ran out can be claimed too: its worker died, so
    it is as doubtful as after a lost answer.
    """
    if not is_due(progress, now=now):
        return progress, Step.STOP
    claimed = replace(progress, state=State.CHECKING, lease_until=now + LEASE)
    return claimed, Step.LOOK_UP


def is_due(progress: Progress, *, now: datetime.datetime) -> bool:
    """Return whether a worker may claim the booking now."""
    if progress.state in (State.QUEUED, State.BLOCKED, State.UNKNOWN):
        return progress.next_at is not None and progress.next_at <= now
    if progress.state in (State.SENDING, State.CHECKING):
        return progress.lease_until is not None and progress.lease_until < now
    return False


def begin_sending(progress: Progress, *, now: datetime.datetime) -> Progress:
    """Return the intention, which is committed before the first byte is sent."""
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


# --- Several at once ------------------------------------------------------------------------------


def may_go_together(progress: Progress, *, now: datetime.datetime) -> bool:
    """Return whether one look-up may serve this booking and others.

    Only if nothing of it was sent since its absence was last proven. Whatever is in doubt is looked
    up by itself.
    """
    is_unsent = progress.unconfirmed_sends == 0 and not progress.refusal
    return progress.state is State.QUEUED and is_unsent and is_due(progress, now=now)


def is_still_absent(
    progress: Progress, *, started_at: datetime.datetime, now: datetime.datetime
) -> bool:
    """Return whether a booking may be sent after a complete look-up of several without its number.

    The look-up counts for ABSENT_FOR after its start; then it must be repeated.
    """
    return not progress.unconfirmed_sends and now - started_at <= ABSENT_FOR


def released(progress: Progress, *, now: datetime.datetime) -> Progress:
    """Release a claimed booking of which nothing was sent; it is due at once."""
    state = State.UNKNOWN if progress.unconfirmed_sends else State.QUEUED
    return _waiting(progress, state, now)


def answered(progress: Progress, *, now: datetime.datetime) -> Progress:
    """Decide after a complete answer that is read back later, together with others.

    If the worker dies before that, the booking is looked up by itself.
    """
    return replace(progress, state=State.CHECKING, lease_until=now + LEASE)


# --- After sending --------------------------------------------------------------------------------


def accepted(progress: Progress, *, reason: str = "") -> tuple[Progress, Step]:
    """Decide after a complete answer with our number; `reason` is the result of reading back."""
    return _ended(replace(progress, reason=reason), State.CONFIRMED), Step.STOP


def not_sent(progress: Progress, *, now: datetime.datetime, tries: int) -> tuple[Progress, Step]:
    """Decide after an attempt that certainly sent nothing; it does not count as a sending."""
    wait = SEND_AGAIN_AFTER[min(tries, len(SEND_AGAIN_AFTER) - 1)]
    unsent = replace(
        progress, unconfirmed_sends=max(progress.unconfirmed_sends - 1, 0), reason="not-sent"
    )
    state = State.UNKNOWN if unsent.unconfirmed_sends else State.QUEUED
    return _waiting(unsent, state, now + wait), Step.STOP


def unsendable(progress: Progress) -> tuple[Progress, Step]:
    """Decide after a message that breaks a rule of the service: a person must correct it."""
    unsent = replace(
        progress, unconfirmed_sends=max(progress.unconfirmed_sends - 1, 0), reason="invalid"
    )
    return _ended(unsent, State.REJECTED), Step.STOP


def doubted(progress: Progress, *, now: datetime.datetime, reason: str) -> tuple[Progress, Step]:
    """Decide after an unclear answer: the document may or may not exist in e-Boekhouden."""
    unknown = replace(progress, reason=reason, checks=0, absent_at=None)
    return _waiting(unknown, State.UNKNOWN, now + CHECK_AGAIN_AFTER[0]), Step.STOP


def refused(
    progress: Progress, refusal: Refusal, *, now: datetime.datetime
) -> tuple[Progress, Step]:
    """Decide after an answer with an error code: the request is over, so one look-up decides."""
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
    """Decide after a complete look-up by our number that began at `started_at`."""
    if result is LookUpResult.ABSENT:
        return _absent(progress, started_at=started_at, now=now, settle=settle)
    if result in (LookUpResult.DIFFERENT, LookUpResult.SEVERAL):
        return _different(progress, result, started_at=started_at, settle=settle), Step.STOP
    if progress.unconfirmed_sends == 0 and result is not LookUpResult.SAME_WITH_TOKEN:
        return _ended(replace(progress, reason="identical"), State.CONFLICT), Step.STOP
    reason = "text-differs" if result is LookUpResult.SAME_BUT_TEXT else "looked-up"
    return _ended(replace(progress, reason=reason), State.CONFIRMED), Step.STOP


def _different(
    progress: Progress,
    result: LookUpResult,
    *,
    started_at: datetime.datetime,
    settle: datetime.timedelta,
) -> Progress:
    """Leave the decision to a person, who may also cancel.

    So not while a lost request may still have its effect.
    """
    reason = "several" if result is LookUpResult.SEVERAL else "different"
    if progress.unconfirmed_sends and not progress.refusal:
        settled_at = _settled_at(progress, settle)
        if started_at < settled_at:
            waiting = replace(progress, absent_at=None, checks=progress.checks + 1)
            return _waiting(waiting, State.UNKNOWN, settled_at)
    return _ended(replace(progress, reason=reason), State.CONFLICT)


def linked_elsewhere(progress: Progress) -> Progress:
    """Decide for a record that is linked to another document or customer: a conflict."""
    return _ended(replace(progress, reason="different"), State.CONFLICT)


def look_up_failed(
    progress: Progress, *, now: datetime.datetime, quota: bool = False
) -> tuple[Progress, Step]:
    """Decide after a failed look-up, which never proves absence."""
    wait = CHECK_AGAIN_AFTER[min(progress.checks, len(CHECK_AGAIN_AFTER) - 1)]
    wait = max(wait, QUOTA_PAUSE) if quota else wait
    state = State.UNKNOWN if progress.unconfirmed_sends else State.QUEUED
    later = replace(progress, checks=progress.checks + 1, reason=progress.reason or "not-reached")
    return _waiting(later, state, now + wait), Step.STOP


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
        waiting = replace(progress, absent_at=None, checks=progress.checks + 1)
        return _waiting(waiting, State.UNKNOWN, max(settled_at, now)), Step.STOP
    if progress.absent_at is None or started_at <= progress.absent_at:
        seen_once = replace(progress, absent_at=now)
        return _waiting(seen_once, State.UNKNOWN, now + SECOND_LOOK), Step.STOP
    if progress.reason == "exists-unseen":
        # Refused as existing, and not found: sending again would only repeat the refusal.
        return _ended(progress, State.CONFLICT), Step.STOP
    return replace(progress, unconfirmed_sends=0, checks=0, absent_at=None), Step.SEND


def _absent_after_refusal(progress: Progress, *, now: datetime.datetime) -> tuple[Progress, Step]:
    absent = replace(progress, unconfirmed_sends=0, checks=0, refusal="", absent_at=None)
    match Refusal(progress.refusal):
        case Refusal.DATA:
            return _ended(replace(absent, reason="refused"), State.REJECTED), Step.STOP
        case Refusal.SESSION:
            return absent, Step.SEND
        case Refusal.CREDENTIALS:
            return _waiting(replace(absent, reason="credentials"), State.BLOCKED, now), Step.STOP
        case Refusal.QUOTA:
            later = replace(absent, reason="quota")
            return _waiting(later, State.BLOCKED, now + QUOTA_PAUSE), Step.STOP
    # Refused as existing, and not found: only another look-up may follow.
    unseen = replace(progress, reason="exists-unseen", refusal="", checks=progress.checks + 1)
    return _waiting(unseen, State.UNKNOWN, now + CHECK_AGAIN_AFTER[2]), Step.STOP


def _settled_at(progress: Progress, settle: datetime.timedelta) -> datetime.datetime:
    if progress.last_sent_at is None:
        raise ValueError("a booking that was sent has no time of sending")
    return progress.last_sent_at + EXCHANGE_DEADLINE + settle


def _waiting(progress: Progress, state: State, until: datetime.datetime) -> Progress:
    return replace(progress, state=state, next_at=until, lease_until=None)


def _ended(progress: Progress, state: State) -> Progress:
    return replace(progress, state=state, next_at=None, lease_until=None, refusal="")
