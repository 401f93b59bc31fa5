"""The parts of the Agency page in an order of each person's own."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from billing.models import AgencyArrangement
from billing.reports.arrangement import PARTS, move, order_of
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]
AGENCY, ARRANGE = "billing:agency", "billing:agency-arrange"


@pytest.fixture
def boss(organisation):
    return factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)


def shown(client) -> list[str]:
    return re.findall(r'data-part="(\w+)"', client.get(reverse(AGENCY)).content.decode())


@pytest.mark.parametrize(
    ("part", "to", "order"),
    [
        ("needs", "earlier", ["needs", "money", "hours", "share", "turnover"]),
        ("needs", "later", ["money", "hours", "needs", "share", "turnover"]),
        ("money", "turnover", ["needs", "hours", "share", "turnover", "money"]),
        ("turnover", "needs", ["money", "turnover", "needs", "hours", "share"]),
        ("money", "earlier", list(PARTS)),
        ("turnover", "later", list(PARTS)),
        ("share", "share", list(PARTS)),
        ("share", "elsewhere", list(PARTS)),
    ],
)
def test_a_part_moves_a_place_or_to_that_of_another(boss, part, to, order):
    move(boss, part, to=to, shown=PARTS)

    assert order_of(boss) == order


def test_a_move_passes_over_parts_that_are_not_shown(boss):
    move(boss, "share", to="earlier", shown=("needs", "share"))

    assert order_of(boss) == ["money", "share", "needs", "hours", "turnover"]


def test_a_part_that_is_not_stored_yet_comes_at_its_first_place(boss):
    AgencyArrangement.objects.create(membership=boss, parts=["turnover", "gone", "money"])

    assert order_of(boss) == ["turnover", "needs", "hours", "share", "money"]


def test_the_order_is_of_the_person_alone_and_can_be_taken_back(client_of, boss, organisation):
    other = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    mine, theirs = client_of(boss), client_of(other)

    answer = mine.post(reverse(ARRANGE), {"part": "turnover", "to": "earlier"}, follow=True)

    page = answer.content.decode()
    assert "Turnover per month is now part 4 of 5." in page
    assert page.count("data-handle") == len(PARTS)
    assert shown(mine) == ["money", "needs", "hours", "turnover", "share"]
    assert shown(theirs) == list(PARTS)
    mine.post(reverse(ARRANGE), {"to": "first-order"})
    assert shown(mine) == list(PARTS)


def test_who_sees_no_money_arranges_what_they_see(client_of, organisation):
    manager = factories.create_membership(organisation=organisation, role=Role.PROJECT_MANAGER)
    client = client_of(manager)
    assert shown(client) == ["needs", "hours", "share"]

    client.post(reverse(ARRANGE), {"part": "turnover", "to": "earlier"})
    client.post(reverse(ARRANGE), {"part": "share", "to": "needs"})

    assert shown(client) == ["share", "needs", "hours"]


def test_a_card_without_another_beside_it_takes_the_whole_width(client_of, boss):
    client = client_of(boss)

    def wide():
        page = client.get(reverse(AGENCY)).content.decode()
        return re.findall(r'agency-part wide" data-part="(\w+)"', page)

    assert wide() == ["money"]
    client.post(reverse(ARRANGE), {"part": "money", "to": "needs"})
    assert wide() == ["needs", "money", "turnover"]


def test_who_may_not_open_the_page_arranges_nothing(client_of, organisation):
    employee = factories.create_membership(organisation=organisation)

    assert client_of(employee).post(reverse(ARRANGE), {"part": "needs"}).status_code == 403
    assert not AgencyArrangement.objects.exists()
