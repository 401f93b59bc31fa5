"""Texts compared without capitals and accents: “Café” is found by “cafe”, in the database too.

PostgreSQL's own `unaccent` depends on a dictionary, so no index can hold it. `TRANSLATE` with a
fixed table can be indexed. SQLite gets the same function from here.
"""

import unicodedata
from typing import Any

from django.db.models import Func, TextField

# What has no accent to take off, and is yet typed as a plain letter.
_OTHERS = {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "ħ": "h", "Ħ": "h"}
_FIRST, _LAST = 0xC0, 0x24F


def _plain_letters() -> dict[str, str]:
    letters = dict(_OTHERS)
    for character in map(chr, range(_FIRST, _LAST + 1)):
        base = unicodedata.normalize("NFD", character)[0]
        if base.isascii() and base.isalpha():
            letters[character] = base.lower()
    return letters


_LETTERS = _plain_letters()
_TABLE = str.maketrans(_LETTERS)


def fold(text: str) -> str:
    """Return the text in lower case without accents; its length stays the same."""
    plain = text.translate(_TABLE)
    lower = plain.lower()
    return lower if len(lower) == len(text) else "".join(one.lower()[:1] for one in plain)


class Folded(Func):
    """The columns with a blank between them, in lower case without accents."""

    function = "FOLDED"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return self.as_sql(compiler, connection, template=POSTGRESQL, **options)


# The table stands in the statement itself: an index is used for exactly its own expression.
POSTGRESQL = "LOWER(TRANSLATE(%(expressions)s, '{}', '{}'))".format(
    "".join(_LETTERS), "".join(_LETTERS.values())
)


def folded_sql(*columns: str) -> str:
    """Return the expression of `Folded` on PostgreSQL, for an index."""
    joined = " || ' ' || ".join(f'"{column}"' for column in columns)
    return POSTGRESQL % {"expressions": joined}


def add_to_sqlite(sender: Any, connection: Any, **_options: Any) -> None:
    """Give a new connection with SQLite the function that `Folded` calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("FOLDED", 1, _folded, deterministic=True)


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(str(text))
