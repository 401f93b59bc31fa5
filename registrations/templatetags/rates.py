"""The card with the rates of an object, from a date on."""

from typing import Any

from django import template

from projects.models import RateKind
from registrations.rates.rated import may_price, periods_of, rated

register = template.Library()


@register.inclusion_tag("registrations/rates_card.html", takes_context=True)
def rates_card(context: Any, row: Any, kind: str = RateKind.SALES) -> dict[str, Any]:
    """Show the periods of its rates, with buttons to set, change and remove one; one query.

    Empty for a member who does not set them.
    """
    one = rated(row, kind)
    if not may_price(one.subject, by=context["request"].membership):
        return {}
    ((_one, periods),) = periods_of([one], kind)
    return {"rated": one, "periods": periods, "kind": kind, "request": context["request"]}
