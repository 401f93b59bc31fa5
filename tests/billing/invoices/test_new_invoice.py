"""New invoice: whom it is for, and what it is made from."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Role
from billing.models import Invoice, InvoiceStatus
from projects.models import Method, ScheduledAmount
from tests import factories
from tests.picking import picked_from
from tests.responses import text

pytestmark = pytest.mark.django_db
NEW = "billing:invoice-new"


@pytest.fixture
def customer(agency):
    return factories.create_customer(organisation=agency.organisation, name="De Groene Tuin")


def scheduled(
    customer, *, price: str = "500.00", due_on: datetime.date | None = None
) -> ScheduledAmount:
    project = factories.create_project(customer=customer, method=Method.INSTALMENTS)
    return ScheduledAmount.objects.create(
        project=project,
        kind="instalment",
        key=str(project.pk),
        description="First half",
        due_on=due_on or localdate(),
        price=Decimal(price),
    )


def test_customers_are_found_while_typing_and_none_is_drawn(agency, inside, customer):
    for name in ("Garage Peeters", "Hotel De Korenbloem"):
        factories.create_customer(organisation=agency.organisation, name=name)

    assert customer.name not in text(inside.get(reverse(NEW)))
    assert picked_from(inside, "billable-customers", "groene\x00") == [customer.name]


def test_a_customer_that_is_not_there_is_refused_at_the_field(inside, customer):
    shown = text(inside.post(reverse(NEW), {"customer": "", "customer_typed": "xyz"}))

    assert "No customer with “xyz”. Choose from the list." in shown


def test_archived_customers_and_those_of_others_are_not_offered(agency, inside, customer):
    factories.create_customer(
        organisation=agency.organisation, name="Long gone", archived_at=timezone.now()
    )
    factories.create_customer(name="Theirs")

    assert picked_from(inside, "billable-customers") == [customer.name]


def test_unbilled_work_of_the_customer_leads_to_the_dialog_of_invoicing(agency, inside, customer):
    project = factories.create_project(customer=customer, name="Webshop")
    agency.hours(project=project, date=localdate(), amount=Decimal("90.00"))
    agency.hours(amount=Decimal("90.00"))

    shown = inside.post(reverse(NEW), {"customer": customer.pk, "kind": "work"})
    (one,) = shown.context["projects"]
    assert (one.project, one.amount, one.is_chosen) == (project, Decimal("90.00"), True)
    led = inside.post(
        reverse("billing:invoice-from-rows"),
        {"projects": [project.pk], "until": localdate().isoformat(), "part": "work"},
    )

    (invoice,) = led.context["proposal"].invoices
    assert (invoice.customer, invoice.totals.net) == (customer, Decimal("90.00"))


def test_the_days_as_the_form_shows_them_lead_to_the_dialog_of_invoicing(agency, inside, customer):
    project = factories.create_project(customer=customer, name="Webshop")
    agency.hours(project=project, date=localdate(), amount=Decimal("90.00"))
    agency.hours(
        project=project, date=localdate() - datetime.timedelta(days=1), amount=Decimal("10.00")
    )
    asked = {"customer": customer.pk, "kind": "work", "since": localdate().isoformat()}

    page = inside.post(reverse(NEW), asked | {"until": f"{localdate():%d-%m-%Y}"}).content.decode()
    days = dict.fromkeys(("since", "until"), f"{localdate():%d-%m-%Y}")
    assert f'value="{days["until"]}"' in page
    led = inside.post(
        reverse("billing:invoice-from-rows"), {"projects": [project.pk], "part": "work", **days}
    )

    (invoice,) = led.context["proposal"].invoices
    assert invoice.totals.net == Decimal("90.00")


def test_agreed_amounts_go_without_the_work_and_the_work_without_them(agency, inside, customer):
    agreed = scheduled(customer)
    factories.create_expense(
        project=agreed.project, membership=agency.member, date=localdate(), price=Decimal("40.00")
    )
    asked = {"projects": [agreed.project_id], "until": localdate().isoformat()}

    amounts = {
        part: inside.post(reverse("billing:invoice-from-rows"), asked | {"part": part})
        .context["proposal"]
        .invoices[0]
        .totals.net
        for part in ("work", "scheduled_amounts", "other")
    }
    offered = {
        kind: inside.post(reverse(NEW), {"customer": customer.pk, "kind": kind})
        .context["projects"][0]
        .amount
        for kind in ("work", "scheduled_amounts")
    }

    assert offered == {"work": Decimal("40.00"), "scheduled_amounts": Decimal("500.00")}
    assert amounts == {**offered, "other": Decimal("540.00")}


def test_only_what_falls_in_the_days_is_offered(agency, inside, customer):
    scheduled(customer, due_on=localdate() + datetime.timedelta(days=1))
    asked = {"customer": customer.pk, "kind": "scheduled_amounts"}

    today = inside.post(reverse(NEW), asked)
    tomorrow = inside.post(
        reverse(NEW), asked | {"until": (localdate() + datetime.timedelta(days=1)).isoformat()}
    )

    assert today.context["projects"] == []
    assert "No fixed prices or subscriptions are due in this period." in text(today)
    assert len(tomorrow.context["projects"]) == 1


def test_a_project_that_was_unticked_stays_so(agency, inside, customer):
    one, other = scheduled(customer), scheduled(customer)
    listed = [one.project_id, other.project_id]
    asked = {"customer": customer.pk, "kind": "scheduled_amounts", "listed": listed}

    shown = inside.post(reverse(NEW), asked | {"projects": [one.project_id]})

    chosen = {row.project.pk: row.is_chosen for row in shown.context["projects"]}
    assert chosen == {one.project_id: True, other.project_id: False}


def test_a_free_invoice_is_a_blank_draft_that_opens_to_be_filled(agency, inside, customer):
    answer = inside.post(reverse("billing:invoice-blank"), {"customer": customer.pk})

    invoice = Invoice.objects.get()
    assert answer.url == reverse("billing:invoice-edit", args=[invoice.pk])
    assert (invoice.customer, invoice.status, invoice.number) == (
        customer,
        InvoiceStatus.DRAFT,
        "",
    )
    assert inside.get(answer.url).status_code == 200
    assert "Empty draft created" in text(
        inside.get(reverse("billing:invoice-detail", args=[invoice.pk]))
    )


@pytest.mark.parametrize(
    ("field", "wrong"), [("until", "31-31-2026"), ("since", "soon"), ("kind", "gift")]
)
def test_what_is_wrong_is_said_and_nothing_offered(agency, inside, customer, field, wrong):
    scheduled(customer)
    asked = {"customer": customer.pk, "kind": "scheduled_amounts"}

    shown = inside.post(reverse(NEW), asked | {field: wrong})

    assert field in shown.context["form"].errors
    assert shown.context["projects"] == []


def test_only_who_invoices_and_only_customers_of_the_own_organisation(
    client_of, agency, inside, customer
):
    employee = factories.create_membership(organisation=agency.organisation, role=Role.EMPLOYEE)
    theirs = factories.create_customer()
    other = client_of(employee)

    assert other.get(reverse(NEW)).status_code == 403
    assert other.post(reverse("billing:invoice-blank")).status_code == 403
    for pk in (theirs.pk, ""):
        answer = inside.post(reverse("billing:invoice-blank"), {"customer": pk})
        assert answer.status_code in (400, 404)
    assert not Invoice.objects.exists()


def test_many_customers_and_projects_ask_the_database_as_often_as_one(agency, inside, customer):
    asked = {"customer": customer.pk, "kind": "scheduled_amounts"}
    scheduled(customer)
    with CaptureQueriesContext(connection) as few:
        inside.post(reverse(NEW), asked)
    for number in range(15):
        factories.create_customer(organisation=agency.organisation, name=f"Customer {number}")
        scheduled(customer)

    with CaptureQueriesContext(connection) as many:
        shown = inside.post(reverse(NEW), asked)

    assert len(shown.context["projects"]) == 16
    assert len(many) <= len(few)
