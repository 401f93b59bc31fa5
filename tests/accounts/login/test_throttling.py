"""Wrong passwords make the next attempt wait; others cannot keep a person out."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.login import throttling
from accounts.login.client_addresses import client_address
from accounts.models import Membership
from accounts.tasks import send_account_mails
from tests.factories import PASSWORD, create_membership, create_user
from timechimp_eb.caching import SharedCache

NOON = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


def log_in(client: Client, password: str, *, login: str = "sanne@example.nl", **extra: str) -> Any:
    door = {"login": login, "password": password, "next": "/profile/"}
    return client.post(reverse("account_login"), door, **extra)


def fail(client: Client, times: int = 6, **extra: str) -> Any:
    for number in range(times):
        answer = log_in(client, f"wrong {number}", **extra)
    return answer


def is_inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_page_says_how_long_to_wait_and_what_else_to_do(
    client: Client, member: Membership
) -> None:
    fail(client)

    answer = log_in(client, "wrong again")

    assert answer.status_code == 429
    assert 25 <= int(answer["Retry-After"]) <= 30
    assert "seconds, or set a new password" in answer.content.decode()
    assert reverse("account_reset_password") in answer.content.decode()


def test_even_the_right_password_waits_and_then_works(client: Client, member: Membership) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        fail(client)
        assert log_in(client, PASSWORD).status_code == 429
        assert not is_inside(client)

        clock.shift(31)
        log_in(client, PASSWORD)

        assert is_inside(client)


def test_each_further_wrong_password_makes_the_wait_twice_as_long(
    client: Client, member: Membership
) -> None:
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        fail(client, 5)
        for _ in range(7):
            log_in(client, "wrong")
            waits.append(int(log_in(client, "wrong")["Retry-After"]))
            clock.shift(waits[-1] + 1)

    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_attempts_during_the_wait_do_not_make_it_longer(client: Client, member: Membership) -> None:
    fail(client)
    fail(client, 10)

    assert int(log_in(client, "wrong")["Retry-After"]) <= 30


def test_wrong_passwords_through_a_proxy_hold_up_nobody_elsewhere(
    client: Client, member: Membership, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    fail(client, 12, HTTP_X_FORWARDED_FOR="203.0.113.5")

    log_in(client, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert is_inside(client)


def test_an_invented_forwarded_address_gives_no_new_attempts(
    client: Client, member: Membership, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(7):
        answer = log_in(client, "no", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.5")

    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "127.0.0.1"),
        (1, "203.0.113.5:4711", "203.0.113.5"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "unknown", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_is_what_the_outermost_proxy_of_ours_saw(
    settings: Any, proxies: int, header: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=header)

    assert client_address(request) == expected


def test_guesses_from_everywhere_wait_and_a_browser_that_is_known_does_not(
    client: Client, member: Membership, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    log_in(client, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.7")
    client.post(reverse("account_logout"))
    for number in range(22):
        guess = log_in(Client(), "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    log_in(client, PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert guess.status_code == 429
    assert is_inside(client)


def test_one_address_that_tries_many_accounts_waits(client: Client, member: Membership) -> None:
    for number in range(62):
        answer = log_in(client, "Welkom2026!", login=f"person{number}@example.nl")

    assert answer.status_code == 429


def test_many_attempts_at_once_are_let_through_one_by_one(client: Client) -> None:
    request = RequestFactory().get("/")
    passed = 0
    for _ in range(50):
        try:
            throttling.admit(request, "sanne@example.nl")
        except throttling.Throttled:
            continue
        passed += 1

    assert passed == throttling.OWN.free + 1


def test_counters_go_on_in_the_process_while_redis_is_down() -> None:
    shared = SharedCache("redis://127.0.0.1:9/0", {})

    shared.add("attempts", 0, 60)
    counted = [shared.incr("attempts") for _ in range(3)]

    assert counted == [1, 2, 3]


@pytest.mark.redis
def test_counters_are_shared_by_all_processes(redis_url: str) -> None:
    one, other = (SharedCache(redis_url, {"KEY_PREFIX": "hours"}) for _ in range(2))
    one.add("attempts", 0, 60)
    one.incr("attempts")

    assert (other.incr("attempts"), one.get("attempts")) == (2, 2)
    other.set("history", [1.5, True], 60)
    assert one.get("history") == [1.5, True]


def test_a_new_password_unlocks_login_at_once(client: Client, member: Membership) -> None:
    fail(client, 7)
    client.post(reverse("account_reset_password"), {"email": member.user.email})
    send_account_mails()
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True).request["PATH_INFO"]
    client.post(page, {"password1": "seven blue whales", "password2": "seven blue whales"})

    log_in(client, "seven blue whales")

    assert client.session["_auth_user_id"] == str(member.user_id)


def test_a_colleague_on_the_same_network_does_not_wait(client: Client, member: Membership) -> None:
    create_membership(user=create_user(email="daan@example.nl"))
    fail(client, 7)

    log_in(client, PASSWORD, login="Daan@example.nl")

    assert is_inside(client)


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
