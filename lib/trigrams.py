"""Indexes for searching in texts: on PostgreSQL only; on SQLite the operations do nothing."""

from typing import Any

from django.db.migrations.operations import RunPython

from .folding import folded_sql


class TrigramIndex(RunPython):
    """Add an index that finds any part of the columns, as `Folded` compares them.

    Needs the extension pg_trgm, which a migration of customers adds.
    """

    def __init__(self, *, table: str, columns: tuple[str, ...], name: str) -> None:
        self.given = {"table": table, "columns": columns, "name": name}
        expression = folded_sql(*columns)
        create = f'CREATE INDEX "{name}" ON "{table}" USING gin (({expression}) gin_trgm_ops)'
        super().__init__(on_postgresql(create), on_postgresql(f'DROP INDEX "{name}"'))

    def deconstruct(self) -> Any:
        return self.__class__.__name__, [], self.given


def on_postgresql(*statements: str) -> Any:
    """Return a step of a migration that executes the statements, and does nothing on SQLite."""

    def run(_apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run
