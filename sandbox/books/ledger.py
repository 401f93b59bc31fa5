"""Ledger accounts, postings and balances. Debit is positive."""

from sandbox.money import from_cents
from sandbox.vat import CODES

from .records import Account
from .storage import insert

# the side of the head account of an entry: debit (1) or credit (-1)
HEAD_SIDE = {
    "OpeningsSaldo": 1,
    "FactuurVerstuurd": 1,
    "FactuurOntvangen": -1,
    "FactuurbetalingOntvangen": 1,
    "FactuurbetalingVerstuurd": -1,
    "GeldOntvangen": 1,
    "GeldUitgegeven": -1,
    "Memoriaal": 1,
}


def account(db, code):
    """Return the account with this code, or None."""
    row = db.execute("SELECT * FROM accounts WHERE code = ?", (code or "",)).fetchone()
    return _account(row) if row else None


def accounts(db):
    """Return all accounts with their balance, by code."""
    totals = balances(db)
    rows = db.execute("SELECT * FROM accounts ORDER BY code").fetchall()
    return [_account(row, balance=from_cents(totals.get(row["code"], 0))) for row in rows]


def lowest(db, category):
    """Return the code of the lowest account of a category, or an empty text."""
    row = db.execute("SELECT min(code) FROM accounts WHERE category = ?", (category,)).fetchone()
    return row[0] or ""


def balances(db, *, code="", cost_centre=0, since=None, until=None):
    """Return the balance in cents by account code, between two dates, both inclusive."""
    rows = db.execute(
        "SELECT account, sum(amount) AS total FROM postings"
        " WHERE (:code = '' OR account = :code) AND (:centre = 0 OR cost_centre = :centre)"
        " AND (:since IS NULL OR date >= :since) AND (:until IS NULL OR date <= :until)"
        " GROUP BY account",
        {
            "code": code,
            "centre": cost_centre,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        },
    )
    return {row["account"]: row["total"] for row in rows}


def post(db, entry_id):
    """Write the debit and credit of an entry again, from its head and lines."""
    db.execute("DELETE FROM postings WHERE entry_id = ?", (entry_id,))
    head = db.execute("SELECT * FROM entries WHERE id = ?", (entry_id,)).fetchone()
    side = HEAD_SIDE[head["kind"]]
    lines = db.execute("SELECT * FROM entry_lines WHERE entry_id = ?", (entry_id,)).fetchall()
    total = sum(line["gross"] for line in lines)
    rows = [(head["account"], 0, side * total)]
    for line in lines:
        rows.append((line["account"], line["cost_centre"], -side * line["net"]))
        if line["vat"]:
            rows.append((_vat_account(db, line["vat_code"]), 0, -side * line["vat"]))
    for code, centre, amount in rows:
        insert(
            db,
            "postings",
            {
                "entry_id": entry_id,
                "date": head["date"],
                "account": code,
                "cost_centre": centre,
                "amount": amount,
            },
        )


def _vat_account(db, vat_code):
    kind = CODES[vat_code].account
    return lowest(db, "AFOVERIG" if kind in ("none", "reversed") else kind)


def _account(row, **more):
    return Account(
        id=row["id"],
        code=row["code"],
        description=row["description"],
        category=row["category"],
        grouping=row["grouping"],
        **more,
    )
