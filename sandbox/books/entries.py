"""Entries (mutations) in the books, and the open items that follow from them."""

from datetime import date
from decimal import Decimal

from sandbox.money import from_cents

from . import ledger, relations
from .records import Entry, EntryLine, OpenItem
from .storage import insert, matching

HEAD = tuple(name for name in Entry.__dataclass_fields__ if name != "lines")
AMOUNTS = ("entered", "net", "vat", "gross")
OPENING = {"debtors": "FactuurVerstuurd", "creditors": "FactuurOntvangen"}
PAYING = {
    "debtors": "FactuurbetalingOntvangen",
    "creditors": "FactuurbetalingVerstuurd",
}


def add(db, head, lines, *, visible_at=0):
    """Add an entry, with amounts of lines in cents; return its running number."""
    entry_id = insert(db, "entries", head | {"visible_at": visible_at})
    write_lines(db, entry_id, lines)
    return entry_id


def write_lines(db, entry_id, lines):
    db.execute("DELETE FROM entry_lines WHERE entry_id = ?", (entry_id,))
    for position, line in enumerate(lines, start=1):
        insert(db, "entry_lines", {"entry_id": entry_id, "position": position} | line)
    ledger.post(db, entry_id)


def exists(db, kind, number, *, relation_code=None):
    """Return a row if an entry of this kind has this invoice number (and relation, if given)."""
    return db.execute(
        "SELECT 1 FROM entries WHERE kind = :kind AND number = :number"
        " AND (:code IS NULL OR relation_code = :code)",
        {"kind": kind, "number": number, "code": relation_code},
    ).fetchone()


def find(
    db,
    *,
    since=1,
    until=None,
    number="",
    how="exact",
    dates=(None, None),
    visible_at=None,
):
    """Return entries by running number, invoice number and date, by running number ascending."""
    conditions = ["id >= :since"]
    values = {"since": since, "until": until, "text": number, "moment": visible_at}
    if until is not None:
        conditions.append("id <= :until")
    if number:
        fits = matching("number", how)
        within = f"id IN (SELECT entry_id FROM entry_lines WHERE {fits})"  # noqa: S608
        conditions.append(f"({matching('number', how)} OR {within})")
    for name, sign, day in (("first", ">=", dates[0]), ("last", "<=", dates[1])):
        if day is not None:
            conditions.append(f"date {sign} :{name}")
            values[name] = day.isoformat()
    if visible_at is not None:
        conditions.append("visible_at <= :moment")
    statement = f"SELECT * FROM entries WHERE {' AND '.join(conditions)} ORDER BY id"  # noqa: S608
    return [_entry(db, row) for row in db.execute(statement, values).fetchall()]


def paid(db, side="debtors"):
    """Return paid cents by relation code and invoice number."""
    rows = db.execute(
        "SELECT entries.relation_code, entry_lines.number, sum(entry_lines.gross) AS total"
        " FROM entry_lines JOIN entries ON entries.id = entry_lines.entry_id"
        " WHERE entries.kind = ? GROUP BY 1, 2",
        (PAYING[side],),
    )
    return {(row["relation_code"], row["number"]): row["total"] for row in rows}


def open_items(db, side="debtors", *, visible_at=None):
    """Return what is not fully paid, by date; one item per relation and invoice number."""
    rows = db.execute(
        "SELECT min(date) AS date, relation_code, entries.number, sum(entry_lines.gross) AS total"
        " FROM entries JOIN entry_lines ON entry_lines.entry_id = entries.id"
        " WHERE kind = :kind AND (:moment IS NULL OR visible_at <= :moment)"
        " GROUP BY relation_code, entries.number ORDER BY 1, 3",
        {"kind": OPENING[side], "moment": visible_at},
    ).fetchall()
    payments = paid(db, side)
    items = (_open_item(db, row, payments) for row in rows)
    return [item for item in items if item.open]


def _open_item(db, row, payments):
    relation = relations.with_code(db, row["relation_code"])
    settled = payments.get((row["relation_code"], row["number"]), 0)
    return OpenItem(
        date=date.fromisoformat(row["date"]),
        number=row["number"],
        relation_code=row["relation_code"],
        relation_name=relation.name if relation else "",
        amount=from_cents(row["total"]),
        paid=from_cents(settled),
        open=from_cents(row["total"] - settled),
    )


def _entry(db, row):
    values = {name: row[name] for name in HEAD}
    lines = db.execute(
        "SELECT * FROM entry_lines WHERE entry_id = ? ORDER BY position", (row["id"],)
    )
    values["date"] = date.fromisoformat(row["date"])
    return Entry(**values, lines=tuple(_line(line) for line in lines))


def _line(row):
    values = {name: row[name] for name in EntryLine.__dataclass_fields__}
    amounts = {name: from_cents(row[name]) for name in AMOUNTS}
    return EntryLine(**values | amounts | {"percentage": Decimal(row["percentage"])})
