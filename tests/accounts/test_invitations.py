"""Nobody becomes a member without wanting it; an administrator ends sessions of their own only."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Membership
from accounts.people import NotAccepted, activate, deactivate
from tests.factories import create_membership, create_organisation, create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NEW = {"first_name": "X", "email": "noor@example.nl", "language": "en", "role": "employee"}


@pytest.fixture
def noor() -> Membership:
    """Somebody who works elsewhere."""
    user = create_user(email="noor@example.nl", first_name="Eleonora")
    return create_membership(user=user, organisation=create_organisation(name="Elsewhere"))


@pytest.fixture
def asked(inside, administrator, noor):
    """The invitation of somebody who works elsewhere."""
    inside.post(reverse("accounts:employee-add"), NEW)
    return Membership.objects.get(user=noor.user, organisation=administrator.organisation)


def test_who_accepts_becomes_a_member_and_is_inside(client_of, administrator, noor, asked):
    theirs = client_of(noor)
    page = theirs.get(reverse("accounts:invitation", args=[asked.pk]))
    assert "invites you" in page.content.decode()

    theirs.post(reverse("accounts:invitation", args=[asked.pk]), {"answer": "accept"})

    answer = theirs.get(reverse("accounts:profile"))
    assert answer.wsgi_request.organisation == administrator.organisation


def test_who_declines_is_no_member_and_the_name_stays_unknown(
    client_of, inside, administrator, noor, asked
):
    for page in ("accounts:user-list", "accounts:employee-list"):
        shown = inside.get(reverse(page), {"state": "all"}).content.decode()
        assert "noor@example.nl" in shown
        assert "Eleonora" not in shown

    client_of(noor).post(reverse("accounts:invitation", args=[asked.pk]), {"answer": "decline"})

    assert not administrator.organisation.memberships.filter(user=noor.user).exists()


def test_an_administrator_does_not_accept_for_somebody_else(inside, asked):
    inside.post(reverse("accounts:employee-activate", args=[asked.pk]))
    answer = inside.post(reverse("accounts:invitation", args=[asked.pk]), {"answer": "accept"})

    asked.refresh_from_db()
    assert answer.status_code == 404
    assert not asked.is_active
    with pytest.raises(NotAccepted):
        activate(asked)


def test_the_list_of_organisations_names_the_invitation(client_of, noor, asked):
    page = client_of(noor).get(reverse("accounts:change-organisation")).content.decode()

    assert reverse("accounts:invitation", args=[asked.pk]) in page


def test_sessions_end_in_this_organisation_and_not_elsewhere(
    client_of, inside, administrator, noor
):
    here = create_membership(user=noor.user, organisation=administrator.organisation)
    theirs = client_of(noor)

    inside.post(reverse("accounts:user-log-out", args=[here.pk]))

    assert theirs.get(reverse("accounts:profile")).status_code == 200
    chosen = {"organisation": here.organisation_id}
    theirs.post(reverse("accounts:change-organisation"), chosen)
    assert theirs.get(reverse("accounts:profile")).status_code == 302
    again = client_of(noor)
    again.post(reverse("accounts:change-organisation"), chosen)
    assert again.get(reverse("accounts:profile")).status_code == 200


def test_one_person_is_not_mailed_invitations_without_end(inside, administrator):
    inside.post(reverse("accounts:employee-add"), NEW)
    person = Membership.objects.get(user__email="noor@example.nl")
    for _ in range(6):
        answer = inside.post(reverse("accounts:user-invite", args=[person.pk]), follow=True)

    assert len(mail.outbox) == 5
    assert "Too many invitations" in answer.content.decode()


def test_an_organisation_invites_no_more_than_sixty_an_hour(inside, administrator):
    for number in range(62):
        new = {**NEW, "email": f"person{number}@example.nl"}
        answer = inside.post(reverse("accounts:employee-add"), new)

    assert answer.status_code == 422
    assert len(mail.outbox) == 60
    assert administrator.organisation.memberships.count() == 61


def test_who_is_deactivated_elsewhere_can_still_accept(client_of, administrator, noor, asked):
    deactivate(noor)

    theirs = client_of(noor)
    theirs.post(reverse("accounts:invitation", args=[asked.pk]), {"answer": "accept"})

    asked.refresh_from_db()
    answer = theirs.get(reverse("accounts:profile"))
    assert asked.is_active
    assert answer.wsgi_request.organisation == administrator.organisation
