"""Run with the settings of an installation: an agency bills an hour in e-Boekhouden.

python -m tests.deploy.bill_an_hour USERNAME CODE_1 CODE_2
"""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import Role  # noqa: E402
from billing.bookings.delivery import enqueue_delivery  # noqa: E402
from billing.invoices.creating import invoice_in_eboekhouden  # noqa: E402
from integrations.models import Connection  # noqa: E402
from tests import factories  # noqa: E402
from tests.billing.conftest import Agency  # noqa: E402


def main(username: str, code_1: str, code_2: str) -> None:
    member = factories.create_membership(role=Role.ADMINISTRATOR)
    organisation = member.organisation
    vat = factories.create_vat_rate(organisation=organisation, is_default=True)
    agency = Agency(organisation, member, vat)
    connection: Connection = factories.create_connection(organisation=organisation)
    connection.username = username
    connection.set_codes(code_1, code_2)
    connection.save()
    agency.hours()
    invoice_in_eboekhouden(agency.order(), connection=connection, now=timezone.now())
    enqueue_delivery(connection.pk)


if __name__ == "__main__":
    main(*sys.argv[1:])
