"""Login is locked after too many wrong passwords; a new password unlocks it."""

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from tests.factories import PASSWORD, create_membership, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts() -> None:
    """Forget the wrong passwords of other tests."""
    cache.clear()


def log_in(client: Client, password: str) -> Any:
    door = {"login": "sanne@example.nl", "password": password, "next": "/profile/"}
    return client.post(reverse("account_login"), door)


def lock(client: Client) -> Any:
    for number in range(5):
        log_in(client, f"wrong {number}")
    return log_in(client, "wrong again")


def test_the_page_says_what_to_do(client: Client, member: Membership) -> None:
    answer = lock(client)

    assert answer.status_code == 429
    assert reverse("account_reset_password") in answer.content.decode()


def test_even_the_right_password_waits(client: Client, member: Membership) -> None:
    lock(client)

    answer = log_in(client, PASSWORD)

    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_a_new_password_unlocks_login_at_once(client: Client, member: Membership) -> None:
    lock(client)
    client.post(reverse("account_reset_password"), {"email": member.user.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True).request["PATH_INFO"]
    client.post(page, {"password1": "seven blue whales", "password2": "seven blue whales"})

    log_in(client, "seven blue whales")

    assert client.session["_auth_user_id"] == str(member.user_id)


def test_a_colleague_on_the_same_network_is_not_locked_out(
    client: Client, member: Membership
) -> None:
    create_membership(user=create_user(email="daan@example.nl"))
    lock(client)

    door = {"login": "Daan@example.nl", "password": PASSWORD, "next": "/profile/"}
    client.post(reverse("account_login"), door)

    assert "_auth_user_id" in client.session


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    answer = client.post(
        reverse("account_signup"), {"email": "me@example.nl", "password1": "seven blue whales"}
    )

    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 403)


def test_addresses_are_not_collected_on_the_page_of_the_login_package(
    client: Client, member: Membership
) -> None:
    client.force_login(member.user)

    answer = client.post("/account/email/", {"email": "victim@example.nl", "action_add": ""})

    assert answer["Location"] == reverse("accounts:email-change")
