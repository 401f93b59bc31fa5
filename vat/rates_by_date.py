"""The VAT rate that is valid on the day of supply, in the chain of a rate and its replacements.

Art. 13(1) of the Turnover Tax Act 1968: VAT is due at the moment of supply, so the rate of that day
applies, whenever the invoice is made. No queries.
"""

import datetime
from collections.abc import Mapping

from .models import VatRate


class NoRateThen(Exception):
    """Neither the rate nor a rate before or after it in its chain is valid on that day."""

    def __init__(self, rate: VatRate) -> None:
        super().__init__(str(rate))
        self.rate = rate


def rate_on(rate: VatRate, day: datetime.date, *, rates: Mapping[int, VatRate]) -> VatRate:
    """Return the rate for a day of supply: this one, a successor or a predecessor.

    `rates` are all rates of the organisation, by id. Raises NoRateThen with the last rate tried.
    """
    if not has_ended(rate, day) and not has_not_started(rate, day):
        return rate
    followers = {one.replaces_id: one for one in rates.values() if one.replaces_id}
    # The number of steps is bounded, because a chain of rates may be circular.
    for _step in range(len(rates) + 1):
        if has_ended(rate, day):
            follower = followers.get(rate.pk)
            if follower is None or has_not_started(follower, day):
                break
            rate = follower
        elif has_not_started(rate, day):
            before = rates.get(rate.replaces_id or 0)
            if before is None or has_ended(before, day):
                break
            rate = before
        else:
            return rate
    raise NoRateThen(rate)


def has_ended(rate: VatRate, day: datetime.date) -> bool:
    """Return whether the last day of the rate is before that day."""
    return rate.valid_until is not None and rate.valid_until < day


def has_not_started(rate: VatRate, day: datetime.date) -> bool:
    """Return whether the first day of the rate is after that day."""
    return rate.valid_from is not None and day < rate.valid_from
