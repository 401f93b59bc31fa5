"""Real processes are killed at every point while they book, and then every record is audited."""

import pytest

from tools.crash.running import EFFECTS

from .playing import crash, figures

# The crash test brings its own PostgreSQL: once is enough.
pytestmark = [pytest.mark.postgres, pytest.mark.long]


def test_a_kill_at_every_point_and_every_bad_answer_leave_every_record_right():
    counted = figures(crash("--some", "--seed", "1"))

    assert counted["wrong"] == 0
    # Each fault of the surroundings had its effect, and not only its order.
    for name in EFFECTS:
        assert counted[name] > 0, name
