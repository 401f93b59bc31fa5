"""Picking a customer, a project and a task on the pages of Register."""

import datetime
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import ProjectTask
from registrations.models import TimeEntry
from tests import factories
from tests.picking import picked_from

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


def test_one_box_finds_hours_by_customer_project_and_task(office, employee, webshop):
    of_both = {"Webshop · Design", "Website 2026 · Development"}
    assert set(picked_from(employee, "hours-work")) == of_both
    for text in ("groene", "webshop", "design", "design groene", "p26002", "Webshop · Design"):
        assert picked_from(employee, "hours-work", text) == ["Webshop · Design"]
    assert picked_from(employee, "hours-work", "design website") == []


def test_the_projects_follow_the_customer(office, employee, webshop):
    of_one = picked_from(employee, "trips-projects", customer=webshop.customer_id)

    assert of_one == ["Webshop"]
    assert set(picked_from(employee, "trips-projects")) == {"Webshop", "Website 2026"}


def test_a_project_brings_its_customer(office, employee, webshop):
    answer = employee.get(reverse("pick", args=["trips-projects"]), {"q": "webshop"})

    fills = f'{{"customer": [{webshop.customer_id}, "De Groene Tuin"]}}'
    assert fills in unescape(answer.content.decode())


def test_the_work_of_the_last_registrations_comes_first(office, employee, webshop):
    for number in range(3):
        other = factories.create_project(organisation=office.organisation, name=f"Aardig {number}")
        ProjectTask.objects.create(project=other, task=office.task)
    design = webshop.project_tasks.get().task
    factories.create_time_entry(project=webshop, membership=office.employee, task=design)
    factories.create_time_entry(
        project=office.project,
        membership=office.employee,
        task=office.task,
        date=factories.TODAY - datetime.timedelta(days=9),
    )
    colleague = factories.create_project(organisation=office.organisation, name="Zonnig")
    ProjectTask.objects.create(project=colleague, task=office.task)
    factories.create_time_entry(project=colleague, membership=office.colleague, task=office.task)

    found = picked_from(employee, "hours-work")

    assert found[:2] == ["Webshop · Design", "Website 2026 · Development"]
    assert "Zonnig · Development" in found[2:]


def test_a_task_that_is_not_billed_on_the_project_says_so(office, employee, webshop):
    answer = employee.get(reverse("pick", args=["hours-work"]), {"q": "webshop"})

    assert "Not billable" in answer.content.decode()


def test_a_text_that_is_no_project_stays_in_the_box_and_is_refused(office, employee):
    fields = typed(office, work="", work_typed="xyz", description="Kept")

    answer = add(employee, fields)

    assert errors_of(answer, "work") == "No project or task with “xyz”. Choose from the list."
    page = answer.content.decode()
    assert 'value="xyz"' in page
    assert "Kept" in page
    assert TimeEntry.objects.count() == 0


def test_a_text_over_the_old_choice_does_not_keep_the_old_choice(office, employee, webshop):
    fields = typed(office, work=office.work.pk, work_typed="xyz")

    answer = add(employee, fields)

    assert errors_of(answer, "work") == "No project or task with “xyz”. Choose from the list."
    assert 'name="work" type="hidden" value=""' in answer.content.decode()


def test_the_whole_name_of_a_project_is_that_project(office, employee):
    add(employee, typed(office, work="", work_typed="website 2026 · development"))

    assert TimeEntry.objects.get().project == office.project


def test_a_name_that_two_projects_have_is_asked_about(office, employee):
    for number in range(2):
        customer = factories.create_customer(
            organisation=office.organisation, name=f"Klant {number}"
        )
        project = factories.create_project(customer=customer, name="Website")
        ProjectTask.objects.create(project=project, task=office.task)

    answer = add(employee, typed(office, work="", work_typed="Website · Development"))

    assert "“Website · Development” is the name of more than one" in errors_of(answer, "work")


def test_a_project_of_another_customer_than_the_chosen_one_is_refused(office, employee, webshop):
    fields = {"project": office.project.pk, "customer": webshop.customer_id}
    answer = add(employee, fields, "trips")

    assert "is a project of Bakkerij Van Dam, not of De Groene Tuin" in errors_of(answer, "project")


@pytest.mark.parametrize("kind", ["foreign", "archived"])
def test_a_project_that_cannot_be_booked_on_is_refused(office, employee, kind):
    if kind == "foreign":
        project = factories.create_project(name="Foreign")
    else:
        project = factories.create_project(
            organisation=office.organisation, name="Old", is_archived=True
        )
    task = factories.create_task(organisation=project.organisation, name="Work")
    work = ProjectTask.objects.create(project=project, task=task)

    answer = add(employee, typed(office, work=work.pk, work_typed=f"{project} · Work"))

    assert errors_of(answer, "work")
    assert f'value="{work.pk}"' not in answer.content.decode()
    assert f"{project} · Work" not in picked_from(employee, "hours-work")
    assert picked_from(employee, "hours-work", id=work.pk) == []
    for source in ("expenses-projects", "trips-projects"):
        assert project.name not in picked_from(employee, source)
        assert picked_from(employee, source, id=project.pk) == []


def test_while_typing_an_unknown_project_is_told_at_the_field(office, employee):
    fields = typed(office, work="", work_typed="xyz")

    answer = employee.post(reverse("registrations:hour-understood"), fields)

    assert "No project or task with “xyz”" in answer.content.decode()


def test_without_script_the_form_shows_a_list_to_choose_from(office, employee, webshop):
    fields = typed(office, work="", work_search="shop", choose="work", description="Kept")

    answer = add(employee, fields)

    page = answer.content.decode()
    assert f'type="radio" name="work" value="{webshop.project_tasks.get().pk}"' in page
    assert f'type="radio" name="work" value="{office.work.pk}"' not in page
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
