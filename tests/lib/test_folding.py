"""Texts without capitals and accents: the same here and in the database."""

import pytest
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from lib.folding import Folded, fold
from tests import factories

LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=20)


@given(st.text())
def test_folding_keeps_the_length_and_folding_twice_is_folding_once(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Café", "cafe"),
        ("ÉÇŞ", "ecs"),
        ("Łódź", "lodz"),
        ("Ångström", "angstrom"),
        ("İzmir", "izmir"),
    ],
)
def test_letters_lose_their_accents(text, plain):
    assert fold(text) == plain


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["Café Réunion", "ÀÉÎÕÜ àéîõü", "Łódź Øst Đorđe", "Şişli İş", "100% _ \\ '' \"", "ǅ Ǆ ȟ"],
)
def test_the_database_folds_as_we_do(name):
    factories.create_customer(name=name, number="K1É")

    row = Customer.objects.annotate(folded=Folded("name", "number")).get()

    assert row.folded == fold(f"{name} K1É")


@pytest.mark.django_db
@given(st.lists(LATIN, min_size=1, max_size=5))
def test_any_latin_text_is_folded_by_the_database_as_by_us(texts):
    factories_row = _row()

    for text in texts:
        found = factories_row.annotate(folded=Folded(Value(text))).values_list("folded", flat=True)
        assert list(found) == [fold(text)]


def _row():
    if not Customer.objects.exists():
        factories.create_customer()
    return Customer.objects.order_by("pk")[:1]
