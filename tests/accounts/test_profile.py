"""Changes to one's own profile; nobody can take the e-mail address of another person."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.tasks import send_account_mails
from tests.factories import PASSWORD, create_membership, create_organisation, create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def inside(client_of: Callable[[Membership], Client], member: Membership) -> Client:
    """A client in which the employee is logged in."""
    return client_of(member)


def ask(client: Client, email: str = "new@example.nl", password: str = PASSWORD) -> Any:
    return client.post(reverse("accounts:email-change"), {"email": email, "password": password})


def mailed_link() -> str:
    return next(word for word in mail.outbox[-1].body.split() if "/profile/e-mail/" in word)


def test_name_and_language_are_changed_and_the_next_page_speaks_it(
    inside: Client, member: Membership
) -> None:
    inside.post(
        reverse("accounts:profile"), {"first_name": "San", "last_name": "", "language": "nl"}
    )

    page = inside.get(reverse("accounts:profile")).content.decode()
    member.user.refresh_from_db()
    assert (str(member.user), member.user.language) == ("San", "nl")
    assert '<html lang="nl">' in page


def test_a_name_is_needed(inside: Client) -> None:
    answer = inside.post(reverse("accounts:profile"), {"first_name": "", "language": "en"})

    assert answer.status_code == 422


def test_the_address_changes_once_the_new_one_confirmed_it(
    inside: Client, member: Membership
) -> None:
    ask(inside)
    member.user.refresh_from_db()
    assert member.user.email == "sanne@example.nl"

    inside.post(mailed_link())

    member.user.refresh_from_db()
    assert mail.outbox[0].to == ["new@example.nl"]
    assert member.user.email == "new@example.nl"


def test_the_old_address_hears_of_the_change(inside: Client, member: Membership) -> None:
    ask(inside)
    inside.post(mailed_link())

    send_account_mails()

    assert mail.outbox[-1].to == ["sanne@example.nl"]
    assert "new@example.nl" in mail.outbox[-1].body


def test_other_sessions_end_with_the_old_address(
    client_of: Callable[[Membership], Client], inside: Client, member: Membership
) -> None:
    other = client_of(member)
    ask(inside)
    inside.post(mailed_link())

    assert inside.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302


def test_the_password_cannot_be_guessed_in_the_form_of_the_address(inside: Client) -> None:
    for number in range(7):
        answer = ask(inside, password=f"wrong {number}")

    assert "wrong too often" in answer.content.decode()
    assert "wrong too often" in ask(inside).content.decode()
    assert mail.outbox == []


def test_a_mailbox_is_not_filled_with_links(inside: Client) -> None:
    for _ in range(6):
        answer = ask(inside)

    assert answer.status_code == 422
    assert len(mail.outbox) == 5


def test_opening_the_link_changes_nothing_yet(inside: Client, member: Membership) -> None:
    ask(inside)

    answer = inside.get(mailed_link())

    member.user.refresh_from_db()
    assert (answer.status_code, member.user.email) == (200, "sanne@example.nl")


def test_the_old_address_no_longer_logs_in(inside: Client, member: Membership) -> None:
    EmailAddress.objects.create(user=member.user, email="sanne@example.nl", primary=True)
    ask(inside)
    inside.post(mailed_link())

    login = {"login": "sanne@example.nl", "password": PASSWORD}
    visitor = Client()
    visitor.post(reverse("account_login"), login)

    assert "_auth_user_id" not in visitor.session
    visitor.post(reverse("account_login"), login | {"login": "new@example.nl"})
    assert "_auth_user_id" in visitor.session


def test_without_the_password_nothing_is_mailed(inside: Client) -> None:
    answer = ask(inside, password="wrong")

    assert answer.status_code == 422
    assert mail.outbox == []


def test_an_address_of_another_person_is_refused_at_the_end(
    inside: Client, member: Membership
) -> None:
    create_user(email="new@example.nl")
    ask(inside)

    answer = inside.post(mailed_link(), follow=True)

    member.user.refresh_from_db()
    assert member.user.email == "sanne@example.nl"
    assert "This e-mail address is already in use" in answer.content.decode()


def test_a_link_for_another_person_does_nothing(inside: Client) -> None:
    ask(inside)
    other = create_membership(organisation=create_organisation(name="Other")).user
    theirs = Client()
    theirs.force_login(other)
    before = other.email

    answer = theirs.post(mailed_link(), follow=True)

    other.refresh_from_db()
    assert other.email == before
    assert "no longer works" in answer.content.decode()


def test_a_link_works_once(inside: Client) -> None:
    ask(inside)
    inside.post(mailed_link())

    answer = inside.post(mailed_link(), follow=True)

    assert "no longer works" in answer.content.decode()


def test_the_language_switch_is_kept_with_the_person(inside: Client, member: Membership) -> None:
    answer = inside.post(
        reverse("accounts:language-switch"), {"language": "nl", "next": "/profile/"}
    )

    member.user.refresh_from_db()
    assert (answer["Location"], member.user.language) == ("/profile/", "nl")


def test_a_language_that_does_not_exist_changes_nothing(inside: Client, member: Membership) -> None:
    inside.post(reverse("accounts:language-switch"), {"language": "xx"})

    member.user.refresh_from_db()
    assert member.user.language == "en"


def test_another_organisation_of_mine_can_be_chosen(inside: Client, member: Membership) -> None:
    other = create_membership(organisation=create_organisation(name="Zout"), user=member.user)

    inside.post(reverse("accounts:change-organisation"), {"organisation": other.organisation_id})

    page = inside.get(reverse("accounts:profile"))
    assert page.wsgi_request.organisation == other.organisation


@pytest.mark.parametrize("wanted", ["other", "", "x", "9" * 25, "9" * 5000])
def test_an_organisation_of_another_person_cannot_be_chosen(inside: Client, wanted: str) -> None:
    other = create_organisation(name="Other")
    pk = str(other.pk) if wanted == "other" else wanted

    answer = inside.post(reverse("accounts:change-organisation"), {"organisation": pk})

    assert answer.status_code == 404


def test_a_deactivated_membership_cannot_be_chosen(inside: Client, member: Membership) -> None:
    left = create_membership(
        organisation=create_organisation(name="Left"), user=member.user, is_active=False
    )

    answer = inside.post(
        reverse("accounts:change-organisation"), {"organisation": left.organisation_id}
    )

    assert answer.status_code == 404


def test_an_address_longer_than_can_be_kept_is_refused(inside: Client) -> None:
    answer = ask(inside, email=f"{'x' * 245}@example.nl")

    assert answer.status_code == 422
    assert not mail.outbox
