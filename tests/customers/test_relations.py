"""Mapping of a customer to a relation and back."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from customers.relations import FIELDS, fields_from_relation, relation_from_customer
from integrations.eboekhouden.facts.limits import RELATION, length_of
from integrations.eboekhouden.messages import Relation

TODAY = datetime.date(2026, 11, 22)


def customer(**fields):
    return Customer(**{"number": "K00001", "name": "Bakkerij Van Dam"} | fields)


def test_what_is_sent_comes_back_the_same():
    ours = customer(
        contact_name="Anna",
        email="anna@vandam.example",
        phone="030-1234567",
        address="Dorpsstraat 1",
        postal_code="1234 AB",
        city="Utrecht",
        country="NL",
        postal_country="BE",
        vat_number="NL123456782B12",
        coc_number="12345678",
        iban="NL91ABNA0417164300",
    )

    relation = relation_from_customer(ours, correlation_id="abc123")

    assert (relation.country, relation.postal_country) == ("Nederland", "België")
    assert relation.correlation_id == "abc123"
    assert fields_from_relation(relation).values == {name: getattr(ours, name) for name in FIELDS}


def test_a_private_person_stays_private():
    relation = relation_from_customer(customer(is_business=False), correlation_id="t")

    assert not relation.business
    assert relation_from_customer(customer(is_business=True), correlation_id="t").business


def test_our_notes_stay_here():
    relation = relation_from_customer(customer(notes="Pays late"), correlation_id="t")

    assert (relation.name, relation.notes) == ("Bakkerij Van Dam", "")


def test_an_email_address_that_is_too_long_for_eboekhouden_is_left_out():
    ours = customer(email="a" * 50 + "@vandam.example")

    assert relation_from_customer(ours, correlation_id="t").email == ""
    ours.email = "anna@vandam.example"
    assert relation_from_customer(ours, correlation_id="t").email == "anna@vandam.example"


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_fits_the_service(name, address):
    ours = customer(name=name, contact_name=name, address=address, city=address)

    relation = relation_from_customer(ours, correlation_id="t")

    for field, limit in RELATION.items():
        assert length_of(getattr(relation, field)) <= limit, field


def test_line_breaks_in_an_address_can_be_sent():
    relation = relation_from_customer(
        customer(address="Dorpsstraat 1\r\nBoven"), correlation_id="t"
    )

    assert relation.to_service(today=TODAY)["oRel"]["Adres"] == "Dorpsstraat 1 Boven"


@pytest.mark.parametrize(
    ("written", "code"),
    [("Nederland", "NL"), ("the netherlands", "NL"), ("NL", "NL"), ("Oz", "Oz"), ("", "")],
)
def test_a_country_is_known_however_it_is_written(written, code):
    relation = Relation(code="K1", name="X", country=written)

    assert fields_from_relation(relation).values["country"] == code


def test_what_is_too_long_is_cut_and_reported():
    relation = Relation(code="K1", name="X", contact_name="y" * 60)

    assert fields_from_relation(relation).values["contact_name"] == "y" * 50
    assert fields_from_relation(relation).remarks == ["contact person was too long and is cut off"]
