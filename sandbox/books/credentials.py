"""Credentials of the books: generated once and stored with them."""

import secrets
import uuid
from dataclasses import dataclass

ADMINISTRATION = "Voorbeeld BV"
TOWN = "Utrecht"


@dataclass(frozen=True)
class Credentials:
    """The values that a user copies to an integration."""

    username: str
    security_code_1: str
    security_code_2: str


def ensure_credentials(db, *, administration=ADMINISTRATION):
    """Store new credentials in new books; existing ones stay."""
    fresh = {
        "username": "sandbox",
        "security_code_1": secrets.token_hex(16),
        "security_code_2": str(uuid.uuid4()).upper(),
        "administration": administration,
        "town": TOWN,
    }
    for name, value in fresh.items():
        db.execute("INSERT OR IGNORE INTO facts (name, value) VALUES (?, ?)", (name, value))


def credentials(db):
    return Credentials(*(fact(db, name) for name in Credentials.__dataclass_fields__))


def fact(db, name):
    return db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()["value"]


def renew_security_code_1(db):
    """Replace the code, as after a change of password: open sessions stay valid."""
    fresh = secrets.token_hex(16)
    db.execute("UPDATE facts SET value = ? WHERE name = 'security_code_1'", (fresh,))
    return fresh
