"""The posting rule of an item: its VAT rate, ledger account and cost centre.

Its own override comes first, then the customer's, then the organisation's. Of a VAT rate that
changed by law, the rate of the day of supply holds.

A customer whose rate is no domestic one (reverse charge, within the EU, outside it, exempt) has it
for everything. One exception: within the EU goods and services are told apart (art. 138 and 44 of
Directive 2006/112, and the ICP return), and only the task or the expense category knows which it
is. So their rate goes before the customer's if both are within the EU. For a customer in the
Netherlands a rate within the EU is ignored.
"""

import datetime
from dataclasses import replace
from decimal import Decimal

from accounts.models import Organisation
from customers.models import Customer
from integrations.models import Connection
from lib.countries import HOME
from projects.models import ExpenseCategory, Task, TripSettings
from vat.models import VatRate
from vat.rates_by_date import rate_on
from vat.territories import where
from vat.treatments import WITHIN_EU, VatTreatment

from .items import PostingRule

# For an organisation without a default rate: an item with this rule cannot be billed.
NO_RATE = PostingRule(0, Decimal(0), "", "", "", None)


class PostingRules:
    """The VAT rates, accounts and cost centres of one organisation, read once."""

    def __init__(self, organisation: Organisation) -> None:
        self.rates = {rate.pk: rate for rate in organisation.vat_rates.all()}
        self.default_rate = next((rate for rate in self.rates.values() if rate.is_default), None)
        connection = Connection.objects.filter(organisation=organisation).first()
        self.ledger_account = connection.ledger_account if connection else ""
        settings = TripSettings.objects.filter(organisation=organisation).first()
        self.trip_settings = settings or TripSettings(organisation=organisation)
        # What was found before, because a hundred thousand rows have few customers and tasks.
        self._chosen_before: dict[tuple[int | None, int], VatRate | None] = {}
        self._rules: dict[tuple[int, object], PostingRule] = {}

    def of(
        self,
        subject: Task | ExpenseCategory | TripSettings | None,
        customer: Customer,
        *,
        on: datetime.date,
        own: VatRate | None = None,
    ) -> PostingRule:
        """Return the posting rule of a thing for a customer, supplied on a day.

        `own` is a rate chosen on the row itself. Raises NoRateThen if neither the rate nor one
        before or after it in its chain is valid on that day.
        """
        chosen = self._chosen(own.id if own else subject.vat_rate_id if subject else None, customer)
        if chosen is None:
            return replace(NO_RATE, ledger_account=self.ledger_account)
        rate = rate_on(chosen, on, rates=self.rates)
        # `id` and not `pk`, which is a property: this is asked for each of many rows.
        key = rate.id, (type(subject), subject.id) if subject else None
        if key not in self._rules:
            self._rules[key] = self._rule(rate, subject)
        return self._rules[key]

    def _rule(
        self, rate: VatRate, subject: Task | ExpenseCategory | TripSettings | None
    ) -> PostingRule:
        return PostingRule(
            vat_rate_id=rate.pk,
            vat_percentage=rate.percentage,
            vat_code=rate.code,
            vat_treatment=rate.treatment,
            ledger_account=(subject.ledger_account if subject else "") or self.ledger_account,
            cost_centre_id=subject.cost_centre_id if subject else None,
        )

    def _chosen(self, override: int | None, customer: Customer) -> VatRate | None:
        """Return the rate regardless of the day; None if the organisation has no default rate."""
        key = override, customer.id
        if key not in self._chosen_before:
            self._chosen_before[key] = self._choose(override, customer)
        return self._chosen_before[key]

    def _choose(self, override: int | None, customer: Customer) -> VatRate | None:
        customers_rate = self.rates.get(customer.vat_rate_id or 0)
        own = self.rates.get(override or 0)
        if (
            own
            and own.treatment in WITHIN_EU
            and not _is_billed_within_eu(customer, customers_rate)
        ):
            own = None
        if customers_rate and customers_rate.treatment != VatTreatment.DOMESTIC:
            both_within_eu = own and {own.treatment, customers_rate.treatment} <= WITHIN_EU
            return own if both_within_eu else customers_rate
        return own or customers_rate or self.default_rate


def _is_billed_within_eu(customer: Customer, rate: VatRate | None) -> bool:
    """Return whether its rate is within the EU, or it is in another country of the EU."""
    place = where(customer.country, customer.postal_code, customer.vat_number)
    is_abroad = {place.goods, place.services} - {"", HOME}
    return bool(rate and rate.treatment in WITHIN_EU) or bool(is_abroad)
