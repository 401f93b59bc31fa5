"""What a dump contains: read with plain SQL, in the snapshot that it was made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps

MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"
Query = Callable[[str], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Contents:
    """The server, the applied migrations and the number of rows of each table."""

    server: str
    migrations: list[list[str]]
    counts: dict[str, int]


def read_contents(query: Query, *, server: str, tables: Iterable[str]) -> Contents:
    """Count the rows of these tables of the program, and read the migrations."""
    ours = sorted(_tables() & set(tables))
    counts = {table: _count(query, table) for table in ours}
    migrations = [[app, name] for app, name in query(MIGRATIONS)]
    return Contents(server, migrations, counts)


def _count(query: Query, table: str) -> int:
    ((count,),) = query(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # names of our models
    return int(count)


def _tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed}
