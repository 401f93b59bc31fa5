"""Large files: what is kept of them while they are read."""

import tracemalloc

import pytest

from imports.kinds import KINDS
from imports.names import MOST_COMPARED, Directory
from imports.survey import survey

pytestmark = pytest.mark.once
MAPPING = ["date", "employee", "project", "task", "duration", "description"]


def rows(count):
    """Rows of 250 days and 40 people, each with a text of its own."""
    for n in range(count):
        day = f"{1 + n % 25:02d}-{1 + n // 25 % 10:02d}-2026"
        yield n, [day, f"Person {n % 40}", "Website", "Design", "1:30", f"Work {n} " * 8]


def peak(count):
    tracemalloc.start()
    try:
        seen = survey(KINDS["hours"](), MAPPING, rows(count), first=100)
        return tracemalloc.get_traced_memory()[1], seen
    finally:
        tracemalloc.stop()


def test_the_memory_of_a_survey_does_not_follow_the_number_of_rows():
    few, _seen = peak(2_000)
    many, seen = peak(20_000)

    assert many < few * 1.5
    assert (seen.total, len(seen.first)) == (20_000, 100)
    assert sum(seen.columns[0].cells.values()) == 20_000
    assert len(seen.columns[1].names) == 40
    assert (seen.columns[5].filled, seen.columns[5].unreadable) == (20_000, 0)


def test_texts_that_are_too_long_are_counted():
    found = survey(KINDS["hours"](), MAPPING, [(2, [*[""] * 5, "x" * 501]), (3, ["", "Jan"])])

    assert [one.filled for one in found.columns] == [0, 1, 0, 0, 0, 1]
    assert found.columns[5].unreadable == 1


def test_thousands_of_unknown_names_get_proposals_until_enough_were_compared():
    known = [(n, f"Customer {n}", (f"Customer {n}",), 0) for n in range(1_000)]
    directory = Directory("customer", known)

    found = [directory.proposal(f"Custmer {n}") for n in range(MOST_COMPARED // 1_000 + 50)]

    assert found[7] == "Customer 7"
    assert found[-1] == ""
