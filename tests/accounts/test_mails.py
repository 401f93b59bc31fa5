"""Password links are queued, whatever the mail server does; who has an account stays unknown."""

import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.mails import send_waiting
from accounts.models import AccountMail, Membership

pytestmark = pytest.mark.django_db


def ask(client: Client, email: str) -> Any:
    return client.post(reverse("account_reset_password"), {"email": email}, follow=True)


def no_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


def test_a_link_is_asked_for_while_the_mail_server_is_down_and_sent_later(
    client: Client, member: Membership, settings: Any
) -> None:
    memory, now = settings.EMAIL_BACKEND, timezone.now()
    no_server(settings)

    answer = ask(client, "sanne@example.nl")

    assert answer.status_code == 200
    assert send_waiting(now=now + datetime.timedelta(seconds=1)) == 0
    settings.EMAIL_BACKEND = memory
    assert send_waiting(now=now + datetime.timedelta(minutes=3)) == 1
    assert "/password/reset/key/" in mail.outbox[0].body
    assert not AccountMail.objects.exists()


def test_every_address_gets_the_same_sentence_and_an_unknown_one_no_mail(
    client: Client, member: Membership
) -> None:
    pages = [ask(client, email) for email in ("sanne@example.nl", "nobody@example.nl")]
    send_waiting(now=timezone.now())

    assert pages[0].redirect_chain == pages[1].redirect_chain
    told = [page.content.decode().split("<main")[1].split("</main>")[0] for page in pages]
    assert "If this address is known here" in told[0]
    assert told[0].split("<form")[0] == told[1].split("<form")[0]
    assert [one.to for one in mail.outbox] == [["sanne@example.nl"]]


def test_a_link_is_not_stored_before_it_is_sent(client: Client, member: Membership) -> None:
    ask(client, "sanne@example.nl")

    assert AccountMail.objects.get().details == {"site": "http://testserver/"}


def test_two_workers_send_a_mail_once(client: Client, member: Membership) -> None:
    ask(client, "sanne@example.nl")
    now = timezone.now()

    assert [send_waiting(now=now), send_waiting(now=now)] == [1, 0]


def test_a_mail_that_cannot_be_sent_for_two_days_is_given_up(
    client: Client, member: Membership, settings: Any
) -> None:
    no_server(settings)
    ask(client, "sanne@example.nl")

    send_waiting(now=timezone.now() + datetime.timedelta(days=3))

    assert not AccountMail.objects.exists()


def test_a_mailbox_is_not_filled_with_links(client: Client, member: Membership) -> None:
    for _ in range(8):
        answer = ask(client, "sanne@example.nl")

    assert AccountMail.objects.count() == 5
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
