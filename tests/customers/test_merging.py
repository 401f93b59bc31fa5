"""Merging of imported values, field by field: taken, kept and reported."""

import pytest

from customers.merging import merge


@pytest.mark.parametrize(
    ("here", "there", "before", "take", "conflict"),
    [
        ("a", "a", "a", None, None),
        ("a", "b", "a", "b", None),
        ("b", "a", "a", None, None),
        ("b", "c", "a", None, "c"),
        ("b", "b", "a", None, None),
        # Never imported before: the source of the difference is unknown.
        ("", "b", None, "b", None),
        ("a", "b", None, None, "b"),
        ("a", "a", None, None, None),
        # Empty in e-Boekhouden, now or always.
        ("a", "", "a", None, None),
        ("a", "", None, None, None),
        ("", "", None, None, None),
        # Emptied here on purpose: kept until it changes in e-Boekhouden.
        ("", "a", "a", None, None),
        ("", "b", "a", "b", None),
        (True, False, True, False, None),
        (True, False, None, None, False),
    ],
)
def test_one_field(here, there, before, take, conflict):
    imported = {} if before is None else {"city": before}

    merged = merge({"city": here}, {"city": there}, imported=imported)

    assert merged.take.get("city") == take
    assert merged.conflicts.get("city") == conflict


def test_what_was_taken_or_equal_is_remembered():
    merged = merge(
        {"city": "a", "name": "x", "phone": "1"},
        {"city": "b", "name": "x", "phone": "2"},
        imported={"city": "a"},
    )

    assert merged.imported == {"city": "b", "name": "x"}


def test_emptied_and_filled_again_in_eboekhouden_is_taken():
    emptied = merge({"city": "a"}, {"city": ""}, imported={"city": "a"})

    filled = merge({"city": "a"}, {"city": "b"}, imported=emptied.imported)

    assert filled.take == {"city": "b"}
