"""The search boxes of the lists."""

import re

import pytest
from django.urls import reverse

from tests.factories import create_customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    [
        "accounts:employee-list",
        "accounts:user-list",
        "billing:invoice-list",
        "billing:unbilled",
        "customers:customer-list",
        "projects:category-list",
        "projects:project-list",
        "projects:task-list",
        "projects:vehicle-list",
        "registrations:overview-hours",
    ],
)
def test_characters_that_cannot_be_typed_are_no_mistake_in_a_search(inside, name):
    page = inside.get(reverse(name), {"q": "Van\x00Dam"}).content.decode()

    described = " ".join(re.findall(r'aria-describedby="([^"]*)"', page)).split()
    assert [one for one in described if f'id="{one}"' not in page] == []
    assert 'aria-invalid="true"' not in page


def test_a_search_finds_what_is_typed_with_characters_that_nobody_sees(inside, organisation):
    create_customer(organisation=organisation, name="Bakkerij Van Dam")
    create_customer(organisation=organisation, name="Fietsen")

    page = inside.get(reverse("customers:customer-list"), {"q": "van\x00\u200bdam"})

    found = page.content.decode()
    assert "Bakkerij Van Dam" in found
    assert "Fietsen" not in found
