"""Template filters and tags of the billing pages."""

from collections.abc import Mapping

from django import template

from registrations.models import Registration

from ..models import InvoiceLine
from ..unbilled.releasing import trail_of

register = template.Library()


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    """Return the name that belongs to a code, such as a ledger account; empty if unknown."""
    return names.get(code, "")


@register.simple_tag
def row_trail(row: Registration) -> list[InvoiceLine]:
    """Return the credit lines that took the row off an invoice, the oldest first."""
    return trail_of(row)
