"""An import of many relations: as few queries as for a few, and the same care for each of them."""

import threading
from itertools import groupby

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from customers.importing import STEP, import_relations
from customers.models import Contact, Customer, ImportMode, ImportOutcome, ImportRun
from integrations.eboekhouden.messages import Relation
from integrations.models import Connection
from integrations.runs import RunState
from tests.factories import create_customer
from tests.interleaving import just_before

from .conftest import NOW

pytestmark = pytest.mark.django_db
CHANGED = "was changed here during the import; the next import checks it again"


def relations(count, **fields):
    return [
        Relation(id=number, code=f"K{number}", name=f"Klant {number}", **fields)
        for number in range(1, count + 1)
    ]


@pytest.fixture
def imported(organisation, connection):
    """Import relations as one run, and return its rows by number."""

    def carry_out(rows, mode=ImportMode.UPDATE):
        ImportRun.objects.update(state=RunState.FINISHED)
        run = ImportRun.objects.create(
            organisation=organisation,
            connection=Connection.objects.get(),
            mode=mode,
            state=RunState.RUNNING,
        )
        import_relations(run, rows, clock=lambda: NOW)
        run.refresh_from_db()
        assert (run.done, run.total) == (len(rows), len(rows))
        return {row.number: row for row in run.rows.all()}

    return carry_out


def statements(queries):
    """Return the statements by their beginnings; SQLite parts one with many values into several."""
    words = (query["sql"].split() for query in queries.captured_queries)
    beginnings = (" ".join(word for word in some[:3] if "_x" not in word) for some in words)
    return [beginning for beginning, _same in groupby(beginnings)]


@pytest.mark.parametrize("kind", ["new", "unchanged", "changed", "linked"])
def test_a_step_asks_the_same_of_the_database_for_ten_relations_and_for_a_thousand(
    imported, organisation, kind
):
    asked = {}
    for count in (10, STEP):
        Customer.objects.all().delete()
        rows, mode = relations(count, city="Utrecht"), ImportMode.UPDATE
        if kind != "new":
            imported(rows)
        if kind == "changed":
            rows = relations(count, city="Zwolle", email="a@example.nl; b@example.nl")
        if kind == "linked":
            mode = ImportMode.ONLY_NEW
            organisation.customers.update(remote_id=None)
        with CaptureQueriesContext(database) as queries:
            found = imported(rows, mode)
        asked[count] = statements(queries)
        assert len(found) == count

    assert asked[10] == asked[STEP]
    assert organisation.customers.exclude(remote_id=None).count() == STEP


def test_the_customer_that_was_edited_here_is_the_only_one_that_is_skipped(imported, organisation):
    imported(relations(5, city="Utrecht"))

    def edit():
        organisation.customers.filter(number="K3").update(city="Amersfoort")

    with just_before("SAVEPOINT", edit):
        rows = imported(relations(5, city="Zwolle"))

    assert (rows["K3"].outcome, rows["K3"].reason) == (ImportOutcome.SKIPPED, CHANGED)
    assert rows["K3"].changes == {}
    updated = [row.outcome for number, row in rows.items() if number != "K3"]
    assert updated == 4 * [ImportOutcome.UPDATED]
    cities = dict(organisation.customers.values_list("number", "city"))
    assert cities == {f"K{n}": "Amersfoort" if n == 3 else "Zwolle" for n in range(1, 6)}


def test_the_number_that_was_used_here_meanwhile_is_the_only_one_that_is_skipped(
    imported, organisation
):
    rows = relations(3, email="a@example.nl, b@example.nl")

    def create():
        create_customer(organisation=organisation, number="k2", name="Here")

    with just_before("SAVEPOINT", create):
        found = imported(rows)

    assert found["K2"].outcome == ImportOutcome.SKIPPED
    assert found["K2"].reason == "customer number K2 has just been used here; import again"
    assert found["K2"].customer is None
    assert [found[number].outcome for number in ("K1", "K3")] == 2 * [ImportOutcome.NEW]
    assert found["K1"].customer.number == "K1"
    assert sorted(organisation.customers.values_list("number", flat=True)) == ["K1", "K3", "k2"]
    assert Contact.objects.count() == 4


def test_a_customer_that_was_deleted_here_meanwhile_is_not_made_again(imported, organisation):
    imported(relations(2, city="Utrecht"))

    with just_before("SAVEPOINT", organisation.customers.filter(number="K2").delete):
        rows = imported(relations(2, city="Zwolle"))

    assert (rows["K2"].outcome, rows["K2"].reason) == (ImportOutcome.SKIPPED, CHANGED)
    assert rows["K2"].customer is None
    assert [*organisation.customers.values_list("number", "city")] == [("K1", "Zwolle")]


def test_a_number_that_one_relation_gives_up_the_next_one_takes(imported, organisation):
    first, second = relations(2)
    imported([first, second])

    moved = [
        Relation(id=1, code="K9", name="Klant 1"),
        Relation(id=2, code="K1", name="Klant 2"),
    ]
    rows = imported(moved)

    assert {row.outcome for row in rows.values()} == {ImportOutcome.UPDATED}
    assert dict(organisation.customers.values_list("name", "number")) == {
        "Klant 1": "K9",
        "Klant 2": "K1",
    }


def test_a_number_that_a_later_relation_gives_up_is_taken_at_the_next_import(
    imported, organisation
):
    imported(relations(2))
    moved = [
        Relation(id=1, code="K2", name="Klant 1"),
        Relation(id=2, code="K9", name="Klant 2"),
    ]

    rows = imported(moved)

    assert rows["K2"].outcome == ImportOutcome.CONFLICT
    assert rows["K9"].outcome == ImportOutcome.UPDATED
    assert imported(moved)["K2"].outcome == ImportOutcome.UPDATED
    assert set(organisation.customers.values_list("number", flat=True)) == {"K2", "K9"}


def test_what_an_import_does_not_read_stays_as_it_is(imported, organisation):
    imported(relations(2, city="Utrecht"))
    organisation.customers.filter(number="K1").update(payment_term=14, language="nl")

    imported(relations(2, city="Zwolle"))

    customer = organisation.customers.get(number="K1")
    assert (customer.city, customer.payment_term, customer.language) == ("Zwolle", 14, "nl")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_an_edit_that_is_being_saved_and_keeps_it(imported, organisation):
    imported(relations(3, city="Utrecht"))
    saved, go_on = threading.Event(), threading.Event()

    def edit():
        with transaction.atomic():
            organisation.customers.filter(number="K2").update(city="Amersfoort")
            saved.set()
            go_on.wait(10)
        database.close()

    editor = threading.Thread(target=edit)
    editor.start()
    assert saved.wait(10)
    # The import meets the lock, and the edit is committed while it waits.
    threading.Timer(0.5, go_on.set).start()
    rows = imported(relations(3, city="Zwolle"))
    editor.join()

    assert (rows["K2"].outcome, rows["K2"].reason) == (ImportOutcome.SKIPPED, CHANGED)
    cities = dict(organisation.customers.values_list("number", "city"))
    assert cities == {"K1": "Zwolle", "K2": "Amersfoort", "K3": "Zwolle"}
