"""Management → Customers."""

import pytest
from django.urls import reverse

from accounts.models import Role
from billing.models import Booking, BookingKind
from customers.models import Customer
from tests.factories import (
    create_connection,
    create_customer,
    create_membership,
    create_organisation,
    create_project,
    create_vat_rate,
)

from .conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/management/customers/"
ADD = "/management/customers/add/"


def contact_rows(*rows, before=0):
    data = {
        "contacts-TOTAL_FORMS": str(len(rows)),
        "contacts-INITIAL_FORMS": str(before),
    }
    for n, row in enumerate(rows):
        data |= {f"contacts-{n}-{name}": value for name, value in row.items()}
    return data


def form(**changes):
    values = {
        "number": "K00001",
        "name": "Bakkerij Van Dam",
        "is_business": "True",
        "country": "NL",
    }
    return values | contact_rows() | changes


def page_of(client, address=LIST):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- The list ---


def test_the_list_shows_who_is_known_in_eboekhouden(inside, organisation):
    create_customer(organisation=organisation, name="Fietsen", number="K1", remote_id=1)
    create_customer(organisation=organisation, name="Bakkerij", number="K2")

    assert "Bakkerij" in page_of(inside)
    assert "Bakkerij" not in page_of(inside, f"{LIST}?known=yes")
    assert "Fietsen" not in page_of(inside, f"{LIST}?known=no")


@pytest.mark.parametrize("text", ["dam", "K0042", "UTRECHT"])
def test_search_is_for_name_number_and_city(inside, organisation, text):
    create_customer(
        organisation=organisation, name="Bakkerij Van Dam", number="K0042", city="Utrecht"
    )
    create_customer(organisation=organisation, name="Fietsen", number="K1", city="Zeist")

    page = page_of(inside, f"{LIST}?q={text}")

    assert "Bakkerij Van Dam" in page
    assert "Fietsen" not in page


def test_archived_customers_are_shown_when_asked_for(inside, organisation):
    create_customer(organisation=organisation, name="Gone", archived_at=NOW)

    assert "Gone" not in page_of(inside)
    assert "Gone" in page_of(inside, f"{LIST}?state=archived")
    assert "Gone" in page_of(inside, f"{LIST}?state=all")


def test_the_list_is_sorted_and_paged_in_the_database(inside, organisation):
    for n in range(30):
        create_customer(organisation=organisation, name=f"Customer {n:02d}", city=f"City {99 - n}")

    first, second = page_of(inside), page_of(inside, f"{LIST}?page=2")
    downwards = page_of(inside, f"{LIST}?order=-name")

    assert "Customer 00" in first
    assert "Customer 25" not in first
    assert "Customer 25" in second
    assert "Customer 29" in downwards
    assert "Customer 29" in page_of(inside, f"{LIST}?order=city")


def test_many_customers_cost_as_many_queries_as_one(
    inside, organisation, django_assert_num_queries
):
    def queries(count):
        with django_assert_num_queries(count, exact=False) as counted:
            inside.get(LIST)
        return len(counted)

    create_customer(organisation=organisation)
    inside.get(LIST)
    with_one = queries(20)
    for _n in range(24):
        create_customer(organisation=organisation)

    assert queries(20) == with_one


@pytest.mark.parametrize("query", ["page=99", "page=x", "size=9999999", "order=password", "q=%00"])
def test_invalid_filters_do_no_harm(inside, organisation, query):
    create_customer(organisation=organisation)

    assert inside.get(f"{LIST}?{query}").status_code == 200


# --- The form ---


def test_a_new_customer_gets_a_proposal_for_its_number(inside, organisation):
    create_customer(organisation=organisation, number="k00041")
    create_customer(organisation=organisation, number="KLANT")

    assert 'value="K00042"' in page_of(inside, ADD)


def test_everything_that_is_filled_in_is_stored(inside, organisation):
    rate = create_vat_rate(organisation=organisation)
    values = {
        "name": "De Groene Tuin",
        "is_business": "False",
        "contact_name": "Anna",
        "email": "anna@tuin.example",
        "phone": "030-1",
        "notes": "Nice",
        "address": "Dorpsstraat 1",
        "postal_code": "1234ab",
        "city": "Utrecht",
        "country": "NL",
        "postal_address": "Postbus 1",
        "postal_postal_code": "1000 AA",
        "postal_city": "Zeist",
        "postal_country": "NL",
        "coc_number": "12345678",
        "vat_number": "nl 1234.56.782.b12",
        "iban": "nl91 abna 0417 1643 00",
        "payment_term": "14",
        "hourly_rate": "95.00",
        "vat_rate": rate.pk,
    }
    rows = contact_rows(
        {"name": "Piet", "email": "piet@tuin.example", "receives_invoices": "on"}, {"name": ""}
    )

    inside.post(ADD, form(**values, **rows))

    customer = organisation.customers.get()
    assert (customer.number, customer.name, customer.is_business) == (
        "K00001",
        "De Groene Tuin",
        False,
    )
    assert (customer.vat_number, customer.iban) == ("NL123456782B12", "NL91ABNA0417164300")
    assert customer.postal_code == "1234 AB"
    assert (customer.payment_term, customer.vat_rate) == (14, rate)
    [contact] = customer.contacts.all()
    assert (contact.name, contact.receives_invoices) == ("Piet", True)
    assert customer.remote_id is None


def test_a_sentence_after_a_name_with_a_full_stop_has_only_one(inside, organisation):
    create_customer(organisation=organisation, number="K00007", name="Fietsen B.V.")

    page = inside.post(ADD, form(number="k00007")).content.decode()

    assert "already that of Fietsen B.V. The next free one is" in page


def test_a_mistake_in_a_contact_is_named_above_the_form(inside):
    rows = contact_rows(
        {"name": "Piet", "email": "piet@tuin.example"},
        {"name": "Anna", "email": "anna at tuin", "phone": "call me"},
    )

    page = inside.post(ADD, form(name="", **rows)).content.decode()

    assert '<a href="#id_name">Name</a>' in page
    assert '<a href="#id_contacts-1-email">Contact 2: E-mail address</a>' in page
    assert '<a href="#id_contacts-1-phone">Contact 2: Phone</a>' in page
    assert "Contact 1:" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": "k00007"}, "Number K00007 is already that of Fietsen. The next free one is"),
        ({"number": "X" * 16}, "at most 15 characters"),
        ({"vat_number": "NL123456789B01"}, "VAT number"),
        ({"iban": "NL00ABNA0417164300"}, "check digits of this IBAN do not match"),
        ({"coc_number": "1234567"}, "has 8 digits; this one has 7"),
        ({"postal_code": "12345"}, "A Dutch postal code looks like 1234 AB."),
        ({"email": "nobody"}, "“nobody” is not an e-mail address"),
        ({"payment_term": "400"}, "365"),
        ({"phone": "bel mij"}, "Use digits, spaces, + and - only"),
        ({"phone": "--"}, "Use digits, spaces, + and - only"),
    ],
)
def test_a_mistake_is_explained_and_what_was_typed_stays(inside, organisation, changes, sentence):
    create_customer(organisation=organisation, number="K00007", name="Fietsen")

    answer = inside.post(ADD, form(**changes))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{next(iter(changes.values()))}"' in page
    assert organisation.customers.count() == 1


def test_rules_of_the_netherlands_are_for_the_netherlands(inside, organisation):
    values = {"country": "US", "vat_number": "12-3456789", "coc_number": "ABC", "postal_code": "9"}

    inside.post(ADD, form(**values))

    assert organisation.customers.get().vat_number == "12-3456789"


def test_a_country_that_we_do_not_know_stays(inside, organisation):
    customer = create_customer(organisation=organisation, number="K00001", country="Oz")

    inside.post(f"{LIST}{customer.pk}/edit/", form(name="Renamed", country="Oz"))

    customer.refresh_from_db()
    assert (customer.name, customer.country) == ("Renamed", "Oz")


def test_an_invalid_imported_value_does_not_prevent_other_changes(inside, organisation):
    customer = create_customer(
        organisation=organisation, number="K00001", vat_number="NL1", iban="x", coc_number="7"
    )
    values = {"name": "Renamed", "vat_number": "NL1", "iban": "x", "coc_number": "7"}

    inside.post(f"{LIST}{customer.pk}/edit/", form(**values))

    customer.refresh_from_db()
    assert customer.name == "Renamed"


def test_the_number_of_a_known_customer_is_fixed(inside, organisation):
    customer = create_customer(organisation=organisation, number="K00001", remote_id=7)

    page = page_of(inside, f"{LIST}{customer.pk}/edit/")
    inside.post(f"{LIST}{customer.pk}/edit/", form(number="K9", name="Renamed"))

    assert "Fixed: e-Boekhouden knows the customer by this number." in page
    customer.refresh_from_db()
    assert (customer.number, customer.name) == ("K00001", "Renamed")


def test_the_number_is_fixed_while_it_is_being_booked(inside, organisation):
    customer = create_customer(organisation=organisation, number="K00001")
    Booking.objects.create(
        organisation=organisation,
        connection=create_connection(organisation=organisation),
        kind=BookingKind.RELATION,
        customer=customer,
        natural_key="K00001",
        payload={},
    )

    inside.post(f"{LIST}{customer.pk}/edit/", form(number="K9"))

    customer.refresh_from_db()
    assert customer.number == "K00001"


def test_the_imported_values_survive_an_edit(inside, organisation):
    customer = create_customer(
        organisation=organisation, number="K00001", remote_id=7, imported={"city": "Utrecht"}
    )

    inside.post(f"{LIST}{customer.pk}/edit/", form(city="Zeist"))

    customer.refresh_from_db()
    assert (customer.city, customer.imported, customer.remote_id) == (
        "Zeist",
        {"city": "Utrecht"},
        7,
    )


def test_a_contact_can_be_changed_and_removed(inside, organisation):
    customer = create_customer(organisation=organisation, number="K00001")
    customer.contacts.create(name="Anna")
    customer.contacts.create(name="Bob")
    rows = contact_rows({"name": "Anna B."}, {"name": "Bob", "DELETE": "on"}, before=2)

    inside.post(f"{LIST}{customer.pk}/edit/", form(**rows))

    assert list(customer.contacts.values_list("name", flat=True)) == ["Anna B."]


# --- The page, archiving, deleting ---


def test_the_page_shows_a_customer_with_its_projects(inside, organisation):
    customer = create_customer(organisation=organisation, country="BE", notes="Be <kind>")
    project = create_project(customer=customer)

    page = page_of(inside, f"{LIST}{customer.pk}/")

    assert project.name in page
    assert "Belgium" in page
    assert "Be &lt;kind&gt;" in page


def test_an_archived_customer_can_come_back(inside, organisation):
    customer = create_customer(organisation=organisation)

    inside.post(f"{LIST}{customer.pk}/archive/")
    assert Customer.objects.get().is_archived

    inside.post(f"{LIST}{customer.pk}/restore/")
    assert not Customer.objects.get().is_archived


def test_archiving_and_restoring_name_the_customer_and_undo_one_another(inside, organisation):
    customer = create_customer(organisation=organisation, name="De Groene Tuin")
    page = f"{LIST}{customer.pk}/"

    for act, back in (("archive", "restore"), ("restore", "archive")):
        answer = inside.post(f"{page}{act}/", follow=True).content.decode()

        assert f'<a href="{page}">De Groene Tuin</a>' in answer
        assert f'action="{page}{back}/" data-undo' in answer


def test_only_an_unused_customer_can_be_deleted(inside, organisation):
    used, unused = (create_customer(organisation=organisation) for _n in range(2))
    create_project(customer=used)

    refused = inside.post(f"{LIST}{used.pk}/delete/", follow=True).content.decode()
    inside.post(f"{LIST}{unused.pk}/delete/")

    assert "Archive this customer instead." in refused
    assert list(Customer.objects.all()) == [used]


# --- Who may ---


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "detail"),
        ("get", "edit"),
        ("post", "edit"),
        ("post", "archive"),
        ("post", "restore"),
        ("post", "delete"),
    ],
)
def test_a_customer_of_another_organisation_does_not_exist(inside, method, name):
    theirs = create_customer(organisation=create_organisation(name="Elders"), remote_id=None)
    address = reverse(f"customers:customer-{name}", args=[theirs.pk])

    assert getattr(inside, method)(address, form()).status_code == 404
    assert Customer.objects.get(pk=theirs.pk).archived_at is None


def test_a_vat_rate_of_another_organisation_cannot_be_chosen(inside, organisation):
    theirs = create_vat_rate(organisation=create_organisation(name="Elders"))

    answer = inside.post(ADD, form(vat_rate=theirs.pk))

    assert answer.status_code == 422
    assert organisation.customers.count() == 0


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EMPLOYEE, 403), (Role.PROJECT_MANAGER, 200), (Role.ADMINISTRATOR, 200)],
)
def test_managers_see_customers_and_employees_do_not(client_of, organisation, role, status):
    customer = create_customer(organisation=organisation)
    client = client_of(create_membership(organisation=organisation, role=role))

    for address in (LIST, ADD, f"{LIST}{customer.pk}/", f"{LIST}{customer.pk}/edit/"):
        assert client.get(address).status_code == status
