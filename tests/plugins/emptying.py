"""Tests that commit leave their rows behind; emptying the tables afterwards takes milliseconds.

Django truncates every table and then acts as after a migration, which takes most of a second on
PostgreSQL: a file for each of a hundred tables, and content types and rights that were just
deleted. Here rows are deleted, and what only a migration changes is kept.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import triggers as of_audit
from billing.documents.archive import triggers as of_documents

# Their rows come from migrations.
KEPT = {"django_content_type", "auth_permission"}
GUARDS = (of_documents, of_audit)


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_by_deleting() -> Iterator[None]:
    operations = type(connection.ops)
    plain = operations.sql_flush

    def deleting(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        emptied = sorted({*tables} - KEPT)
        if self.connection.vendor != "postgresql":
            return _around_triggers(self.connection, plain(self, style, emptied, **options))
        if not _is_superuser(self.connection):
            return plain(self, style, tables, **options)
        return _deletes([self.quote_name(table) for table in emptied])

    with (
        patch.object(operations, "sql_flush", deleting),
        patch.object(flush, "emit_post_migrate_signal", _after_emptying),
    ):
        yield


def _deletes(tables: list[str]) -> list[str]:
    """Return one statement. It waits for whoever still writes, as truncating does."""
    statements = [
        f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE",
        # Neither guards nor foreign keys are asked.
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in tables),
        "SET LOCAL session_replication_role = DEFAULT",
    ]
    return ["; ".join(statements)]


def _around_triggers(connection: BaseDatabaseWrapper, statements: list[str]) -> list[str]:
    """Remove the triggers of SQLite, which would refuse, and create them again as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = dict(cursor.fetchall())
    return [*(f"DROP TRIGGER {name}" for name in triggers), *statements, *triggers.values()]


@cache
def _is_superuser(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _after_emptying(*arguments: Any, **options: Any) -> None:
    """Lay the guards that are missing; where the plain statements ran, act as Django does."""
    _verbosity, _interactive, db = arguments
    if connections[db].vendor == "postgresql" and not _is_superuser(connections[db]):
        emit_post_migrate_signal(*arguments, **options)
    for guard in GUARDS:
        if guard.missing(connections[db]):
            guard.install_triggers(using=db)
