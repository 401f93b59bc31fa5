"""Model fields clean what is stored, and a look-up takes any text."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


def test_whatever_way_a_text_comes_in_its_cleaned_form_is_stored():
    saved = factories.create_customer(name="Bakkerij\u200b Van\u00a0Dam ")
    Customer.objects.bulk_create(
        [Customer(organisation=saved.organisation, number="K9", name="Hotel\tZee")]
    )
    Customer.objects.filter(pk=saved.pk).update(city=" Den\u00adHaag")

    saved.refresh_from_db()
    assert (saved.name, saved.city) == ("Bakkerij Van Dam", "DenHaag")
    assert Customer.objects.get(number="K9").name == "Hotel Zee"


@pytest.mark.parametrize("text", ["nobody", "a@b@c", "two@x.nl, one@x.nl"])
def test_a_look_up_of_what_is_no_address_finds_nothing(text):
    factories.create_user()

    assert User.objects.exists()
    assert not User.objects.filter(email__iexact=text).exists()
    assert not User.objects.filter(email=text).exists()


def test_an_address_is_checked_when_a_row_is_validated():
    with pytest.raises(ValidationError, match="is not an e-mail address"):
        Customer(name="x", number="K1", email="nobody").clean_fields()
