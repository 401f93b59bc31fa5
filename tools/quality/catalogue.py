"""Check that every text has a translation; `--missing` prints the entries to add to the .po file.

Needs none of gettext's tools: Python files are read as syntax trees, templates as Django prepares
them for gettext.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

from timechimp_eb.translations import Message, catalogues, read_catalogue
from tools.quality.sizes import modules

ROOT = Path(__file__).resolve().parents[2]
# Function → the positions of context, text and plural among its arguments.
MARKERS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
CALL = re.compile(r"\b(?:_|n?p?gettext)\(")


class Text(NamedTuple):
    """A text in the source, as gettext knows it."""

    context: str
    id: str
    plural: str
    source_path: str


def main(arguments: list[str]) -> int:
    texts = list(texts_in_source())
    if "--missing" in arguments:
        print("\n".join(stub(text) for path in catalogues(ROOT) for text in missing(texts, path)))
        return 0
    paths = list(catalogues(ROOT))
    complaints = [line for path in paths for line in complaints_about(path, texts)]
    if not paths:
        complaints = [f"no catalogue in {ROOT / 'locale'}"]
    print("\n".join(complaints) or f"{len({text[:2] for text in texts})} texts, all translated")
    return 1 if complaints else 0


def complaints_about(path: Path, texts: Iterable[Text]) -> Iterator[str]:
    name = path.relative_to(ROOT)
    for message in read_catalogue(path):
        if message.is_fuzzy:
            yield f"{name}: fuzzy: {message.id!r}"
        elif not message.is_translated:
            yield f"{name}: untranslated: {message.id!r}"
        elif message.id and fields(message.id) != fields(message.texts[0]):
            yield f"{name}: other fields than in the source: {message.id!r}"
    for text in missing(texts, path):
        yield f"{name}: missing: {text.id!r} ({text.source_path})"


def missing(texts: Iterable[Text], path: Path) -> list[Text]:
    """Return the texts without an entry, each once."""
    known = {message_key(message) for message in read_catalogue(path)}
    found = {text[:2]: text for text in texts if text[:2] not in known}
    return list(found.values())


def message_key(message: Message) -> tuple[str, str]:
    return message.context, message.id


def fields(text: str) -> set[str]:
    """Return the placeholders; the singular of a plural may leave out its number."""
    return set(re.findall(r"%\((\w+)\)|\{(\w+)\}", text))


def stub(text: Text) -> str:
    lines = [f"#: {text.source_path}", f"msgctxt {quoted(text.context)}" if text.context else ""]
    lines += [f"msgid {quoted(text.id)}"]
    if text.plural:
        lines += [f"msgid_plural {quoted(text.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines += ['msgstr ""']
    return "\n".join(line for line in lines if line) + "\n"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


# --- Reading the source ---------------------------------------------------------------------------


def texts_in_source() -> Iterator[Text]:
    for path in modules():
        yield from texts_in_python(path.read_text(encoding="utf-8"), str(path))
    for path in sorted([*ROOT.glob("templates/**/*"), *ROOT.glob("*/templates/**/*")]):
        if path.is_file():
            yield from texts_in_template(path)


def texts_in_python(source: str, source_path: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source, filename=source_path)):
        if isinstance(node, ast.Call) and name_of(node.func) in MARKERS:
            yield from text_of(node, f"{source_path}:{node.lineno}")


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def text_of(call: ast.Call, source_path: str) -> Iterator[Text]:
    context, single, plural = (literal(call, position) for position in MARKERS[name_of(call.func)])
    if single:
        yield Text(context, single, plural, source_path)


def literal(call: ast.Call, position: int | None) -> str:
    """Return the text at a position; empty if it is not a literal, but a variable."""
    if position is None or position >= len(call.args):
        return ""
    argument = call.args[position]
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if is_text and isinstance(argument, ast.Constant) else ""


def texts_in_template(path: Path) -> Iterator[Text]:
    """Yield the texts of a template.

    Django blanks out all but the calls to gettext; each call is then parsed as Python.
    """
    prepared = templatize(path.read_text(encoding="utf-8"))
    source_path = str(path.relative_to(ROOT))
    for start in (found.start() for found in CALL.finditer(prepared)):
        yield from texts_in_python(shortest_call(prepared[start:]), source_path)


def shortest_call(text: str) -> str:
    """Return the call at the beginning of a text: up to the bracket that completes it."""
    for end in (found.end() for found in re.finditer(r"\)", text)):
        try:
            ast.parse(text[:end])
        except SyntaxError:
            continue
        return text[:end]
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
