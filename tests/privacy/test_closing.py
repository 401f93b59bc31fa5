"""Closing an organisation: what refuses it, what is read and written meanwhile, and its end."""

import datetime
import time

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.login.confirming import WINDOW
from accounts.middleware import LOGIN_KEY
from accounts.models import AccountMail, Membership, Organisation, Role, User
from billing.documents.archive import issue_files
from billing.documents.archive.storing import content_of
from billing.documents.archive.verifying import ArchiveCheck
from billing.models import Booking, Invoice, InvoiceFile, InvoiceLine, Reminder
from customers.models import Contact, Customer
from integrations.models import Connection
from privacy import purging
from privacy.closing import CannotClose, Unfinished, close, end, reopen
from privacy.erasing import erase_anyway
from privacy.exports import start_export
from privacy.middleware import OF_ADMINISTRATORS, PERSONAL
from privacy.models import ExportScope
from projects.models import ScheduledAmount
from projects.scheduled_amounts import plan_all
from registrations.models import Status, TimeEntry
from tests import factories
from tests.billing.issued import Item, issued
from tests.timechimp_eb.test_every_page import PAGES, _address, _everything, _stored

from .exported import Archive

pytestmark = pytest.mark.django_db
PAGE = reverse("privacy:organisation-close")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def closed(organisation):
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    organisation.refresh_from_db()
    return organisation


# --- What must be finished first ------------------------------------------------------------------


def test_bookings_drafts_and_runs_are_named_and_nothing_is_closed(administrator, organisation):
    _everything(organisation)  # a booking that waits, drafts
    invoice = Invoice.objects.filter(organisation=organisation).first()
    Reminder.objects.create(
        invoice=invoice, step=2, day=factories.TODAY, mail=None, queued_at=timezone.now()
    )
    start_export(
        organisation, scope=ExportScope.ORGANISATION, by=administrator.user, now=timezone.now()
    )
    before = organisation.connection.sealed_code_1

    with pytest.raises(CannotClose) as refused:
        close(organisation, by=administrator.user, now=timezone.now())

    assert set(refused.value.unfinished) == set(Unfinished)
    assert Connection.objects.get().sealed_code_1 == before
    assert not Organisation.objects.get(pk=organisation.pk).is_closed


def test_the_page_says_what_is_unfinished_with_links(inside, organisation):
    _everything(organisation)

    page = inside.get(PAGE).content.decode()

    assert "not finished" in page
    assert reverse("billing:booking-list") in page
    assert 'name="name"' not in page
    assert inside.post(PAGE, {"name": organisation.name}).status_code == 422
    assert not Organisation.objects.get(pk=organisation.pk).is_closed


# --- Closing and reopening ------------------------------------------------------------------------


def test_codes_are_deleted_at_once_and_the_page_says_to_regenerate_them(inside, organisation):
    factories.create_connection(organisation=organisation)

    answer = inside.post(PAGE, {"name": organisation.name}, follow=True)

    connection = Connection.objects.get()
    assert (connection.sealed_code_1, connection.sealed_code_2) == ("", "")
    assert (connection.is_active, connection.administration_key) == (False, "")
    page = answer.content.decode()
    assert "Regenerate them in e-Boekhouden" in page
    assert "Koppelingen → API/SOAP" in page
    assert AccountMail.objects.filter(details__event="closed").count() == 1


def test_closing_needs_the_name_and_a_recent_login(inside, organisation):
    assert inside.post(PAGE, {"name": "x"}).status_code == 422
    session = inside.session
    session[LOGIN_KEY] = time.time() - WINDOW - 60
    session.save()

    answer = inside.post(PAGE, {"name": organisation.name})

    assert answer.status_code == 422
    assert "Confirm that it is you" in answer.content.decode()
    assert not Organisation.objects.get(pk=organisation.pk).is_closed


def test_it_is_reopened_within_thirty_days(inside, closed):
    inside.post(reverse("privacy:organisation-reopen"))

    assert not Organisation.objects.get(pk=closed.pk).is_closed
    assert inside.get(reverse("registrations:hours")).status_code == 200


# --- The guard ------------------------------------------------------------------------------------

# Personal pages and exports, which a closed organisation still has.
ALLOWED = PERSONAL | OF_ADMINISTRATORS


@pytest.mark.once
@pytest.mark.parametrize(
    "role",
    [
        Role.ADMINISTRATOR,
        Role.EMPLOYEE,
        # Of the pages that an employee has not, an administrator has all.
        pytest.param(Role.PROJECT_MANAGER, marks=pytest.mark.nightly),
    ],
)
def test_no_page_writes_to_a_closed_organisation(organisation, role):
    ids = _everything(organisation)
    factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    member = factories.create_membership(organisation=organisation, role=role)
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    client = Client()
    client.force_login(member.user, backend="accounts.login.backends.MemberBackend")
    before, refused = _stored(), 0

    for name, _parts in PAGES:
        if name in ALLOWED:
            continue
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client, method)(_address(name, ids))
            assert answer.status_code == 403, (name, method, answer.status_code)
            refused += 1

    assert refused > 400
    assert _stored() == before


def test_the_named_pages_exist_and_are_few():
    names = {name for name, _parts in PAGES} | {"set_language", "theme"}

    assert names >= ALLOWED
    assert len(ALLOWED) < 20


def test_an_administrator_reads_everything_and_a_member_sees_why(client_of, administrator, closed):
    employee = factories.create_membership(organisation=closed)

    read = client_of(administrator).get(reverse("registrations:hours"))
    assert read.status_code == 200
    assert "Nothing can be registered or changed here any more." in read.content.decode()
    answer = client_of(employee).get(reverse("registrations:hours"))
    page = answer.content.decode()

    assert answer.status_code == 403
    assert f"{closed} was closed" in page
    assert "An administrator can reopen it until" in page
    assert client_of(employee).get(reverse("privacy:own-data")).status_code == 200
    assert client_of(employee).get(reverse("accounts:profile")).status_code == 200


def test_who_works_elsewhere_changes_organisation(client_of, closed):
    member = factories.create_membership(organisation=closed)
    elsewhere = factories.create_membership(user=member.user)
    client = client_of(member)

    client.post(
        reverse("accounts:change-organisation"), {"organisation": elsewhere.organisation_id}
    )

    assert client.get(reverse("registrations:hours")).status_code == 200


def test_nothing_is_planned_in_a_closed_organisation(closed):
    project = factories.create_project(organisation=closed, method="fixed_price", fixed_price="100")
    assert plan_all(today=factories.TODAY) == 0
    Organisation.objects.filter(pk=closed.pk).update(closed_at=None)

    assert plan_all(today=factories.TODAY) == 1
    assert ScheduledAmount.objects.filter(project=project).count() == 1


# --- The end --------------------------------------------------------------------------------------


def test_access_ends_after_thirty_days_and_not_before(client_of, administrator, organisation):
    now = timezone.now()
    close(organisation, by=administrator.user, now=now)

    with time_machine.travel(now + 30 * DAY - datetime.timedelta(minutes=1), tick=False):
        assert purging.purge(clock=timezone.now)["closed_organisations"] == 0
    with time_machine.travel(now + 30 * DAY, tick=False):
        assert purging.purge(clock=timezone.now)["closed_organisations"] == 1
        assert purging.purge(clock=timezone.now)["closed_organisations"] == 0

    assert Organisation.objects.get(pk=organisation.pk).ended_at
    user = User.objects.get(pk=administrator.user_id)
    assert (user.is_active, user.is_erased) == (False, True)
    assert not reopen(organisation, by=user)


def test_the_books_stay_and_the_rest_goes(administrator, organisation):
    customer = factories.create_customer(
        organisation=organisation, contact_name="Anna Smit", notes="Likes tea"
    )
    Contact.objects.create(customer=customer, name="Bram Bos")
    project = factories.create_project(customer=customer)
    invoice = issued(customer, [Item()])
    issue_files(invoice, now=timezone.now())
    entry = factories.create_time_entry(project=project, membership=administrator)
    TimeEntry.objects.filter(pk=entry.pk).update(status=Status.INVOICED)
    factories.create_time_entry(project=project, membership=administrator, is_billable=False)
    factories.create_contract(membership=administrator)
    organisation.logo.save("logo.png", ContentFile(b"picture"))
    books = [
        list(model._base_manager.order_by("pk").values_list())
        for model in (Invoice, InvoiceLine, InvoiceFile)
    ]
    contents = [content_of(one) for one in InvoiceFile.objects.order_by("pk")]
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())

    end(Organisation.objects.get(pk=organisation.pk), now=timezone.now())

    assert [
        list(model._base_manager.order_by("pk").values_list())
        for model in (Invoice, InvoiceLine, InvoiceFile)
    ] == books
    assert [content_of(one) for one in InvoiceFile.objects.order_by("pk")] == contents
    assert list(ArchiveCheck().damaged_files()) == []
    assert list(TimeEntry.objects.values_list("pk", flat=True)) == [entry.pk]
    left = Customer.objects.get()
    assert (left.name, left.contact_name, left.notes) == (customer.name, "", "")
    assert not Contact.objects.exists()
    assert not Organisation.objects.get(pk=organisation.pk).logo


def test_the_end_goes_on_after_an_interruption(administrator, organisation):
    factories.create_membership(organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    member = Membership.objects.exclude(pk=administrator.pk).get()
    erase_anyway(member, by=None, now=timezone.now())  # where an earlier night stopped

    end(Organisation.objects.get(pk=organisation.pk), now=timezone.now())

    assert all(one.is_erased for one in User.objects.all())
    assert organisation.erasures.count() == 2
    assert Booking.objects.count() == 0


def test_another_organisation_is_not_touched(administrator, organisation):
    other = factories.create_membership(role=Role.ADMINISTRATOR)
    _everything(other.organisation)
    shared = factories.create_membership(organisation=organisation, user=other.user)
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    before = [
        list(Membership.objects.filter(organisation=other.organisation).values_list()),
        list(TimeEntry.objects.order_by("pk").values_list()),
        list(Customer.objects.order_by("pk").values_list()),
        list(User.objects.filter(pk=other.user_id).values_list()),
    ]

    end(Organisation.objects.get(pk=organisation.pk), now=timezone.now())

    assert [
        list(Membership.objects.filter(organisation=other.organisation).values_list()),
        list(TimeEntry.objects.order_by("pk").values_list()),
        list(Customer.objects.order_by("pk").values_list()),
        list(User.objects.filter(pk=other.user_id).values_list()),
    ] == before
    assert Membership.objects.get(pk=shared.pk).user_id != other.user_id


def test_the_system_administrator_gives_out_the_books_of_a_closed_organisation(
    organisation, administrator, tmp_path
):
    issued(factories.create_customer(organisation=organisation), [Item()])
    Organisation.objects.filter(pk=organisation.pk).update(closed_at=timezone.now())
    end(Organisation.objects.get(pk=organisation.pk), now=timezone.now())
    path = tmp_path / "books.zip"

    call_command("export_organisation", organisation.name, str(path))

    archive = Archive(path.read_bytes())
    assert len(archive.rows("billing.Invoice")) == 1
    assert len([name for name in archive.names if "InvoiceFile/" in name]) == 3
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_organisation", organisation.name, str(path))
    with pytest.raises(CommandError, match="no organisation"):
        call_command("export_organisation", "Nobody", str(tmp_path / "other.zip"))
