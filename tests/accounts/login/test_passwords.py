"""Passwords that others would guess are refused, wherever one is chosen."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from tests.factories import PASSWORD, create_membership, create_organisation, create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def person() -> User:
    user = create_user(email="wilhelmina@vandenbroek.example", first_name="Wilhelmina")
    return create_membership(
        user=user, organisation=create_organisation(name="Zeebrugge Architecten")
    ).user


@pytest.mark.parametrize(
    "password",
    [
        "welkom123456",
        "Welkom2026!!",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop12",
        "123456789012",
        "P@ssw0rd1234",
        "november2026",
        "wilhelmina01",
        "vandenbroek1",
        "zeebrugge123",
        "Architecten1",
        "Urenboek2026",
    ],
)
def test_what_others_would_guess_is_refused(person: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "seven blue whales",
        "vijf kromme lantaarns",
        "k9#Lw2!qVx8m",
        "é" * 3 + "qzjw tropf kilm",
    ],
)
def test_what_nobody_guesses_is_accepted(person: User, password: str) -> None:
    validate_password(password, person)


def test_a_password_of_any_length_is_judged(person: User) -> None:
    validate_password("seven blue whales " * 200, person)


def test_the_page_says_what_to_choose(inside: Client, administrator: Membership) -> None:
    typed = {"oldpassword": PASSWORD, "password1": "welkom123456", "password2": "welkom123456"}

    answer = inside.post(reverse("account_change_password"), typed)

    assert "easy to guess" in answer.content.decode()
