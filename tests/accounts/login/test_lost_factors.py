"""Who lost the second factor gets in again, by somebody who may, and everybody hears of it."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.login import confirming
from accounts.mails import send_waiting
from accounts.middleware import LOGIN_KEY
from accounts.models import Role
from tests.factories import create_membership, create_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def organisation():
    return create_organisation()


@pytest.fixture
def boss(organisation):
    return create_membership(organisation=organisation, role=Role.ADMINISTRATOR)


@pytest.fixture
def person(organisation):
    return with_factor(create_membership(organisation=organisation))


def with_factor(membership):
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=membership.user, type=kind, data={})
    return membership


def inside(membership, *, at=0.0) -> Client:
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session[LOGIN_KEY] = timezone.now().timestamp() - at
    session.save()
    return client


def reset(client: Client, membership) -> str:
    address = reverse("accounts:user-reset-factor", args=[membership.pk])
    return client.post(address, follow=True).content.decode()


def test_an_administrator_resets_it_and_the_person_is_out_and_told(boss, person):
    theirs = inside(person)
    assert theirs.get(reverse("accounts:profile")).status_code == 200
    client = inside(boss)
    before = client.get(reverse("accounts:user-list")).content.decode()
    assert f"Reset the second factor of {person}" in before

    page = reset(client, person)
    send_waiting(now=timezone.now())

    assert "logs in with the password only, until a second factor is set up." in page
    assert f"Reset the second factor of {person}" not in page
    assert not Authenticator.objects.exists()
    assert theirs.get(reverse("accounts:profile")).status_code == 302
    assert sorted(one.to[0] for one in mail.outbox) == sorted([boss.user.email, person.user.email])
    assert {one.subject for one in mail.outbox} == {f"The second factor of {person} was removed"}
    assert f"{person} has no second factor." in reset(client, person)


def test_it_needs_a_recent_login(boss, person):
    page = reset(inside(boss, at=confirming.WINDOW + 1), person)

    assert "This needs a confirmation that it is you." in page
    assert Authenticator.objects.count() == 2


def test_not_ones_own_and_not_of_who_works_elsewhere_too(boss, person):
    with_factor(boss)
    create_membership(user=person.user, organisation=create_organisation(name="Elsewhere"))
    client = inside(boss)

    for membership in (boss, person):
        assert "Ask the system administrator." in reset(client, membership)

    assert Authenticator.objects.count() == 4


def test_on_the_server_it_is_a_command(person, capsys):
    call_command("reset_second_factor", person.user.email.upper())

    assert "logs in with the password only" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    for address, told in ((person.user.email, "no second factor"), ("x@x.example", "Nobody")):
        with pytest.raises(CommandError, match=told):
            call_command("reset_second_factor", address)
