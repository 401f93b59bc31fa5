"""Erasing a person: what goes, what stays under a pseudonym, and what must be finished first."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.mails import queue_mail
from accounts.models import AccountMail, Membership, Role, User
from accounts.people import WasErased, activate
from billing.documents.archive import issue_files
from billing.documents.archive.storing import content_of
from billing.documents.specification import specify
from billing.models import Invoice, InvoiceEvent, InvoiceFile
from lib import kept_uploads
from privacy.erasing import CannotErase, Obstacle, erase, plan_of
from privacy.exports import start_export
from privacy.models import Erasure, ExportScope
from privacy.tables import TABLES, model_of
from registrations.models import Expense, Leave, LeaveStatus, Status, TimeEntry, Trip
from tests import factories
from tests.billing.issued import Item, become, issued
from tests.factories import TODAY

from .exported import made

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def person(organisation):
    user = factories.create_user(
        first_name="Wilhelmina", last_name="Vertrokken", email="wilhelmina@vertrokken.example"
    )
    return factories.create_membership(organisation=organisation, user=user, hourly_rate="75.00")


@pytest.fixture
def project(organisation):
    return factories.create_project(organisation=organisation)


def billed_hours(project, person, **fields):
    """Hours on a final invoice, with their specification in its line."""
    line = factories.create_invoice_line(project=project)
    entry = factories.create_time_entry(
        project=project, membership=person, description="Billed work", **fields
    )
    TimeEntry.objects.filter(pk=entry.pk).update(status=Status.INVOICED, invoice_line=line)
    specify([line.invoice])
    invoice = Invoice.objects.get(pk=line.invoice_id)
    become(invoice, status="final", number=f"2026-{entry.pk:04d}", final_at=NOW)
    return TimeEntry.objects.get(pk=entry.pk)


def erased(person, administrator):
    return erase(person, by=administrator.user, now=timezone.now())


def everywhere(text):
    """The tables and columns in which a text still stands, read past the models."""
    found = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if text.casefold() in str(value).casefold()
                }
    return found


# --- What happens ---------------------------------------------------------------------------------


def test_name_and_address_are_nowhere_but_in_frozen_documents(administrator, person, project):
    billed_hours(project, person)
    factories.create_contract(membership=person)
    factories.create_favourite_trip(membership=person)
    factories.create_leave(membership=person, status=LeaveStatus.APPROVED, note="Hospital")
    EmailAddress.objects.create(user=person.user, email=person.user.email, verified=True)
    queue_mail(person.user, "security", event="role", by="x", at=NOW.isoformat(), person="x")
    assert everywhere("Vertrokken") >= {"accounts_user.last_name", "account_emailaddress.email"}

    erased(person, administrator)

    assert everywhere("Vertrokken") == {"billing_invoiceline.specification"}
    assert everywhere("Wilhelmina") == {"billing_invoiceline.specification"}
    assert everywhere("Hospital") == set()
    user = User.objects.get(pk=person.user_id)
    assert str(user) == f"Voormalig medewerker {person.pk}"
    assert user.email == f"former-{person.pk}@erased.invalid"
    assert not user.has_usable_password()
    assert not user.is_active


def test_billed_hours_keep_figures_and_dates(administrator, person, project):
    entry = billed_hours(project, person, minutes=95)
    columns = [one.attname for one in TimeEntry._meta.concrete_fields]
    before = TimeEntry.objects.filter(pk=entry.pk).values(*columns).get()

    erased(person, administrator)

    assert TimeEntry.objects.filter(pk=entry.pk).values(*columns).get() == before
    assert str(TimeEntry.objects.get(pk=entry.pk).membership) == f"Voormalig medewerker {person.pk}"


def test_files_of_invoices_stay_as_they_were(administrator, person, organisation):
    customer = factories.create_customer(organisation=organisation)
    issue_files(issued(customer, [Item()], created_by=person.user), now=NOW)
    before = [(one.sha256, content_of(one)) for one in InvoiceFile.objects.order_by("pk")]

    erased(person, administrator)

    assert len(before) == 3
    assert [(one.sha256, content_of(one)) for one in InvoiceFile.objects.order_by("pk")] == before


def test_what_is_not_needed_is_deleted(
    administrator, person, project, django_capture_on_commit_callbacks
):
    about = {"project": project, "membership": person}
    factories.create_time_entry(**about, is_billable=False, description="Internal")
    approved = factories.create_time_entry(**about, is_billable=False)
    TimeEntry.objects.filter(pk=approved.pk).update(status=Status.APPROVED)
    factories.create_time_entry(**about, status=Status.REJECTED)
    expense = factories.create_expense(**about, status=Status.REJECTED)
    expense.receipt.save("photo.pdf", ContentFile(b"%PDF"))
    trip = factories.create_trip(**about, is_billable=False)
    name, storage = expense.receipt.name, expense.receipt.storage

    with django_capture_on_commit_callbacks(execute=True):
        erasure = erased(person, administrator)

    assert TimeEntry.objects.filter(membership=person).count() == 0
    assert Expense.objects.filter(membership=person).count() == 0
    assert not storage.exists(name)
    assert list(Trip.objects.filter(membership=person)) == [trip]
    assert erasure.counts["registrations.TimeEntry"] == 3


def test_receipts_of_what_is_kept_stay(administrator, person, project):
    expense = factories.create_expense(project=project, membership=person, is_billable=False)
    expense.receipt.save("photo.pdf", ContentFile(b"%PDF"))

    erased(person, administrator)

    with Expense.objects.get(pk=expense.pk).receipt.open("rb") as receipt:
        assert receipt.read() == b"%PDF"


def test_what_is_of_a_closed_period_stays(administrator, person, project, organisation):
    entry = factories.create_time_entry(project=project, membership=person, is_billable=False)
    organisation.closed_until = TODAY
    organisation.save()
    person.refresh_from_db()

    plan = plan_of(person, by=administrator.user)
    erased(person, administrator)

    assert TimeEntry.objects.filter(pk=entry.pk).exists()
    [kept] = plan.kept
    assert (kept.count, kept.until) == (1, datetime.date(TODAY.year + 7, 12, 31))


def test_sessions_and_factors_end_at_once(administrator, person):
    client = Client()
    client.force_login(person.user, backend="accounts.login.backends.MemberBackend")
    key = client.session.session_key
    UserSession.objects.create(
        user=person.user, session_key=key, ip="203.0.113.7", user_agent="x", data={}
    )
    Authenticator.objects.create(user=person.user, type="totp", data={"secret": "x"})
    assert client.get("/profile/").status_code == 200

    erased(person, administrator)

    assert client.get("/profile/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.filter(user=person.user).exists()
    assert not Authenticator.objects.filter(user=person.user).exists()
    assert not AccountMail.objects.filter(user=person.user).exists()


def test_kept_uploads_and_exports_of_the_person_are_deleted(
    administrator, person, django_capture_on_commit_callbacks
):
    upload = kept_uploads.keep(
        ContentFile(b"x", name="a.pdf"), name="a.pdf", user_id=person.user_id, purpose="receipt"
    )
    own, _archive = made(person, ExportScope.OWN, of=person)
    about, _archive = made(administrator, ExportScope.PERSON, of=person)
    storage = own.file.storage

    with django_capture_on_commit_callbacks(execute=True):
        erased(person, administrator)

    assert not storage.exists(upload.path)
    assert not storage.exists(own.file.name)
    assert not storage.exists(about.file.name)


def test_nobody_logs_in_or_comes_back_as_the_pseudonym(administrator, person):
    erased(person, administrator)
    person.refresh_from_db()

    assert not Client().login(
        username=f"former-{person.pk}@erased.invalid", password=factories.PASSWORD
    )
    with pytest.raises(WasErased):
        activate(person)
    assert not User.objects.get(pk=person.user_id).is_invited


def test_the_address_is_free_for_a_new_account(administrator, person):
    erased(person, administrator)

    again = factories.create_user(first_name="Back", email="wilhelmina@vertrokken.example")

    assert again.pk != person.user_id


# --- Who also works elsewhere ---------------------------------------------------------------------


def test_of_somebody_who_works_elsewhere_only_this_membership_is_erased(
    administrator, person, project
):
    elsewhere = factories.create_membership(user=person.user, role=Role.ADMINISTRATOR)
    theirs = factories.create_time_entry(
        project=factories.create_project(organisation=elsewhere.organisation), membership=elsewhere
    )
    entry = billed_hours(project, person)
    here = issued(project.customer, [Item()], number="2026-9001", created_by=person.user)
    there = issued(
        factories.create_customer(organisation=elsewhere.organisation),
        [Item()],
        created_by=person.user,
    )
    timeline_of = InvoiceEvent.objects.create(invoice=here, by=person.user, kind="x")
    client = Client()
    client.force_login(person.user, backend="accounts.login.backends.MemberBackend")

    erased(person, administrator)

    user = User.objects.get(pk=person.user_id)
    assert (user.first_name, user.is_active) == ("Wilhelmina", True)
    left = Membership.objects.get(pk=person.pk)
    assert left.user_id != user.pk
    assert str(left) == f"Voormalig medewerker {person.pk}"
    assert TimeEntry.objects.get(pk=entry.pk).membership_id == person.pk
    assert TimeEntry.objects.get(pk=theirs.pk).membership_id == elsewhere.pk
    for row, owner in ((here, left.user_id), (there, user.pk)):
        row.refresh_from_db()
        assert row.created_by_id == owner
    timeline_of.refresh_from_db()
    assert timeline_of.by_id == left.user_id
    assert client.get("/profile/").status_code == 200


def test_no_key_of_this_organisation_still_leads_to_who_works_elsewhere(administrator, person):
    factories.create_membership(user=person.user)
    made(person, ExportScope.OWN, of=person)

    erased(person, administrator)

    looked_at = 0
    for label, table in TABLES.items():
        model = model_of(label)
        for column in model._meta.concrete_fields:
            if column.related_model is User and table.organisation:
                looked_at += 1
                rows = model._default_manager.filter(
                    **{table.organisation: person.organisation_id, column.name: person.user_id}
                )
                assert not rows.exists(), (label, column.name)
    assert looked_at > 12


def test_an_invitation_that_was_not_accepted_is_only_withdrawn(administrator, organisation):
    user = factories.create_user(first_name="Invited")
    invited = factories.create_membership(
        organisation=organisation, user=user, is_active=False, awaits_consent=True
    )

    erased(invited, administrator)

    assert not Membership.objects.filter(pk=invited.pk).exists()
    assert User.objects.get(pk=user.pk).first_name == "Invited"


# --- What must be finished first ------------------------------------------------------------------


def _submitted(person, project):
    factories.create_time_entry(
        project=project, membership=person, status=Status.SUBMITTED, is_billable=False
    )


def _unbilled(person, project):
    factories.create_time_entry(project=project, membership=person)


def _on_draft(person, project):
    line = factories.create_invoice_line(project=project)
    entry = factories.create_time_entry(project=project, membership=person)
    TimeEntry.objects.filter(pk=entry.pk).update(status=Status.INVOICED, invoice_line=line)


def _leave(person, project):
    factories.create_leave(membership=person)


def _running(person, project):
    start_export(
        person.organisation, scope=ExportScope.OWN, membership=person, by=person.user, now=NOW
    )


@pytest.mark.parametrize(
    ("obstacle", "make"),
    [
        (Obstacle.SUBMITTED, _submitted),
        (Obstacle.UNBILLED, _unbilled),
        (Obstacle.ON_DRAFT, _on_draft),
        (Obstacle.LEAVE, _leave),
        (Obstacle.RUNNING, _running),
    ],
)
def test_what_is_unfinished_refuses_and_changes_nothing(
    administrator, person, project, obstacle, make
):
    make(person, project)
    before = everywhere("Vertrokken")

    with pytest.raises(CannotErase) as refused:
        erased(person, administrator)

    assert refused.value.plan.obstacles == {obstacle: 1}
    assert everywhere("Vertrokken") == before
    assert not Erasure.objects.exists()


def test_the_last_administrator_and_oneself_are_refused(administrator, person):
    with pytest.raises(CannotErase) as refused:
        erase(administrator, by=administrator.user, now=NOW)
    assert set(refused.value.plan.obstacles) == {Obstacle.ONESELF, Obstacle.LAST_ADMINISTRATOR}

    with pytest.raises(CannotErase) as refused:
        erase(administrator, by=person.user, now=NOW)
    assert set(refused.value.plan.obstacles) == {Obstacle.LAST_ADMINISTRATOR}


def test_nobody_is_erased_twice(administrator, person):
    erased(person, administrator)
    person.refresh_from_db()

    with pytest.raises(CannotErase) as refused:
        erased(person, administrator)

    assert set(refused.value.plan.obstacles) == {Obstacle.ALREADY}


def test_the_preview_counts_what_happens(administrator, person, project):
    billed_hours(project, person)
    factories.create_time_entry(project=project, membership=person, is_billable=False)
    factories.create_contract(membership=person)
    Leave.objects.create(
        organisation=person.organisation,
        membership=person,
        date=TODAY,
        minutes=60,
        status=LeaveStatus.APPROVED,
    )

    plan = plan_of(person, by=administrator.user)
    erasure = erased(person, administrator)

    assert {str(one.what): one.count for one in plan.deleted} == {
        "Hours that were rejected or are not billable": 1,
        "Leave, with the notes": 1,
        "Contract hours": 1,
    }
    assert [(str(one.what), one.count) for one in plan.kept] == [("Hours", 1)]
    assert erasure.counts["registrations.Leave"] == 1
    assert erasure.counts["accounts.Contract"] == 1
