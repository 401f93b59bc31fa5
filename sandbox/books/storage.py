"""The SQLite file of the books; every change is on disk before the answer is sent."""

import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path

TABLES = Path(__file__).with_name("tables.sql")
FILE_NAME = "books.sqlite3"


class Storage:
    """One connection, used by one thread at a time."""

    def __init__(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self.is_closed = False
        self.connection = sqlite3.connect(
            directory / FILE_NAME, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.executescript(TABLES.read_text(encoding="utf-8"))

    @contextmanager
    def transaction(self):
        """Run a block in a transaction, which is on disk when the block ends."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def reading(self):
        with self._lock:
            yield self.connection

    def close(self):
        with self._lock:
            self.connection.close()
            self.is_closed = True


@contextmanager
def trial(db, *, keep):
    """Run a block in a savepoint; undo it after an exception, or if not `keep`."""
    db.execute("SAVEPOINT effect")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO effect")
        db.execute("RELEASE effect")
        raise
    if not keep:
        db.execute("ROLLBACK TO effect")
    db.execute("RELEASE effect")


def insert(db, table, values):
    """Add a row; return its id."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 our own names
    return db.execute(statement, tuple(values.values())).lastrowid


def update(db, table, row_id, values):
    """Change a row; return whether it exists."""
    names = ", ".join(f"{name} = ?" for name in values)
    statement = f"UPDATE {table} SET {names} WHERE id = ?"  # noqa: S608 our own names
    return db.execute(statement, (*values.values(), row_id)).rowcount == 1


def matching(column, how):
    """Return the condition under which a column matches a filter; the text is bound as :text."""
    return {
        "exact": f"{column} = :text",
        "tolerant": f"lower(trim({column})) = :text",
        "prefix": f"substr({column}, 1, length(:text)) = :text",
        "contains": f"instr({column}, :text) > 0",
    }[how]
