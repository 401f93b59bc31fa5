"""Compile message catalogues without gettext's tools: read .po files, write .mo files.

Uses the standard library only, because ./run imports it before any package is installed.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MO_MAGIC = 0x950412DE
FIELD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")$')


class Message(NamedTuple):
    """One entry. `plural` is empty without plural forms; `texts` are the translated forms."""

    context: str
    id: str
    plural: str
    texts: tuple[str, ...]
    is_fuzzy: bool

    @property
    def is_translated(self) -> bool:
        return bool(self.texts) and all(self.texts)

    @property
    def key(self) -> str:
        """Return the key of this message in a .mo file."""
        single = f"{self.context}\x04{self.id}" if self.context else self.id
        return f"{single}\0{self.plural}" if self.plural else single


def read_catalogue(path: Path) -> list[Message]:
    """Return the messages of a .po file, with the header (empty id) and without obsolete ones."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    return [_read_block(block) for block in blocks if re.search(r"^msgid", block, re.MULTILINE)]


def _read_block(block: str) -> Message:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if found := FIELD.match(line):
            name, text = found.groups()
            fields[name] = ast.literal_eval(text)
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
    return Message(
        context=fields.get("msgctxt", ""),
        id=fields.get("msgid", ""),
        plural=fields.get("msgid_plural", ""),
        texts=tuple(text for name, text in fields.items() if name.startswith("msgstr")),
        is_fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE)),
    )


def compile_catalogue(messages: list[Message]) -> bytes:
    """Return the content of a .mo file, without fuzzy and untranslated messages, as msgfmt does."""
    usable = [message for message in messages if message.is_translated and not message.is_fuzzy]
    pairs = sorted((message.key.encode(), "\0".join(message.texts).encode()) for message in usable)
    table_size = 8 * len(pairs)
    keys, texts = [key for key, _ in pairs], [text for _, text in pairs]
    header = struct.pack("<7I", MO_MAGIC, 0, len(pairs), 28, 28 + table_size, 0, 0)
    first = 28 + 2 * table_size
    after_keys = first + sum(len(key) + 1 for key in keys)
    tables = _table(keys, offset=first) + _table(texts, offset=after_keys)
    return header + tables + b"".join(part + b"\0" for part in [*keys, *texts])


def _table(parts: list[bytes], *, offset: int) -> bytes:
    rows = b""
    for part in parts:
        rows += struct.pack("<2I", len(part), offset)
        offset += len(part) + 1
    return rows


def catalogues(root: Path) -> Iterator[Path]:
    yield from sorted(root.glob("locale/*/LC_MESSAGES/*.po"))


def compile_stale(root: Path) -> None:
    """Compile every catalogue under root whose .mo file is missing or older than its .po file."""
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        content = compile_catalogue(read_catalogue(source))
        try:
            partial = target.with_suffix(".mo.new")
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            print(f"{target} cannot be written, so texts stay English: {error}", file=sys.stderr)


if __name__ == "__main__":
    compile_stale(Path(__file__).resolve().parent.parent)
