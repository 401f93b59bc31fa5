"""Two people edit one customer: the second is shown what the first stored, and loses nothing."""

import re

import pytest

from tests.factories import create_customer

from .test_customer_pages import LIST, contact_rows, form

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ANNA = {"name": "Anna", "email": "anna@dam.example"}


@pytest.fixture
def customer(organisation):
    made = create_customer(
        organisation=organisation, number="K00001", name="Bakkerij Van Dam", city="Utrecht"
    )
    made.contacts.create(name="Anna", email="anna@dam.example")
    return made


def address(customer):
    return f"{LIST}{customer.pk}/edit/"


def version(page):
    return re.search(r'name="version" value="([^"]+)"', page)[1]


def opened(inside, customer):
    """The version that the page of a person has."""
    return version(inside.get(address(customer)).content.decode())


def typed(seen, *rows, **changes):
    values = {"city": "Utrecht", **changes, "version": seen}
    return form(**values, **contact_rows(*(rows or [ANNA]), before=1))


def names(customer):
    return sorted(customer.contacts.values_list("name", flat=True))


def test_a_contact_that_somebody_added_meanwhile_is_not_overwritten(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, ANNA, {"name": "Bob"}))

    answer = inside.post(address(customer), typed(seen, ANNA, {"name": ""}, city="Zeist"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert names(customer) == ["Anna", "Bob"]
    customer.refresh_from_db()
    assert customer.city == "Utrecht"
    assert "Someone changed this customer after you opened it." in page
    assert 'value="Zeist"' in page
    assert "City is stored as: Utrecht" in page


def test_what_both_typed_is_stored_when_it_is_saved_again(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, ANNA, {"name": "Bob", "phone": "030-1"}))
    mine = typed(seen, ANNA, {"name": "Carla"}, phone="030-2")
    page = inside.post(address(customer), mine).content.decode()

    added = re.findall(r'name="(contacts-2-(?:name|phone))"[^>]* value="([^"]*)"', page)
    count = re.search(r'TOTAL_FORMS" value="(\d+)"', page)[1]
    both = {**mine, **dict(added), "version": version(page), "contacts-TOTAL_FORMS": count}
    answer = inside.post(address(customer), both)

    assert answer.status_code == 302
    assert names(customer) == ["Anna", "Bob", "Carla"]
    assert customer.contacts.get(name="Bob").phone == "030-1"


def test_a_changed_contact_stands_below_what_was_typed(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, {**ANNA, "phone": "030-9"}))

    page = inside.post(address(customer), typed(seen, {"name": "Anna B."})).content.decode()

    assert 'value="Anna B."' in page
    assert 'value="030-9"' in page
    assert customer.contacts.get().phone == "030-9"


def test_a_contact_that_somebody_removed_meanwhile_is_told(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, {**ANNA, "DELETE": "on"}))

    page = inside.post(address(customer), typed(seen)).content.decode()

    assert "Contacts is stored as: —" in page
    assert names(customer) == []


def test_a_field_that_somebody_changed_meanwhile_is_not_overwritten(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, phone="030-1"))

    answer = inside.post(address(customer), typed(seen))

    assert answer.status_code == 409
    assert "Phone is stored as: 030-1" in answer.content.decode()
    customer.refresh_from_db()
    assert customer.phone == "030-1"


def test_saving_without_a_change_leaves_other_pages_valid(inside, customer):
    inside.post(address(customer), typed(opened(inside, customer)))
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen))

    assert inside.post(address(customer), typed(seen, city="Zeist")).status_code == 302


def test_the_version_stays_when_a_field_is_wrong(inside, customer):
    seen = opened(inside, customer)
    inside.post(address(customer), typed(seen, phone="030-1"))

    page = inside.post(address(customer), typed(seen, name="")).content.decode()

    assert version(page) == seen


def test_a_page_of_before_the_upgrade_is_saved(inside, customer):
    fields = typed("", city="Zeist")
    del fields["version"]

    assert inside.post(address(customer), fields).status_code == 302


@pytest.mark.parametrize("odd", ["x", ".", "\x00", "a" * 5000])
def test_an_odd_version_is_another_one(inside, customer, odd):
    assert inside.post(address(customer), typed(odd)).status_code == 409
