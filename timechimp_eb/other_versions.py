"""Recognise a database whose tables another version of the program made.

Before version 1.0 a migration may be rewritten, so such a database cannot be brought up to date.
Needs neither settings nor models: the demo asks before it starts anything.
"""

from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Tables of version 0.1 that have another name since.
FORMER_TABLES = frozenset({"billing_vatrate", "projects_term"})


def is_of_another_version(applied: Iterable[tuple[str, str]], tables: Iterable[str]) -> bool:
    """Judge a database by its applied migrations (app and name) and the names of its tables."""
    known = known_migrations()
    apps = {app for app, _name in known}
    unknown = {(app, name) for app, name in applied if app in apps} - known
    return bool(unknown or FORMER_TABLES & set(tables))


def known_migrations() -> set[tuple[str, str]]:
    """Return the app and the name of each migration of the program."""
    paths = ROOT.glob("*/migrations/[0-9]*.py")
    return {(path.parent.parent.name, path.stem) for path in paths}
