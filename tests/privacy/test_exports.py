"""Exports of a person and of an organisation: complete, nobody else's, without secrets."""

import datetime
import io
import tracemalloc

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import Membership, Role, User
from billing.documents.archive import issue_files
from billing.models import InvoiceFile
from integrations.models import Connection
from integrations.runs import claim_run
from privacy import zipping
from privacy.exports import delete_file, run_export, start_export
from privacy.models import DataExport, ExportScope
from privacy.tables import TABLES, model_of
from registrations.models import Expense, TimeEntry
from tests import factories
from tests.billing.issued import Item, issued
from tests.timechimp_eb.test_every_page import CHANGEABLE, TEXTS, _everything

from .exported import made

pytestmark = pytest.mark.django_db

STRANGER = "Stranger"


@pytest.fixture
def others(administrator):
    """A second organisation with one of everything, all of its texts recognisable."""
    organisation = factories.create_organisation(name=f"{STRANGER} B.V.")
    ids = {label: set(_ids(label)) for label in TABLES}
    _everything(organisation)
    # One administration has one connection.
    Connection.objects.filter(organisation=organisation).update(administration_key="other")
    for model, name in TEXTS:
        rows = apps.get_model(model)._default_manager.exclude(pk__in=ids[model])
        changeable = rows.filter(**CHANGEABLE.get(model, {}))
        for pk in list(changeable.values_list("pk", flat=True)):
            rows.filter(pk=pk).update(**{name: f"{STRANGER}{pk}"})
    return organisation


def _ids(label):
    return model_of(label)._default_manager.values_list("pk", flat=True)


# --- Of an organisation ---------------------------------------------------------------------------


def test_an_organisation_gets_all_of_its_rows_and_nobody_elses(administrator, others):
    organisation = administrator.organisation
    _everything(organisation)

    run, archive = made(administrator, ExportScope.ORGANISATION)

    wanted = {label for label, table in TABLES.items() if table.organisation}
    assert archive.labels == wanted
    filled = 0
    for label in wanted:
        path = TABLES[label].organisation
        rows = model_of(label)._default_manager.filter(**{path: organisation.pk})
        # That the export is finished is recorded after it.
        if label in {"accounts.User", "privacy.DataExport", "audit.Entry"}:
            continue
        exported = archive.rows(label)
        assert len(exported) == len(archive.csv(label)) == rows.count(), label
        filled += bool(exported)
        if exported and "id" in exported[0]:
            ours = {row["id"] for row in exported}
            assert ours == set(rows.values_list("pk", flat=True)), label
    assert filled > 35
    content = archive.everything()
    assert b"Canary project" in content
    assert STRANGER.encode() not in content
    assert run.total == run.done == sum(one["rows"] for one in archive.about["tables"])


def test_no_secret_is_in_an_export(administrator):
    member = administrator
    _everything(member.organisation)
    sealed = member.organisation.connection.sealed_code_1

    _run, archive = made(member, ExportScope.ORGANISATION)

    content = archive.everything()
    assert sealed.encode() not in content
    assert not any(code.encode() in content for code in factories.CODES)
    assert member.user.password.encode() not in content
    left_out = {one["name"]: one["left_out"] for one in archive.about["tables"]}
    assert "sealed_code_1" in left_out["integrations.Connection"]


def picture():
    drawn = io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(drawn, "PNG")
    return drawn.getvalue()


def test_files_of_invoices_receipts_and_logo_are_in_the_export(administrator):
    organisation = administrator.organisation
    organisation.logo.save("logo.png", ContentFile(picture()))
    customer = factories.create_customer(organisation=organisation, country="NL")
    invoice = issued(customer, [Item()])
    issue_files(invoice, now=timezone.now())
    expense = factories.create_expense(project=factories.create_project(customer=customer))
    expense.receipt.save("receipt.pdf", ContentFile(b"%PDF-1.4 receipt"))

    run, archive = made(administrator, ExportScope.ORGANISATION)

    files = [name for name in archive.names if name.startswith("files/")]
    assert len([name for name in files if "InvoiceFile" in name]) == 3
    assert {name.rpartition(".")[2] for name in files} == {"pdf", "xml", "json", "png"}
    [row] = archive.rows("registrations.Expense")
    assert archive.zip.read(row["receipt"]) == b"%PDF-1.4 receipt"
    assert run.missing_files == 0


def test_a_file_that_is_gone_is_named_and_stops_nothing(administrator):
    project = factories.create_project(organisation=administrator.organisation)
    expense = factories.create_expense(project=project)
    Expense.objects.filter(pk=expense.pk).update(receipt="receipts/gone.pdf")

    run, archive = made(administrator, ExportScope.ORGANISATION)

    assert run.missing_files == 1
    assert archive.about["missing_files"] == [f"files/registrations.Expense/{expense.pk}-gone.pdf"]


def test_who_has_not_accepted_an_invitation_is_not_in_it(administrator):
    invited = factories.create_user(first_name="Hidden")
    factories.create_membership(
        organisation=administrator.organisation, user=invited, is_active=False, awaits_consent=True
    )

    _run, archive = made(administrator, ExportScope.ORGANISATION)

    assert b"Hidden" not in archive.everything()


def test_a_formula_in_a_csv_is_text_and_the_json_is_exact(administrator):
    project = factories.create_project(organisation=administrator.organisation)
    factories.create_time_entry(project=project, description="=1+1\nnext line", minutes=90)

    _run, archive = made(administrator, ExportScope.ORGANISATION)

    [row], [line] = (
        archive.rows("registrations.TimeEntry"),
        archive.csv("registrations.TimeEntry"),
    )
    assert row["description"] == "=1+1\nnext line"
    assert line["description"] == "'=1+1 next line"
    assert (row["minutes"], row["amount"], row["is_billable"]) == (90, "95.00", True)
    assert (line["minutes"], line["amount"], line["is_billable"]) == ("90", "95.00", "true")
    assert row["project_name"] == project.name


def test_the_description_of_the_export_names_each_column_and_its_type(administrator):
    _run, archive = made(administrator, ExportScope.ORGANISATION)

    assert archive.about["format"] == 1
    tables = {one["name"]: one for one in archive.about["tables"]}
    entries = {one["name"]: one for one in tables["registrations.TimeEntry"]["columns"]}
    assert entries["minutes"] == {"name": "minutes", "type": "integer"}
    assert entries["task_id"] == {
        "name": "task_id", "type": "reference", "table": "projects.Task",
    }  # fmt: skip
    for label in archive.labels:
        for row in archive.rows(label):
            assert list(row) == [one["name"] for one in tables[label]["columns"]], label


# --- Of a person ----------------------------------------------------------------------------------


@pytest.fixture
def colleague(organisation):
    return factories.create_membership(
        organisation=organisation,
        user=factories.create_user(first_name="Colleague"),
        hourly_rate="88.12",
    )


def test_a_person_gets_what_is_kept_of_them_and_of_nobody_else(organisation, colleague):
    me = factories.create_membership(organisation=organisation)
    project = factories.create_project(organisation=organisation)
    mine = factories.create_time_entry(project=project, membership=me, description="My own")
    factories.create_time_entry(project=project, membership=colleague, description="Not mine")
    factories.create_leave(membership=me, note="My holiday")
    factories.create_contract(membership=me)
    elsewhere = factories.create_membership(user=me.user)
    factories.create_time_entry(membership=elsewhere, description="Elsewhere")

    _run, archive = made(me, ExportScope.OWN, of=me)

    [entry] = archive.rows("registrations.TimeEntry")
    assert (entry["id"], entry["description"]) == (mine.pk, "My own")
    assert entry["project_customer_name"] == project.customer.name
    assert "hourly_rate" not in entry
    [person] = archive.rows("accounts.User")
    assert person["email"] == me.user.email
    assert "last_login" in person
    assert len(archive.rows("registrations.Leave")) == 1
    assert len(archive.rows("accounts.Contract")) == 1
    assert len(archive.rows("accounts.Membership")) == 1
    content = archive.everything()
    assert b"Not mine" not in content
    assert b"Colleague" not in content
    assert b"Elsewhere" not in content
    assert "billing.Invoice" not in archive.labels


def test_an_administrator_gets_nothing_of_the_account_of_an_employee(administrator, colleague):
    _run, archive = made(administrator, ExportScope.PERSON, of=colleague)

    [person] = archive.rows("accounts.User")
    assert person["first_name"] == "Colleague"
    assert "last_login" not in person
    assert not archive.labels & {
        "mfa.Authenticator", "usersessions.UserSession", "accounts.AccountMail",
    }  # fmt: skip


# --- Rights, repeats, failures --------------------------------------------------------------------


def test_who_is_no_administrator_any_more_gets_nothing(administrator):
    run = start_export(
        administrator.organisation,
        scope=ExportScope.ORGANISATION,
        by=administrator.user,
        now=timezone.now(),
    )
    Membership.objects.filter(pk=administrator.pk).update(role=Role.EMPLOYEE)

    run_export(run.pk, clock=timezone.now)

    run.refresh_from_db()
    assert run.state == "failed"
    assert not run.file
    assert "may no longer" in run.problem


def test_who_left_gets_nothing(administrator, colleague):
    about = {"scope": ExportScope.OWN, "membership": colleague}
    run = start_export(colleague.organisation, **about, by=colleague.user, now=timezone.now())
    Membership.objects.filter(pk=colleague.pk).update(is_active=False)

    run_export(run.pk, clock=timezone.now)

    run.refresh_from_db()
    assert (run.state, bool(run.file)) == ("failed", False)


def test_asking_twice_makes_one_export(administrator):
    about = {"scope": ExportScope.ORGANISATION, "by": administrator.user, "now": timezone.now()}

    first = start_export(administrator.organisation, **about)
    second = start_export(administrator.organisation, **about)

    assert first == second
    assert DataExport.objects.count() == 1


def test_a_new_export_takes_the_place_of_the_earlier_file(administrator):
    first, _archive = made(administrator, ExportScope.ORGANISATION)
    name, storage = first.file.name, first.file.storage

    made(administrator, ExportScope.ORGANISATION)

    first.refresh_from_db()
    assert not first.file
    assert not storage.exists(name)


def test_a_worker_that_was_overtaken_leaves_no_file(administrator):
    run = start_export(
        administrator.organisation,
        scope=ExportScope.ORGANISATION,
        by=administrator.user,
        now=timezone.now(),
    )
    before, asked = _stored_exports(), []

    def clock():
        """Another worker takes over while this one writes: its heartbeat seems to be too old."""
        asked.append(timezone.now())
        if len(asked) == 4:
            assert claim_run(DataExport, run.pk, now=asked[-1] + datetime.timedelta(minutes=6))
        return asked[-1]

    run_export(run.pk, clock=clock)

    run.refresh_from_db()
    assert (run.state, run.file.name, run.attempts) == ("running", "", 2)
    assert _stored_exports() == before


def _stored_exports():
    storage = DataExport._meta.get_field("file").storage
    return set(storage.listdir("exports")[1]) if storage.exists("exports") else set()


def test_deleting_a_file_that_is_gone_is_no_error(administrator):
    run, _archive = made(administrator, ExportScope.ORGANISATION)
    run.file.storage.delete(run.file.name)

    delete_file(run)

    run.refresh_from_db()
    assert not run.is_downloadable


# --- Size -----------------------------------------------------------------------------------------


def _many_hours(project, task, membership, count):
    TimeEntry.objects.bulk_create(
        TimeEntry(
            organisation=project.organisation,
            project=project,
            task=task,
            membership=membership,
            date=factories.TODAY,
            minutes=60,
            description=f"Work {n} " + "x" * 200,
        )
        for n in range(count)
    )


def test_memory_does_not_grow_with_the_number_of_rows(administrator, monkeypatch):
    monkeypatch.setattr(zipping, "PORTION", 250)
    organisation = administrator.organisation
    project = factories.create_project(organisation=organisation)
    task = factories.create_task(organisation=organisation)
    peaks = []
    for count in (1_000, 4_000):
        _many_hours(project, task, administrator, count)
        tracemalloc.start()
        run, _archive = made_without_reading(administrator)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert run.total > 5_000
    assert peaks[1] < peaks[0] * 1.5


def made_without_reading(by):
    run = start_export(
        by.organisation, scope=ExportScope.ORGANISATION, by=by.user, now=timezone.now()
    )
    run_export(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert run.state == "finished"
    return run, None


def test_more_rows_of_a_portion_need_no_more_queries(administrator):
    project = factories.create_project(organisation=administrator.organisation)
    task = factories.create_task(organisation=administrator.organisation)
    counts = []
    for more in (1, 50):
        _many_hours(project, task, administrator, more)
        with CaptureQueriesContext(connection) as queries:
            made_without_reading(administrator)
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 2  # the second one deletes the file of the first


def test_files_of_invoices_are_never_changed_by_an_export(administrator):
    customer = factories.create_customer(organisation=administrator.organisation)
    issue_files(issued(customer, [Item()]), now=timezone.now())
    before = list(InvoiceFile.objects.order_by("pk").values_list())

    made(administrator, ExportScope.ORGANISATION)

    assert list(InvoiceFile.objects.order_by("pk").values_list()) == before
    assert User.objects.count() == 1
