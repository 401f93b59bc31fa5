"""Settings → Import: start an import, follow it, and find it again."""

import pytest
from django.urls import reverse

from accounts.models import Role
from customers.import_runs import start_import
from customers.models import ImportRun
from integrations.models import Connection
from tests.factories import create_connection, create_membership, create_organisation

from .conftest import NOW

pytestmark = pytest.mark.django_db
PAGE = "/settings/import/"
START = "/settings/import/start/"


def test_start_leads_to_the_page_of_the_run(inside, connection):
    answer = inside.post(START, {"mode": "only_new"})

    run = ImportRun.objects.get()
    assert answer.url == f"{PAGE}{run.pk}/"
    assert run.mode == "only_new"
    assert 'hx-trigger="every 2s"' in inside.get(answer.url).content.decode()


def test_a_double_click_is_one_run(inside, connection):
    addresses = {inside.post(START, {"mode": "update"}).url for _n in range(2)}

    assert len(addresses) == 1
    assert ImportRun.objects.count() == 1


def test_a_run_that_was_left_is_found_again(inside, organisation, connection, administrator):
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)

    page = inside.get(PAGE).content.decode()

    assert "An import is running." in page
    assert f"{PAGE}{run.pk}/" in page


def test_the_result_shows_every_row(inside, eboekhouden, import_all):
    eboekhouden.seed_relations(
        [{"Code": f"K{n}", "Bedrijf": f"Klant {n}"} for n in range(3)]
        + [{"Code": "", "Bedrijf": "Nameless"}]
    )
    run = import_all()

    page = inside.get(f"{PAGE}{run.pk}/").content.decode()
    skipped = inside.get(f"{PAGE}{run.pk}/?outcome=skipped").content.decode()

    assert "4 of 4 relations" in page
    assert "3 new · 0 updated · 0 unchanged · 1 skipped" in page
    assert 'hx-trigger="every' not in page
    assert "the relation has no code" in skipped
    assert "Klant 1" not in skipped


def test_a_failure_says_why_and_how_to_go_on(inside, eboekhouden, import_all):
    eboekhouden.faults.add("html", count=None)
    run = import_all()

    page = inside.get(f"{PAGE}{run.pk}/").content.decode()

    assert "The import failed." in page
    assert "Start again" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"is_active": False}, "Switch it on under Settings → Integrations."),
        ({"sealed_code_1": ""}, "Enter them under Settings → e-Boekhouden."),
        ({"paused_at": NOW, "pause_text": "Wrong."}, "The connection is paused: Wrong."),
    ],
)
def test_what_keeps_an_import_from_starting_is_said(inside, connection, values, sentence):
    Connection.objects.filter(pk=connection.pk).update(**values)

    assert sentence in inside.get(PAGE).content.decode()
    assert sentence in inside.post(START, {"mode": "update"}, follow=True).content.decode()
    assert ImportRun.objects.count() == 0


def test_a_name_with_markup_is_shown_as_text(inside, eboekhouden, import_all):
    eboekhouden.seed_relations([{"Code": "K1", "Bedrijf": "<script>alert(1)</script>"}])
    run = import_all()

    page = inside.get(f"{PAGE}{run.pk}/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_many_rows_cost_as_many_queries_as_one(
    inside, eboekhouden, import_all, django_assert_max_num_queries
):
    eboekhouden.seed_relations([{"Code": f"K{n}", "Bedrijf": f"Klant {n}"} for n in range(60)])
    run = import_all()

    with django_assert_max_num_queries(14):
        page = inside.get(f"{PAGE}{run.pk}/?size=50").content.decode()
    assert page.count("Klant ") >= 50


def test_a_run_of_another_organisation_does_not_exist(inside):
    other = create_organisation(name="Elders")
    theirs = ImportRun.objects.create(
        organisation=other, connection=create_connection(organisation=other)
    )

    assert inside.get(f"{PAGE}{theirs.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PROJECT_MANAGER])
def test_only_administrators_import(client_of, organisation, connection, role):
    client = client_of(create_membership(organisation=organisation, role=role, may_invoice=True))

    assert client.get(PAGE).status_code == 403
    assert client.post(reverse("customers:import-start"), {"mode": "update"}).status_code == 403
    assert ImportRun.objects.count() == 0
