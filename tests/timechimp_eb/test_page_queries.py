"""How often pages ask the database: a fixed number of times, whatever they show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from tests import factories

from .test_every_page import PAGES, _address, _everything, _logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MOST = 12
# Pages that need more, and why. Each shows more than one list; none asks more for more rows.
MORE = {
    "billing:agency": 18,  # money, what needs somebody in five tables, hours, share, turnover
    # The law check asks once more when the month of the invoice is over: for filed VAT returns.
    "billing:invoice-detail": 19,  # the document, the law check, mails, bookings, its entry
    "billing:invoice-send": 15,  # the letter, its attachments and the law check
    "billing:dashboard": 17,  # the own week, and the steps of an organisation until they are done
    "billing:reminder-list": 19,  # what stops a reminder is in nine tables
    "billing:report-work-rows": 15,  # four kinds of work, each at a day in the past
    "customers:customer-detail": 14,  # the customer, its rates, relations, unbilled and open
    "privacy:employee-erase": 52,  # the counts of every table that has something of a person
    "privacy:organisation-close": 13,  # what is unfinished is in nine tables
    "projects:project-detail": 14,  # figures, scheduled amounts, tasks and members
    "projects:project-add": 14,  # a form with three lists of rows and their pickers
    "projects:project-edit": 15,  # the same, with what is billed already
    "registrations:hour-edit": 16,  # the entry, its day, what is expected, what was done before
    "registrations:hour-copy": 15,  # the same
    "registrations:expense-edit": 14,  # the entry, its history, its week, pickers, categories
    "registrations:expense-copy": 13,  # the same
}


def asked(client, address):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    return answer, len(queries)


def test_no_page_asks_the_database_more_than_twelve_times():
    client, member = _logged_in(Role.ADMINISTRATOR)
    ours = _everything(member.organisation)
    found = {}

    for name, _parts in PAGES:
        answer, count = asked(client, _address(name, ours))
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            found[name] = count

    assert len(found) > 80
    assert {name: count for name, count in found.items() if count > MORE.get(name, MOST)} == {}
    assert {name: found[name] for name in MORE if found[name] <= MOST} == {}


def test_person_memberships_and_organisation_come_in_one_query():
    client, member = _logged_in(Role.EMPLOYEE)
    factories.create_membership(user=member.user)

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("accounts:profile"))

    assert len([query for query in queries if '"accounts_user"' in query["sql"]]) == 1
    assert len([query for query in queries if '"accounts_membership"' in query["sql"]]) == 1


def test_saving_an_hour_asks_the_database_at_most_twelve_times():
    client, member = _logged_in(Role.EMPLOYEE)
    project = factories.create_project(organisation=member.organisation)
    task = factories.create_task(organisation=member.organisation)
    about = {"work": project.project_tasks.create(task=task).pk}
    when = {"date": factories.TODAY.isoformat(), "duration": "0:15", "description": "New"}

    with CaptureQueriesContext(connection) as queries:
        answer = client.post(reverse("registrations:hours"), {**about, **when})

    assert answer.status_code == 302
    assert member.organisation.time_entries.count() == 1
    assert len(queries) <= MOST
