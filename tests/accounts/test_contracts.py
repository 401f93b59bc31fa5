"""Contract hours: from a day, the minutes of each weekday; and the holidays of a country."""

import datetime

import pytest
from django.urls import reverse

from accounts.contracts import periods_of
from accounts.models import Membership, Organisation, Role
from tests import factories

pytestmark = pytest.mark.django_db
HALF = {"monday": "4", "tuesday": "4:00", "wednesday": "", "thursday": "0", "friday": "3,5"}


@pytest.fixture
def boss(client) -> Membership:
    boss = factories.create_membership(role=Role.ADMINISTRATOR)
    client.force_login(boss.user)
    return boss


def address(person: Membership) -> str:
    return reverse("accounts:employee-contracts", args=[person.pk])


def test_a_new_contract_proposes_eight_hours_from_monday_to_friday(client, boss):
    page = client.get(address(boss)).content.decode()

    assert page.count('value="8:00"') == 5
    assert page.count('value="0:00"') == 2


def test_a_contract_ends_by_itself_on_the_day_before_the_next_one(client, boss):
    factories.create_contract(membership=boss)

    client.post(address(boss), {"starts_on": "01-03-2026", **HALF})

    latest, first = periods_of(boss)
    assert latest.contract.minutes == (240, 240, 0, 0, 210, 0, 0)
    assert latest.ends_on is None
    assert first.ends_on == datetime.date(2026, 2, 28)


def test_two_contracts_from_one_day_are_refused_at_the_day_and_the_rest_is_kept(client, boss):
    factories.create_contract(membership=boss, starts_on=datetime.date(2026, 3, 1))

    answer = client.post(address(boss), {"starts_on": "01-03-2026", **HALF})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Another contract starts on that day" in page
    assert 'value="3,5"' in page
    assert boss.contracts.count() == 1


def test_a_contract_can_be_changed_and_deleted(client, boss):
    contract = factories.create_contract(membership=boss)

    client.post(
        reverse("accounts:contract-edit", args=[contract.pk]), {"starts_on": "01-01-2026", **HALF}
    )
    contract.refresh_from_db()
    assert contract.minutes_a_week == 690

    client.post(reverse("accounts:contract-delete", args=[contract.pk]))
    assert not boss.contracts.exists()


def test_a_day_of_more_than_24_hours_is_refused_with_a_sentence(client, boss):
    answer = client.post(address(boss), {"starts_on": "01-03-2026", **HALF, "monday": "25:00"})

    assert answer.status_code == 422
    assert "A day has 24 hours." in answer.content.decode()


def test_a_project_manager_sees_the_contracts_and_changes_none(client, boss):
    manager = factories.create_membership(organisation=boss.organisation, role=Role.PROJECT_MANAGER)
    client.force_login(manager.user)

    assert "No contract yet" in client.get(address(boss)).content.decode()
    assert client.post(address(boss), {"starts_on": "01-03-2026"}).status_code == 403


def test_the_list_of_employees_says_who_has_no_contract(client, boss):
    colleague = factories.create_membership(organisation=boss.organisation)
    factories.create_contract(membership=colleague, friday=0)

    page = client.get(reverse("accounts:employee-list")).content.decode()

    assert "No contract" in page
    assert "32:00" in page


def test_the_settings_show_the_holidays_of_the_country(client, boss):
    page = client.get(reverse("accounts:organisation-settings")).content.decode()
    assert "King&#x27;s Day" in page

    Organisation.objects.update(holiday_country="BE")
    page = client.get(reverse("accounts:organisation-settings")).content.decode()
    assert "All Saints&#x27; Day" in page

    Organisation.objects.update(holiday_country="")
    page = client.get(reverse("accounts:organisation-settings")).content.decode()
    assert "Christmas Day" not in page
