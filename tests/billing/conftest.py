"""An agency with rates, a connection to the sandbox, and somebody who may invoice."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Membership, Organisation
from billing.bookings.delivery import deliver
from billing.bookings.sweep import sweep
from billing.invoices.creating import InvoiceRequest, draft_invoices
from billing.invoices.issuing import mark_sent
from billing.invoices.proposals import Options, Proposal, propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Invoice, Origin
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from customers.models import Customer
from integrations.models import Connection
from integrations.sessions import open_client
from sandbox import Sandbox
from tests import factories
from vat.models import VatRate

TODAY = factories.TODAY


@dataclass
class Agency:
    """An organisation as most of them are, with the parts that tests take hold of."""

    organisation: Organisation
    member: Membership
    vat: VatRate
    connection: Connection | None = None

    def options(self, **choices: object) -> Options:
        standard = {
            "origin": Origin.EBOEKHOUDEN,
            "grouping": Grouping.TASK,
            "per_project": False,
            "date": TODAY,
        }
        return Options(**standard | choices)

    def work(self) -> WorkQuery:
        """All registrations there are, as the overviews would select them."""
        return WorkQuery(
            time_entries=self.organisation.time_entries.all(),
            expenses=self.organisation.expenses.all(),
            trips=self.organisation.trips.all(),
        )

    def proposal(self, **choices: object) -> Proposal:
        return propose(self.organisation, self.work().load(), options=self.options(**choices))

    def order(self, **choices: object) -> InvoiceRequest:
        """Everything there is, with the token of what would be shown for it."""
        options = self.options(**choices)
        token = self.proposal(**choices).token
        return InvoiceRequest(self.organisation, self.work(), options, token, self.member.user)

    def hours(self, **fields: object) -> object:
        project = fields.pop("project", None) or factories.create_project(
            organisation=self.organisation
        )
        return factories.create_time_entry(
            project=project,
            membership=self.member,
            hourly_rate=fields.pop("hourly_rate", Decimal("90.00")),
            **fields,
        )

    def known_customer(self, sandbox: Sandbox, *, remote_id: int = 1) -> Customer:
        """A customer that is linked to a relation in the sandbox."""
        customer = factories.create_customer(organisation=self.organisation, remote_id=remote_id)
        sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
        return customer

    def deliver(self) -> int:
        return deliver(self.connection.pk, open_client=open_client)

    def sweep(self, *, later: datetime.timedelta = datetime.timedelta()) -> int:
        """Sweeps as if it were later; each look at the clock takes no time."""
        return sweep(open_client=open_client, clock=lambda: timezone.now() + later)


@pytest.fixture
def agency(organisation, administrator) -> Agency:
    vat = factories.create_vat_rate(organisation=organisation, is_default=True)
    return Agency(organisation, administrator, vat)


@pytest.fixture
def connected(agency, sandbox, settings) -> Agency:
    """The agency, tied to a sandbox with empty books."""
    settings.EBOEKHOUDEN_URL = sandbox.url
    agency.connection = factories.create_connection(
        organisation=agency.organisation, sandbox=sandbox
    )
    return agency


@pytest.fixture
def entered(connected) -> Invoice:
    """Made and sent from here, and entered in the ledger."""
    connected.hours()
    now, by = timezone.now(), connected.member.user
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=now)
    sent = mark_sent(draft, by=by, now=now)
    create_sales_entries([sent], connected.connection, by=by, now=now)
    connected.deliver()
    return sent
