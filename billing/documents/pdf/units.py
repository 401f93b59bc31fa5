"""The printed names of units."""

from django.utils.translation import gettext as _


def unit_name(unit: str) -> str:
    """Return the name in the active language; a custom unit is returned as typed."""
    return {"hour": _("hour"), "piece": _("piece"), "km": "km"}.get(unit, unit)
