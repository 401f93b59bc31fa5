"""Two requests that store the same VAT rate at the same moment: the second gets a sentence."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from tests.factories import create_vat_rate
from tests.interleaving import just_before
from vat.models import VatRate

from .invoices.concurrent import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
RATE = {"name": "Low", "percentage": "9", "treatment": "domestic", "code": "LAAG_VERK_9"}


def of_another_request(organisation: Organisation, **fields: object) -> None:
    """Store a rate in a transaction of its own."""
    (made,) = together(lambda: create_vat_rate(organisation=organisation, **fields))
    assert isinstance(made, VatRate)


def test_a_new_rate_whose_name_was_just_taken(inside: Client, organisation: Organisation) -> None:
    with just_before(
        "INSERT INTO vat_vatrate", lambda: of_another_request(organisation, name=RATE["name"])
    ):
        answer = inside.post(reverse("billing:vat-rate-add"), RATE)

    assert answer.status_code == 422
    assert 'id="id_name_error"' in answer.content.decode()
    assert "Another rate has this name." in answer.content.decode()
    assert organisation.vat_rates.count() == 1


def test_a_changed_rate_whose_name_was_just_taken(
    inside: Client, organisation: Organisation
) -> None:
    rate = create_vat_rate(organisation=organisation, name="Mine")

    with just_before(
        "UPDATE vat_vatrate", lambda: of_another_request(organisation, name=RATE["name"])
    ):
        answer = inside.post(reverse("billing:vat-rate-edit", args=[rate.pk]), RATE)

    assert answer.status_code == 422
    assert 'id="id_name_error"' in answer.content.decode()
    rate.refresh_from_db()
    assert rate.name == "Mine"
