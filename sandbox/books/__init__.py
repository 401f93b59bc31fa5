"""The books of the sandbox: reading them, and manual changes by a bookkeeper."""

from pathlib import Path

from sandbox.clock import Clock

from . import editing, entries, invoices, ledger, relations, requests, sessions
from .chart import write_chart
from .credentials import (
    ADMINISTRATION,
    credentials,
    ensure_credentials,
    fact,
    renew_security_code_1,
)
from .storage import FILE_NAME, Storage

EVERYTHING = (
    "requests",
    "listed_numbers",
    "sessions",
    "counters",
    "postings",
    "entry_lines",
    "entries",
    "invoice_lines",
    "invoices",
    "relations",
    "articles",
    "cost_centres",
    "accounts",
)


class Books:
    """The books in one directory; only one process may open them."""

    def __init__(self, directory, *, clock=None, administration=ADMINISTRATION):
        self.directory = Path(directory)
        self.clock = clock or Clock()
        self.storage = Storage(self.directory)
        with self.storage.transaction() as db:
            write_chart(db)
            ensure_credentials(db, administration=administration)

    @property
    def path(self):
        return self.directory / FILE_NAME

    @property
    def is_closed(self):
        return self.storage.is_closed

    def close(self):
        self.storage.close()

    # reading

    def credentials(self):
        with self.storage.reading() as db:
            return credentials(db)

    def administration(self):
        with self.storage.reading() as db:
            return fact(db, "administration")

    def relations(self, *, code=""):
        with self.storage.reading() as db:
            return relations.find(db, code=code)

    def invoices(self, *, number=""):
        with self.storage.reading() as db:
            return invoices.find(db, number=number)

    def entries(self, *, number=""):
        with self.storage.reading() as db:
            return entries.find(db, number=number)

    def open_items(self, *, side="debtors"):
        """Return the open items of the debtors or the creditors."""
        with self.storage.reading() as db:
            return entries.open_items(db, side)

    def accounts(self):
        with self.storage.reading() as db:
            return ledger.accounts(db)

    def balance(self, code):
        """Return debit minus credit of one account."""
        return next(account.balance for account in self.accounts() if account.code == code)

    def sessions(self):
        with self.storage.reading() as db:
            return [dict(row) for row in sessions.latest(db)]

    def requests(self, *, after=0, operation="", number="", limit=None):
        with self.storage.reading() as db:
            return requests.find(db, after=after, operation=operation, number=number, limit=limit)

    # editing

    def seed_relations(self, rows):
        """Add relations, each a dict of the service's own field names, with at least a Code."""
        with self.storage.transaction() as db:
            today = self.clock.today()
            return [relations.add(db, editing.whole(row), added=today) for row in rows]

    def pay(self, number, amount=None, *, relation_code=None, side="debtors", day=None):
        """Book a bank payment; the whole open amount if none is given."""
        with self.storage.transaction() as db:
            day = day or self.clock.today()
            return editing.pay(db, number, amount, relation_code=relation_code, side=side, day=day)

    def change(self, kind, record_id, values):
        """Edit a relation, invoice or entry; return whether it exists."""
        with self.storage.transaction() as db:
            return editing.change(db, kind, record_id, values)

    def copy(self, kind, record_id, number, *, times=1):
        """Enter an invoice or entry again under a number, used or not; return the last id."""
        with self.storage.transaction() as db:
            return [editing.copy(db, kind, record_id, number) for _ in range(times)][-1]

    def delete(self, kind, record_id):
        with self.storage.transaction() as db:
            return editing.delete(db, kind, record_id)

    def renew_security_code_1(self):
        with self.storage.transaction() as db:
            return renew_security_code_1(db)

    def expire_sessions(self):
        with self.storage.transaction() as db:
            sessions.expire(db)

    def set_calls(self, number, *, operation=None):
        """Set how often the service was called today, or an operation this month."""
        today = self.clock.today()
        with self.storage.transaction() as db:
            if operation:
                sessions.set_calls(db, today.strftime("%Y-%m"), operation, number)
            else:
                sessions.set_calls(db, today.isoformat(), "*", number)

    def reset(self):
        """Empty the books; the credentials stay."""
        with self.storage.transaction() as db:
            for table in EVERYTHING:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 our own names
            db.execute("DELETE FROM sqlite_sequence")
            db.execute("DELETE FROM facts WHERE name = 'last_number'")
            write_chart(db)
