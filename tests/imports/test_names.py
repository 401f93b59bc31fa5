"""Names that are not known: answered once for all their rows."""

import pytest
from django.http import QueryDict

from accounts.models import Membership
from customers.models import Customer
from imports import undoing
from imports.answering import take_answers
from projects.models import Project, Task
from registrations.models import TimeEntry
from tests import factories

from .conftest import NOW, table

pytestmark = pytest.mark.django_db
HEAD = ("Datum", "Medewerker", "Klant", "Project", "Taak", "Uren")


def rows(*about):
    return table(HEAD, *(("28-11-2025", *one, "1") for one in about))


@pytest.fixture
def agency(office):
    office.person("Tim", "Hoekstra")
    office.work()
    return office


def test_a_name_is_found_without_capitals_and_accents_by_name_number_and_address(agency):
    customer = Customer.objects.get()
    person = Membership.objects.get(user__first_name="Tim")
    checked = agency.check(
        agency.take(
            rows(
                ("tim hoekstra", customer.number.lower(), "WEBSITE", "ontwerp"),
                (person.user.email, "Bakkerij van Dam", "Website", "Ontwerp"),
                ("Hoekstra, Tim", "", "Website", "Ontwerp"),
            )
        )
    )

    assert checked.counts["new"] == 3


def test_an_unknown_name_is_asked_once_with_a_proposal(agency):
    draft = agency.take(
        rows(*[("T. Hoekstra", "Bakkerij Van Dam", "Website", "Ontwerp") for _n in range(3)])
    )
    checked = agency.check(draft)

    (unknown,) = checked.columns[1].unknown
    assert (unknown.text, unknown.count, unknown.proposal) == ("T. Hoekstra", 3, "Tim Hoekstra")
    assert checked.columns[1].said == "1 name · 1 not known"
    assert checked.plans[0].errors["employee"] == "no such person. Is it Tim Hoekstra?"

    draft.answers = {"employee": {unknown.key: {"to": unknown.proposed}}}
    assert agency.check(draft).counts["new"] == 3


def test_a_name_can_be_typed_created_or_left_out_and_other_answers_are_refused(agency):
    draft = agency.take(rows(("Wie", "Klant X", "Project X", "Taak X")))
    posted = QueryDict(mutable=True)
    posted["name:employee:wie"], posted["other:employee:wie"] = "other", "Nobody"
    assert "not the name of one" in take_answers(draft, posted)[0]
    posted["name:employee:wie"] = "new"
    assert "e-mail address" in take_answers(draft, posted)[0]
    posted["other:employee:wie"], posted["name:employee:wie"] = "tim hoekstra", "other"
    assert take_answers(draft, posted) == []
    posted = QueryDict(mutable=True)
    posted["name:customer:klant x"] = "out"
    take_answers(draft, posted)

    (plan,) = agency.check(draft).plans
    assert plan.outcome == "left_out"


def test_what_is_new_is_created_with_its_task_and_goes_with_the_import(agency):
    draft = agency.take(
        rows(
            ("Nieuwe Collega", "Klant X", "Project X", "Taak X"),
            ("Nieuwe Collega", "Klant X", "Project X", "Taak X"),
        )
    )
    draft.answers = {
        "employee": {"nieuwe collega": {"new": "nieuw@studio-oost.example"}},
        "customer": {"klant x": {"new": ""}},
        "project": {"klant x|project x": {"new": ""}},
        "task": {"taak x": {"new": ""}},
    }
    draft.save()
    assert agency.check(draft).counts["new"] == 2
    assert not Customer.objects.filter(name="Klant X").exists()

    done = agency.run(draft)

    assert (done.new_count, done.error_count) == (2, 0)
    project = Project.objects.get(name="Project X")
    assert project.customer.name == "Klant X"
    assert project.project_tasks.get().task.name == "Taak X"
    person = Membership.objects.get(user__email="nieuw@studio-oost.example")
    assert (str(person), person.user.is_invited) == ("Nieuwe Collega", True)

    undoing.undo(done, by=agency.manager.user, now=NOW)
    assert not TimeEntry.objects.exists()
    assert not Project.objects.filter(name="Project X").exists()
    assert not Task.objects.filter(name="Taak X").exists()
    assert not Customer.objects.filter(name="Klant X").exists()
    assert not Membership.objects.filter(user__email="nieuw@studio-oost.example").exists()


def test_a_project_that_two_customers_have_needs_its_customer(agency):
    agency.work(customer="De Groene Tuin")
    head = ("Datum", "Medewerker", "Project", "Taak", "Uren")
    text = table(head, ("28-11-2025", "Tim Hoekstra", "Website", "Ontwerp", "1"))

    (plan,) = agency.check(agency.take(text)).plans

    assert plan.errors["project"] == "2 have this name. Choose one above."


def test_a_task_that_its_project_lacks_is_added_if_that_was_asked(agency):
    agency.work(project="Webshop", task="Overleg")
    draft = agency.take(rows(("Tim Hoekstra", "", "Website", "Overleg")))
    (plan,) = agency.check(draft).plans
    assert "not on this project" in plan.errors["task"]

    draft.adds_tasks = True
    draft.save()
    assert agency.run(draft).new_count == 1
    assert Project.objects.get(name="Website").project_tasks.count() == 2


def test_names_of_another_organisation_are_unknown(agency):
    other = factories.create_organisation(name="Elders")
    factories.create_customer(organisation=other, name="Hun klant")
    draft = agency.take(rows(("Tim Hoekstra", "Hun klant", "Website", "Ontwerp")))
    (plan,) = agency.check(draft).plans

    assert plan.errors["customer"].startswith("no such customer")
    posted = QueryDict(mutable=True)
    posted["name:customer:hun klant"] = f"to:{Customer.objects.get(name='Hun klant').pk}"
    take_answers(draft, posted)
    assert draft.answers["customer"] == {}
