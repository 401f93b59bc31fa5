"""Import of relations from the sandbox, over HTTP."""

import datetime

import pytest
from django.urls import reverse

from customers.import_runs import CannotImport, start_import
from customers.importing import STEP, carry_out_import
from customers.models import Customer, ImportMode, ImportOutcome, ImportRun
from customers.tasks import run_import
from integrations.models import Connection
from integrations.runs import ABANDONED_AFTER
from integrations.switching import pause
from tests.factories import create_customer, create_organisation

from .conftest import NOW

pytestmark = pytest.mark.django_db


class DeadError(BaseException):
    """Stands for an abrupt end of a worker."""


def relation(code="K1", name="Bakkerij Van Dam", **fields):
    return {"Code": code, "Bedrijf": name} | fields


def rows_of(run):
    return {row.number: row for row in run.rows.all()}


def row_of(run, code):
    return rows_of(run)[code]


# --- Results ---


def test_all_relations_become_customers(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations(
        [
            relation(
                "K1",
                "Bakkerij Van Dam",
                Contactpersoon="Anna van Dam",
                Adres="Dorpsstraat 1",
                Postcode="1234 AB",
                Plaats="Utrecht",
                Land="Nederland",
                Telefoon="030-1234567",
                Email="anna@vandam.example",
                KvkNummer="12345678",
                BTWNummer="NL123456782B12",
                IBAN="NL91ABNA0417164300",
            ),
            relation("K2", "Piet Jansen", BP="P", GSM="06-12345678"),
        ]
    )

    run = import_all()

    assert (run.state, run.total, run.done) == ("finished", 2, 2)
    assert run.counts() == {"new": 2, "updated": 0, "conflict": 0, "unchanged": 0, "skipped": 0}
    van_dam = organisation.customers.get(number="K1")
    assert (van_dam.name, van_dam.contact_name) == ("Bakkerij Van Dam", "Anna van Dam")
    assert (van_dam.country, van_dam.city) == ("NL", "Utrecht")
    assert van_dam.is_in_eboekhouden
    piet = organisation.customers.get(number="K2")
    assert (piet.is_business, piet.phone) == (False, "06-12345678")


def test_a_second_import_changes_nothing(eboekhouden, import_all):
    eboekhouden.seed_relations([relation(f"K{n}", f"Klant {n}") for n in range(5)])
    import_all()
    before = list(Customer.objects.order_by("pk").values("pk", "name", "number", "imported"))

    run = import_all()

    assert run.counts()["unchanged"] == 5
    assert (
        list(Customer.objects.order_by("pk").values("pk", "name", "number", "imported")) == before
    )


def test_no_relations_is_an_import_too(import_all):
    run = import_all()

    assert (run.state, run.total, run.done) == ("finished", 0, 0)


def test_what_changed_in_eboekhouden_is_taken(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    eboekhouden.books.change("relations", 1, {"Plaats": "Zeist"})

    run = import_all()

    assert organisation.customers.get().city == "Zeist"
    assert row_of(run, "K1").outcome == ImportOutcome.UPDATED
    assert row_of(run, "K1").changes == {"city": ["Utrecht", "Zeist"]}


def test_what_changed_here_is_kept(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    organisation.customers.update(city="Amersfoort")

    run = import_all()

    assert organisation.customers.get().city == "Amersfoort"
    assert row_of(run, "K1").outcome == ImportOutcome.UNCHANGED
    assert row_of(run, "K1").reason == ""


def test_what_changed_on_both_sides_is_kept_and_reported(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    organisation.customers.update(city="Amersfoort")
    eboekhouden.books.change("relations", 1, {"Plaats": "Zeist"})

    run = import_all()

    assert organisation.customers.get().city == "Amersfoort"
    assert row_of(run, "K1").reason == "city differs: Amersfoort here, Zeist in e-Boekhouden"


def test_empty_never_wins_over_filled(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht", Email="a@b.example")])
    import_all()
    organisation.customers.update(email="")
    eboekhouden.books.change("relations", 1, {"Plaats": "", "Email": "c@d.example"})

    import_all()

    customer = organisation.customers.get()
    assert (customer.city, customer.email) == ("Utrecht", "c@d.example")


def test_an_archived_customer_stays_archived(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    organisation.customers.update(archived_at=NOW)
    eboekhouden.books.change("relations", 1, {"Plaats": "Zeist"})

    import_all()

    customer = organisation.customers.get()
    assert customer.is_archived
    assert customer.city == "Zeist"


def test_only_new_leaves_existing_customers_alone_but_links_them(
    eboekhouden, organisation, import_all
):
    create_customer(organisation=organisation, number="K1", name="Here", city="Amersfoort")
    eboekhouden.seed_relations([relation("K1", "There"), relation("K2", "New")])

    run = import_all(ImportMode.ONLY_NEW)

    assert run.counts() == {"new": 1, "updated": 0, "conflict": 0, "unchanged": 1, "skipped": 0}
    here = organisation.customers.get(number="K1")
    assert (here.name, here.remote_id) == ("Here", 1)


# --- Matching ---


def test_a_relation_is_the_customer_with_its_code_whatever_the_case(
    eboekhouden, organisation, import_all
):
    ours = create_customer(organisation=organisation, number="k00001", city="")
    eboekhouden.seed_relations([relation(" K00001 ", "Van Dam", Plaats="Utrecht")])

    import_all()

    ours.refresh_from_db()
    assert organisation.customers.count() == 1
    assert (ours.number, ours.city, ours.remote_id) == ("k00001", "Utrecht", 1)


def test_a_linked_relation_stays_the_same_customer_when_its_code_changes(
    eboekhouden, organisation, import_all
):
    eboekhouden.seed_relations([relation("K1")])
    import_all()
    eboekhouden.books.change("relations", 1, {"Code": "K9"})

    run = import_all()

    assert organisation.customers.get().number == "K9"
    assert row_of(run, "K9").outcome == ImportOutcome.UPDATED


def test_a_changed_code_never_takes_the_number_of_another_customer(
    eboekhouden, organisation, import_all
):
    eboekhouden.seed_relations([relation("K1")])
    import_all()
    create_customer(organisation=organisation, number="K9", name="Somebody else")
    eboekhouden.books.change("relations", 1, {"Code": "K9"})

    run = import_all()

    assert set(organisation.customers.values_list("number", flat=True)) == {"K1", "K9"}
    assert "customer number differs: K1 here, K9 in e-Boekhouden" in row_of(run, "K9").reason


@pytest.mark.parametrize(
    ("theirs", "what"),
    [
        ({"Bedrijf": "Bakkerij van dam"}, "name"),
        ({"KvkNummer": "12345678"}, "Chamber of Commerce number"),
        ({"BTWNummer": "NL 1234.56.782.B12"}, "VAT number"),
        ({"Email": "ANNA@vandam.example"}, "e-mail address"),
    ],
)
def test_possible_duplicates_are_reported_and_not_merged(
    eboekhouden, organisation, import_all, theirs, what
):
    create_customer(
        organisation=organisation,
        number="K00003",
        name="Bakkerij Van Dam",
        coc_number="12345678",
        vat_number="NL123456782B12",
        email="anna@vandam.example",
    )
    eboekhouden.seed_relations([relation("ANDERS", "Anders") | theirs])

    run = import_all()

    assert organisation.customers.count() == 2
    assert row_of(run, "ANDERS").outcome == ImportOutcome.NEW
    assert row_of(run, "ANDERS").reason == (
        f"looks like customer K00003 “Bakkerij Van Dam”: the same {what}"
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (relation("", "No code"), "the relation has no code, which would be the customer number"),
        (relation("X" * 16, "Long"), "the code is longer than 15 characters"),
        (relation("K5", " "), "the relation has no name"),
    ],
)
def test_what_cannot_be_a_customer_is_skipped_with_its_reason(
    eboekhouden, organisation, import_all, row, reason
):
    eboekhouden.seed_relations([row, relation("K1")])

    run = import_all()

    assert organisation.customers.count() == 1
    assert run.rows.get(outcome=ImportOutcome.SKIPPED).reason == reason


def test_of_two_relations_with_one_code_the_linked_one_counts(
    eboekhouden, organisation, import_all
):
    eboekhouden.seed_relations([relation("K1", "First"), relation("k1", "Second")])
    create_customer(organisation=organisation, number="K1", name="Second", remote_id=2)

    run = import_all()

    assert organisation.customers.count() == 1
    skipped = run.rows.get(outcome=ImportOutcome.SKIPPED)
    assert (skipped.name, skipped.reason) == (
        "First",
        "code k1 occurs twice, also as “Second”",
    )


def test_a_wrong_email_address_does_not_keep_a_customer_out(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Email="anna at vandam")])

    run = import_all()

    assert organisation.customers.get().email == ""
    assert "imported without e-mail: “anna at vandam” is no address" in row_of(run, "K1").reason


def test_after_a_switch_of_administration_old_ids_say_nothing(
    eboekhouden, organisation, connection, import_all
):
    eboekhouden.seed_relations([relation("K1", "One"), relation("K2", "Two")])
    import_all()
    Connection.objects.update(administration_key="another")
    eboekhouden.books.change("relations", 1, {"Code": "K2", "Bedrijf": "Two"})
    eboekhouden.books.change("relations", 2, {"Code": "K1", "Bedrijf": "One"})

    import_all()

    assert organisation.customers.get(number="K1").remote_id == 2
    assert organisation.customers.get(number="K2").remote_id == 1


def test_customers_of_another_organisation_are_not_touched(eboekhouden, import_all):
    theirs = create_customer(organisation=create_organisation(name="Elders"), number="K1")
    eboekhouden.seed_relations([relation("K1", "Ours", Plaats="Utrecht")])

    import_all()

    theirs.refresh_from_db()
    assert (theirs.name, theirs.city, theirs.remote_id) == ("Bakkerij Van Dam", "Zwolle", None)


# --- Starting, ending abruptly, resuming ---


def test_starting_twice_is_one_import(organisation, connection, administrator):
    first = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    second = start_import(organisation, mode="only_new", by=administrator.user, now=NOW)

    assert first == second
    assert ImportRun.objects.count() == 1


def test_two_workers_do_the_work_once(eboekhouden, organisation, connection, administrator, clock):
    eboekhouden.seed_relations([relation()])
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)

    carry_out_import(run.pk, clock=clock)
    carry_out_import(run.pk, clock=clock)

    assert run.rows.count() == 1
    assert len(eboekhouden.books.requests(operation="GetRelaties")) == 1


def test_an_import_goes_on_where_its_worker_died(
    eboekhouden, organisation, connection, administrator, clock
):
    eboekhouden.seed_relations([relation(f"K{n:05d}", f"Klant {n}") for n in range(STEP * 2 + 50)])
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    looks = iter(range(3))  # claimed, counted, and one step

    def dying():
        if next(looks, None) is None:
            raise DeadError
        return clock()

    with pytest.raises(DeadError):
        carry_out_import(run.pk, clock=dying)
    run.refresh_from_db()
    assert (run.state, run.done, run.rows.count()) == ("running", STEP, STEP)

    carry_out_import(run.pk, clock=lambda: NOW + ABANDONED_AFTER / 2)
    run.refresh_from_db()
    assert run.done == STEP, "its worker may still live"

    carry_out_import(run.pk, clock=lambda: NOW + ABANDONED_AFTER * 2)

    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("finished", STEP * 2 + 50, STEP * 2 + 50)
    assert run.counts()["new"] == STEP * 2 + 50
    assert organisation.customers.count() == STEP * 2 + 50
    positions = list(run.rows.values_list("position", flat=True))
    assert positions == list(range(1, STEP * 2 + 51))


def test_a_worker_that_lost_its_run_writes_nothing_more(
    eboekhouden, organisation, connection, administrator, clock
):
    eboekhouden.seed_relations([relation(f"K{n:05d}", f"Klant {n}") for n in range(STEP * 2)])
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    looks = iter(range(100))

    def taken_over():
        if next(looks) == 3:  # between two steps
            ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=NOW - ABANDONED_AFTER * 3)
            carry_out_import(run.pk, clock=clock)
        return clock()

    carry_out_import(run.pk, clock=taken_over)

    run.refresh_from_db()
    assert (run.state, run.done) == ("finished", STEP * 2)
    assert run.rows.count() == STEP * 2


def test_a_run_that_ends_every_worker_fails(organisation, connection, administrator, clock):
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    ImportRun.objects.filter(pk=run.pk).update(attempts=4)

    carry_out_import(run.pk, clock=clock)

    run.refresh_from_db()
    assert run.state == "failed"
    assert "was interrupted 4 times" in run.problem


def test_with_the_service_away_the_run_says_so_and_a_new_one_may_start(
    eboekhouden, organisation, connection, import_all
):
    eboekhouden.faults.add("html", count=None)

    run = import_all()

    assert run.state == "failed"
    assert "Start the import again later" in run.problem
    assert not Connection.objects.get(pk=connection.pk).is_paused
    eboekhouden.faults.clear()
    assert import_all().state == "finished"


def test_half_an_answer_is_no_answer(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(f"K{n}", "Klant") for n in range(20)])
    eboekhouden.faults.add("truncate", operation="GetRelaties")

    run = import_all()

    assert run.state == "failed"
    assert organisation.customers.count() == 0


def test_refused_codes_pause_the_connection_and_stop_the_import(
    eboekhouden, organisation, connection, administrator, import_all
):
    eboekhouden.books.renew_security_code_1()

    run = import_all()

    assert run.state == "failed"
    assert "does not accept the username or security code 1" in run.problem
    paused = Connection.objects.get(pk=connection.pk)
    assert (paused.is_paused, paused.pause_code) == (True, "E0011")
    with pytest.raises(CannotImport, match="The connection is paused"):
        start_import(organisation, mode="update", by=administrator.user, now=NOW)


def test_a_pause_between_start_and_work_stops_the_import(
    organisation, connection, administrator, clock, eboekhouden
):
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    pause(connection, code="E0011", text="The codes stopped working.", now=NOW)

    carry_out_import(run.pk, clock=clock)

    run.refresh_from_db()
    assert run.problem == "The connection is paused: The codes stopped working."
    assert eboekhouden.books.requests() == []


def test_the_task_does_the_import(eboekhouden, organisation, connection, administrator):
    eboekhouden.seed_relations([relation()])
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)

    run_import(run.pk)

    run.refresh_from_db()
    assert run.state == "finished"


def test_unchanged_rows_cost_no_query_each(
    eboekhouden,
    organisation,
    connection,
    administrator,
    clock,
    import_all,
    django_assert_max_num_queries,
):
    eboekhouden.seed_relations([relation(f"K{n:05d}", f"Klant {n}") for n in range(300)])
    import_all()
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)

    with django_assert_max_num_queries(40):
        carry_out_import(run.pk, clock=clock)

    assert run.counts()["unchanged"] == 300


def test_an_edit_during_the_import_is_not_overwritten(
    eboekhouden, organisation, connection, administrator, clock, import_all
):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    eboekhouden.books.change("relations", 1, {"Plaats": "Zeist"})
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    looks = iter(range(100))

    def editing():
        if next(looks) == 2:
            organisation.customers.update(city="Amersfoort")
        return clock()

    carry_out_import(run.pk, clock=editing)

    assert organisation.customers.get().city == "Amersfoort"
    assert "was changed here during the import" in row_of(run, "K1").reason


def test_thousands_of_relations_are_no_trouble(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations(
        [relation(f"K{n:05d}", f"Klant {n}", Plaats="Utrecht") for n in range(2_000)]
    )

    started = datetime.datetime.now(tz=datetime.UTC)
    run = import_all()
    took = datetime.datetime.now(tz=datetime.UTC) - started

    assert run.counts()["new"] == 2_000
    assert took < datetime.timedelta(seconds=60)


# --- Characters that XML forbids ---


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\ufffe", "\ud800"])
def test_a_field_with_a_forbidden_character_is_imported_and_said(
    eboekhouden, organisation, import_all, character
):
    eboekhouden.seed_relations(
        [relation("K1", f"Van{character} Dam", Plaats=f"Ede{character}"), relation("K2", "Piet")]
    )
    run = import_all()
    customer = Customer.objects.get(organisation=organisation, number="K1")
    assert (customer.name, customer.city) == ("Van Dam", "Ede")
    said = row_of(run, "K1").reason
    assert "name had characters" in said
    assert "city had characters" in said
    assert row_of(run, "K2").reason == ""


# --- Differs on both sides ---


def test_what_differs_on_both_sides_is_an_outcome_of_its_own(
    eboekhouden, organisation, import_all, inside
):
    eboekhouden.seed_relations(
        [
            relation("K1", Plaats="Ede", Telefoon="020 1"),
            relation("K2", "Piet"),
            relation("K3", "Jan"),
        ]
    )
    import_all()
    Customer.objects.filter(number__in=("K1", "K2")).update(city="Zeist")
    first = eboekhouden.books.relations()[0]
    eboekhouden.books.change("relations", first.id, {"Plaats": "Utrecht", "Telefoon": "020 2"})

    run = import_all()

    assert row_of(run, "K1").outcome == ImportOutcome.CONFLICT
    assert list(row_of(run, "K1").changes) == ["phone"]
    assert row_of(run, "K2").outcome == ImportOutcome.UNCHANGED
    assert run.counts()["conflict"] == 1
    page = inside.get(reverse("customers:import-run", args=[run.pk])).content.decode()
    assert "1 differs on both sides" in page
    only = inside.get(reverse("customers:import-run", args=[run.pk]), {"outcome": "conflict"})
    assert [row.number for row in only.context["page"]] == ["K1"]
