"""What stands on every page for who may invoice, and costs nobody else anything."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.context_processors import attention
from integrations.switching import deactivate, pause
from tests import factories

pytestmark = pytest.mark.django_db
REASON = "Security code 1 is wrong."
BANNER = "e-Boekhouden has been paused since"


@pytest.fixture
def paused(agency):
    agency.connection = factories.create_connection(organisation=agency.organisation)
    pause(agency.connection, code="E0011", text=REASON, now=timezone.now())
    return agency


def page(member, name: str) -> str:
    client = Client()
    client.force_login(member.user)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "name", ["billing:dashboard", "billing:invoice-list", "registrations:hours"]
)
def test_an_administrator_reads_on_every_page_why_it_is_paused_and_where_to_go(paused, name):
    found = page(paused.member, name)

    assert BANNER in found
    assert REASON in found
    assert f'href="{reverse("integrations:eboekhouden")}">Settings → e-Boekhouden' in found


def test_an_invoicer_is_told_whom_to_ask(paused):
    invoicer = factories.create_membership(organisation=paused.organisation, may_invoice=True)

    found = page(invoicer, "billing:invoice-list")

    assert REASON in found
    assert "Ask an administrator" in found


def test_the_settings_page_says_it_once(paused):
    found = page(paused.member, "integrations:eboekhouden")

    assert found.count(REASON) - found.count(f"Paused: {REASON}") == 1


def test_nobody_else_reads_it(paused):
    employee = factories.create_membership(organisation=paused.organisation)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)

    assert BANNER not in page(employee, "registrations:hours")
    assert BANNER not in page(stranger, "billing:invoice-list")


def test_a_connection_that_is_off_is_not_called_paused(paused):
    deactivate(paused.connection, by=paused.member.user, now=timezone.now())

    assert BANNER not in page(paused.member, "billing:invoice-list")


@pytest.mark.parametrize(("may_invoice", "queries"), [(True, 1), (False, 0)])
def test_bell_and_banner_cost_one_query_and_nothing_without_the_right(
    paused, django_assert_num_queries, may_invoice, queries
):
    request = RequestFactory().get("/")
    request.membership = factories.create_membership(
        organisation=paused.organisation, may_invoice=may_invoice
    )

    with django_assert_num_queries(queries):
        context = attention(request)

    assert bool(context.get("connection_pause")) is may_invoice
