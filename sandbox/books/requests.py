"""The log of all requests, without their secrets."""

from .records import RequestRecord
from .storage import insert, update

SECRET = ("SecurityCode1", "SecurityCode2", "SessionID")
KEPT = 64 * 1024
# The operations that return documents with their numbers.
LISTS = ("GetFacturen", "GetMutaties")


def receive(db, *, at, bytes_in):
    """Record a new request; return its id."""
    return insert(
        db,
        "requests",
        {"at": at.isoformat(timespec="milliseconds"), "bytes_in": bytes_in},
    )


def note(db, request_id, **values):
    """Record more about a request."""
    update(db, "requests", request_id, values)


def note_numbers(db, request_id, numbers):
    """Record the invoice numbers that the answer lists."""
    rows = [(request_id, number) for number in numbers]
    db.executemany("INSERT INTO listed_numbers (request_id, number) VALUES (?, ?)", rows)


def find(db, *, after=0, operation="", number="", limit=None):
    """Return requests in order of arrival; with a limit, the latest ones."""
    rows = db.execute(
        "SELECT * FROM requests WHERE id > :after"
        " AND (:operation = '' OR operation = :operation) AND (:number = '' OR number = :number)"
        " ORDER BY id DESC LIMIT :limit",
        {
            "after": after,
            "operation": operation,
            "number": number,
            "limit": -1 if limit is None else limit,
        },
    ).fetchall()
    return [_record(db, row) for row in reversed(rows)]


def _record(db, row):
    names = RequestRecord.__dataclass_fields__.keys() - {"numbers"}
    values = {name: row[name] for name in names}
    return RequestRecord(**values | {"applied": bool(row["applied"])}, numbers=_listed(db, row))


def _listed(db, row):
    if row["number"] or row["operation"] not in LISTS:
        return ()
    question = "SELECT number FROM listed_numbers WHERE request_id = ?"
    return tuple(number for (number,) in db.execute(question, (row["id"],)))
