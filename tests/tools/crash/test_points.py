"""Fail points: every one is known, none does anything by itself, and each order is done once."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from integrations.eboekhouden import failpoints
from tools.crash import points
from tools.crash.cells import (
    ACTS,
    DOCUMENT_FAULTS,
    KINDS,
    NAMED,
    OTHER_FAULTS,
    POINTS,
    WORKER_ACTS,
    short_grid,
    whole_grid,
)
from tools.crash.failing import Orders, Planned
from tools.crash.orders import carried_out, order

PROGRAM = ("accounts", "integrations", "customers", "projects", "registrations", "billing")
CALL = re.compile(r'\bfailpoint\("([a-z-]+)"\)')


def in_the_program() -> list[str]:
    root = Path(settings.BASE_DIR)
    files = [path for app in PROGRAM for path in (root / app).rglob("*.py")]
    return [name for path in files for name in CALL.findall(path.read_text())]


def test_the_loop_knows_every_point_of_the_program_and_no_other():
    assert set(in_the_program()) == set(points.ALL)


def test_there_are_enough_of_them():
    assert len(points.ALL) >= 14


def test_nothing_is_armed_in_the_program():
    assert failpoints.ARMED == []
    assert settings.FAILPOINTS_ALLOWED is False


def test_an_order_is_carried_out_once_and_told(tmp_path):
    orders = Orders(tmp_path)
    order(tmp_path, "after-claim", "raise")

    with pytest.raises(Planned):
        orders("after-claim")
    orders("after-claim")

    assert [what for _name, what, _pid in carried_out(tmp_path)] == ["raise"]


def test_an_order_for_the_second_passing_lets_the_first_go_on(tmp_path):
    orders = Orders(tmp_path)
    order(tmp_path, "after-claim", "raise@2")

    orders("after-claim")

    with pytest.raises(Planned):
        orders("after-claim")


def test_an_order_at_one_point_leaves_the_others_alone(tmp_path):
    order(tmp_path, "after-claim", "raise")

    Orders(tmp_path)("after-intent")

    assert carried_out(tmp_path) == []


def test_the_part_of_the_grid_has_every_bad_answer_every_point_and_every_kind():
    played = [cell for _service, cells in short_grid() for cell in cells]

    assert {cell.fault.name for cell in played} >= {fault.name for fault in DOCUMENT_FAULTS}
    assert {cell.point for cell in played} == set(POINTS)
    assert {cell.kind for cell in played} == set(KINDS)
    assert {cell.act for cell in played} == {*ACTS, *WORKER_ACTS}
    assert {cell.existing for cell in played} == {"", "another", "neighbour"}


def test_the_whole_grid_has_them_with_each_other():
    everything = whole_grid()
    full = [cells for _service, cells in everything[-2:]]

    assert full[0] == full[1]
    assert len(full[0]) > 0.9 * len(DOCUMENT_FAULTS) * len(POINTS) * len(KINDS)


def test_the_whole_grid_has_each_act_and_each_finding_and_each_bad_login():
    played = [cell for _service, cells in whole_grid() for cell in cells]

    assert {(cell.act, cell.point) for cell in played} >= set(product(ACTS, POINTS[1:]))
    assert {cell.kind for cell in played if cell.existing} == set(NAMED)
    around = {fault.name for bad in OTHER_FAULTS.values() for fault in bad}
    assert {cell.fault.name for cell in played} >= around
