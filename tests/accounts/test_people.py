"""Adding people, changing their rights, and deactivating them."""

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Role, User
from accounts.people import (
    AlreadyMember,
    LastAdministrator,
    activate,
    add_member,
    change_employee,
    change_rights,
    deactivate,
    end_sessions,
)
from tests.factories import PASSWORD, create_membership, create_organisation, create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NEW = {
    "first_name": "Noor",
    "last_name": "Smit",
    "email": "Noor@Example.nl",
    "language": "en",
    "role": Role.EMPLOYEE,
    "hourly_rate": "85.50",
}


def add(client: Client, **changes: object) -> Any:
    return client.post(reverse("accounts:employee-add"), {**NEW, **changes}, follow=True)


def test_a_new_employee_is_mailed_a_link_and_logs_in_with_the_password_they_choose(
    inside: Client, administrator: Membership
) -> None:
    add(inside)
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    visitor = Client()
    chosen = visitor.get(link, follow=True)
    visitor.post(
        chosen.request["PATH_INFO"],
        {"password1": "seven blue whales", "password2": "seven blue whales"},
    )
    entered = visitor.post(
        reverse("account_login"),
        {"login": "noor@example.nl", "password": "seven blue whales", "next": "/profile/"},
    )

    noor = administrator.organisation.memberships.get(user__email="noor@example.nl")
    assert mail.outbox[0].to == ["noor@example.nl"]
    assert noor.hourly_rate == Decimal("85.50")
    assert entered.status_code == 302
    assert visitor.session["_auth_user_id"] == str(noor.user_id)


def test_a_person_with_an_account_is_asked_and_no_member_before_they_accept(
    inside: Client, administrator: Membership
) -> None:
    known = create_user(email="noor@example.nl", first_name="Eleonora")
    password = known.password

    add(inside)

    known.refresh_from_db()
    asked = administrator.organisation.memberships.get(user=known)
    assert (asked.is_active, asked.awaits_consent) == (False, True)
    assert (known.first_name, known.password) == ("Eleonora", password)
    assert reverse("accounts:invitation", args=[asked.pk]) in mail.outbox[0].body
    assert "/password/reset/key/" not in mail.outbox[0].body


def test_a_member_is_not_added_twice(inside: Client) -> None:
    add(inside)
    answer = add(inside, first_name="Nora")

    assert answer.status_code == 422
    assert "is already an employee" in answer.content.decode()
    assert User.objects.filter(email="noor@example.nl").count() == 1


def test_an_existing_membership_is_kept(administrator: Membership) -> None:
    with pytest.raises(AlreadyMember):
        add_member(
            administrator.organisation, email=administrator.user.email.upper(), first_name="X"
        )


def test_when_the_mail_cannot_be_sent_the_membership_is_created_and_the_page_says_so(
    inside: Client, administrator: Membership, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    answer = add(inside)

    assert administrator.organisation.memberships.count() == 2
    assert "could not be sent" in answer.content.decode()


def test_the_last_administrator_cannot_be_demoted_and_the_page_says_why(
    inside: Client, administrator: Membership
) -> None:
    answer = inside.post(
        reverse("accounts:user-edit", args=[administrator.pk]), {"role": Role.EMPLOYEE}
    )

    administrator.refresh_from_db()
    assert administrator.role == Role.ADMINISTRATOR
    assert "is the only administrator who can log in" in answer.content.decode()


def test_the_last_administrator_cannot_be_deactivated(
    inside: Client, administrator: Membership
) -> None:
    answer = inside.post(
        reverse("accounts:employee-deactivate", args=[administrator.pk]), follow=True
    )

    administrator.refresh_from_db()
    assert administrator.is_active
    assert "is the only administrator who can log in" in answer.content.decode()


def test_an_administrator_who_never_chose_a_password_does_not_count(
    administrator: Membership,
) -> None:
    add_member(administrator.organisation, email="a@b.nl", first_name="A", role=Role.ADMINISTRATOR)

    with pytest.raises(LastAdministrator):
        deactivate(administrator)


def test_with_a_second_administrator_the_first_may_step_down(
    inside: Client, administrator: Membership
) -> None:
    create_membership(organisation=administrator.organisation, role=Role.ADMINISTRATOR)

    answer = inside.post(
        reverse("accounts:user-edit", args=[administrator.pk]), {"role": Role.EMPLOYEE}
    )

    administrator.refresh_from_db()
    assert administrator.role == Role.EMPLOYEE
    assert answer["Location"] == reverse("accounts:profile")


def test_rights_are_changed_together(administrator: Membership) -> None:
    employee = create_membership(organisation=administrator.organisation)

    change_rights(employee, role=Role.PROJECT_MANAGER, may_invoice=True)

    employee.refresh_from_db()
    assert employee.is_manager
    assert employee.is_invoicer
    assert not employee.is_administrator


def test_deactivating_ends_the_session_at_the_next_request(
    client_of, administrator: Membership
) -> None:
    employee = create_membership(organisation=administrator.organisation)
    theirs = client_of(employee)

    deactivate(employee)

    answer = theirs.get(reverse("accounts:profile"))
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_session_that_ended_does_not_come_back_with_the_person(
    client_of, administrator: Membership
) -> None:
    employee = create_membership(organisation=administrator.organisation)
    theirs = client_of(employee)

    deactivate(employee)
    activate(employee)

    assert theirs.get(reverse("accounts:profile")).status_code == 302
    door = {"login": employee.user.email, "password": PASSWORD, "next": "/profile/"}
    theirs.post(reverse("account_login"), door)
    assert theirs.get(reverse("accounts:profile")).status_code == 200


def test_a_membership_elsewhere_is_kept(client_of, administrator: Membership) -> None:
    employee = create_membership(organisation=administrator.organisation)
    elsewhere = create_membership(
        organisation=create_organisation(name="Elsewhere"), user=employee.user
    )
    theirs = client_of(employee)

    deactivate(employee)

    answer = theirs.get(reverse("accounts:profile"))
    assert answer.status_code == 200
    assert answer.wsgi_request.organisation == elsewhere.organisation


def test_logging_out_everywhere_ends_every_session() -> None:
    user = create_membership().user
    sessions = [Client(), Client()]
    for session in sessions:
        session.force_login(user)

    end_sessions(user)

    assert [it.get(reverse("accounts:profile")).status_code for it in sessions] == [302, 302]


def test_the_name_of_a_person_who_works_elsewhere_is_not_changed(administrator: Membership) -> None:
    employee = create_membership(organisation=administrator.organisation)
    create_membership(organisation=create_organisation(name="Elsewhere"), user=employee.user)

    change_employee(employee, first_name="Piet", last_name="", hourly_rate=Decimal("70.00"))

    employee.refresh_from_db()
    assert employee.user.first_name != "Piet"
    assert employee.hourly_rate == Decimal("70.00")


def test_inactive_people_are_shown_when_asked_for(
    inside: Client, administrator: Membership
) -> None:
    create_membership(
        organisation=administrator.organisation,
        user=create_user(first_name="Gone"),
        is_active=False,
    )
    page = reverse("accounts:employee-list")

    assert "Gone" not in inside.get(page).content.decode()
    assert "Gone" in inside.get(page, {"state": "inactive"}).content.decode()
    assert "Gone" in inside.get(page, {"q": "gone de", "state": "all"}).content.decode()


def test_a_manager_sees_rates_but_no_way_to_change_them(
    client_of, administrator: Membership
) -> None:
    manager = create_membership(
        organisation=administrator.organisation,
        role=Role.PROJECT_MANAGER,
        hourly_rate=Decimal("81.25"),
    )
    theirs = client_of(manager)

    content = theirs.get(reverse("accounts:employee-list")).content.decode()

    assert "81.25" in content
    edit = reverse("accounts:employee-edit", args=[manager.pk])
    assert f'"{edit}"' not in content


@pytest.mark.parametrize("order", ["name", "-rate", "email", "-role", "login", "nonsense"])
def test_any_order_in_the_address_gives_a_list(inside: Client, order: str) -> None:
    answer = inside.get(reverse("accounts:employee-list"), {"order": order, "page": "x"})

    assert answer.status_code == 200


def test_an_address_longer_than_can_be_kept_is_refused(inside: Client) -> None:
    email = f"{'x' * 245}@example.nl"

    answer = inside.post(reverse("accounts:employee-add"), {**NEW, "email": email})

    assert answer.status_code == 422
    assert not User.objects.filter(email=email).exists()


def test_a_deactivated_member_is_not_invited(inside: Client, administrator: Membership) -> None:
    gone = create_membership(organisation=administrator.organisation, is_active=False)

    answer = inside.post(reverse("accounts:user-invite", args=[gone.pk]))

    assert answer.status_code == 404
    assert not mail.outbox


@pytest.mark.parametrize("page", ["accounts:user-list", "accounts:employee-list"])
def test_a_search_looks_for_the_first_eight_words(inside: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = inside.get(reverse(page), {"q": " ".join(f"woord{n}" for n in range(1_000))})

    assert answer.status_code == 200
    assert max(len(query["sql"]) for query in asked) < 8_000


@pytest.mark.parametrize(
    ("name", "linked"),
    [
        ("employee-deactivate", "employee-edit"),
        ("user-log-out", "user-edit"),
        ("user-edit", "user-edit"),
    ],
)
def test_the_toast_links_the_person(
    inside: Client, administrator: Membership, name: str, linked: str
) -> None:
    person = create_membership(organisation=administrator.organisation)
    url = reverse(f"accounts:{name}", args=[person.pk])

    shown = inside.post(url, {"role": Role.EMPLOYEE}, follow=True).text

    link = reverse(f"accounts:{linked}", args=[person.pk])
    assert f'<a href="{link}">{person}</a>' in shown[shown.index("data-toast") :]
