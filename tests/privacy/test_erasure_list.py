"""After a restore: who was erased is erased again, and nobody else."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Membership, User
from customers.models import Customer
from privacy import erasure_files
from privacy.contacts import Person, forget
from privacy.erasing import erase
from privacy.erasure_list import apply_again
from privacy.models import Erasure
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def no_files():
    """Only the files of this test are in the list."""
    _empty()
    yield
    _empty()


def _empty():
    if default_storage.exists(erasure_files.FOLDER):
        for name in default_storage.listdir(erasure_files.FOLDER)[1]:
            default_storage.delete(f"{erasure_files.FOLDER}/{name}")


@pytest.fixture
def person(organisation):
    user = factories.create_user(first_name="Wilhelmina", last_name="Vertrokken")
    return factories.create_membership(organisation=organisation, user=user)


def as_in_the_backup(person, user):
    """Put the person back as a backup of before has them, and take the list out of the table."""
    Erasure.objects.all().delete()
    User.objects.filter(pk=user.pk).update(
        **{one.attname: getattr(user, one.attname) for one in User._meta.concrete_fields[1:]}
    )
    Membership.objects.filter(pk=person.pk).update(is_active=True, role=person.role)


def test_who_was_erased_after_the_backup_is_erased_again(
    administrator, person, django_capture_on_commit_callbacks
):
    before = User.objects.get(pk=person.user_id)
    with django_capture_on_commit_callbacks(execute=True):
        erase(person, by=administrator.user, now=NOW)
    as_in_the_backup(person, before)
    assert str(Membership.objects.get(pk=person.pk)) == "Wilhelmina Vertrokken"

    out = io.StringIO()
    call_command("after_restore", stdout=out)

    assert "Erased again, as after the backup: 1 people" in out.getvalue()
    assert str(Membership.objects.get(pk=person.pk)) == f"Voormalig medewerker {person.pk}"
    [again] = Erasure.objects.all()
    assert again.row_id == person.pk


def test_it_can_be_applied_again_without_harm(
    administrator, person, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        erase(person, by=administrator.user, now=NOW)
    before = list(User.objects.order_by("pk").values_list())

    apply_again(NOW)

    assert list(User.objects.order_by("pk").values_list()) == before
    assert Erasure.objects.count() == 1


def test_somebody_new_with_the_same_id_is_not_erased(
    administrator, person, organisation, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        erase(person, by=administrator.user, now=NOW)
    pk = person.pk
    Membership.objects.filter(pk=pk).delete()
    hired = factories.create_user(first_name="Hired", last_name="Later")
    Membership.objects.create(pk=pk, organisation=organisation, user=hired)

    apply_again(NOW)

    assert str(Membership.objects.get(pk=pk)) == "Hired Later"


def test_a_contact_person_is_forgotten_again(
    administrator, organisation, django_capture_on_commit_callbacks
):
    customer = factories.create_customer(
        organisation=organisation, contact_name="Anna Smit", email="anna@tuin.example"
    )
    person = Person("Anna Smit", "anna@tuin.example")
    with django_capture_on_commit_callbacks(execute=True):
        forget(customer, person, by=administrator.user, now=NOW)
    Erasure.objects.all().delete()
    Customer.objects.filter(pk=customer.pk).update(contact_name=person.name, email=person.email)

    apply_again(NOW)

    customer.refresh_from_db()
    assert (customer.contact_name, customer.email) == ("", "")


def test_the_files_have_no_name(administrator, person, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase(person, by=administrator.user, now=NOW)

    [name] = default_storage.listdir(erasure_files.FOLDER)[1]
    with default_storage.open(f"{erasure_files.FOLDER}/{name}") as file:
        text = file.read().decode()
    assert "Vertrokken" not in text
    assert "@" not in text
