"""Tests on SQLite empty the tables by deleting, which the guards of final invoices would refuse."""

from unittest.mock import patch

import pytest
from django.db import connection

from audit.triggers import NAMES as OF_AUDIT
from billing.documents.archive.triggers import NAMES


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied():
    """The guards are laid again afterwards: emptying ends like a migration."""
    operations = type(connection.ops)
    plain = operations.sql_flush

    def without_guards(self, *args: object, **options: object) -> list[str]:
        statements = plain(self, *args, **options)
        if connection.vendor != "sqlite":
            return statements
        return [f"DROP TRIGGER IF EXISTS {name}" for name in (*NAMES, *OF_AUDIT)] + statements

    with patch.object(operations, "sql_flush", without_guards):
        yield
