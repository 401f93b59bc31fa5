"""Reports are for users who may see invoices, and of their organisation only."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from billing.urls.reports import urlpatterns_reports
from tests import factories
from vat.treatments import VatTreatment

from .invoices import Line, create_invoice

pytestmark = pytest.mark.once

NAMES = [pattern.name for pattern in urlpatterns_reports]
ALL = {"period": "custom", "since": "2026-01-01", "until": "2026-12-31"}


@pytest.mark.parametrize("name", NAMES)
def test_another_organisation_has_nothing_to_see(client, agency, name):
    services = factories.create_vat_rate(
        organisation=agency.organisation, name="EU", treatment=VatTreatment.EU_SERVICES
    )
    canary = factories.create_customer(
        organisation=agency.organisation, name="Canary", vat_number="DE136695976"
    )
    project = factories.create_project(customer=canary, name="Canary project")
    create_invoice(agency.organisation, Line("987.65", services, project), customer=canary)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    client.force_login(stranger.user)

    for by in ("month", "customer", "project", "employee"):
        query = {**ALL, "by": by, "key": "DE136695976"}
        answer = client.get(reverse(f"billing:{name}"), query, follow=True)
        content = answer.getvalue().decode()
        assert answer.status_code == 200
        assert "Canary" not in content
        assert not re.search(r"\b987[.,]65\b", content)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.EMPLOYEE])
def test_who_may_not_see_invoices_may_not_see_reports(client, agency, name, role):
    member = factories.create_membership(organisation=agency.organisation, role=role)
    client.force_login(member.user)

    assert client.get(reverse(f"billing:{name}")).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_an_employee_who_may_invoice_may_see_reports(client, agency, name):
    member = factories.create_membership(
        organisation=agency.organisation, role=Role.EMPLOYEE, may_invoice=True
    )
    client.force_login(member.user)

    assert client.get(reverse(f"billing:{name}"), ALL).status_code in {200, 302}
