"""Files of people, and an agency that imports them."""

import datetime
import io

import pytest
from django.utils import timezone

from accounts.models import Role
from imports.carrying_out import carry_out_import, start
from imports.checking import check
from imports.models import FileImport
from imports.sources import take
from lib.xlsx import workbook
from tests import factories

NOW = datetime.datetime(2026, 11, 26, 14, 9, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 26)


class Office:
    """An organisation with an office manager who imports files."""

    def __init__(self) -> None:
        self.organisation = factories.create_organisation()
        self.manager = factories.create_membership(
            organisation=self.organisation, role=Role.ADMINISTRATOR
        )

    def person(self, first_name, last_name=""):
        user = factories.create_user(first_name=first_name, last_name=last_name)
        return factories.create_membership(organisation=self.organisation, user=user)

    def work(self, *, customer="Bakkerij Van Dam", project="Website", task="Ontwerp"):
        """A project with a task on it."""
        organisation = self.organisation
        owner = organisation.customers.filter(name=customer).first() or factories.create_customer(
            organisation=organisation, name=customer
        )
        made = organisation.projects.filter(name=project, customer=owner).first()
        made = made or factories.create_project(customer=owner, name=project)
        kind = organisation.tasks.filter(name=task).first() or factories.create_task(
            organisation=organisation, name=task
        )
        made.project_tasks.create(task=kind)
        return made, kind

    def take(self, content, *, kind="hours", name="uren.csv", **values) -> FileImport:
        content = content.encode() if isinstance(content, str) else content
        draft = take(
            io.BytesIO(content),
            name=name,
            kind=kind,
            organisation=self.organisation,
            by=self.manager.user,
        )
        for field, value in values.items():
            setattr(draft, field, value)
        draft.save()
        return draft

    def check(self, draft):
        return check(draft, by=self.manager, now=NOW, today=TODAY)

    def run(self, draft) -> FileImport:
        """Import it as a worker does."""
        start(draft, by=self.manager.user)
        carry_out_import(draft.pk, clock=timezone.now)
        draft.refresh_from_db()
        return draft


@pytest.fixture
def office(db):
    return Office()


@pytest.fixture
def agency(office):
    """The office with Daan Visser, who can work."""
    office.person("Daan", "Visser")
    office.work()
    return office


@pytest.fixture
def client(agency, client_of):
    """The browser of the office manager."""
    return client_of(agency.manager)


def table(*rows, delimiter=";"):
    return "\r\n".join(delimiter.join(row) for row in rows)


def book(head, *rows):
    return b"".join(workbook("Uren", head, rows))
