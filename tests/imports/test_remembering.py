"""Columns that are remembered under a name, recognised by their headings, and forgotten."""

import pytest

from imports.carrying_out import start
from imports.models import ColumnMapping, FileImport, FileState
from tests import factories

from .conftest import table

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HEAD = ("Dag", "Wie", "Project", "Taak", "Tijd gewerkt")
ROW = ("03-04-2025", "D. Visser", "Website", "Ontwerp", "1:30")
NAME = "Uren kantoor"


@pytest.fixture
def agency(office):
    office.daan = office.person("Daan", "Visser")
    office.work()
    return office


def remembered(agency, *, name=NAME, rows=(ROW,), answers=None):
    """A file of which everything is answered, started under a name."""
    draft = agency.take(
        table(HEAD, *rows),
        mapping=["date", "employee", "project", "task", "duration"],
        looked_at=[0, 1, 2, 3, 4],
        readings={"date": "month"},
        answers=answers or {"employee": {"d. visser": {"to": agency.daan.pk}}},
        remember_as=name,
    )
    start(draft, by=agency.manager.user)
    FileImport.objects.filter(pk=draft.pk).update(state=FileState.FINISHED)
    return ColumnMapping.objects.get(name=name)


def test_the_next_file_with_these_headings_is_read_in_the_same_way(agency):
    mapping = remembered(agency)
    turned = tuple(reversed([one.upper() for one in HEAD])), tuple(reversed(ROW))

    draft = agency.take(table(*turned))

    assert draft.mapping == ["duration", "task", "project", "employee", "date"]
    assert (draft.read_as, draft.remember_as) == (mapping, NAME)
    checked = agency.check(draft)
    assert checked.why_not == ""
    (plan,) = checked.plans
    assert (plan.outcome, plan.row.values["date"].isoformat()) == ("new", "2025-03-04")


@pytest.mark.parametrize(
    "head", [(*HEAD, "Memo"), HEAD[:4], ("Dag", "Wie", "Project", "Taak", "Uren")]
)
def test_other_headings_are_not_recognised(agency, head):
    remembered(agency)

    draft = agency.take(table(head, ROW[: len(head)]))

    assert (draft.read_as, draft.remember_as) == (None, "")


def test_another_kind_and_another_organisation_do_not_recognise_them(agency):
    remembered(agency)
    assert agency.take(table(HEAD, ROW), kind="trips").read_as is None
    ColumnMapping.objects.update(organisation=factories.create_organisation(name="Elders"))

    assert agency.take(table(HEAD, ROW)).read_as is None


def test_what_was_new_and_who_is_gone_is_not_remembered(agency):
    left = agency.person("Piet", "Weg")
    answers = {
        "employee": {"p. weg": {"to": left.pk}, "d. visser": {"out": True}},
        "task": {"ontwerp x": {"new": ""}},
    }
    mapping = remembered(agency, answers=answers)
    assert mapping.answers["task"] == {}
    left.delete()

    assert agency.take(table(HEAD, ROW)).answers["employee"] == {"d. visser": {"out": True}}


def test_the_same_name_is_remembered_once_with_what_was_answered_before(agency):
    remembered(agency)
    lotte = agency.person("Lotte", "Bakker")
    mapping = remembered(agency, answers={"employee": {"l. bakker": {"to": lotte.pk}}})

    assert ColumnMapping.objects.count() == 1
    assert set(mapping.answers["employee"]) == {"d. visser", "l. bakker"}


def test_remembered_columns_can_be_chosen_for_a_file_with_other_headings(client, agency):
    mapping = remembered(agency)
    draft = agency.take(table((*HEAD[:4], "Uur"), ROW))
    page = f"/settings/import/files/{draft.pk}/columns/"
    assert "guessed from this file" in client.get(page).content.decode()

    client.post(page, {"read_as": mapping.pk, "column:0": ""})

    draft.refresh_from_db()
    assert draft.mapping == ["date", "employee", "project", "task", "duration"]
    assert draft.looked_at[:4] == [0, 1, 2, 3]
    assert draft.readings == {"date": "month"}
    client.post(page, {"read_as": ""})
    draft.refresh_from_db()
    assert (draft.read_as, draft.remember_as) == (None, "")
    assert draft.mapping[:2] == ["date", ""]  # “Wie” says nothing


def test_the_name_is_typed_on_the_page_and_a_long_one_is_refused(client, agency):
    draft = agency.take(table(HEAD, ROW))
    page = f"/settings/import/files/{draft.pk}/columns/"

    refused = client.post(page, {"remember_as": "x" * 61})
    assert refused.status_code == 422
    assert "at most 60 characters" in refused.content.decode()
    shown = client.post(page, {"remember_as": " Uren  kantoor "}).content.decode()

    draft.refresh_from_db()
    assert draft.remember_as == NAME
    assert "kept under this name when the import starts" in shown
    assert not ColumnMapping.objects.exists()  # until it starts


def test_remembered_columns_are_listed_and_deleted(client, agency):
    mapping = remembered(agency)
    draft = agency.take(table(HEAD, ROW))
    assert NAME in client.get("/settings/import/files/new/").content.decode()

    answer = client.post(f"/settings/import/columns/{mapping.pk}/delete/", follow=True)

    assert "are forgotten" in answer.content.decode()
    assert not ColumnMapping.objects.exists()
    draft.refresh_from_db()
    assert (draft.read_as, draft.mapping[0]) == (None, "date")


def test_those_of_others_cannot_be_deleted_or_chosen(client, agency):
    mapping = remembered(agency)
    ColumnMapping.objects.update(organisation=factories.create_organisation(name="Elders"))
    draft = agency.take(table(HEAD, ROW))

    assert client.post(f"/settings/import/columns/{mapping.pk}/delete/").status_code == 404
    client.post(f"/settings/import/files/{draft.pk}/columns/", {"read_as": mapping.pk})

    draft.refresh_from_db()
    assert draft.read_as is None
    assert ColumnMapping.objects.exists()
