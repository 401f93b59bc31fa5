"""Refuses to read a whole table, of all organisations, only to know whether it has rows.

`if queryset:` reads every row. Of a queryset without conditions, such as a constant of a module,
these stay in memory as long as the process lives.
"""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet

TESTS = Path(__file__).resolve().parents[1]
# The tests and libraries may: Django asks it of what it deletes.
OTHERS = (f"{TESTS}/", f"{TESTS.parent}/.venv/")


class ReadsAWholeTable(AssertionError):
    """The program asked whether a queryset without conditions is true."""


@pytest.fixture(autouse=True)
def _no_whole_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = QuerySet.__bool__

    def is_true(rows: "QuerySet[Any]") -> bool:
        caller = sys._getframe(1).f_code.co_filename
        is_program = caller.startswith(f"{TESTS.parent}/") and not caller.startswith(OTHERS)
        if rows.query.where or not is_program:
            return asked(rows)
        raise ReadsAWholeTable(f"{rows.model.__name__}: add conditions, or ask `is not None`.")

    monkeypatch.setattr(QuerySet, "__bool__", is_true)
