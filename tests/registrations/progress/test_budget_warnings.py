"""Managers are told once of each percentage of a budget, in their language and by their rights."""

import threading

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from projects.models import BudgetWarning, Method
from registrations.models import Status
from registrations.progress.budget_warnings import uses_of, warn_of_budgets
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(office):
    office.project.budget_minutes = 10 * 60
    office.project.save()
    office.project.managers.add(office.manager)
    return office.project


def warn() -> list[str]:
    """Run a round, and return the subjects and texts of its mails."""
    before = len(mail.outbox)
    count = warn_of_budgets(now=timezone.now())
    sent = mail.outbox[before:]
    assert count == len(sent)
    return [f"{one.subject}\n{one.body}" for one in sent]


def test_nobody_is_told_below_the_first_percentage(office, project):
    row_of(office, minutes=479)

    assert warn() == []


def test_the_manager_is_told_once_at_80_and_once_at_100_percent(office, project):
    row_of(office, minutes=480)
    (first,), again = warn(), warn()
    row_of(office, minutes=120)
    (second,), at_last = warn(), warn()

    assert first.startswith("The budget of Website 2026\n")
    assert "Website 2026, Bakkerij Van Dam: 80% of the hours or more, 8:00 of 10:00." in first
    assert "100% of the hours or more, 10:00 of 10:00." in second
    assert (again, at_last) == ([], [])
    assert mail.outbox[0].to == [office.manager.user.email]
    assert not BudgetWarning.objects.filter(sent_at=None).exists()


def test_who_passes_both_at_once_is_told_of_the_higher_one(office, project):
    row_of(office, minutes=700)

    (told,) = warn()
    office.project.time_entries.update(minutes=500)

    assert "100% of" in told
    assert "80%" not in told
    assert warn() == []


def test_a_raised_budget_warns_again(office, project):
    row_of(office, minutes=600)
    warn()
    project.budget_minutes = 20 * 60
    project.save()
    assert warn() == []

    row_of(office, minutes=400)
    (told,) = warn()

    assert "80% of the hours or more, 16:40 of 20:00." in told


def test_the_percentages_are_those_of_the_project(office, project):
    project.warns_at, project.warns_again_at = 50, None
    project.save()
    row_of(office, minutes=600)

    (told,) = warn()

    assert "50% of" in told
    project.warns_at = None
    project.save()
    assert uses_of(office.organisation) == {}


def test_euros_are_told_to_managers_who_see_amounts(office, project):
    project.budget_minutes, project.budget_amount = None, 100
    project.save()
    blind = factories.create_membership(
        organisation=office.organisation, role="project_manager", may_see_amounts=False
    )
    project.managers.add(blind)
    row_of(office)
    factories.create_expense(project=project, amount=10)
    row_of(office, status=Status.WRITTEN_OFF)

    (told,) = warn()

    assert "100% of the euros or more, € 105.00" in told.replace("\xa0", " ")
    assert mail.outbox[0].to == [office.manager.user.email]


def test_a_budget_in_euros_counts_on_projects_by_the_hour(office, project):
    project.budget_minutes, project.budget_amount = None, 100
    project.method = Method.FIXED_PRICE
    project.save()
    row_of(office, amount=900)

    assert warn() == []


def test_one_mail_has_all_projects_in_the_language_of_the_manager(office, project):
    User.objects.filter(pk=office.manager.user_id).update(language="nl")
    other = factories.create_project(
        organisation=office.organisation, name="Webshop", budget_minutes=60
    )
    other.managers.add(office.manager)
    row_of(office, minutes=600)
    row_of(office, project=other)

    (told,) = warn()

    assert told.startswith("De budgetten van 2 projecten")
    assert "100% van de uren of meer, 10:00 van 10:00." in told


@pytest.mark.parametrize("change", ["archived", "inactive", "no_manager"])
def test_archived_projects_and_former_managers_are_left_alone(office, project, change):
    row_of(office, minutes=600)
    if change == "archived":
        project.is_archived = True
        project.save()
    elif change == "inactive":
        office.manager.is_active = False
        office.manager.save()
    else:
        project.managers.clear()

    assert warn() == []


def test_a_warning_that_cannot_be_sent_is_sent_in_the_next_round(office, project, settings):
    row_of(office, minutes=600)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    failed = warn_of_budgets(now=timezone.now())
    settings.EMAIL_BACKEND = backend

    assert failed == 0
    assert len(warn()) == 1


def test_the_queries_do_not_grow_with_projects_and_hours(office, project):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            uses_of(office.organisation)
        return len(queries)

    project.budget_amount = 50
    project.save()
    row_of(office, minutes=600)
    before = asked()
    for _n in range(4):
        other = factories.create_project(
            organisation=office.organisation, budget_minutes=10, budget_amount=9
        )
        row_of(office, project=other)

    assert asked() == before == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(office, project):
    row_of(office, minutes=600)

    def run() -> None:
        try:
            warn_of_budgets(now=timezone.now())
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mail.outbox) == 1
