"""Placeholders in texts of mails: {number} and the like, filled in without running anything."""

import re
from collections.abc import Iterable, Mapping

PLACEHOLDERS = ("customer", "number", "total", "due_date", "organisation")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str, *, known: Iterable[str] = PLACEHOLDERS) -> list[str]:
    """What stands in braces and cannot be filled in, in order."""
    return [name for name in IN_BRACES.findall(text) if name not in known]


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """The text with every known placeholder replaced; other braces stay as they are."""
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)
