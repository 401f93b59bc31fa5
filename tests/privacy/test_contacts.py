"""Forgetting a contact person of a customer."""

import pytest
from django.utils import timezone

from billing.models import InvoiceMail
from customers.models import Contact, Customer, ImportRow, ImportRun
from privacy.contacts import Person, find, forget, kept_mails, people_at
from privacy.models import Erasure
from tests import factories
from tests.billing.issued import Item, issued

pytestmark = pytest.mark.django_db
ANNA = Person("Anna Smit", "anna@tuin.example")


@pytest.fixture
def customer(organisation):
    made = factories.create_customer(
        organisation=organisation,
        contact_name="Anna Smit",
        email="anna@tuin.example",
        phone="020 123 4567",
        imported={"contact_name": "Anna Smit", "email": "anna@tuin.example", "city": "Zwolle"},
    )
    Contact.objects.create(customer=made, name="anna smit", email="ANNA@tuin.example")
    Contact.objects.create(customer=made, name="Bram Bos", email="bram@tuin.example")
    return made


def forgotten(customer, person, by):
    forget(customer, person, by=by.user, now=timezone.now())
    return Customer.objects.get(pk=customer.pk)


def test_everybody_who_is_named_can_be_chosen_once(customer):
    assert [one.name for one in people_at(customer)] == ["Anna Smit", "Bram Bos"]


def test_a_contact_person_is_gone_from_the_customer_and_from_imports(customer, administrator):
    connection = factories.create_connection(organisation=customer.organisation)
    run = ImportRun.objects.create(organisation=customer.organisation, connection=connection)
    row = ImportRow.objects.create(
        run=run, position=1, number="1", name=customer.name, customer=customer,
        outcome="updated", changes={"contact_name": ["", "Anna Smit"]},
    )  # fmt: skip

    left = forgotten(customer, ANNA, administrator)

    assert (left.contact_name, left.email, left.phone) == ("", "", "")
    assert left.imported == {"city": "Zwolle"}
    assert [one.name for one in left.contacts.all()] == ["Bram Bos"]
    row.refresh_from_db()
    assert row.changes == {}


def test_somebody_else_stays(customer, administrator):
    left = forgotten(customer, Person("Bram Bos", "bram@tuin.example"), administrator)

    assert left.contact_name == "Anna Smit"
    assert left.imported["contact_name"] == "Anna Smit"
    assert [one.name for one in left.contacts.all()] == ["anna smit"]


def test_final_invoices_and_sent_mails_stay_as_they_are(customer, administrator):
    invoice = issued(customer, [Item()])
    addressee = dict(invoice.addressee)
    InvoiceMail.objects.create(
        invoice=invoice, to=ANNA.email, subject="Invoice", body="Dear Anna",
        started_at=timezone.now(), state="sent",
    )  # fmt: skip
    assert addressee["contact_name"] == "Anna Smit"
    assert kept_mails(customer, ANNA) == 1

    forgotten(customer, ANNA, administrator)

    invoice.refresh_from_db()
    assert invoice.addressee == addressee
    assert InvoiceMail.objects.get().to == ANNA.email


def test_what_is_recorded_has_no_name(customer, administrator):
    forgotten(customer, ANNA, administrator)

    erasure = Erasure.objects.get()
    text = " ".join(str(getattr(erasure, one.attname)) for one in Erasure._meta.concrete_fields)
    assert "anna" not in text.casefold()
    assert erasure.counts == {"contacts": 1, "fields": 4, "import_rows": 0}


def test_the_mark_finds_the_person_under_an_older_key_too(customer, settings):
    mark = ANNA.mark()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + 50 * "y"

    assert find(customer, mark) == ANNA
    settings.SECRET_KEY_FALLBACKS = []
    assert find(customer, mark) is None
