"""The endpoint of the pickers: what is found, in which order, by whom, at which cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from lib import pickers
from projects.models import ProjectTask
from tests import factories
from tests.picking import picked_from, said

pytestmark = pytest.mark.django_db
# Reading the session, the person and the membership comes before any view.
LOGIN = 3


@pytest.fixture
def customers(organisation):
    def create(*names: str) -> None:
        for name in names:
            factories.create_customer(organisation=organisation, name=name)

    return create


def test_words_in_any_order_match_name_and_number(inside, organisation):
    factories.create_customer(
        organisation=organisation, name="Bakkerij Van Dam", number="K00712", city="Zwolle"
    )

    for text in ("dam bakkerij", "BAKK", "0712", "dam 712", "  van   dam "):
        assert picked_from(inside, "filter-customers", text) == ["Bakkerij Van Dam"]
    assert picked_from(inside, "filter-customers", "dam 713") == []


def test_accents_are_ignored_on_both_sides(inside, customers):
    customers("Café Réunion", "Łódź Design")

    assert picked_from(inside, "filter-customers", "cafe reunion") == ["Café Réunion"]
    assert picked_from(inside, "filter-customers", "cafè") == ["Café Réunion"]
    assert picked_from(inside, "filter-customers", "LODZ") == ["Łódź Design"]


def test_names_that_begin_with_the_text_come_first(inside, customers):
    customers("Aan de Web", "Onderweb", "Webwinkel", "Web")

    found = picked_from(inside, "filter-customers", "web")

    assert found == ["Web", "Webwinkel", "Aan de Web", "Onderweb"]


def test_a_project_is_found_by_its_customer_too(inside, organisation):
    customer = factories.create_customer(organisation=organisation, name="Bakkerij Van Dam")
    factories.create_project(customer=customer, name="Website", code="P1")
    factories.create_project(organisation=organisation, name="Other", code="P2")

    assert picked_from(inside, "filter-projects", "dam web") == ["Website"]
    assert picked_from(inside, "filter-projects", "p1") == ["Website"]


def test_at_most_twenty_rows_are_answered_and_it_says_so(inside, customers):
    customers(*(f"Klant {number:03}" for number in range(30)), "Enige")

    assert len(picked_from(inside, "filter-customers", "klant")) == pickers.MOST
    assert said(inside, "filter-customers", "klant") == "The first 20. Type on to find others."
    assert said(inside, "filter-customers", "enige") == "1 found"
    assert said(inside, "filter-customers", "xyz") == (
        "No customer with “xyz”. Choose from the list."
    )


def test_signs_that_mean_something_to_the_database_are_letters(inside, customers):
    customers("100% Bio", "Snel_Net")

    assert picked_from(inside, "filter-customers", "%") == ["100% Bio"]
    assert picked_from(inside, "filter-customers", "_") == ["Snel_Net"]
    assert picked_from(inside, "filter-customers", "\0' OR 1=1") == []


def test_the_matched_piece_is_marked_and_the_rest_is_escaped(inside, customers):
    customers("Café <b>Web</b>")

    answer = inside.get(reverse("pick", args=["filter-customers"]), {"q": "cafe"})

    assert "<mark>Café</mark> &lt;b&gt;Web&lt;/b&gt;" in answer.content.decode()


SOURCES = sorted(pickers._SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_rows_of_another_organisation_are_never_answered(inside, organisation, source):
    strange = factories.create_project(name="Strange project")
    task = factories.create_task(organisation=strange.organisation, name="Strange task")
    ProjectTask.objects.create(project=strange, task=task)
    user = factories.create_user(first_name="Strange")
    member = factories.create_membership(organisation=strange.organisation, user=user)
    strange.managers.add(member)
    factories.create_invoice_line(project=strange)
    given = {"project": strange.pk, "customer": strange.customer_id}

    for pk in (strange.pk, strange.customer_id, task.pk, member.pk):
        answer = inside.get(reverse("pick", args=[source]), {"id": pk, **given}).content.decode()
        assert "Strange" not in answer
    for text in ("strange", "bakkerij", ""):
        assert "Strange" not in str(picked_from(inside, source, text, **given))


@pytest.mark.parametrize("source", SOURCES)
def test_the_cost_does_not_grow_with_what_exists(inside, administrator, organisation, source):
    def once(text: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            inside.get(reverse("pick", args=[source]), {"q": text, "project": project.pk})
        return len(queries)

    project = _work(organisation, administrator, 1)
    before = {text: once(text) for text in ("", "a")}
    _work(organisation, administrator, 30)

    assert {text: once(text) for text in ("", "a")} == before
    assert max(before.values()) <= LOGIN + 2


def _work(organisation, member, count):
    """Customers with a project, a task, a manager, an hour and an invoice each."""
    for number in range(count):
        project = factories.create_project(organisation=organisation, name=f"A project {number}")
        task = factories.create_task(organisation=organisation)
        ProjectTask.objects.create(project=project, task=task)
        project.managers.add(member)
        factories.create_time_entry(project=project, task=task, membership=member)
        line = factories.create_invoice_line(project=project)
        line.invoice.created_by = member.user
        line.invoice.save()
        factories.create_membership(organisation=organisation)
    return project


@pytest.mark.parametrize("source", SOURCES)
def test_anonymous_users_get_the_login_page(client, source):
    answer = client.get(reverse("pick", args=[source]))

    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.parametrize(
    "source",
    ["active-customers", "active-tasks", "active-employees", "project-customers",
     "invoiced-customers", "billable-customers", "unbilled-projects", "unbilled-managers"],
)  # fmt: skip
def test_an_employee_may_not_see_the_lists_of_managers_and_invoicers(
    client_of, organisation, source
):
    employee = client_of(factories.create_membership(organisation=organisation))

    assert employee.get(reverse("pick", args=[source])).status_code == 403


def test_an_employee_filters_by_what_they_registered_on(client_of, organisation):
    employee = factories.create_membership(organisation=organisation)
    mine = factories.create_project(organisation=organisation, name="Mine")
    factories.create_time_entry(project=mine, membership=employee)
    hidden = factories.create_project(organisation=organisation, name="Hidden")
    client = client_of(employee)

    assert picked_from(client, "filter-projects") == ["Mine"]
    assert picked_from(client, "filter-projects", id=hidden.pk) == []
    page = client.get(reverse("registrations:overview-hours"), {"project": hidden.pk})
    assert "Hidden" not in page.content.decode()
    assert "unknown filter" in page.content.decode()


def test_an_answer_is_not_stored_by_browsers(inside):
    answer = inside.get(reverse("pick", args=["filter-customers"]))

    assert "no-store" in answer["Cache-Control"]
    assert inside.post(reverse("pick", args=["filter-customers"])).status_code == 405
    assert inside.get(reverse("pick", args=["unknown"])).status_code == 404
    assert inside.get(reverse("pick", args=["filter-customers"]), {"as": "x"}).status_code == 404


def test_a_chip_draws_what_is_chosen_and_nothing_else(inside, organisation):
    chosen = factories.create_customer(organisation=organisation, name="Chosen")
    factories.create_customer(organisation=organisation, name="Other")
    address = reverse("registrations:overview-hours")

    page = inside.get(address, {"customer": chosen.pk}).content.decode()

    assert "Customer: Chosen" in page
    assert "Other" not in page
    answer = inside.get(
        reverse("pick", args=["filter-customers"]), {"as": "checks", "name": "customer"}
    ).content.decode()
    assert f'name="customer" value="{chosen.pk}"' in answer
    assert "Other" in answer


def test_a_chip_without_script_shows_its_list_on_the_page(inside, organisation):
    factories.create_customer(organisation=organisation, name="Bakkerij")
    factories.create_customer(organisation=organisation, name="Slagerij")
    address = reverse("registrations:overview-hours")

    page = inside.get(address, {"choose": "customer", "customer_search": "bakk"}).content.decode()

    assert "Bakkerij" in page
    assert "Slagerij" not in page


def test_ids_of_another_organisation_make_a_filter_invalid(inside, organisation):
    strange = factories.create_customer(name="Strange")
    member = factories.create_membership(role=Role.EMPLOYEE)

    for name, pk in (("customer", strange.pk), ("employee", member.pk), ("project", 10**30)):
        page = inside.get(reverse("registrations:overview-hours"), {name: pk}).content.decode()
        assert "unknown filter" in page
        assert "Strange" not in page


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("source", "index"),
    [
        ("filter-customers", "customers_customer_trigrams"),
        ("active-tasks", "projects_task_trigrams"),
    ],
)
def test_searching_can_use_an_index(administrator, source, index):
    found = pickers.source_called(source)
    # Of all organisations: with one, its own index is as good in a table this small.
    everywhere = found.rows(administrator, {}).model.objects.all()
    rows = found.kind.matching(everywhere, "webwinkel").order_by()
    with connection.cursor() as cursor:
        # A table of a test is so small that reading all of it is cheaper.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    assert index in rows.explain()
