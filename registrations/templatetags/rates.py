"""The card with the rates of an object, from a date on; and the button to undo a change."""

from typing import Any

from django import template

from audit.models import Entry
from projects.models import RateKind
from registrations.rates.rate_changes import change_recorded_as
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


@register.inclusion_tag("registrations/rate_undo.html", takes_context=True)
def undo_rate(context: Any, entry: Entry) -> dict[str, Any]:
    """Show the button to undo the change of a rate that an entry of the audit log recorded.

    Empty for other entries, and when the rates were changed after it.
    """
    request = context["request"]
    change = change_recorded_as(entry)
    if change is None or not may_price(change.subject, by=request.membership):
        return {}
    return {"change": change, "request": request, "csrf_token": context.get("csrf_token")}
