"""Create an organisation with the settings that invoices and trips need."""

from decimal import Decimal

from django.db import transaction

from accounts.models import Membership, Organisation, Role
from accounts.people import add_member
from projects.models import TripSettings
from vat.rates import create_standard_rates, default_rate

from ..models import InvoiceSettings

RATE_PER_KM = Decimal("0.30")


@transaction.atomic
def create_organisation(
    *,
    name: str,
    email: str,
    first_name: str,
    last_name: str = "",
    language: str = "nl",
    password: str | None = None,
) -> Membership:
    """Create an organisation with VAT rates, settings and this administrator.

    A person with an account keeps their name and password.
    """
    organisation = Organisation.objects.create(name=name, language=language)
    create_standard_rates(organisation)
    InvoiceSettings.objects.create(organisation=organisation)
    TripSettings.objects.create(
        organisation=organisation, rate=RATE_PER_KM, vat_rate=default_rate(organisation)
    )
    return add_member(
        organisation,
        email=email,
        first_name=first_name,
        last_name=last_name,
        language=language,
        role=Role.ADMINISTRATOR,
        may_invoice=True,
        password=password,
        is_agreed=True,
    )
