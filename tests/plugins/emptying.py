"""Tests on SQLite empty the tables by deleting, which the guards of final invoices would refuse."""

from unittest.mock import patch

import pytest
from django.db.backends.sqlite3.operations import DatabaseOperations

from billing.archive.guards import NAMES


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied():
    """They are laid again afterwards: emptying ends like a migration."""
    plain = DatabaseOperations.sql_flush

    def without_guards(self, *args: object, **options: object) -> list[str]:
        return [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES] + plain(self, *args, **options)

    with patch.object(DatabaseOperations, "sql_flush", without_guards):
        yield
