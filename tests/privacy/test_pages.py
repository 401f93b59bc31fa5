"""The pages: who asks for what, confirmations, downloads, refusals in words."""

import datetime
import io
import time
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.login.confirming import WINDOW
from accounts.middleware import LOGIN_KEY
from accounts.models import User
from customers.models import Contact, Customer
from privacy.exports import run_export
from privacy.models import DataExport, ExportScope
from tests import factories

from .exported import made

pytestmark = pytest.mark.django_db

OWN = reverse("privacy:own-data")
WHOLE = reverse("privacy:organisation-data")


@pytest.fixture
def person(organisation):
    user = factories.create_user(first_name="Wilhelmina", last_name="Vertrokken")
    return factories.create_membership(organisation=organisation, user=user)


def an_hour_later(client):
    """The login of this client becomes older than a confirmation may be."""
    session = client.session
    session[LOGIN_KEY] = time.time() - WINDOW - 60
    session.save()


def read(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def test_a_person_asks_for_their_data_and_downloads_it(client_of, person):
    client = client_of(person)
    assert client.post(OWN).status_code == 302
    run = DataExport.objects.get()
    assert b"hx-trigger" in client.get(OWN).content

    run_export(run.pk, clock=timezone.now)
    page = client.get(OWN).content.decode()
    answer = client.get(reverse("privacy:export-download", args=[run.pk]))

    assert "hx-trigger" not in page.split('id="exports"')[1]
    assert "It is deleted on" in page
    assert answer["Content-Disposition"].startswith('attachment; filename="wilhelmina-vertrokken-')
    assert "no-store" in answer["Cache-Control"]
    assert "export.json" in read(answer).namelist()


@pytest.mark.parametrize("page", [OWN, WHOLE])
def test_without_a_recent_login_nothing_is_made(inside, page):
    an_hour_later(inside)

    answer = inside.post(page)

    assert answer.status_code == 422
    assert "Confirm that it is you" in answer.content.decode()
    assert not DataExport.objects.exists()


def test_without_a_recent_login_nothing_is_downloaded(inside, administrator):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    an_hour_later(inside)

    answer = inside.get(reverse("privacy:export-download", args=[run.pk]))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_only_who_asked_downloads(client_of, administrator, organisation):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    other = factories.create_membership(organisation=organisation, role="administrator")

    for action in ("download", "delete"):
        address = reverse(f"privacy:export-{action}", args=[run.pk])
        client = client_of(other)
        answer = client.get(address) if action == "download" else client.post(address)
        assert answer.status_code == 404


def test_who_is_no_administrator_any_more_downloads_nothing(inside, administrator):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    factories.create_membership(organisation=administrator.organisation, role="administrator")
    administrator.role = "employee"
    administrator.save()

    assert inside.get(reverse("privacy:export-download", args=[run.pk])).status_code == 404


def test_an_old_export_is_not_downloaded(inside, administrator):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    past = timezone.now() - datetime.timedelta(minutes=1)
    DataExport.objects.filter(pk=run.pk).update(expires_at=past)

    answer = inside.get(reverse("privacy:export-download", args=[run.pk]), follow=True)

    assert "This export was deleted" in answer.content.decode()


def test_an_export_is_deleted_by_hand(inside, administrator):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    storage, name = run.file.storage, run.file.name

    inside.post(reverse("privacy:export-delete", args=[run.pk]))

    assert not storage.exists(name)


# --- Erasing --------------------------------------------------------------------------------------


def erase_page(person):
    return reverse("privacy:employee-erase", args=[person.pk])


def test_the_name_must_be_typed(inside, person):
    answer = inside.post(erase_page(person), {"name": "somebody"})

    assert answer.status_code == 422
    assert "This is not the name" in answer.content.decode()
    assert User.objects.get(pk=person.user_id).first_name == "Wilhelmina"


def test_erasing_needs_a_recent_login_and_keeps_what_was_typed(inside, person):
    an_hour_later(inside)

    answer = inside.post(erase_page(person), {"name": "wilhelmina vertrokken"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Confirm that it is you" in page
    assert 'value="wilhelmina vertrokken"' in page
    assert User.objects.get(pk=person.user_id).first_name == "Wilhelmina"


def test_a_person_is_erased(inside, person):
    answer = inside.post(erase_page(person), {"name": "wilhelmina vertrokken"}, follow=True)

    page = answer.content.decode()
    assert f"Voormalig medewerker {person.pk}" in page
    assert User.objects.get(pk=person.user_id).last_name == ""
    again = inside.get(erase_page(person)).content.decode()
    assert "erased already" in again
    activated = inside.post(
        reverse("accounts:employee-activate", args=[person.pk]), follow=True
    ).content.decode()
    assert "This person was erased" in activated


def test_what_is_unfinished_is_said_with_a_link_and_no_button(inside, person, organisation):
    factories.create_time_entry(
        project=factories.create_project(organisation=organisation), membership=person
    )

    page = inside.get(erase_page(person)).content.decode()

    assert "1 registration is still to be billed" in page
    assert reverse("registrations:overview-hours") in page
    assert 'name="name"' not in page
    assert inside.post(erase_page(person), {"name": str(person)}).status_code == 422
    assert User.objects.get(pk=person.user_id).first_name == "Wilhelmina"


@pytest.mark.parametrize(
    ("is_longer", "period"), [(False, "for seven years (art. 52 AWR)"), (True, "for ten years")]
)
def test_the_pages_name_the_years_of_the_organisation(
    inside, person, organisation, is_longer, period
):
    organisation.keeps_ten_years = is_longer
    organisation.save()
    factories.create_expense(
        project=factories.create_project(organisation=organisation),
        membership=person,
        is_billable=False,
    )

    assert period in inside.get(erase_page(person)).content.decode()
    closing = inside.get(reverse("privacy:organisation-close")).content.decode()
    assert period.split(" (")[0] in closing


# --- Contact persons ------------------------------------------------------------------------------


def test_a_manager_forgets_a_contact_person(client_of, manager, organisation):
    customer = factories.create_customer(organisation=organisation, contact_name="Anna Smit")
    Contact.objects.create(customer=customer, name="Bram Bos")
    client, address = client_of(manager), reverse("privacy:customer-forget", args=[customer.pk])
    page = client.get(address).content.decode()
    assert "Anna Smit" in page
    assert "Bram Bos" in page
    mark = page.split('name="person"')[1].split('value="')[1].split('"')[0]

    answer = client.post(address, {"person": mark}, follow=True)

    assert "Anna Smit has been forgotten" in answer.content.decode()
    assert Customer.objects.get(pk=customer.pk).contact_name == ""
    assert customer.contacts.get().name == "Bram Bos"


def test_who_is_not_chosen_is_asked_for(client_of, manager, organisation):
    customer = factories.create_customer(organisation=organisation, contact_name="Anna Smit")
    address = reverse("privacy:customer-forget", args=[customer.pk])

    answer = client_of(manager).post(address, {"person": "x"})

    assert answer.status_code == 422
    assert Customer.objects.get(pk=customer.pk).contact_name == "Anna Smit"
