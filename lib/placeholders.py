"""Placeholders in texts of mails, such as {number}; filling them in evaluates nothing."""

import re
from collections.abc import Iterable, Mapping

PLACEHOLDERS = ("customer", "number", "total", "due_date", "organisation")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str, *, known: Iterable[str] = PLACEHOLDERS) -> list[str]:
    """Return the names in braces that are not known, in order."""
    return [name for name in IN_BRACES.findall(text) if name not in known]


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace every known placeholder; other braces are kept."""
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)
