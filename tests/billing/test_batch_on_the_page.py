"""The page of bookings shows the latest batch as long as something in it is on its way."""

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.invoicing import invoice_in_eboekhouden
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_batch_that_also_makes_a_customer_counts_its_documents(connected, client):
    project = factories.create_project(organisation=connected.organisation)
    connected.hours(project=project)
    order = connected.order()
    invoice_in_eboekhouden(order, connection=connected.connection, now=timezone.now())
    client.force_login(connected.member.user)

    page = client.get(reverse("billing:booking-list"))

    batch = page.context["batch"]
    assert (batch.total, batch.open, batch.booked) == (1, 1, 0)
