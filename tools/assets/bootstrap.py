"""Keep the rules of Bootstrap whose classes occur in this program.

A class is used if it stands as a word in a template, a script or the Python of a page; more words
than classes are found, so that rather a rule too many is kept. A word that a value completes, such
as `btn-{{ kind }}`, keeps the classes that begin so and end with another word of the program.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ROOT / "ui" / "bootstrap" / "bootstrap.min.css"
PART = ROOT / "ui" / "static" / "bootstrap" / "css" / "bootstrap.part.css"
# What Bootstrap's own script adds for menus, dialogs and the drawer.
ADDED = "show showing hiding fade modal-open modal-backdrop modal-static offcanvas-backdrop"
# Where classes are named.
PLACES = ("templates/**/*.html", "ui/static/js/*.js", "*/templatetags/*.py", "lib/*.py", "ui/*.py")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-+[A-Za-z0-9_]+)*")
PREFIX = re.compile(r"(?<![\w-])[A-Za-z][\w-]*-(?=\$?\{)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
DECLARED = re.compile(r"(--bs-[\w-]+):[^;{}]*;")
READ = re.compile(r"var\((--bs-[\w-]+)")
COMMA = re.compile(r",(?![^(]*\))")
# Blocks that hold rules.
NESTED = ("@media", "@supports")


def part_of_bootstrap() -> str:
    """Return the style sheet with the rules that are used, and its licence."""
    whole = WHOLE.read_text()
    licence = whole[: whole.index("*/") + 2]
    return f"{licence}\n{_without_variables(_kept(whole[len(licence) :], Used()))}\n"


def _without_variables(css: str) -> str:
    """Return the style sheet without the variables that neither it nor ours read."""
    ours = "".join(path.read_text() for path in ROOT.glob("ui/static/**/*.css") if path != PART)
    read = set(READ.findall(css + ours))
    return DECLARED.sub(lambda found: found[0] if found[1] in read else "", css)


def missing_classes() -> set[str]:
    """Return the classes that the program uses and the stored part lacks."""
    whole, used = WHOLE.read_text().partition("/*#")[0], Used()
    classes = {name for name in CLASS.findall(whole) if used.has(f".{name}")}
    return classes - set(CLASS.findall(PART.read_text()))


class Used:
    """The words of the program, among which are the classes that it uses."""

    def __init__(self) -> None:
        texts = [path.read_text() for place in PLACES for path in ROOT.glob(place)]
        self._words = {word for text in [*texts, ADDED] for word in WORD.findall(text)}
        self._prefixes = tuple(sorted({one for text in texts for one in PREFIX.findall(text)}))

    def has(self, selector: str) -> bool:
        """Return whether all classes of a selector are used."""
        return all(map(self._has_class, CLASS.findall(selector)))

    def _has_class(self, name: str) -> bool:
        ends = (name.removeprefix(one) for one in self._prefixes if name.startswith(one))
        return name in self._words or any(end in self._words for end in ends)


def _kept(css: str, used: Used) -> str:
    kept = []
    for head, body in _blocks(css):
        if head.startswith(NESTED):
            inner = _kept(body, used)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [one for one in COMMA.split(head) if used.has(one)]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each pair of braces, and between them."""
    depth, start, opened = 0, 0, 0
    for place in (found.start() for found in re.finditer("[{}]", css)):
        if css[place] == "{":
            depth += 1
            opened = place if depth == 1 else opened
        else:
            depth -= 1
            if depth == 0:
                head = css[start:opened].rpartition(";")[2].strip()
                yield head, css[opened + 1 : place]
                start = place + 1
