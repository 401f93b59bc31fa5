"""Amounts of expenses: incl. VAT, refunds, and amounts that are unlikely."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from lib.money import cents, net_amount, share_of
from registrations.models import Expense, Trip
from registrations.rates.pricing import without_vat
from tests import factories

from .test_registering import a_trip, add, errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rate(office):
    return factories.create_vat_rate(organisation=office.organisation)


def paid(office, **changes):
    return {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": localdate().isoformat(),
        "quantity": "1",
        "price": "12,50",
        "is_billable": "on",
        **changes,
    }


def confirmation(answer):
    return re.search(r'name="confirmed" value="(\w+)"', answer.content.decode())[1]


def understood(client, fields, kind="expense"):
    return client.post(reverse(f"registrations:{kind}-understood"), fields).content.decode()


# --- Incl. VAT ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "price", "net", "gross"),
    [
        ("100", "0,99", "81.82", "99.00"),
        ("3", "1,21", "3.00", "3.63"),
        ("2", "1210", "2000.00", "2420.00"),
        ("12", "4,15", "41.16", "49.80"),
        ("2,5", "9,98", "20.62", "24.95"),
        ("1", "-12,10", "-10.00", "-12.10"),
    ],
)
def test_the_sum_that_was_typed_incl_vat_stays(office, employee, rate, quantity, price, net, gross):
    fields = paid(office, quantity=quantity, price=price, vat_rate=rate.pk, includes_vat="on")
    answer = add(employee, fields, "expenses")
    if answer.status_code == 422:
        fields["confirmed"] = confirmation(answer)
        add(employee, fields, "expenses")

    row = Expense.objects.get()
    assert row.amount == Decimal(net) == net_amount(row.quantity, row.price)
    assert row.amount + share_of(row.amount, rate.percentage) == Decimal(gross)


def test_what_was_typed_incl_vat_is_shown_again(office, employee, rate):
    fields = paid(office, quantity="100", price="0,99", vat_rate=rate.pk, includes_vat="on")
    add(employee, fields, "expenses")
    row = Expense.objects.get()
    address = reverse("registrations:expense-edit", args=[row.pk])

    form = employee.get(address).context["form"]
    page = employee.get(reverse("registrations:expenses")).content.decode()

    assert (form["quantity"].value(), form["price"].value()) == (100, Decimal("0.99"))
    assert form["includes_vat"].value() is True
    assert "100.00 × €\xa00.99 incl. VAT" in page
    excluding = paid(office, quantity="100", price="0,99", vat_rate=rate.pk)
    employee.post(address, excluding)
    row.refresh_from_db()
    assert (row.quantity, row.price, row.price_paid) == (100, Decimal("0.99"), None)


@given(
    quantity=st.decimals("0.01", 9999, places=2),
    price=st.decimals("-9999", 9999, places=2),
    percentage=st.sampled_from([Decimal(0), Decimal(9), Decimal(21), Decimal("5.5")]),
)
def test_the_net_amount_follows_from_the_sum_incl_vat(quantity, price, percentage):
    net = net_amount(*without_vat(quantity, price, percentage=percentage))

    gross = cents(quantity * price)
    assert net == cents(gross / (1 + percentage / 100))
    # No net amount of whole cents may give this very sum; then it is the nearest.
    assert abs(net + share_of(net, percentage) - gross) <= Decimal("0.01")


# --- Refunds --------------------------------------------------------------------------------------


def test_a_refund_is_a_negative_price_that_is_asked_about(office, employee):
    answer = add(employee, paid(office, price="-12,50"), "expenses")

    assert "is a refund" in errors_of(answer, "price")
    agreed = paid(office, price="-12,50", confirmed=confirmation(answer))
    assert add(employee, agreed, "expenses").status_code == 302
    assert Expense.objects.get().amount == Decimal("-12.50")


def test_a_stored_refund_is_not_asked_about_again(office, employee):
    answer = add(employee, paid(office, price="-12,50"), "expenses")
    confirmed = confirmation(answer)
    add(employee, paid(office, price="-12,50", confirmed=confirmed), "expenses")
    address = reverse("registrations:expense-edit", args=[Expense.objects.get().pk])

    answer = employee.post(address, paid(office, price="-12,50", description="Deposit"))

    assert answer.status_code == 302


def test_a_negative_quantity_is_refused(office, employee):
    assert errors_of(add(employee, paid(office, quantity="-1"), "expenses"), "quantity")


# --- Unlikely amounts -----------------------------------------------------------------------------


def usual(office, *prices, **about):
    for price in prices:
        factories.create_expense(
            project=office.project,
            membership=office.employee,
            price=Decimal(price),
            **{"category": office.category, **about},
        )


def test_an_amount_far_above_the_usual_is_asked_about(office, employee):
    usual(office, 40, 50, 60)
    fields = paid(office, quantity="80", price="1125,00")

    answer = add(employee, fields, "expenses")

    assert "€\xa090,000.00 is more than ten times" in errors_of(answer, "price")
    assert "this category usually has (€\xa050.00)" in errors_of(answer, "price")
    other = {**fields, "price": "1126,00", "confirmed": confirmation(answer)}
    assert errors_of(add(employee, other, "expenses"), "price")
    agreed = {**fields, "confirmed": confirmation(answer)}
    assert add(employee, agreed, "expenses").status_code == 302


def test_another_category_asks_by_what_the_customer_has(office, employee):
    usual(office, 40, 50, 60)
    other = factories.create_expense_category(organisation=office.organisation, name="Print")

    answer = add(employee, paid(office, category=other.pk, price="501"), "expenses")

    assert "this customer usually has" in errors_of(answer, "price")


@pytest.mark.parametrize(("prices", "price"), [((40, 50, 60), "500"), ((1, 1), "5000"), ((), "9")])
def test_a_usual_amount_or_too_few_to_compare_are_not_asked_about(office, employee, prices, price):
    usual(office, *prices)

    assert add(employee, paid(office, price=price), "expenses").status_code == 302


def test_a_distance_far_above_the_usual_is_asked_about(office, employee):
    for _turn in range(3):
        factories.create_trip(project=office.project, membership=office.employee, distance=40)

    answer = add(employee, a_trip(office, distance="430"), "trips")

    assert "430 km is more than ten times" in errors_of(answer, "distance")
    assert add(employee, a_trip(office, distance="400"), "trips").status_code == 302
    assert Trip.objects.filter(distance=400).exists()


# --- What was understood --------------------------------------------------------------------------


def test_price_times_quantity_is_shown_while_typing(office, employee, rate):
    page = understood(employee, paid(office, quantity="80", price="1.125,00"))
    incl = understood(
        employee,
        paid(office, quantity="100", price="0,99", vat_rate=rate.pk, includes_vat="on"),
    )

    assert "1,125.00 × 80 = €\xa090,000.00" in page
    assert "0.99 × 100 = €\xa099.00 incl. VAT = €\xa081.82 excl. VAT" in incl
    assert not Expense.objects.exists()


def test_a_sum_that_no_invoice_can_have_is_told_while_typing(office, employee, rate):
    fields = paid(office, quantity="3", price="0,99", vat_rate=rate.pk, includes_vat="on")

    page = understood(employee, fields)

    assert "€\xa02.97 incl. VAT = €\xa02.45 excl. VAT (€\xa02.96 incl. VAT on an invoice)" in page


def test_what_was_understood_is_told_in_the_language_of_the_page(office, employee):
    with translation.override("nl"):
        employee.cookies["django_language"] = "nl"
        office.employee.user.language = "nl"
        office.employee.user.save()
        page = understood(employee, paid(office, quantity="80", price="1.125,00"))

    assert "1.125,00 × 80 = €\xa090.000,00" in page


def test_a_doubtful_amount_is_asked_about_while_typing(office, employee):
    page = understood(employee, paid(office, quantity="80", price="1.125"))

    assert "“1.125” can mean 1125" in page


def test_the_distance_of_a_return_trip_is_shown_while_typing(office, employee):
    page = understood(employee, a_trip(office, is_return="on"), kind="trip")

    assert "2 × 43 = 86 km" in page


def test_an_employee_is_offered_the_rates_of_a_receipt_and_not_those_of_customers(
    client_of, organisation
):
    for treatment in ("domestic", "exempt", "export", "eu_services", "reverse_charge"):
        rate = {"name": f"Rate {treatment}", "treatment": treatment}
        if treatment != "domestic":
            rate |= {"percentage": Decimal(0), "code": "GEEN"}
        factories.create_vat_rate(organisation=organisation, **rate)
    employee = factories.create_membership(organisation=organisation, role=Role.EMPLOYEE)
    address = reverse("registrations:expenses")
    shown = client_of(employee).get(address).content.decode()
    assert "Rate domestic" in shown
    assert "Rate exempt" in shown
    assert not {"Rate export", "Rate eu_services", "Rate reverse_charge"} & set(
        re.findall(r"Rate \w+", shown)
    )
    manager = factories.create_membership(organisation=organisation, role=Role.PROJECT_MANAGER)
    assert "Rate export" in client_of(manager).get(address).content.decode()
