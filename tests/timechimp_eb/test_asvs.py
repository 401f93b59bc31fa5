"""docs/asvs.md has a line for each requirement, with places and tests that exist."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/asvs.md"
# The sections of ASVS 5.0.0, each with the level of its first, second, … requirement.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
STATUSES = ("met", "partly", "not applicable")
LINE = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE
)


class Line(NamedTuple):
    id: str
    level: int
    what: str
    status: str
    reason: str
    places: tuple[str, ...]
    tests: tuple[str, ...]


def lines() -> list[Line]:
    return [line(*cells) for cells in LINE.findall(PAGE.read_text())]


def line(number: str, level: str, what: str, status: str, places: str, tests: str) -> Line:
    word, _, reason = status.partition(". ")
    return Line(number, int(level), what, word, reason, quoted(places), quoted(tests))


def quoted(cell: str) -> tuple[str, ...]:
    return tuple(re.findall("`([^`]+)`", cell))


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\s*def (test_\w+)\(", (ROOT / file).read_text(), re.MULTILINE))


def required() -> dict[str, int]:
    """Level 1 and 2, by id."""
    return {
        f"{section}.{number}": int(level)
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
        if level in "12"
    }


def test_each_requirement_has_one_line_with_its_level() -> None:
    found = [(one.id, one.level) for one in lines()]

    assert len(required()) == 253
    assert found == list(required().items())


def test_no_line_of_the_table_is_overlooked() -> None:
    rows = re.findall(r"^\| \d.*", PAGE.read_text(), re.MULTILINE)

    assert len(rows) == len(lines())


@pytest.mark.parametrize("one", lines(), ids=lambda one: one.id)
def test_what_a_line_names_exists(one: Line) -> None:
    assert one.status in STATUSES
    assert [place for place in one.places if not (ROOT / place).exists()] == []
    for test in one.tests:
        file, _, name = test.partition("::")
        assert names_in(file), test
        assert not name or name in names_in(file), test


@pytest.mark.parametrize("one", lines(), ids=lambda one: one.id)
def test_what_is_not_met_says_why_and_what_is_met_says_where(one: Line) -> None:
    if one.status == "met":
        assert one.places
    else:
        assert len(one.reason) > 10
    if one.status == "partly":
        assert one.places
    assert len(one.what.split()) < 20


def test_the_sums_at_the_top_are_those_of_the_lines() -> None:
    counted = Counter((one.status, one.level) for one in lines())
    sums = re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)

    assert sums == [(s, str(counted[s, 1]), str(counted[s, 2])) for s in STATUSES]
