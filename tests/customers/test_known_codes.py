"""Codes that relations in e-Boekhouden have, and that no customer here has."""

import pytest
from django.urls import reverse

from customers.editing import next_free_number
from customers.known_codes import names_by_code, warning_about
from customers.models import Customer
from tests.factories import LAWFUL_ADDRESSEE, create_customer
from tests.responses import text

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def known(eboekhouden, organisation, import_all):
    """Import two relations, after which the customer of one is deleted here."""
    eboekhouden.seed_relations(
        [
            {"Code": "K00001", "Bedrijf": "Bakkerij Van Dam"},
            {"Code": " K00007 ", "Bedrijf": "De Groene Tuin"},
        ]
    )
    import_all()
    organisation.customers.get(name="De Groene Tuin").delete()
    return organisation


def posted(number, name, **more):
    fields = {"number": number, "name": name, "is_business": "True", "country": "NL"}
    none = {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
    return fields | none | more


def test_the_next_number_is_above_the_codes_of_relations_too(known):
    assert names_by_code(known) == {"k00001": ["Bakkerij Van Dam"], "k00007": ["De Groene Tuin"]}
    assert next_free_number(known) == "K00008"

    create_customer(organisation=known, number="K00009")
    assert next_free_number(known) == "K00010"


def test_without_an_import_the_next_number_is_above_those_of_customers(organisation):
    create_customer(organisation=organisation, number="K00004")

    assert next_free_number(organisation) == "K00005"


def test_a_number_of_another_relation_is_asked_about(known, inside):
    add = reverse("customers:customer-add")

    asked = inside.post(add, posted("k00007", "Fietsenmaker"))

    assert asked.status_code == 422
    page = text(asked)
    assert "In e-Boekhouden, k00007 is relation “De Groene Tuin”. Is it this customer?" in page
    assert "such as K00008." in page
    assert not Customer.objects.filter(name="Fietsenmaker").exists()

    (question,) = asked.context["form"].questions_at("number")
    inside.post(add, posted("k00007", "Fietsenmaker", confirmed=question.token))
    assert Customer.objects.filter(name="Fietsenmaker", number="k00007").exists()


@pytest.mark.parametrize(
    ("number", "name"), [("K00007", "de groene  tuin"), ("K00008", "Fietsenmaker")]
)
def test_the_same_name_or_a_free_number_is_not_asked_about(known, inside, number, name):
    answer = inside.post(reverse("customers:customer-add"), posted(number, name))

    assert answer.status_code == 302
    assert Customer.objects.filter(number=number).exists()


def test_a_customer_keeps_its_number_without_being_asked_again(known, inside):
    customer = create_customer(organisation=known, number="K00007", name="Fietsenmaker")
    edit = reverse("customers:customer-edit", args=[customer.pk])
    fields = posted("K00007", "Fietsenmaker") | LAWFUL_ADDRESSEE

    assert inside.post(edit, fields | {"city": "Deventer"}).status_code == 302
    assert inside.post(edit, fields | {"name": "Fietsenwinkel"}).status_code == 422


def test_the_page_of_the_customer_warns_of_the_relation(known, inside):
    customer = create_customer(organisation=known, number="K00007", name="Fietsenmaker")
    linked = known.customers.get(number="K00001")

    page = text(inside.get(reverse("customers:customer-detail", args=[customer.pk])))

    assert "In e-Boekhouden, K00007 is relation “De Groene Tuin”. The next import links it" in page
    assert warning_about(linked) == ""
