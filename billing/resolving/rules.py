"""What people may do with a booking, and what follows: pure, like decisions."""

import datetime
from dataclasses import replace

from ..bookings.decisions import Progress
from ..models.booking import State


def may_cancel(progress: Progress) -> bool:
    """Only what provably is not there, or is there as somebody else's."""
    if progress.state is State.CONFLICT:
        return not _may_be_among_several(progress)
    if progress.state is State.REJECTED:
        return True
    return progress.state in (State.QUEUED, State.BLOCKED) and progress.unconfirmed_sends == 0


def may_correct(progress: Progress) -> bool:
    """Proven absent, as it was refused or never sent: it may be sent with other content."""
    return progress.state is State.REJECTED or (
        progress.state is State.CONFLICT and progress.unconfirmed_sends == 0
    )


def may_link(progress: Progress) -> bool:
    """A person says that what stands there is ours."""
    return progress.state is State.CONFLICT and progress.reason not in ("several", "exists-unseen")


def may_renumber(progress: Progress) -> bool:
    """The number is somebody else's there: ours goes under another one."""
    mine_too = progress.reason == "identical" or _may_be_among_several(progress)
    return progress.state is State.CONFLICT and not mine_too


def _may_be_among_several(progress: Progress) -> bool:
    """Of several with one name one may be ours: first they must be put right there."""
    return progress.reason == "several" and progress.unconfirmed_sends > 0


def may_look_again(progress: Progress) -> bool:
    """Somebody may have mended it there."""
    return progress.state in (State.UNKNOWN, State.QUEUED, State.CONFLICT)


def check_now(progress: Progress, *, now: datetime.datetime) -> Progress:
    """Looks earlier.

    The settle time still holds, so this cannot lead to an early second sending.
    """
    if progress.state is State.CONFLICT:
        state = State.UNKNOWN if progress.unconfirmed_sends else State.QUEUED
        return replace(progress, state=state, next_at=now, absent_at=None, reason="")
    return replace(progress, next_at=now)


def corrected(progress: Progress, *, now: datetime.datetime) -> Progress:
    """A new revision under the same number, as if it were new."""
    return Progress(state=State.QUEUED, next_at=now)
