"""The second wall between organisations: what PostgreSQL shows a role that passes no policy."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.middleware import OrganisationMiddleware
from accounts.models import Membership, Role
from accounts.row_security import BEFORE_ANY, OF_ACCOUNTS, OF_INSTALLATION, tenant_models
from customers.models import Customer
from integrations.models import Connection
from lib import tenancy
from projects.models import ProjectTask
from registrations.models import TimeEntry
from tests import factories
from tests.timechimp_eb.test_every_page import PAGES, _address, _everything

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROLE = "hours_program"


class Visitor(Client):
    """A client in a web process of its own: what a request may see ends with it."""

    def request(self, **request):
        tenancy.show_only(None)
        try:
            answer = super().request(**request)
            if answer.streaming:
                answer.getvalue()
            return answer
        finally:
            tenancy._show(tenancy.EVERY)


@pytest.fixture
def program(settings):
    """Work as the role of web and worker, which owns nothing, and see every organisation."""
    settings.ROW_SECURITY = True
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};"
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}; SET ROLE {ROLE}"
        )
    tenancy._show(tenancy.EVERY)
    # The end of the test's transaction takes the role away again.


def fill(organisation) -> dict[str, int]:
    """Create one object of each kind; return the ids by the name in the URL."""
    ids = _everything(organisation)
    # Two organisations with one administration at a time are refused.
    Connection.objects.filter(organisation=organisation).update(administration_key="")
    return ids


def ids_of_all() -> dict[str, set[int]]:
    return {
        model._meta.label: set(model._base_manager.values_list("pk", flat=True))
        for model in tenant_models()
    }


def test_every_table_of_an_organisation_has_its_policy():
    ours = [one for one in apps.get_models(include_auto_created=True)
            if one._meta.app_label not in OF_ACCOUNTS | OF_INSTALLATION and one not in BEFORE_ANY
            and one._meta.app_label != "accounts"]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'organisation'")
        secured = {table for (table,) in cursor.fetchall()}

    assert len(ours) > 50
    assert {one._meta.db_table for one in ours} <= secured
    assert {one._meta.db_table for one in tenant_models()} == secured


@pytest.mark.usefixtures("program")
def test_only_the_rows_of_the_organisation_are_there_without_any_filter():
    organisations = [factories.create_organisation(name=name) for name in ("A", "B")]
    before, found = {one: set() for one in ids_of_all()}, {}
    for organisation in organisations:
        fill(organisation)
        now = ids_of_all()
        found[organisation] = {label: ids - before[label] for label, ids in now.items()}
        before = now

    for organisation in organisations:
        tenancy.show_only(organisation.pk)
        assert ids_of_all() == found[organisation]
        assert sum(map(bool, found[organisation].values())) > 30
    tenancy.show_only(None)
    assert not any(ids_of_all().values())


@pytest.mark.usefixtures("program")
def test_nothing_is_written_for_another_organisation():
    ours, theirs = (factories.create_customer(name=name) for name in ("Ours", "Theirs"))
    tenancy.show_only(ours.organisation_id)

    assert Customer.objects.update(notes="x") == 1
    assert Customer.objects.filter(pk=theirs.pk).delete()[0] == 0
    for refused in (
        lambda: factories.create_customer(organisation=theirs.organisation, name="Another"),
        lambda: Customer.objects.update(organisation=theirs.organisation),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            refused()


@pytest.mark.usefixtures("program")
def test_a_view_that_forgets_its_filter_shows_no_others(rf):
    ours, theirs = (factories.create_customer(name=name) for name in ("Ours", "Theirs"))
    member = factories.create_membership(organisation=ours.organisation)
    request = rf.get("/")
    request.user, request.session = member.user, {}

    def forgetful(_request):
        return HttpResponse("|".join(Customer.objects.values_list("name", flat=True)))

    answer = OrganisationMiddleware(forgetful)(request)

    assert answer.content.decode() == ours.name
    tenancy._show(tenancy.EVERY)
    assert Customer.objects.count() == 2
    assert theirs in Customer.objects.all()


@pytest.mark.usefixtures("program")
def test_what_is_about_no_organisation_sees_all_and_puts_it_back():
    ours = factories.create_customer(name="Ours")
    tenancy.show_only(None)

    with tenancy.every_organisation():
        assert list(Customer.objects.all()) == [ours]
    with pytest.raises(ProgrammingError), transaction.atomic(), tenancy.every_organisation():
        TimeEntry.objects.raw("SELECT nothing")[0]

    assert not Customer.objects.exists()


def test_every_page_opens_behind_the_wall_as_in_front_of_it(program, settings):
    member = factories.create_membership(role=Role.ADMINISTRATOR)
    ids = fill(member.organisation)
    fill(factories.create_organisation(name="Canary B.V."))
    visitor = Visitor()
    visitor.force_login(Membership.objects.get(pk=member.pk).user)

    seen = {name: status_of(visitor, name, ids) for name, _parts in PAGES}
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    settings.ROW_SECURITY = False
    assert seen == {name: status_of(visitor, name, ids) for name, _parts in PAGES}
    assert sum(status == 200 for status in seen.values()) > 100


def status_of(visitor: Client, name: str, ids: dict[str, int]) -> int:
    return visitor.get(_address(name, ids)).status_code


@pytest.mark.usefixtures("program")
def test_an_hour_is_registered_behind_the_wall():
    member = factories.create_membership(role=Role.ADMINISTRATOR)
    project = factories.create_project(organisation=member.organisation)
    task = factories.create_task(organisation=member.organisation)
    work = ProjectTask.objects.create(project=project, task=task)
    visitor = Visitor()
    visitor.force_login(member.user)

    answer = visitor.post(
        reverse("registrations:hours"),
        {"work": work.pk, "date": "2026-11-23", "duration": "1:30", "description": "x"},
    )

    assert answer.status_code == 302
    assert TimeEntry.objects.get().minutes == 90
