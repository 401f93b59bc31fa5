"""The parts of the Agency page, in an order of each person's own."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import Membership

from ..models import AgencyArrangement

MONEY, NEEDS, HOURS, SHARE, TURNOVER = "money", "needs", "hours", "share", "turnover"
# The order at first.
PARTS = (MONEY, NEEDS, HOURS, SHARE, TURNOVER)
EARLIER, LATER = "earlier", "later"


def order_of(membership: Membership) -> list[str]:
    """Return the keys of all parts in the order of a person; one query.

    A part that the stored order does not know comes at its first place.
    """
    stored = AgencyArrangement.objects.filter(membership=membership).values_list("parts", flat=True)
    order = [part for part in (stored.first() or ()) if part in PARTS]
    for place, part in enumerate(PARTS):
        if part not in order:
            order.insert(place, part)
    return order


@transaction.atomic
def move(membership: Membership, part: str, *, to: str, shown: Sequence[str]) -> None:
    """Move a part one place earlier or later among those shown, or to the place of another one.

    A part that moves forward comes before that other one, one that moves back comes after it.
    Anything else moves nothing.
    """
    place = shown.index(part)
    targets = {EARLIER: place - 1, LATER: place + 1}
    target = shown.index(to) if to in shown else targets.get(to, place)
    if target == place or not 0 <= target < len(shown):
        return
    order = order_of(membership)
    order.remove(part)
    order.insert(order.index(shown[target]) + (target > place), part)
    AgencyArrangement.objects.update_or_create(membership=membership, defaults={"parts": order})


def reset(membership: Membership) -> None:
    """Take the order that everybody begins with."""
    AgencyArrangement.objects.filter(membership=membership).delete()
