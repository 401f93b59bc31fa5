"""The VAT rate of a customer: the choice, the advice, and refusals."""

import datetime

import pytest

from tests.factories import create_customer, create_organisation
from vat.rates import create_standard_rates

from .test_customer_pages import ADD, LIST, form

pytestmark = pytest.mark.django_db
GERMAN, DUTCH = "DE281190006", "NL807650535B01"


@pytest.fixture
def organisation():
    organisation = create_organisation(language="en")
    create_standard_rates(organisation)
    return organisation


def rate(organisation, treatment):
    return organisation.vat_rates.filter(treatment=treatment).first()


@pytest.mark.parametrize(
    ("treatment", "country", "number", "field", "sentence"),
    [
        ("eu_services", "DE", "", "vat_number", "it is missing"),
        ("eu_services", "DE", DUTCH, "vat_number", "of another EU country, not NL"),
        ("reverse_charge", "NL", "", "vat_number", "it is missing"),
        ("reverse_charge", "NL", GERMAN, "vat_number", "must begin with NL"),
        ("eu_goods", "CH", GERMAN, "vat_rate", "not in Switzerland"),
        ("export", "DE", "", "vat_rate", "not for customers in Germany"),
    ],
)
def test_a_treatment_that_does_not_fit_the_customer_is_an_error_at_its_field(
    inside, organisation, treatment, country, number, field, sentence
):
    chosen = rate(organisation, treatment)

    answer = inside.post(ADD, form(country=country, vat_number=number, vat_rate=chosen.pk))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert sentence in page
    assert organisation.customers.count() == 0


@pytest.mark.parametrize(
    ("treatment", "country", "number"),
    [
        ("eu_services", "DE", GERMAN),
        ("reverse_charge", "NL", DUTCH),
        ("export", "CH", ""),
        ("exempt", "NL", ""),
        ("domestic", "DE", ""),
    ],
)
def test_a_treatment_that_fits_the_customer_is_saved(
    inside, organisation, treatment, country, number
):
    chosen = rate(organisation, treatment)

    inside.post(ADD, form(country=country, vat_number=number, vat_rate=chosen.pk))

    assert organisation.customers.get().vat_rate == chosen


def test_vat_is_not_reverse_charged_to_a_private_person(inside, organisation):
    chosen = rate(organisation, "eu_services")
    typed = form(country="DE", vat_number=GERMAN, vat_rate=chosen.pk, is_business="False")

    page = inside.post(ADD, typed).content.decode()

    assert "The customer is private: VAT cannot be reverse-charged to it." in page


def test_what_was_wrong_before_does_not_prevent_other_changes(inside, organisation):
    customer = create_customer(
        organisation=organisation, number="K00001", vat_rate=rate(organisation, "eu_services")
    )
    typed = form(name="Renamed", vat_rate=customer.vat_rate_id)

    inside.post(f"{LIST}{customer.pk}/edit/", typed)

    customer.refresh_from_db()
    assert customer.name == "Renamed"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"country": "DE"}, "A business in Germany usually pays the VAT itself"),
        ({"country": "CH"}, "For a customer in Switzerland there is usually no Dutch VAT."),
        ({"country": "DE", "rate": "eu_services"}, "counts for the ICP return"),
        ({"country": "DE", "rate": "eu_services"}, "it is missing"),
        ({"country": "NL", "rate": "domestic"}, "keep it; everything else gets this rate"),
    ],
)
def test_what_follows_is_said_under_the_field(inside, organisation, typed, sentence):
    chosen = rate(organisation, typed.get("rate", ""))
    query = {"country": typed["country"], "is_business": "True"}
    query |= {"vat_rate": chosen.pk} if chosen else {}

    assert sentence in inside.get("/management/customers/vat/", query).content.decode()


@pytest.mark.parametrize(
    ("treatment", "country", "postal_code", "sentence"),
    [
        ("eu_services", "ES", "35001", "not in the Canary Islands"),
        ("export", "GB", "BT1 5GS", "is not for customers in Northern Ireland"),
        ("export", "MC", "98000", "is not for customers in Monaco"),
        ("world_services", "DE", "10115", "is not for customers in Germany"),
        ("world_services", "US", "", "choose the rate for goods outside the EU"),
        ("export", "US", "", "choose the rate for services outside the EU"),
    ],
)
def test_the_advice_knows_territories_and_goods_from_services(
    inside, organisation, treatment, country, postal_code, sentence
):
    query = {
        "country": country,
        "postal_code": postal_code,
        "is_business": "True",
        "vat_rate": rate(organisation, treatment).pk,
    }

    assert sentence in inside.get("/management/customers/vat/", query).content.decode()


def test_a_postal_code_of_a_territory_is_checked_against_the_rate(inside, organisation):
    chosen = rate(organisation, "eu_services")
    customer = create_customer(
        organisation=organisation,
        country="DE",
        postal_code="10115",
        vat_number=GERMAN,
        vat_rate=chosen,
    )
    typed = form(number=customer.number, country="DE", vat_number=GERMAN, vat_rate=chosen.pk)

    moved = inside.post(f"{LIST}{customer.pk}/edit/", typed | {"postal_code": "78266"})
    stayed = inside.post(f"{LIST}{customer.pk}/edit/", typed | {"postal_code": "10117"})

    assert "not in Büsingen" in moved.content.decode()
    assert stayed.status_code == 302


def test_nothing_speaks_against_a_private_person_elsewhere_in_the_eu(inside):
    query = {"country": "DE", "is_business": "False", "vat_rate": ""}

    answer = inside.get("/management/customers/vat/", query)

    assert answer.status_code == 200
    assert answer.content.decode().strip() == ""


def test_rates_are_offered_by_treatment_and_ended_ones_only_where_they_are_chosen(
    inside, organisation
):
    low = organisation.vat_rates.get(code="LAAG_VERK_9")
    organisation.vat_rates.filter(pk=low.pk).update(valid_until=datetime.date(2020, 1, 1))
    customer = create_customer(organisation=organisation, vat_rate=low)

    new = inside.get(ADD).content.decode()
    old = inside.get(f"{LIST}{customer.pk}/edit/").content.decode()

    assert '<optgroup label="In the Netherlands">' in new
    assert f'<option value="{low.pk}"' not in new
    assert f'<option value="{low.pk}" selected' in old


def test_a_rate_that_cannot_exist_is_none(inside):
    query = {"country": "NL", "is_business": "True", "vat_rate": "9" * 5000}

    assert inside.get("/management/customers/vat/", query).status_code == 200
