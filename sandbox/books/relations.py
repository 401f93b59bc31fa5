"""Relations in the books."""

import json
from datetime import date

from .records import Relation
from .storage import insert, matching, update


def add(db, fields, *, added, visible_at=0):
    """Add a relation; return its id."""
    return insert(
        db,
        "relations",
        {
            "code": fields.get("Code") or "",
            "fields": json.dumps(fields),
            "added": added.isoformat(),
            "visible_at": visible_at,
        },
    )


def change(db, relation_id, fields):
    """Change some fields; return whether the relation exists."""
    found = find(db, relation_id=relation_id)
    if not found:
        return False
    merged = found[0].fields | fields
    values = {"code": merged.get("Code") or "", "fields": json.dumps(merged)}
    return update(db, "relations", relation_id, values)


def is_known(db, code, *, how="exact"):
    return with_code(db, code, how=how) is not None


def with_code(db, code, *, how="exact"):
    rows = find(db, code=code, how=how) if code else []
    return rows[0] if rows else None


def find(db, *, code="", relation_id=0, how="exact", visible_at=None):
    """Return the matching relations that are visible at the moment."""
    text = code.strip().casefold() if how == "tolerant" else code
    conditions, values = ["1"], {"text": text, "id": relation_id, "moment": visible_at}
    if code:
        conditions.append(matching("code", how))
    if relation_id:
        conditions.append("id = :id")
    if visible_at is not None:
        conditions.append("visible_at <= :moment")
    statement = f"SELECT * FROM relations WHERE {' AND '.join(conditions)} ORDER BY id"  # noqa: S608
    return [_relation(row) for row in db.execute(statement, values)]


def _relation(row):
    return Relation(
        id=row["id"],
        code=row["code"],
        added=date.fromisoformat(row["added"]),
        fields=json.loads(row["fields"]),
    )
