"""Small things that pages of billing say."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    """The name that belongs to a code, such as that of a ledger account; empty if unknown."""
    return names.get(code, "")
