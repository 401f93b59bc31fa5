"""Forms with amounts say what they understood while typing, and ask about what is unlikely."""

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Membership
from customers.models import Customer
from lib.understanding import TYPING
from projects.models import Method, Project, Subscription, Task
from tests import factories

pytestmark = pytest.mark.django_db
WHILE_TYPING = {TYPING: "1"}
UNLIKELY = "is more than ten times what"
AGREEMENT = {"instalment-TOTAL_FORMS": 0, "instalment-INITIAL_FORMS": 0}
CONTACTS = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}


@pytest.fixture(autouse=True)
def others(organisation):
    """Three of everything, with amounts of about a hundred euros."""
    for price in ("90", "100", "110"):
        customer = factories.create_customer(
            organisation=organisation, name=f"C{price}", hourly_rate=Decimal(price)
        )
        factories.create_task(
            organisation=organisation, name=f"T{price}", hourly_rate=Decimal(price)
        )
        factories.create_membership(organisation=organisation, hourly_rate=Decimal(price))
        project = factories.create_project(
            customer=customer, budget_amount=Decimal(price), budget_minutes=int(price) * 60
        )
        Subscription.objects.create(
            project=project, frequency="month", starts_on="2026-01-01", price=Decimal(price)
        )


def customer_form() -> tuple[str, dict[str, object], str, type]:
    typed = {"number": "K9", "name": "New", "is_business": "True", "country": "NL", **CONTACTS}
    return reverse("customers:customer-add"), typed, "hourly_rate", Customer


def task_form() -> tuple[str, dict[str, object], str, type]:
    return reverse("projects:task-add"), {"name": "New"}, "hourly_rate", Task


def employee_form() -> tuple[str, dict[str, object], str, type]:
    typed = {
        "first_name": "Anna",
        "last_name": "Smit",
        "email": "anna@example.com",
        "language": "nl",
        "role": "employee",
    }
    return reverse("accounts:employee-add"), typed, "hourly_rate", Membership


def _project(**fields: object) -> dict[str, object]:
    customer = Customer.objects.earliest("pk")
    return {
        "customer": customer.pk,
        "name": "New",
        "method": Method.TASK_RATE,
        **AGREEMENT,
    } | fields


def budget_form() -> tuple[str, dict[str, object], str, type]:
    return reverse("projects:project-add"), _project(), "budget_amount", Project


def hours_form() -> tuple[str, dict[str, object], str, type]:
    return reverse("projects:project-add"), _project(), "budget_hours", Project


def rate_form() -> tuple[str, dict[str, object], str, type]:
    typed = _project(method=Method.PROJECT_RATE)
    return reverse("projects:project-add"), typed, "hourly_rate", Project


def task_row_form() -> tuple[str, dict[str, object], str, type]:
    prefix = f"task-{Task.objects.earliest('pk').pk}"
    typed = _project(**{f"{prefix}-chosen": "on"})
    return reverse("projects:project-add"), typed, f"{prefix}-hourly_rate", Project


def member_row_form() -> tuple[str, dict[str, object], str, type]:
    prefix = f"member-{Membership.objects.earliest('pk').pk}"
    typed = _project(method=Method.EMPLOYEE_RATE, **{f"{prefix}-chosen": "on"})
    return reverse("projects:project-add"), typed, f"{prefix}-hourly_rate", Project


def subscription_form() -> tuple[str, dict[str, object], str, type]:
    typed = _project(
        method=Method.SUBSCRIPTION,
        **{
            "subscription-frequency": "month",
            "subscription-starts_on": "2026-11-01",
            "subscription-description": "Support",
            "subscription-quantity": "1",
        },
    )
    return reverse("projects:project-add"), typed, "subscription-price", Project


FORMS = [
    customer_form,
    task_form,
    employee_form,
    budget_form,
    hours_form,
    rate_form,
    task_row_form,
    member_row_form,
    subscription_form,
]


@pytest.mark.parametrize("make", FORMS)
def test_an_amount_is_understood_while_typing_and_nothing_is_stored(inside, make):
    address, typed, field, model = make()
    before = model.objects.count()
    answer = inside.post(address, typed | {field: "112,5"}, headers=WHILE_TYPING)
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert f"innerHTML:#id_{field}_notes" in page
    assert "= 112.50" in page
    assert UNLIKELY not in page
    assert model.objects.count() == before


@pytest.mark.parametrize("make", FORMS)
def test_an_unlikely_amount_is_asked_about_once_and_stored_when_confirmed(inside, make):
    address, typed, field, model = make()
    before = model.objects.count()
    typed |= {field: "1.125,00"}
    for headers in (WHILE_TYPING, {}):
        page = unescape(inside.post(address, typed, headers=headers).content.decode())
        assert UNLIKELY in page
    assert model.objects.count() == before

    prefix, _dash, _name = field.rpartition("-")
    confirmed = f"{prefix}-confirmed" if prefix else "confirmed"
    token = page.split(f'name="{confirmed}" value="')[1].split('"')[0]
    answer = inside.post(address, typed | {confirmed: token})
    assert answer.status_code == 302
    assert model.objects.count() == before + 1


@pytest.mark.parametrize("make", FORMS)
def test_the_page_of_the_form_asks_while_typing(inside, make):
    address, _typed, field, _model = make()
    page = inside.get(address).content.decode()
    assert TYPING in page
    assert f'id="id_{field}_notes"' in page
