"""What an import says of a relation is read in the language of the reader."""

import pytest
from django.utils import timezone
from django.utils.translation import override

from customers.import_runs import start_import
from customers.importing import carry_out_import
from integrations.eboekhouden.errors import NotConfigured
from integrations.error_messages import sentence
from integrations.switching import pause
from tests.factories import create_customer

from .conftest import NOW
from .test_importing import relation, row_of


def read(run, code, language: str) -> str:
    with override(language):
        return row_of(run, code).reason


def conflict(eboekhouden, organisation, import_all):
    eboekhouden.seed_relations([relation(Plaats="Utrecht")])
    import_all()
    organisation.customers.update(city="Amersfoort")
    eboekhouden.books.change("relations", 1, {"Plaats": "Zeist"})


def taken(eboekhouden, organisation, _import_all):
    create_customer(organisation=organisation, number="K00003", name="Bakkerij Van Dam")
    eboekhouden.seed_relations([relation("K1", "Bakkerij Van Dam")])


def twice(eboekhouden, _organisation, _import_all):
    eboekhouden.seed_relations([relation("K2", "First"), relation("k1", "A"), relation("K1", "B")])


def nameless(eboekhouden, _organisation, _import_all):
    eboekhouden.seed_relations([relation("K1", " ")])


def refused(eboekhouden, _organisation, _import_all):
    eboekhouden.seed_relations([relation(Email="anna at vandam", Land="Atlantis")])


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    ("happens", "english", "dutch"),
    [
        (conflict, "city differs: Amersfoort here", "plaats verschilt: hier Amersfoort"),
        (taken, "looks like customer K00003", "lijkt op klant K00003"),
        (twice, "code k1 occurs twice", "code k1 komt twee keer voor"),
        (nameless, "the relation has no name", "de relatie heeft geen naam"),
        (refused, "is no country that we know", "is geen bekend land"),
    ],
)
def test_the_reason_of_a_row_is_read_in_the_language_of_the_reader(
    eboekhouden, organisation, import_all, language, happens, english, dutch
):
    happens(eboekhouden, organisation, import_all)

    with override(language):  # of whoever starts it
        run = import_all()

    assert english in read(run, "K1", "en")
    assert dutch in read(run, "K1", "nl")


def test_a_row_without_a_reason_stores_nothing(eboekhouden, import_all):
    eboekhouden.seed_relations([relation()])

    assert import_all().rows.get().reason == ""


def test_that_the_connection_is_paused_is_read_in_the_language_of_the_reader(
    organisation, connection, administrator, clock
):
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    reason = sentence(NotConfigured("E0011", "wrong"))
    pause(connection, code="E0011", text=reason, now=timezone.now())

    carry_out_import(run.pk, clock=clock)

    problems = {}
    for language in ("en", "nl"):
        with override(language):
            run.refresh_from_db()
            problems[language] = (run.problem, str(reason))
    for language, start in (("en", "The connection is paused: "), ("nl", "De koppeling is ")):
        problem, why = problems[language]
        assert problem.startswith(start)
        assert problem.endswith(why)
