"""Check a database at rest with its files: a restored copy, or this installation."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from accounts.models import Organisation
from billing.documents.archive import triggers
from billing.documents.archive.verifying import ArchiveCheck
from billing.reconciliation.at_rest import violations
from integrations.models import Connection
from integrations.secrets import CannotDecrypt
from registrations.models import Expense

from ..readiness import database_problem
from .findings import Finding, Level

MOST_NAMED = 20
Check = Callable[[], Finding]


def findings() -> Iterator[Finding]:
    """Yield a line for each check, in this order; reads all invoices and all their files."""
    for check in (structure, tables, guards, keys, archive, uploads, audit):
        yield check()


def structure() -> Finding:
    problem = database_problem()
    if problem:
        return Finding(Level.TROUBLE, "The database is not of this version", f"{problem}.")
    return Finding(Level.GOOD, "Every migration is applied")


def tables() -> Finding:
    """Check what the database promises itself. PostgreSQL checked it when it was restored."""
    if connection.vendor != "sqlite":
        return Finding(Level.GOOD, "The database accepted every row, key and constraint")
    damage = [*_rows("PRAGMA integrity_check"), *_rows("PRAGMA foreign_key_check")]
    if damage != [("ok",)]:
        return Finding(Level.TROUBLE, "The database is damaged", str(damage[:MOST_NAMED]))
    return Finding(Level.GOOD, "SQLite finds the database intact")


def guards() -> Finding:
    missing = sorted(triggers.missing(connection))
    if missing:
        text = f"{', '.join(missing)}: run migrate."
        return Finding(Level.TROUBLE, "Triggers that guard invoices are missing", text)
    return Finding(Level.GOOD, "The triggers that guard final invoices are there")


def keys() -> Finding:
    """Try CREDENTIAL_KEYS on the codes of every connection."""
    stored = Connection.objects.exclude(sealed_code_1="").exclude(sealed_code_2="")
    unreadable = [one.pk for one in stored if not _opens(one)]
    if unreadable:
        text = (
            f"CREDENTIAL_KEYS do not decrypt those of {len(unreadable)} connections. Set the keys"
            " of the time of the backup, or type the codes again."
        )
        return Finding(Level.TROUBLE, "Security codes cannot be read", text)
    return Finding(Level.GOOD, f"The security codes of {len(stored)} connections can be read")


def archive() -> Finding:
    check = ArchiveCheck()
    damaged = [f"{one.number} {one.kind} {one.fault}" for one in check.damaged_files()]
    if damaged:
        return Finding(Level.TROUBLE, "Files of invoices are missing or changed", _some(damaged))
    return Finding(Level.GOOD, f"{check.files} files of {check.invoices} invoices are unchanged")


def uploads() -> Finding:
    """Check that the files exist that rows name; what is in them has no SHA-256."""
    receipts = Expense.objects.exclude(receipt="").values_list("receipt", flat=True)
    count, missing = 0, []
    for name in receipts.iterator():
        count += 1
        if not default_storage.exists(name):
            missing.append(name)
    logos = Organisation.objects.exclude(logo="").values_list("logo", flat=True)
    missing += [name for name in logos if not default_storage.exists(name)]
    if missing:
        return Finding(Level.TROUBLE, "Receipts or logos are missing", _some(missing))
    return Finding(Level.GOOD, f"{count} receipts are there")


def audit() -> Finding:
    found = [f"{one.rule}: {one.text}" for one in islice(violations(), 1000)]
    if found:
        return Finding(Level.TROUBLE, f"The audit found {len(found)} violations", _some(found))
    return Finding(Level.GOOD, "Nothing is billed twice, nothing is lost, no amount is off")


def differing_counts(counts: dict[str, int]) -> Finding:
    """Compare the number of rows of each table with those of a manifest."""
    there = set(connection.introspection.table_names())
    different = []
    for table, count in counts.items():
        found = _rows(f'SELECT count(*) FROM "{table}"')[0][0] if table in there else "no"  # noqa: S608
        if found != count:
            different.append(f"{table}: {found}, not {count}")
    if different:
        return Finding(Level.TROUBLE, "Tables have other rows than the backup", _some(different))
    text = f"{sum(counts.values())} rows of {len(counts)} tables are there"
    return Finding(Level.GOOD, text)


def _opens(stored: Connection) -> bool:
    try:
        stored.codes()
    except CannotDecrypt:
        return False
    return True


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _some(texts: list[str]) -> str:
    more = len(texts) - MOST_NAMED
    return "; ".join(texts[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "") + "."
