"""Manual changes in the books: enter a payment; change, copy or delete a record."""

from dataclasses import replace
from decimal import Decimal

from sandbox.money import to_cents
from sandbox.schema import contract

from . import entries, invoices, ledger, relations
from .storage import update

BANK = "1010"
COLUMNS = {
    "invoices": ("number", "relation_code", "date", "term", "template", "entry_id"),
    "entries": (
        "kind",
        "date",
        "account",
        "relation_code",
        "number",
        "voucher",
        "description",
        "term",
        "reference",
        "in_ex",
    ),
}


def whole(fields):
    """Return a relation with a value for every field of the service."""
    known = {field.name: field.type for field in contract().types["cRelatie"]}
    unknown = set(fields) - set(known)
    if unknown:
        raise ValueError(f"A relation has no field {', '.join(sorted(unknown))}.")
    empty = {name: 0 if kind == "long" else "" for name, kind in known.items()}
    values = empty | {"BP": "B"} | fields
    return {name: value for name, value in values.items() if name not in ("ID", "AddDatum")}


def pay(db, number, amount, *, relation_code, side, day):
    """Return the number of the entry; raise LookupError if nothing is open under the number."""
    candidates = (
        item
        for item in entries.open_items(db, side)
        if item.number == number and relation_code in (None, item.relation_code)
    )
    item = next(candidates, None)
    if item is None:
        raise LookupError(f"Nothing is open on invoice {number}.")
    cents = to_cents(item.open if amount is None else Decimal(amount))
    head = {
        "kind": entries.PAYING[side],
        "date": day.isoformat(),
        "account": BANK,
        "relation_code": item.relation_code,
        "number": "",
        "voucher": "",
        "description": f"Betaling factuur {number}",
        "term": "",
        "reference": "",
        "in_ex": "EX",
    }
    return entries.add(db, head, [_payment_line(db, number, cents, side)])


def _payment_line(db, number, cents, side):
    return {
        "entered": cents,
        "net": cents,
        "vat": 0,
        "gross": cents,
        "vat_code": "GEEN",
        "percentage": "0",
        "number": number,
        "account": ledger.lowest(db, "DEB" if side == "debtors" else "CRED"),
        "cost_centre": 0,
    }


def change(db, kind, record_id, values):
    """Change values of a record; `lines` of an invoice or entry are matched by position."""
    if kind == "relations":
        whole(values)
        return relations.change(db, record_id, values)
    values = dict(values)
    changed_lines = values.pop("lines", None)
    unknown = set(values) - set(COLUMNS[kind])
    if unknown:
        raise ValueError(f"{kind} have no {', '.join(sorted(unknown))} to change.")
    found = db.execute(f"SELECT 1 FROM {kind} WHERE id = ?", (record_id,)).fetchone()  # noqa: S608
    if not found:
        return False
    if values:
        update(db, kind, record_id, values)
    if changed_lines:
        _change_lines(db, kind, record_id, changed_lines)
    if kind == "invoices":
        invoices.recompute(db, record_id)
    else:
        ledger.post(db, record_id)
    return True


def _change_lines(db, kind, record_id, changes):
    if kind == "invoices":
        (invoice,) = invoices.find(db, invoice_id=record_id)
        pairs = zip(invoice.lines, _padded(changes, invoice.lines), strict=True)
        invoices.write_lines(
            db,
            record_id,
            [replace(line, **_decimals(change)) for line, change in pairs],
        )
        return
    (entry,) = entries.find(db, since=record_id, until=record_id)
    rows = [
        vars(line) | _decimals(change)
        for line, change in zip(entry.lines, _padded(changes, entry.lines), strict=True)
    ]
    for row in rows:
        row |= {name: to_cents(row[name]) for name in entries.AMOUNTS}
        row["percentage"] = str(row["percentage"])
    entries.write_lines(db, record_id, rows)


def _padded(changes, lines):
    return [*changes, *({} for _ in lines[len(changes) :])]


def _decimals(change):
    numbers = ("quantity", "price", "percentage", *entries.AMOUNTS)
    return {
        name: Decimal(str(value)) if name in numbers else value for name, value in change.items()
    }


def copy(db, kind, record_id, number):
    """Enter an invoice or entry a second time, as a mistake; return its id."""
    if kind == "invoices":
        (invoice,) = invoices.find(db, invoice_id=record_id)
        head = {name: getattr(invoice, name) for name in ("relation_code", "term", "template")}
        head |= {"number": number, "date": invoice.date.isoformat(), "extras": "{}"}
        return invoices.add(db, head, invoice.lines)
    (entry,) = entries.find(db, since=record_id, until=record_id)
    head = {name: getattr(entry, name) for name in entries.HEAD if name != "id"}
    head |= {"number": number, "date": entry.date.isoformat()}
    return entries.add(db, head, [_copied(line, number) for line in entry.lines])


def _copied(line, number):
    row = vars(line) | {"number": number, "percentage": str(line.percentage)}
    return row | {name: to_cents(row[name]) for name in entries.AMOUNTS}


def delete(db, kind, record_id):
    """Delete a record; the entry of an invoice stays, as does the invoice of an entry."""
    if kind not in ("relations", *COLUMNS):
        raise ValueError(f"There are no {kind} to delete.")
    was_deleted = db.execute(f"DELETE FROM {kind} WHERE id = ?", (record_id,))  # noqa: S608
    return was_deleted.rowcount == 1
