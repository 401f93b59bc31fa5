"""Refuse what opens a program to attack; ruff's `S` rules (bandit's) find the general cases.

Read from the syntax tree, in about a second. A place that needs one stands in ALLOWED with the
reason, and a place that no longer needs it is reported too.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PRODUCT = (
    *("timechimp_eb", "operations", "privacy", "audit", "billing", "imports", "registrations"),
    *("projects", "customers", "vat", "integrations", "accounts", "lib", "ui"),
)
CODE_FROM_DATA = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
SQL_CALLS = {"execute", "executemany", "raw", "RawSQL", "extra"}
TENANT_WORDS = ("organisation", "membership", "connection", "user")
# A tag in a text; neither a group of a regular expression nor a part of an address.
TAG = re.compile(r"(?<!\(\?P)</?[A-Za-z][\w-]*(?=[\s/>]|$)")
IN_TEMPLATES = {
    "safe filter": re.compile(r"\|\s*safe(seq)?\b"),
    "autoescape off": re.compile(r"\{%-?\s*autoescape\s+off"),
}


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    text: str


# (file, rule): how many, and why each of them is safe.
SWEEP = "a sweep of the site looks after the runs of all organisations"
BY_ROW = "narrowed to rows of one organisation by each caller"
ALLOWED: dict[tuple[str, str], tuple[int, str]] = {
    ("accounts/login/second_factor.py", "mark_safe"): (1, "drawn by segno from our address"),
    ("registrations/views/overview_rows.py", "mark_safe"): (1, "numbers of the database"),
    ("ui/icons.py", "mark_safe"): (1, "a file of our own"),
    ("ui/tags/attributes.py", "mark_safe"): (1, "each part went through format_html"),
    ("billing/documents/archive/triggers.py", "SQL from strings"): (1, "names of our own triggers"),
    ("accounts/row_security.py", "SQL from strings"): (1, "names of our own tables"),
    ("audit/triggers.py", "SQL from strings"): (1, "names of our own triggers"),
    ("operations/backups/postgres.py", "SQL from strings"): (2, "composed by psycopg.sql"),
    ("operations/jobs.py", "rows of all organisations"): (1, "runs of the installation"),
    ("operations/proofs.py", "rows of all organisations"): (1, "proofs of the installation"),
    ("operations/watching.py", "rows of all organisations"): (1, "alarms of the installation"),
    ("privacy/erasure_files.py", "rows of all organisations"): (1, SWEEP),
    ("privacy/exports.py", "rows of all organisations"): (1, SWEEP),
    ("privacy/purging.py", "rows of all organisations"): (3, SWEEP),
    ("billing/reconciliation/at_rest.py", "rows of all organisations"): (1, SWEEP),
    ("lib/xlsx.py", "markup from strings"): (12, "escaped there: decisions/11"),
    ("billing/invoices/in_background.py", "rows of all organisations"): (1, SWEEP),
    ("billing/reconciliation/runs.py", "rows of all organisations"): (1, SWEEP),
    ("billing/tasks.py", "rows of all organisations"): (1, SWEEP),
    ("customers/nightly.py", "rows of all organisations"): (1, SWEEP),
    ("imports/tasks.py", "rows of all organisations"): (1, SWEEP),
    ("integrations/runs.py", "rows of all organisations"): (1, "one run, by its number"),
    ("billing/unbilled/releasing.py", "rows of all organisations"): (1, BY_ROW),
    ("billing/unbilled/work.py", "rows of all organisations"): (3, "what read rows refer to"),
    ("registrations/expected.py", "rows of all organisations"): (1, BY_ROW),
    ("registrations/rates/rate_effects.py", "rows of all organisations"): (1, BY_ROW),
    ("registrations/rates/rated.py", "rows of all organisations"): (1, BY_ROW),
}


def main() -> int:
    findings = list(everything(Path()))
    complaints = list(judge(findings, ALLOWED))
    print("\n".join(complaints))
    return 1 if complaints else 0


def judge(
    findings: list[Finding], allowed: dict[tuple[str, str], tuple[int, str]]
) -> Iterator[str]:
    """Return a line for what is not allowed, and for what is allowed and not there."""
    counts = Counter((one.path, one.rule) for one in findings)
    for place in sorted(set(counts) | set(allowed)):
        most = allowed.get(place, (0, ""))[0]
        if counts[place] > most:
            for one in findings:
                if (one.path, one.rule) == place:
                    yield f"{one.path}:{one.line}: {one.rule}: {one.text}"
        elif counts[place] < most:
            yield f"{place[0]}: {place[1]} is allowed {most} times and found {counts[place]} times"


def everything(root: Path) -> Iterator[Finding]:
    for path in modules(root):
        yield from in_module(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    for path in sorted((root / "templates").glob("**/*")):
        # In a plain text nothing is a tag.
        if path.is_file() and path.suffix not in (".txt", ".typ"):
            yield from in_template(path.read_text(encoding="utf-8"), str(path.relative_to(root)))


def modules(root: Path) -> Iterator[Path]:
    for package in PRODUCT:
        for path in sorted((root / package).glob("**/*.py")):
            if "migrations" not in path.parts:
                yield path


def in_template(text: str, path: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        for rule, pattern in IN_TEMPLATES.items():
            if pattern.search(line):
                yield Finding(path, number, rule, line.strip()[:80])


def in_module(text: str, path: str) -> Iterator[Finding]:
    tree = ast.parse(text, filename=path)
    built = names_of_built_texts(tree)
    escaped = {id(call.args[0]) for call in calls(tree, "format_html") if call.args}
    for node in ast.walk(tree):
        for rule in rules_broken(node, built, escaped):
            shown = ast.unparse(node).splitlines()[0][:80]
            yield Finding(path, getattr(node, "lineno", 0), rule, shown)


def rules_broken(node: ast.AST, built: set[str], escaped: set[int]) -> Iterator[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from imported(node, [alias.name for alias in names])
        case ast.Call():
            yield from called(node, built)
        case ast.JoinedStr() | ast.BinOp() if id(node) not in escaped and is_markup(node):
            yield "markup from strings"


def imported(node: ast.Import | ast.ImportFrom, names: list[str]) -> Iterator[str]:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    packages = {module.partition(".")[0], *(name.partition(".")[0] for name in names)}
    if packages & CODE_FROM_DATA:
        yield "code from data"
    if "csrf_exempt" in names:
        yield "csrf_exempt"


def called(call: ast.Call, built: set[str]) -> Iterator[str]:
    name = name_of(call.func)
    if name in ("mark_safe", "SafeString", "SafeText") and not all(map(is_constant, call.args)):
        yield "mark_safe"
    if name in SQL_CALLS and call.args and is_built(call.args[0], built):
        yield "SQL from strings"
    if name == "all" and isinstance(call.func, ast.Attribute) and is_manager(call.func.value):
        yield "rows of all organisations"
    if name == "get_object_or_404" and is_of_any_organisation(call):
        yield "rows of all organisations"


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) == name:
            yield node


def name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_of_any_organisation(call: ast.Call) -> bool:
    """Return whether a row is taken from a model, and by nothing that belongs to a tenant."""
    keywords = " ".join(keyword.arg or "" for keyword in call.keywords)
    match call.args:
        case [ast.Name(id=name), *_] if name[:1].isupper():
            return not any(word in keywords for word in TENANT_WORDS)
    return False


def is_manager(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")


def is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def names_of_built_texts(tree: ast.AST) -> set[str]:
    """Return the names that are given a text with something put into it."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_built(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_built(node: ast.expr, built: set[str]) -> bool:
    """Return whether a text has something put into it that is no constant of the line."""
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(op=ast.Mod(), left=left):
            return is_text(left)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return (is_text(left) or is_text(right)) and not (
                is_constant(left) and is_constant(right)
            )
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
        case ast.Name(id=name):
            return name in built
    return False


def is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def is_markup(node: ast.expr) -> bool:
    """Return whether a text with something put into it contains a tag."""
    return is_built(node, set()) and any(
        TAG.search(part.value)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


if __name__ == "__main__":
    sys.exit(main())
