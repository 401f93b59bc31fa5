"""Settings → Audit log: what it shows, to whom, how it is found, and what it costs."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit import triggers
from audit.kinds import Action, Kind
from audit.models import Entry
from audit.recording import Rows, record
from customers.models import Customer
from registrations.models import TimeEntry
from tests import factories
from tests.responses import text

from .conftest import scene_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/settings/audit-log/"


def recorded(scene, *, days_ago=0, kind=Kind.CUSTOMER, action=Action.CHANGED, **about) -> Entry:
    about = {"by": scene.administrator, "label": "Polderzicht K00121"} | about
    on = about.pop("on", scene.customer)
    record(kind, action, on, organisation=scene.organisation, **about)
    made = Entry.objects.latest("pk")
    if days_ago:
        triggers.remove(using="default")
        at = timezone.now() - datetime.timedelta(days=days_ago)
        Entry.objects.filter(pk=made.pk).update(at=at)
        triggers.install_triggers(using="default")
    return made


def shown(client, **query) -> str:
    return text(client.get(LIST, query))


@pytest.fixture
def inside(client_of, scene):
    return client_of(scene.administrator)


def test_a_change_is_shown_with_who_what_before_and_after(inside, scene):
    changes = {"email": ["info@polderzicht.example", "kaas@polderzicht.example"]}
    recorded(scene, changes=changes, note="nightly import")

    page = shown(inside)

    for part in ("Anna de Vries", "Customer", "Polderzicht K00121 · e-mail address"):
        assert part in page
    assert "info@polderzicht.example" in page
    assert "kaas@polderzicht.example" in page
    assert "nightly import" in page


def test_values_are_in_words(inside, scene):
    changes = {"role": ["employee", "project_manager"], "may_invoice": [False, True]}
    made = recorded(scene, kind=Kind.RIGHTS, on=scene.employee, label="Daan", changes=changes)

    page = text(inside.get(reverse("audit:entry-detail", args=[made.pk])))

    assert "Project manager" in page
    assert "may see and create invoices" in page
    assert "yes" in page
    assert "project_manager" not in page


def test_amounts_days_and_durations_are_written_as_on_pages(inside, scene):
    changes = {"rate": ["90", "1096.5"], "from_on": [None, "2026-11-16"]}
    made = recorded(scene, kind=Kind.RATE, on=scene.task, changes=changes)

    page = text(inside.get(reverse("audit:entry-detail", args=[made.pk])))

    assert "1,096.50" in page
    assert "16-11-2026" in page


def test_an_entry_of_several_rows_unfolds_with_each(inside, scene):
    rows = [
        factories.create_time_entry(
            project=scene.project, membership=scene.employee, task=scene.task
        )
        for _n in range(30)
    ]
    groups = [Rows(TimeEntry, [row.pk for row in rows], {"status": ["submitted", "approved"]})]
    made = recorded(
        scene, kind=Kind.REGISTRATION, action=Action.APPROVED, on=None, label="", rows=groups
    )
    TimeEntry.objects.filter(pk=rows[0].pk).delete()
    address = reverse("audit:entry-detail", args=[made.pk])

    page = text(inside.get(address, headers={"hx-request": "true"}))
    everything = text(inside.get(address + "?all"))

    assert "30 rows" in shown(inside)
    assert page.count("Daan de Vries · Website 2026") == 24
    assert f"deleted since ({rows[0].pk})" in page
    assert "and 5 more" in page
    assert everything.count("Daan de Vries · Website 2026") == 29


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "k00121"}, True),
        ({"q": "KAAS@polder"}, True),
        ({"q": "nothing-like-it"}, False),
        ({"period": "today"}, True),
        ({"period": "last_year"}, False),
        ({"kind": "customer"}, True),
        ({"kind": "invoice"}, False),
        ({"action": "changed"}, True),
        ({"action": "deleted"}, False),
        ({"only": "money"}, False),
        ({"on": "customers.customer:PK"}, True),
        ({"on": "customers.customer:0"}, False),
        ({"who": "ANNA"}, True),
        ({"only": "program"}, False),
    ],
)
def test_filters(inside, scene, query, found):
    recorded(scene, changes={"email": ["", "kaas@polderzicht.example"]})
    known = {"PK": str(scene.customer.pk), "ANNA": str(scene.administrator.pk)}
    query = {
        name: known.get(value, value.replace("PK", known["PK"])) for name, value in query.items()
    }

    assert ("K00121" in shown(inside, **query)) == found


@pytest.mark.parametrize(
    "query",
    [{"kind": "weather"}, {"on": "x:y"}, {"after": "zzz"}, {"who": "x"}, {"on": "no.such:1"}],
)
def test_an_address_that_makes_no_sense_is_answered(inside, scene, query):
    recorded(scene)

    assert inside.get(LIST, query).status_code == 200


def test_another_organisation_is_never_visible(inside, scene, client_of):
    other = scene_of(factories.create_organisation(name="Ander bureau"), is_connected=False)
    theirs = recorded(other, label="Their customer")

    assert "Their customer" not in shown(inside)
    assert "Their customer" not in shown(inside, on=f"customers.customer:{other.customer.pk}")
    assert inside.get(reverse("audit:entry-detail", args=[theirs.pk])).status_code == 404
    export = b"".join(inside.get(reverse("audit:entry-export")).streaming_content)
    assert b"Their customer" not in export
    assert "Their customer" in shown(client_of(other.administrator))


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PROJECT_MANAGER])
def test_only_administrators_see_it(client_of, scene, role):
    member = factories.create_membership(organisation=scene.organisation, role=role)

    assert client_of(member).get(LIST).status_code == 403


def test_newest_first_and_pages_without_a_count(inside, scene):
    for number in range(60):
        recorded(scene, label=f"Entry {number:02d}.")

    with CaptureQueriesContext(connection) as queries:
        first = inside.get(LIST, {"size": "25"})
    second = inside.get(LIST + first.context["older_url"])
    third = inside.get(LIST + second.context["older_url"])

    assert [line.entry.label for line in first.context["lines"]][:2] == ["Entry 59.", "Entry 58."]
    assert not any("COUNT(" in query["sql"].upper() for query in queries)
    assert first.context["newer_url"] == ""
    assert len(third.context["lines"]) == 11  # with the login
    assert third.context["older_url"] == ""
    assert third.context["newer_url"]


def test_a_page_asks_the_same_for_one_entry_and_for_many(inside, scene):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert inside.get(LIST).status_code == 200
        return len(queries)

    recorded(scene)
    one = asked()
    for _n in range(40):
        recorded(scene)
        recorded(scene, by=scene.manager)

    assert asked() == one
    assert one <= 6


def test_an_export_has_the_filtered_entries_and_is_an_entry_itself(inside, scene):
    recorded(scene, changes={"hourly_rate": ["90", "96"]})
    recorded(scene, kind=Kind.INVOICE, on=None, label="TC2026-0133")

    address = reverse("audit:entry-export")
    answer = inside.get(address, {"kind": "customer"})
    table = b"".join(answer.streaming_content).decode()
    workbook = b"".join(inside.get(address, {"file": "xlsx"}).streaming_content)

    assert "hourly rate: 90.00 → 96.00" in table
    assert "TC2026-0133" not in table
    assert workbook.startswith(b"PK")
    exports = Entry.objects.filter(kind=Kind.EXPORT).order_by("pk")
    assert [one.changes["file_type"] for one in exports] == [[None, "CSV"], [None, "XLSX"]]
    assert exports[0].user_id == scene.administrator.user_id


def test_the_log_without_entries_says_so(inside):
    triggers.remove(using="default")
    Entry.objects.all().delete()
    triggers.install_triggers(using="default")

    assert "Nothing has been recorded yet." in shown(inside)
    assert "No entries found." in shown(inside, q="x")


@pytest.mark.parametrize(
    ("name", "of"),
    [("customers:customer-detail", "customer"), ("projects:project-detail", "project")],
)
def test_objects_link_to_their_history(inside, client_of, scene, name, of):
    row = getattr(scene, of)
    address = reverse(name, args=[row.pk])

    assert f"?on={of}s.{of}:{row.pk}" in inside.get(address).content.decode()
    assert "/settings/audit-log/" not in client_of(scene.manager).get(address).content.decode()


def test_the_history_of_a_registration_is_found_by_its_kind(inside, scene):
    row = factories.create_time_entry(project=scene.project, membership=scene.employee)
    recorded(scene, kind=Kind.REGISTRATION, on=row, label="18-11-2026 · Daan")

    assert "18-11-2026 · Daan" in shown(inside, on=f"hours:{row.pk}")


def test_a_customer_that_was_deleted_keeps_its_history(inside, scene):
    gone = factories.create_customer(organisation=scene.organisation, name="Weg")
    recorded(scene, on=gone, label="Weg", action=Action.DELETED)
    Customer.objects.filter(pk=gone.pk).delete()

    page = inside.get(LIST).content.decode()

    assert "Weg" in page
    assert reverse("customers:customer-detail", args=[gone.pk]) not in page


def test_a_value_with_markup_is_shown_as_text(inside, scene):
    bold = "<b>x</b>"
    recorded(scene, label=bold, note=bold, changes={"email": [bold, bold]})

    assert bold not in inside.get(LIST).content.decode()


def test_an_amount_is_stored_without_noise(scene):
    recorded(scene, changes={"hourly_rate": ["90", str(Decimal("96.00"))]})

    assert Entry.objects.latest("pk").words.split()[-2:] == ["90", "96.00"]
