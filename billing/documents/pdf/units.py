"""The names of units on paper."""

from django.utils.translation import gettext as _


def unit_name(unit: str) -> str:
    """In the language of now; a unit of one's own as it was typed."""
    return {"hour": _("hour"), "piece": _("piece"), "km": "km"}.get(unit, unit)
