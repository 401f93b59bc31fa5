"""Picking a customer, a project and a task on the pages of Register."""

import datetime
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import ProjectTask
from registrations.models import TimeEntry
from tests import factories
from tests.picking import picked_from, said

from .test_registering import add, errors_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def webshop(office):
    """A second project, of another customer, with a task of its own."""
    customer = factories.create_customer(organisation=office.organisation, name="De Groene Tuin")
    project = factories.create_project(customer=customer, name="Webshop", code="P26002")
    task = factories.create_task(organisation=office.organisation, name="Design")
    ProjectTask.objects.create(project=project, task=task, is_billable=False)
    return project


def page_of(client, kind="hours") -> str:
    return client.get(reverse(f"registrations:{kind}")).content.decode()


def test_the_page_draws_no_project_and_no_task(office, employee, webshop):
    page = page_of(employee)

    assert "<option" not in page
    assert "Webshop" not in page
    assert 'role="combobox"' in page


def test_the_tasks_follow_the_project(office, employee, webshop):
    assert picked_from(employee, "hours-tasks", project=office.project.pk) == ["Development"]
    assert picked_from(employee, "hours-tasks", project=webshop.pk) == ["Design"]
    assert said(employee, "hours-tasks") == "Choose a project first."
    assert picked_from(employee, "hours-tasks") == []


def test_the_projects_follow_the_customer(office, employee, webshop):
    of_one = picked_from(employee, "hours-projects", customer=webshop.customer_id)

    assert of_one == ["Webshop"]
    assert set(picked_from(employee, "hours-projects")) == {"Webshop", "Website 2026"}


def test_a_project_brings_its_customer(office, employee, webshop):
    answer = employee.get(reverse("pick", args=["hours-projects"]), {"q": "webshop"})

    fills = f'{{"customer": [{webshop.customer_id}, "De Groene Tuin"]}}'
    assert fills in unescape(answer.content.decode())


def test_the_projects_of_the_last_registrations_come_first(office, employee, webshop):
    for number in range(3):
        factories.create_project(organisation=office.organisation, name=f"Aardig {number}")
    factories.create_time_entry(project=webshop, membership=office.employee, task=office.task)
    factories.create_time_entry(
        project=office.project,
        membership=office.employee,
        task=office.task,
        date=factories.TODAY - datetime.timedelta(days=9),
    )
    colleague = factories.create_project(organisation=office.organisation, name="Zonnig")
    factories.create_time_entry(project=colleague, membership=office.colleague, task=office.task)

    found = picked_from(employee, "hours-projects")

    assert found[:2] == ["Webshop", "Website 2026"]
    assert "Zonnig" not in found[:2]


def test_a_task_that_is_not_billed_on_the_project_says_so(office, employee, webshop):
    answer = employee.get(reverse("pick", args=["hours-tasks"]), {"project": webshop.pk})

    assert "Not billable" in answer.content.decode()


def test_a_text_that_is_no_project_stays_in_the_box_and_is_refused(office, employee):
    fields = typed(office, project="", project_typed="xyz", description="Kept")

    answer = add(employee, fields)

    assert errors_of(answer, "project") == "No project with “xyz”. Choose from the list."
    page = answer.content.decode()
    assert 'value="xyz"' in page
    assert "Kept" in page
    assert TimeEntry.objects.count() == 0


def test_a_text_over_the_old_choice_does_not_keep_the_old_choice(office, employee, webshop):
    fields = typed(office, project=office.project.pk, project_typed="xyz")

    answer = add(employee, fields)

    assert errors_of(answer, "project") == "No project with “xyz”. Choose from the list."
    assert 'name="project" type="hidden" value=""' in answer.content.decode()


def test_the_whole_name_of_a_project_is_that_project(office, employee):
    add(employee, typed(office, project="", project_typed="website 2026"))

    assert TimeEntry.objects.get().project == office.project


def test_a_name_that_two_projects_have_is_asked_about(office, employee):
    for number in range(2):
        customer = factories.create_customer(
            organisation=office.organisation, name=f"Klant {number}"
        )
        project = factories.create_project(customer=customer, name="Website")
        ProjectTask.objects.create(project=project, task=office.task)

    answer = add(employee, typed(office, project="", project_typed="Website"))

    assert "More than one project is called “Website”" in errors_of(answer, "project")


def test_a_project_of_another_customer_than_the_chosen_one_is_refused(office, employee, webshop):
    answer = add(employee, typed(office, customer=webshop.customer_id))

    assert "is a project of Bakkerij Van Dam, not of De Groene Tuin" in errors_of(answer, "project")


@pytest.mark.parametrize("kind", ["foreign", "archived"])
def test_a_project_that_cannot_be_booked_on_is_refused(office, employee, kind):
    if kind == "foreign":
        project = factories.create_project(name="Foreign")
    else:
        project = factories.create_project(
            organisation=office.organisation, name="Old", is_archived=True
        )

    answer = add(employee, typed(office, project=project.pk, project_typed=project.name))

    assert errors_of(answer, "project")
    assert f'value="{project.pk}"' not in answer.content.decode()
    for source in ("hours-projects", "expenses-projects", "trips-projects"):
        assert project.name not in picked_from(employee, source)
        assert picked_from(employee, source, id=project.pk) == []


def test_while_typing_an_unknown_project_is_told_at_the_field(office, employee):
    fields = typed(office, project="", project_typed="xyz")

    answer = employee.post(reverse("registrations:hour-understood"), fields)

    assert "No project with “xyz”" in answer.content.decode()


def test_without_script_the_form_shows_a_list_to_choose_from(office, employee, webshop):
    fields = typed(office, project="", project_search="shop", choose="project", description="Kept")

    answer = add(employee, fields)

    page = answer.content.decode()
    assert f'type="radio" name="project" value="{webshop.pk}"' in page
    assert f'type="radio" name="project" value="{office.project.pk}"' not in page
    assert "Kept" in page
    assert 'class="field-error"' not in page
    assert TimeEntry.objects.count() == 0


def test_the_list_without_script_keeps_the_upload(office, employee, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    fields = {
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "10",
        "choose": "project",
        "receipt": factories_receipt(),
    }

    answer = add(employee, fields, "expenses")

    assert "receipt.pdf" in answer.content.decode()


def factories_receipt():
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    return SimpleUploadedFile(
        "receipt.pdf", b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF", content_type="application/pdf"
    )


def test_a_manager_registers_for_somebody_who_is_found_by_typing(office, manager, employee):
    page = page_of(manager)

    assert "Daan" not in page
    assert picked_from(manager, "active-employees", "daa") == ["Daan de Vries"]
    chosen = manager.get(reverse("registrations:hours"), {"employee": office.colleague.pk})
    assert "for Daan" in " ".join(chosen.content.decode().split())
    by_name = manager.get(reverse("registrations:hours"), {"employee_typed": "Daan de Vries"})
    assert by_name.context["subject"] == office.colleague
    assert employee.get(reverse("pick", args=["active-employees"])).status_code == 403
