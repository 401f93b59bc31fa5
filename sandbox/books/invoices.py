"""Invoices in the invoicing module of the books."""

import json
import secrets
from datetime import date
from decimal import Decimal

from sandbox.money import from_cents, share_of, to_cents
from sandbox.vat import CODES

from . import entries
from .records import Invoice, InvoiceLine
from .storage import insert, matching, update


def totals(lines, *, day, vat_rounded="rate"):
    """Return net and VAT of invoice lines in cents, with VAT rounded per rate or per line."""
    nets = [(CODES[line.vat_code].percentage(day), net_of(line)) for line in lines]
    if vat_rounded == "line":
        vat = sum(share_of(net, rate) for rate, net in nets)
    else:
        per_rate: dict[Decimal, int] = {}
        for rate, net in nets:
            per_rate[rate] = per_rate.get(rate, 0) + net
        vat = sum(share_of(net, rate) for rate, net in per_rate.items())
    return sum(net for _rate, net in nets), vat


def net_of(line):
    """Return quantity times price, in cents."""
    return to_cents(line.quantity * line.price)


def add(db, head, lines, *, visible_at=0, vat_rounded="rate"):
    """Write an invoice; return its id."""
    day = date.fromisoformat(head["date"])
    net, vat = totals(lines, day=day, vat_rounded=vat_rounded)
    own = {
        "net": net,
        "vat": vat,
        "secret": "".join(secrets.choice("0123456789") for _ in range(20)),
        "visible_at": visible_at,
    }
    invoice_id = insert(db, "invoices", head | own)
    write_lines(db, invoice_id, lines)
    return invoice_id


def write_lines(db, invoice_id, lines):
    db.execute("DELETE FROM invoice_lines WHERE invoice_id = ?", (invoice_id,))
    for position, line in enumerate(lines, start=1):
        texts = {"quantity": str(line.quantity), "price": str(line.price)}
        insert(
            db,
            "invoice_lines",
            {"invoice_id": invoice_id, "position": position} | vars(line) | texts,
        )


def recompute(db, invoice_id):
    """Calculate the totals again, after the lines were edited."""
    (invoice,) = find(db, invoice_id=invoice_id)
    net, vat = totals(invoice.lines, day=invoice.date)
    update(db, "invoices", invoice_id, {"net": net, "vat": vat})


def exists(db, number):
    return db.execute("SELECT 1 FROM invoices WHERE number = ?", (number,)).fetchone()


def next_number(db, switches):
    """Return the first unused number of the automatic series."""
    counter = _last_counter(db)
    while True:
        counter += 1
        number = switches.number(counter)
        if not exists(db, number) and not entries.exists(db, "FactuurVerstuurd", number):
            _remember_counter(db, counter)
            return number


def _last_counter(db):
    row = db.execute("SELECT value FROM facts WHERE name = 'last_number'").fetchone()
    return int(row["value"]) if row else 0


def _remember_counter(db, counter):
    db.execute("INSERT OR REPLACE INTO facts VALUES ('last_number', ?)", (str(counter),))


def find(
    db,
    *,
    invoice_id=0,
    number="",
    relation_code="",
    how="exact",
    dates=(None, None),
    visible_at=None,
):
    """Return the matching invoices, in order of creation."""
    conditions = ["1"]
    values = {"text": number, "code": relation_code, "id": invoice_id, "moment": visible_at}
    if invoice_id:
        conditions.append("id = :id")
    if number:
        conditions.append(matching("number", how))
    if relation_code:
        conditions.append("relation_code = :code")
    for name, sign, day in (("first", ">=", dates[0]), ("last", "<=", dates[1])):
        if day is not None:
            conditions.append(f"date {sign} :{name}")
            values[name] = day.isoformat()
    if visible_at is not None:
        conditions.append("visible_at <= :moment")
    statement = f"SELECT * FROM invoices WHERE {' AND '.join(conditions)} ORDER BY id"  # noqa: S608
    rows = db.execute(statement, values).fetchall()
    payments = entries.paid(db) if rows else {}
    return [_invoice(db, row, payments) for row in rows]


def _invoice(db, row, payments):
    total = row["net"] + row["vat"]
    settled = payments.get((row["relation_code"], row["number"]), 0)
    lines = db.execute(
        "SELECT * FROM invoice_lines WHERE invoice_id = ? ORDER BY position",
        (row["id"],),
    )
    return Invoice(
        id=row["id"],
        number=row["number"],
        relation_code=row["relation_code"],
        date=date.fromisoformat(row["date"]),
        term=row["term"],
        template=row["template"],
        net=from_cents(row["net"]),
        vat=from_cents(row["vat"]),
        total=from_cents(total),
        open=from_cents(total - settled),
        entry=row["entry_id"],
        secret=row["secret"],
        extras=json.loads(row["extras"]),
        lines=tuple(_line(line) for line in lines),
    )


def _line(row):
    values = {name: row[name] for name in InvoiceLine.__dataclass_fields__}
    numbers = {"quantity": Decimal(row["quantity"]), "price": Decimal(row["price"])}
    return InvoiceLine(**values | numbers)
