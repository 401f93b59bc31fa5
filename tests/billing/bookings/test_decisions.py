"""What follows from what happened to a booking; a state machine walks through every disaster.

The model service keeps what reached it; faults decide what we hear of it. The invariants are those
of the product: nothing twice, nothing lost, and a booking is called booked only when it is there.
"""

import datetime
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from billing.bookings import decisions
from billing.bookings.decisions import LookUpResult, Progress, Refusal, Step
from billing.models import State
from billing.resolving import rules as interventions

START = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SETTLE = datetime.timedelta(minutes=10)
SECOND = datetime.timedelta(seconds=1)
QUEUED = Progress(State.QUEUED, next_at=START)


def sent_at(now: datetime.datetime) -> Progress:
    held, _step = decisions.claim_booking(QUEUED, now=now)
    return decisions.begin_sending(held, now=now)


def looked(progress: Progress, finding: LookUpResult, *, now: datetime.datetime):
    held, _step = decisions.claim_booking(progress, now=now)
    return decisions.found(held, finding, started_at=now, now=now, settle=SETTLE)


def test_a_new_booking_is_looked_up_first_and_then_sent():
    held, step = decisions.claim_booking(QUEUED, now=START)
    _progress, next_step = decisions.found(
        held, LookUpResult.ABSENT, started_at=START, now=START, settle=SETTLE
    )

    assert (step, next_step) == (Step.LOOK_UP, Step.SEND)


def test_absence_before_the_settle_time_does_not_allow_a_second_sending():
    doubtful, _step = decisions.doubted(sent_at(START), now=START, reason="timeout")

    progress, step = looked(doubtful, LookUpResult.ABSENT, now=START + 15 * SECOND)

    assert (progress.state, step) == (State.UNKNOWN, Step.STOP)
    assert progress.next_at == START + decisions.EXCHANGE_DEADLINE + SETTLE


def test_one_absence_after_the_settle_time_is_not_enough():
    doubtful, _step = decisions.doubted(sent_at(START), now=START, reason="timeout")
    later = START + datetime.timedelta(minutes=13)

    once, step = looked(replace(doubtful, next_at=later), LookUpResult.ABSENT, now=later)
    assert step is Step.STOP
    _twice, step = looked(once, LookUpResult.ABSENT, now=later + 15 * SECOND)

    assert step is Step.SEND


def test_a_failed_look_up_is_never_an_absence():
    doubtful, _step = decisions.doubted(sent_at(START), now=START, reason="timeout")
    later = START + datetime.timedelta(days=1)
    held, _step = decisions.claim_booking(replace(doubtful, next_at=later), now=later)

    progress, step = decisions.look_up_failed(held, now=later)

    assert (progress.state, progress.unconfirmed_sends, step) == (State.UNKNOWN, 1, Step.STOP)
    assert progress.absent_at is None


def test_a_refusal_counts_only_when_a_look_up_proves_absence():
    refused, step = decisions.refused(sent_at(START), Refusal.DATA, now=START)
    assert step is Step.LOOK_UP

    gone, _step = decisions.found(
        refused, LookUpResult.ABSENT, started_at=START, now=START, settle=SETTLE
    )
    there, _step = decisions.found(
        refused, LookUpResult.SAME, started_at=START, now=START, settle=SETTLE
    )

    assert (gone.state, there.state) == (State.REJECTED, State.CONFIRMED)


def test_exists_already_but_not_to_be_seen_leads_to_looking_again():
    refused, _step = decisions.refused(sent_at(START), Refusal.EXISTS, now=START)

    progress, step = decisions.found(
        refused, LookUpResult.ABSENT, started_at=START, now=START, settle=SETTLE
    )

    assert (progress.state, step) == (State.UNKNOWN, Step.STOP)


@pytest.mark.parametrize(
    "finding", [LookUpResult.DIFFERENT, LookUpResult.SEVERAL, LookUpResult.SAME]
)
def test_what_stands_there_although_we_never_sent_it_is_for_a_person(finding):
    progress, _step = looked(QUEUED, finding, now=START)

    assert progress.state is State.CONFLICT


def test_a_restored_backup_recognises_its_own_document():
    progress, _step = looked(QUEUED, LookUpResult.SAME_WITH_TOKEN, now=START)

    assert progress.state is State.CONFIRMED


def test_a_worker_that_died_leaves_a_doubt_not_a_resending():
    abandoned = sent_at(START)
    later = START + decisions.LEASE + SECOND

    assert decisions.claim_booking(abandoned, now=START + SECOND)[1] is Step.STOP
    held, step = decisions.claim_booking(abandoned, now=later)

    assert (held.unconfirmed_sends, step) == (1, Step.LOOK_UP)


@pytest.mark.parametrize("state", [State.SENDING, State.CHECKING, State.UNKNOWN, State.CONFIRMED])
def test_nothing_is_cancelled_that_may_be_there(state):
    assert not interventions.may_cancel(Progress(state, unconfirmed_sends=1))
    assert interventions.may_cancel(QUEUED)


class Delivering(RuleBasedStateMachine):
    """One booking, one service that may act late, workers that die, people who look and cancel."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.progress = QUEUED
        self.step = Step.STOP
        self.books = 0
        self.in_flight: list[datetime.datetime] = []
        self.is_cancelled = False

    def arrive(self) -> None:
        """What is still in flight arrives before the service gives up on it."""
        late = [sent for sent in self.in_flight if self.now >= sent]
        for sent in late:
            self.in_flight.remove(sent)
            self.books += 1

    @rule(seconds=st.integers(1, 4000))
    def time_passes(self, seconds):
        self.now += seconds * SECOND
        self.arrive()

    @precondition(lambda self: self.step is Step.STOP)
    @rule()
    def a_worker_claims(self):
        self.progress, self.step = decisions.claim_booking(self.progress, now=self.now)

    @precondition(lambda self: self.step is not Step.STOP)
    @rule()
    def the_worker_dies(self):
        self.step = Step.STOP

    @precondition(lambda self: self.step is Step.LOOK_UP)
    @rule(works=st.booleans())
    def it_looks(self, works):
        if not works:
            self.progress, self.step = decisions.look_up_failed(self.progress, now=self.now)
            return
        finding = {0: LookUpResult.ABSENT, 1: LookUpResult.SAME}.get(
            self.books, LookUpResult.SEVERAL
        )
        self.progress, self.step = decisions.found(
            self.progress, finding, started_at=self.now, now=self.now, settle=SETTLE
        )

    @precondition(lambda self: self.step is Step.SEND)
    @rule(
        what=st.sampled_from(["fine", "lost after", "lost before", "late", "not sent", "refused"]),
        delay=st.integers(0, 600),
        dies=st.booleans(),
    )
    def it_sends(self, what, delay, dies):
        sending = decisions.begin_sending(self.progress, now=self.now)
        self.progress = sending
        if what in ("fine", "lost after"):
            self.books += 1
        if what == "late":
            self.in_flight.append(self.now + delay * SECOND)
        self.step = Step.STOP
        if dies:
            return
        match what:
            case "fine":
                self.progress, self.step = decisions.accepted(sending)
            case "not sent":
                self.progress, self.step = decisions.not_sent(sending, now=self.now, tries=0)
            case "refused":
                self.progress, self.step = decisions.refused(sending, Refusal.DATA, now=self.now)
            case _:
                self.progress, self.step = decisions.doubted(
                    sending, now=self.now, reason="timeout"
                )

    @precondition(lambda self: self.step is Step.STOP)
    @rule()
    def somebody_cancels(self):
        if interventions.may_cancel(self.progress):
            self.progress = replace(self.progress, state=State.CANCELLED, next_at=None)

    @precondition(lambda self: self.step is Step.STOP)
    @rule()
    def somebody_checks_now(self):
        if self.progress.state is State.UNKNOWN:
            self.progress = interventions.check_now(self.progress, now=self.now)

    @invariant()
    def never_twice(self):
        assert self.books + len(self.in_flight) <= 1

    @invariant()
    def booked_means_that_it_is_there(self):
        if self.progress.state is State.CONFIRMED:
            assert self.books == 1

    @invariant()
    def cancelled_and_refused_mean_that_it_is_not_there(self):
        if self.progress.state in (State.CANCELLED, State.REJECTED):
            assert self.books + len(self.in_flight) == 0

    @invariant()
    def nothing_is_forgotten(self):
        waiting = (State.QUEUED, State.UNKNOWN, State.BLOCKED)
        if self.progress.state in waiting:
            assert self.progress.next_at is not None
        if self.progress.state in (State.SENDING, State.CHECKING):
            assert self.progress.lease_until is not None


Delivering.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestDelivering = Delivering.TestCase
