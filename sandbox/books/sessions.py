"""Sessions of clients, and the number of calls to the service."""

import uuid

from .storage import insert


def open_session(db, *, source, at, alone=False):
    """Return the id, a GUID without braces; `alone` closes every other session."""
    if alone:
        db.execute("UPDATE sessions SET closed = 1")
    session_id = str(uuid.uuid4()).upper()
    insert(
        db,
        "sessions",
        {"id": session_id, "source": source or "", "opened_at": at, "used_at": at},
    )
    return session_id


def session(db, session_id):
    return db.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()


def touch(db, session_id, *, at):
    db.execute("UPDATE sessions SET used_at = ? WHERE id = ?", (at, session_id))


def expire(db, session_id=None):
    """Let one session, or all of them, expire."""
    db.execute(
        "UPDATE sessions SET expired = 1 WHERE :id IS NULL OR id = :id",
        {"id": session_id},
    )


def close(db, session_id):
    db.execute("UPDATE sessions SET closed = 1 WHERE id = ?", (session_id,))


def bare(session_id):
    """Return a session id as stored: upper case, without braces and blanks around it."""
    return (session_id or "").strip().strip("{}").upper()


def latest(db, limit=20):
    return db.execute("SELECT * FROM sessions ORDER BY opened_at DESC LIMIT ?", (limit,)).fetchall()


def calls(db, period, subject):
    row = db.execute(
        "SELECT calls FROM counters WHERE period = ? AND subject = ?", (period, subject)
    ).fetchone()
    return row["calls"] if row else 0


def count_call(db, period, subject):
    db.execute(
        "INSERT INTO counters VALUES (?, ?, 1)"
        " ON CONFLICT (period, subject) DO UPDATE SET calls = calls + 1",
        (period, subject),
    )


def set_calls(db, period, subject, number):
    db.execute("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", (period, subject, number))
