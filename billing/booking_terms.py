"""On which terms a thing is booked.

Its own override, else the customer's, else the organisation's.
"""

from dataclasses import replace
from decimal import Decimal

from accounts.models import Organisation
from customers.models import Customer
from integrations.models import Connection
from projects.models import ExpenseCategory, Task, TripSettings

from .lines import Terms
from .models import VatRate, VatTreatment

# For an organisation without a usual rate: what has these terms cannot be billed.
NO_RATE = Terms(0, Decimal(0), "", "", "", None)


class BookingTerms:
    """The VAT rates, accounts and cost centres of one organisation, read once."""

    def __init__(self, organisation: Organisation) -> None:
        self.rates = {rate.pk: rate for rate in organisation.vat_rates.all()}
        self.usual_rate = next((rate for rate in self.rates.values() if rate.is_default), None)
        connection = Connection.objects.filter(organisation=organisation).first()
        self.ledger_account = connection.ledger_account if connection else ""
        settings = TripSettings.objects.filter(organisation=organisation).first()
        self.trip_settings = settings or TripSettings(organisation=organisation)

    def of(
        self,
        thing: Task | ExpenseCategory | TripSettings | None,
        customer: Customer,
        *,
        own: VatRate | None = None,
    ) -> Terms:
        """The terms of one thing for one customer. `own` is a rate chosen on the row itself."""
        rate = self._rate(own.pk if own else thing.vat_rate_id if thing else None, customer)
        if rate is None:
            return replace(NO_RATE, ledger_account=self.ledger_account)
        return Terms(
            vat_rate_id=rate.pk,
            vat_percentage=rate.percentage,
            vat_code=rate.code,
            vat_treatment=rate.treatment,
            ledger_account=(thing.ledger_account if thing else "") or self.ledger_account,
            cost_centre_id=thing.cost_centre_id if thing else None,
        )

    def _rate(self, override: int | None, customer: Customer) -> VatRate | None:
        """A customer with a special treatment (reverse charge, export) has it for everything."""
        customers = self.rates.get(customer.vat_rate_id or 0)
        if customers and customers.treatment != VatTreatment.DOMESTIC:
            return customers
        return self.rates.get(override or 0) or customers or self.usual_rate
