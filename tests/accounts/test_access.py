"""Access to pages by role, and no access to data of other organisations."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role
from tests.factories import create_membership, create_organisation, create_vat_rate

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EVERYONE = [
    ("accounts:profile", False),
    ("accounts:email-change", False),
    ("accounts:change-organisation", False),
]
MANAGERS = [("accounts:employee-list", False)]
ADMINISTRATORS = [
    ("accounts:employee-add", False),
    ("accounts:employee-edit", True),
    ("accounts:organisation-settings", False),
    ("accounts:user-list", False),
    ("accounts:user-edit", True),
    ("billing:invoice-settings", False),
    ("billing:invoice-settings-number", False),
    ("billing:vat-rate-list", False),
    ("billing:vat-rate-add", False),
]
POSTS = [
    ("accounts:employee-deactivate", True),
    ("accounts:employee-activate", True),
    ("accounts:logo-remove", False),
    ("accounts:user-invite", True),
    ("accounts:user-log-out", True),
    ("billing:vat-rate-standard", False),
]
ALLOWED = {
    Role.EMPLOYEE: EVERYONE,
    Role.PROJECT_MANAGER: EVERYONE + MANAGERS,
    Role.ADMINISTRATOR: EVERYONE + MANAGERS + ADMINISTRATORS,
}


def address(page: tuple[str, bool], person: Membership) -> str:
    name, is_about_somebody = page
    return reverse(name, args=[person.pk] if is_about_somebody else [])


def logged_in(role: str = Role.ADMINISTRATOR, **fields: object) -> tuple[Client, Membership]:
    membership = create_membership(role=role, **fields)
    client = Client()
    client.force_login(membership.user)
    return client, membership


@pytest.mark.parametrize("page", EVERYONE + MANAGERS + ADMINISTRATORS)
def test_anonymous_users_are_redirected_to_the_login_page(
    client: Client, page: tuple[str, bool]
) -> None:
    answer = client.get(address(page, create_membership()))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("page", EVERYONE + MANAGERS + ADMINISTRATORS)
@pytest.mark.parametrize("role", Role.values)
def test_a_page_opens_for_those_who_may_and_for_nobody_else(
    role: str, page: tuple[str, bool]
) -> None:
    client, membership = logged_in(role)

    answer = client.get(address(page, membership))

    assert answer.status_code == (200 if page in ALLOWED[Role(role)] else 403)


@pytest.mark.parametrize("page", POSTS)
@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PROJECT_MANAGER])
def test_only_an_administrator_may_act(role: str, page: tuple[str, bool]) -> None:
    client, membership = logged_in(role)

    assert client.post(address(page, membership)).status_code == 403


@pytest.mark.parametrize("page", POSTS)
def test_nothing_is_done_by_following_a_link(page: tuple[str, bool]) -> None:
    client, membership = logged_in()

    assert client.get(address(page, membership)).status_code == 405


@pytest.mark.parametrize(
    "page", [page for page in ADMINISTRATORS + POSTS if page[1]], ids=lambda page: page[0]
)
def test_people_of_another_organisation_do_not_exist(page: tuple[str, bool]) -> None:
    client, _membership = logged_in()
    outsider = create_membership(organisation=create_organisation(name="Other"))

    assert client.post(address(page, outsider)).status_code == 404


@pytest.mark.parametrize("name", ["billing:vat-rate-edit", "billing:vat-rate-delete"])
def test_vat_rates_of_another_organisation_do_not_exist(name: str) -> None:
    client, _membership = logged_in()
    rate = create_vat_rate(organisation=create_organisation(name="Other"))

    assert client.post(reverse(name, args=[rate.pk])).status_code == 404


@pytest.mark.parametrize("name", ["accounts:employee-list", "accounts:user-list"])
def test_a_longer_list_takes_no_more_queries(
    name: str, django_assert_max_num_queries: object
) -> None:
    client, membership = logged_in()
    counts = []
    for added in (0, 20):
        for _ in range(added):
            create_membership(organisation=membership.organisation)
        with django_assert_max_num_queries(12) as queries:  # type: ignore[operator]
            client.get(reverse(name))
        counts.append(len(queries))

    assert counts[0] == counts[1]
