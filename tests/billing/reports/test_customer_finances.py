"""The page of a customer shows its invoices, what is open and what is unbilled."""

import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Role
from tests import factories

from .invoices import Line, create_invoice


def page_of(client, customer) -> str:
    return client.get(reverse("customers:customer-detail", args=[customer.pk])).content.decode()


def test_the_page_shows_invoices_balance_and_unbilled(agency, inside):
    customer = agency.hours(minutes=60).project.customer
    late = localdate() - datetime.timedelta(days=3)
    mine = create_invoice(
        agency.organisation, Line("100.00", agency.vat), customer=customer, due_on=late
    )
    other = create_invoice(agency.organisation, Line("999.00", agency.vat))

    page = page_of(inside, customer)

    assert mine.number in page
    assert "121.00" in page
    assert "3 days overdue" in page
    assert f"?status=overdue&amp;customer={customer.pk}" in page
    assert f"?customer={customer.pk}" in page
    assert other.number not in page


def test_who_may_not_invoice_sees_no_money(agency, client_of):
    customer = factories.create_customer(organisation=agency.organisation)
    invoice = create_invoice(agency.organisation, Line("100.00", agency.vat), customer=customer)
    manager = factories.create_membership(
        organisation=agency.organisation, role=Role.PROJECT_MANAGER
    )

    page = page_of(client_of(manager), customer)

    assert customer.name in page
    assert invoice.number not in page


def test_the_queries_do_not_grow_with_the_invoices(agency, inside):
    customer = factories.create_customer(organisation=agency.organisation)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(inside, customer)
        return len(captured)

    create_invoice(agency.organisation, Line("1.00", agency.vat), customer=customer)
    page_of(inside, customer)
    one = queries()
    for _ in range(12):
        create_invoice(agency.organisation, Line("1.00", agency.vat), customer=customer)

    assert queries() == one
    assert "All 13 invoices" in page_of(inside, customer)
