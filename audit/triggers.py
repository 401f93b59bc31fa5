"""Triggers by which the database refuses to change the audit trail, on PostgreSQL and SQLite.

An entry can be deleted once it is older than the time for which it is kept, and its address can be
emptied after ninety days; both are what `retention.py` does. Who acted can be replaced by the
account without a name that erasing a person leaves (privacy/erasing.py). Nothing else is possible.
The triggers are removed before a migration and installed again after it, like those of final
invoices.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections

from lib.erased import ERASED

TABLE = "audit_entry"
NAMES = ("keep_audit_update", "keep_audit_delete")
SENTENCE = "An entry of the audit trail is neither changed nor deleted."
BOOKS_YEARS = 7
LOGINS_YEARS = 1
ADDRESS_DAYS = 90
# What an address leaves behind when it is emptied.
KEPT = (
    *("id", "organisation_id", "at", "kind", "action", "retention", "user_id", "job"),
    *("request_id", "object_type", "object_id", "label", "note", "changes", "rows", "row_count"),
    "words",
)


def install_triggers(*, using: str, **signal: Any) -> None:
    """Install the triggers after a migration, if the table has all columns."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        described = connection.introspection.get_table_description(cursor, TABLE)
        if not {column.name for column in described}.issuperset(KEPT):
            return
    remove(using=using)
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(*, using: str, **signal: Any) -> None:
    """Remove the triggers before a migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for name in NAMES:
            on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> set[str]:
    """Return the names of triggers that are not installed."""
    query = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'keep_audit_%'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return set(NAMES) - {name for (name,) in cursor.fetchall()}


def _statements(vendor: str) -> Iterator[str]:
    books = _older_than(vendor, f"{BOOKS_YEARS} years")
    logins = _older_than(vendor, f"{LOGINS_YEARS} years")
    is_over = f"((OLD.retention = 'logins' AND {logins}) OR {books})"
    empties = f"(NEW.address = '' AND NEW.user_agent = '' AND {_are_same(vendor, KEPT)})"
    may_forget = f"({empties} AND {_older_than(vendor, f'{ADDRESS_DAYS} days')})"
    others = {*KEPT, "address", "user_agent"} - {"user_id"}
    may_erase = f"({_is_erased()} AND {_are_same(vendor, sorted(others))})"
    yield from _trigger(vendor, NAMES[0], "UPDATE", f"NOT ({may_forget} OR {may_erase})")
    yield from _trigger(vendor, NAMES[1], "DELETE", f"NOT {is_over}")


def _is_erased() -> str:
    """Return the condition that the new person is an account that erasing somebody left."""
    accounts = f"SELECT 1 FROM {get_user_model()._meta.db_table} WHERE id = NEW.user_id"  # noqa: S608 our own name
    return f"EXISTS ({accounts} AND email LIKE '%{ERASED}')"


def _older_than(vendor: str, time: str) -> str:
    if vendor == "postgresql":
        return f"OLD.at < now() - interval '{time}'"
    return f"OLD.at < datetime('now', '-{time}')"


def _are_same(vendor: str, names: Iterable[str]) -> str:
    is_same = "IS NOT DISTINCT FROM" if vendor == "postgresql" else "IS"
    return " AND ".join(f'OLD."{name}" {is_same} NEW."{name}"' for name in names)


def _trigger(vendor: str, name: str, event: str, refused: str) -> Iterator[str]:
    head = f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH ROW"
    if vendor == "postgresql":
        # The condition is in the function: one of a trigger may not look at other tables.
        yield f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {refused} THEN
                RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {"OLD" if event == "DELETE" else "NEW"};
        END $$
        """
        yield f"{head} EXECUTE FUNCTION {name}()"
    else:
        yield f"{head} WHEN ({refused}) BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
