"""Which actions people may take on a booking, and their effect. Pure, like decisions."""

import datetime
from dataclasses import replace

from ..bookings.decisions import Progress
from ..models.booking import State


def may_cancel(progress: Progress) -> bool:
    """Only a booking that provably has no document of ours in e-Boekhouden."""
    if progress.state is State.CONFLICT:
        return not _may_be_among_several(progress)
    if progress.state is State.REJECTED:
        return True
    return progress.state in (State.QUEUED, State.BLOCKED) and progress.unconfirmed_sends == 0


def may_correct(progress: Progress) -> bool:
    """Proven absent (refused or never sent), so it may be sent with other content."""
    return progress.state is State.REJECTED or (
        progress.state is State.CONFLICT and progress.unconfirmed_sends == 0
    )


def may_link(progress: Progress) -> bool:
    """A person may say that the record in e-Boekhouden is this document."""
    return progress.state is State.CONFLICT and progress.reason not in ("several", "exists-unseen")


def may_renumber(progress: Progress) -> bool:
    """Another document has the number in e-Boekhouden, so ours may get another one."""
    mine_too = progress.reason == "identical" or _may_be_among_several(progress)
    return progress.state is State.CONFLICT and not mine_too


def _may_be_among_several(progress: Progress) -> bool:
    """Of several with one number one may be ours: they must be corrected there first."""
    return progress.reason == "several" and progress.unconfirmed_sends > 0


def may_look_again(progress: Progress) -> bool:
    """Someone may have corrected it in e-Boekhouden meanwhile."""
    return progress.state in (State.UNKNOWN, State.QUEUED, State.CONFLICT)


def check_now(progress: Progress, *, now: datetime.datetime) -> Progress:
    """Look up earlier than planned.

    The settle time still holds, so this cannot lead to an early second sending.
    """
    if progress.state is State.CONFLICT:
        state = State.UNKNOWN if progress.unconfirmed_sends else State.QUEUED
        return replace(progress, state=state, next_at=now, absent_at=None, reason="")
    return replace(progress, next_at=now)


def corrected(progress: Progress, *, now: datetime.datetime) -> Progress:
    """A new revision under the same number, which starts as a new booking."""
    return Progress(state=State.QUEUED, next_at=now)
