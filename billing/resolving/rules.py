"""The actions that people may take on a booking, and their effect. Pure, like decisions."""

import datetime
from dataclasses import replace

from ..bookings.decisions import Progress
from ..models.booking import State


def may_cancel(progress: Progress) -> bool:
    """Return whether e-Boekhouden provably has no document of ours."""
    if progress.state is State.CONFLICT:
        return not _may_be_among_several(progress)
    if progress.state is State.REJECTED:
        return True
    return progress.state in (State.QUEUED, State.BLOCKED) and progress.unconfirmed_sends == 0


def may_correct(progress: Progress) -> bool:
    """Return whether absence is proven (refused or never sent), so that the content may change."""
    return progress.state is State.REJECTED or (
        progress.state is State.CONFLICT and progress.unconfirmed_sends == 0
    )


def may_link(progress: Progress) -> bool:
    """Return whether a person may decide that the record is this document."""
    return progress.state is State.CONFLICT and progress.reason not in ("several", "exists-unseen")


def may_renumber(progress: Progress) -> bool:
    """Return whether another document has the number, so that ours may get a new one."""
    may_be_ours = progress.reason == "identical" or _may_be_among_several(progress)
    return progress.state is State.CONFLICT and not may_be_ours


def _may_be_among_several(progress: Progress) -> bool:
    """Return whether one of several records with the number may be ours.

    They must be corrected in e-Boekhouden first.
    """
    return progress.reason == "several" and progress.unconfirmed_sends > 0


def may_look_again(progress: Progress) -> bool:
    """Return whether a new look-up is useful, for instance after a correction in e-Boekhouden."""
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
    """Return the progress of a new revision under the same number, as for a new booking."""
    return Progress(state=State.QUEUED, next_at=now)
