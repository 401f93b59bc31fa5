"""Favourites in the picker, and what is said about the chosen work."""

import datetime
import re

import pytest
from django.urls import reverse

from projects.models import ProjectTask
from registrations.models import FavouriteWork
from tests import factories

from ..rows import row_of

STAR, ABOUT = reverse("registrations:work-star"), reverse("registrations:work-about")


@pytest.fixture
def other(office):
    """Work on the same project that comes before the other one by name."""
    task = factories.create_task(organisation=office.organisation, name="Advice")
    return ProjectTask.objects.create(project=office.project, task=task)


def options(client, **query):
    page = client.get(reverse("pick", args=["hours-work"]), query).content.decode()
    heads = re.findall(r'aria-label="(\w+)"|data-label="([^"]+)"', page)
    return [head or label.partition(" · ")[2] for head, label in heads]


def test_a_favourite_comes_first_then_what_was_used_last_then_all(office, employee, other):
    third = factories.create_task(organisation=office.organisation, name="Zeal")
    work = ProjectTask.objects.create(project=office.project, task=third)
    row_of(office)

    employee.post(STAR, {"work": work.pk})

    assert options(employee) == ["Favourites", "Zeal", "Recent", "Development", "All", "Advice"]
    assert options(employee, q="adv") == ["All", "Advice"]


def test_a_second_press_takes_the_star_away(office, employee):
    assert employee.post(STAR, {"work": office.work.pk}).json()["is_starred"]
    assert not employee.post(STAR, {"work": office.work.pk}).json()["is_starred"]
    assert not FavouriteWork.objects.exists()


def test_a_star_belongs_to_one_person(office, employee, manager):
    employee.post(STAR, {"work": office.work.pk})

    assert "Favourites" in options(employee)
    assert "Favourites" not in options(manager)


def test_work_of_another_organisation_cannot_be_starred(office, employee):
    project = factories.create_project()
    task = factories.create_task(organisation=project.organisation)
    theirs = project.project_tasks.create(task=task)

    assert employee.post(STAR, {"work": theirs.pk}).status_code == 404
    assert employee.post(STAR, {"work": "x"}).status_code == 404


def test_recent_is_the_work_of_the_last_two_weeks_with_hours(office, employee, other):
    row_of(office, date=datetime.date(2026, 3, 2), task=other.task)
    row_of(office, date=datetime.date(2026, 3, 20))

    assert options(employee) == ["Recent", "Development", "All", "Advice"]


@pytest.mark.parametrize(
    ("worked", "level", "sentence"),
    [
        (60, 'class="work-line"', "9:00 left of 10:00"),
        (540, 'class="work-line"', "1:00 left of 10:00"),
        (541, 'class="work-line nearly"', "0:59 left of 10:00 · nearly used up"),
        (601, 'class="work-line over"', "0:01 over the budget of 10:00"),
    ],
)
def test_below_the_work_stands_what_is_left_of_its_budget(
    office, employee, worked, level, sentence
):
    office.project.budget_minutes = 600
    office.project.save()
    row_of(office, minutes=worked, membership=office.colleague)

    page = employee.get(ABOUT, {"work": office.work.pk}).content.decode()

    assert level in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert f"Bakkerij Van Dam · {sentence}" in re.sub(r" +", " ", text)
    assert "€" not in page


def test_the_last_own_texts_on_the_task_are_offered_once_each(office, employee, other):
    for text in ("Old", "Twice", "Twice", "Third", "Latest"):
        row_of(office, description=text)
    row_of(office, description="Of a colleague", membership=office.colleague)
    row_of(office, description="Other task", task=other.task)

    page = employee.get(ABOUT, {"work": office.work.pk}).content.decode()

    assert re.findall(r'data-fill="([^"]+)"', page) == ["Latest", "Third", "Twice"]


def test_without_work_nothing_is_said(office, employee):
    assert "work-line" not in employee.get(ABOUT).content.decode()
    assert "work-line" not in employee.get(ABOUT, {"work": "999999"}).content.decode()
