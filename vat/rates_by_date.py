"""Which VAT rate holds on the day of supply: a rate and those it follows on are one over time.

Art. 13(1) of the Turnover Tax Act 1968: VAT is due at the moment of supply, so at the rate of that
day, whenever the invoice is made. Pure: no database.
"""

import datetime
from collections.abc import Mapping

from .models import VatRate


class NoRateThen(Exception):
    """The rate does not hold on that day, and no rate before or after it does."""

    def __init__(self, rate: VatRate) -> None:
        super().__init__(str(rate))
        self.rate = rate


def rate_on(rate: VatRate, day: datetime.date, *, rates: Mapping[int, VatRate]) -> VatRate:
    """The rate of that day of supply: this one, one that follows on it, or one it follows on.

    `rates` are all those of the organisation, by id. Raises NoRateThen with the last that was
    tried.
    """
    followers = {one.replaces_id: one for one in rates.values() if one.replaces_id}
    # Towards that day and no further: a chain has an end, even one that was tied into a ring.
    for _step in range(len(rates) + 1):
        if has_ended(rate, day):
            follower = followers.get(rate.pk)
            if follower is None or not_yet(follower, day):
                break
            rate = follower
        elif not_yet(rate, day):
            before = rates.get(rate.replaces_id or 0)
            if before is None or has_ended(before, day):
                break
            rate = before
        else:
            return rate
    raise NoRateThen(rate)


def has_ended(rate: VatRate, day: datetime.date) -> bool:
    """The last day of the rate was before that day."""
    return rate.valid_until is not None and rate.valid_until < day


def not_yet(rate: VatRate, day: datetime.date) -> bool:
    """The first day of the rate is after that day."""
    return rate.valid_from is not None and day < rate.valid_from
