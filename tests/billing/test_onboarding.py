"""The first step of a new organisation: what every invoice must say of it."""

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.models import Role
from billing.views.onboarding import Checklist, checklist
from tests import factories
from tests.responses import text

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def first_step(**changes: object):
    organisation = factories.create_organisation(**changes)
    member = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    return checklist(member).tasks[0]


def test_an_organisation_that_may_invoice_is_complete():
    assert first_step().is_done


def test_what_invoices_lack_is_named():
    step = first_step(coc_number="", iban="")

    assert not step.is_done
    assert "No invoice can be sent without: Chamber of Commerce number, IBAN." in step.text


def test_the_steps_name_tasks_and_a_colleague_who_is_not_needed():
    organisation = factories.create_organisation()
    member = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    steps = {step.title: step for step in checklist(member).tasks}
    titles = list(steps)
    assert titles.index("Create your tasks") < titles.index("Create a project")
    assert not steps["Create your tasks"].is_done
    assert not steps["Invite a colleague"].is_done
    done = [replace(step, is_done=not step.is_optional) for step in steps.values()]
    assert Checklist(tuple(done)).is_complete
    assert Checklist(tuple(done)).next is None

    factories.create_task(organisation=organisation)
    factories.create_membership(organisation=organisation)
    steps = {step.title: step for step in checklist(member).tasks}
    assert steps["Create your tasks"].is_done
    assert steps["Invite a colleague"].is_done


@pytest.mark.parametrize("page", ["billing:dashboard", "billing:unbilled"])
def test_everything_is_billed_only_where_something_was_registered(inside, organisation, page):
    address = reverse(page)
    assert "Everything is billed." not in text(inside.get(address))
    assert "Nothing to bill yet." in text(inside.get(address))
    project = factories.create_project(organisation=organisation, method="none")
    factories.create_trip(project=project)
    assert "Everything is billed." in text(inside.get(address))
