"""Two administrations at one address: the codes of a request choose the books."""

import datetime
import urllib.error
import urllib.request

import pytest

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import NotConfigured
from integrations.eboekhouden.messages import Credentials, Relation
from sandbox import Sandbox

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def both(tmp_path):
    with Sandbox(books=tmp_path, has_second=True) as running:
        yield running


def second_codes(both) -> Credentials:
    codes = both.second.credentials()
    return Credentials(codes.username, codes.security_code_1, codes.security_code_2)


def fetched(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def test_a_relation_lands_in_the_books_whose_codes_were_used(both):
    with EBoekhouden(second_codes(both), url=both.url) as books:
        books.add_relation(Relation(code="K1", name="Bakkerij Van Dam"), today=TODAY)

    assert [relation.code for relation in both.second.relations()] == ["K1"]
    assert not both.books.relations()


def test_codes_of_one_do_not_open_the_other(both):
    mixed = Credentials(both.username, both.security_code_1, second_codes(both).security_code_2)

    with pytest.raises(NotConfigured), EBoekhouden(mixed, url=both.url) as books:
        books.check_login()


def test_a_session_is_closed_where_it_was_opened(both):
    with EBoekhouden(second_codes(both), url=both.url) as books:
        books.check_login()

    assert [row["closed"] for row in both.second.sessions()] == [1]


def test_each_has_a_page_that_leads_to_the_other(both):
    first, second = fetched(both.page), fetched(f"{both.page}2/")

    assert both.security_code_2 in first
    assert second_codes(both).security_code_2 in second
    assert 'href="/2/"' in first
    assert 'href="/"' in second


def test_the_control_api_of_the_second_is_under_its_own_path(both):
    both.second.seed_relations([{"Code": "K2", "Bedrijf": "Atelier"}])

    assert "K2" in fetched(f"{both.page}2/control/books")
    assert "K2" not in fetched(f"{both.page}control/books")
