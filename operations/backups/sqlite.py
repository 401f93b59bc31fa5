"""Copy and restore a SQLite database."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from .contents import Contents, read_contents
from .problems import BackupProblem, no_room

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
# Files that SQLite keeps beside a database; those of another one would be played into it.
BESIDE = ("-wal", "-shm", "-journal")
NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR")


def dump(database: Path, to: Path) -> Contents:
    """Write a consistent copy to the new file `to`, while others read and write; check it."""
    if not database.is_file():
        raise BackupProblem(f"There is no database at {database}. Check DATABASE_URL and DATA_DIR.")
    try:
        with closing(_open(database)) as source:
            source.execute("VACUUM INTO ?", (str(to),))
        return check(to)
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(NO_ROOM):
            raise no_room(to.parent) from error
        raise BackupProblem(f"The database could not be copied: {error}.") from error


def check(database: Path) -> Contents:
    """Return what a copy contains. Raises BackupProblem if it is damaged."""
    with closing(_open(database)) as copy:
        damage = [text for (text,) in copy.execute("PRAGMA integrity_check")]
        if damage != ["ok"]:
            raise BackupProblem(f"The database is damaged: {damage[0]}. Restore a backup.")
        tables = [name for (name,) in copy.execute(TABLES)]
        if "django_migrations" not in tables:
            raise BackupProblem(f"{database} is not a database of this program.")
        return read_contents(
            lambda sql: copy.execute(sql).fetchall(),
            server=f"SQLite {sqlite3.sqlite_version}",
            tables=tables,
        )


def is_empty(database: Path) -> bool:
    """Return whether there is no table: no file, or one without content."""
    if not database.exists() or not database.stat().st_size:
        return True
    with closing(_open(database)) as there:
        return not there.execute(TABLES).fetchall()


def put_in_place(copy: Path, database: Path) -> list[str]:
    """Move a checked copy to its place, without what an earlier database left; return that."""
    database.parent.mkdir(parents=True, exist_ok=True)
    stale = [path for end in BESIDE if (path := Path(f"{database}{end}")).exists()]
    for path in stale:
        path.unlink()
    copy.replace(database)
    return [path.name for path in stale]


def _open(database: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(database.resolve()))}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=60)
