"""Worked minutes become charged ones in whole steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.rounding import STEPS, Direction, Rounding, Unit

RULES = st.builds(
    Rounding,
    st.sampled_from([step for step, _label in STEPS if step]),
    st.sampled_from(Direction.values),
    st.sampled_from(Unit.values),
)
MINUTES = st.integers(1, 24 * 60)


@pytest.mark.parametrize(
    ("direction", "worked", "charged"),
    [
        ("up", 61, 75),
        ("up", 60, 60),
        ("up", 1, 15),
        ("down", 74, 60),
        ("down", 14, 14),
        ("nearest", 67, 60),
        ("nearest", 68, 75),
        ("nearest", 7, 7),
        ("nearest", 8, 15),
    ],
)
def test_a_quarter_of_an_hour(direction, worked, charged):
    assert Rounding(15, direction, Unit.ENTRY).of(worked) == charged


def test_half_a_step_goes_up():
    assert Rounding(6, Direction.NEAREST, Unit.ENTRY).of(63) == 66


@given(rule=RULES, minutes=MINUTES)
def test_what_is_charged_is_whole_steps_at_most_one_step_away(rule, minutes):
    charged = rule.of(minutes)

    assert charged > 0
    assert charged % rule.step == 0 or charged == minutes < rule.step
    assert abs(charged - minutes) < rule.step
    assert rule.of(charged) == charged
    if rule.direction == Direction.UP:
        assert charged >= minutes
    if rule.direction == Direction.DOWN:
        assert charged <= minutes


@given(rule=RULES, worked=st.lists(MINUTES, min_size=1, max_size=6))
def test_what_is_rounded_together_adds_up_to_what_its_sum_is_rounded_to(rule, worked):
    added = rule.shared(worked)

    assert sum(worked) + sum(added) == rule.of(sum(worked))
    assert all(minutes + more >= 0 for minutes, more in zip(worked, added, strict=True))


@given(rule=RULES, worked=st.lists(MINUTES, min_size=1, max_size=6), before=st.tuples(MINUTES))
def test_time_that_cannot_change_counts_and_nothing_is_charged_below_zero(rule, worked, before):
    (earlier,) = before
    charged = rule.of(earlier)

    added = rule.shared(worked, before=(earlier, charged))

    total = charged + sum(worked) + sum(added)
    assert total == max(charged, rule.of(earlier + sum(worked)))


def test_the_last_one_gets_the_difference_and_those_before_it_what_it_cannot_take():
    up, down = (Rounding(60, one, Unit.DAY) for one in (Direction.UP, Direction.DOWN))

    assert up.shared([20, 20, 30]) == [0, 0, 50]
    assert down.shared([70, 20, 20]) == [-10, -20, -20]
    assert up.shared([5], before=(20, 60)) == [-5]
