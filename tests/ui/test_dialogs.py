"""A finished dialog leads to a page with its message."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from tests.factories import create_membership

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def test_the_browser_goes_to_the_page_and_reads_its_message_there(client: Client) -> None:
    membership = create_membership(role=Role.ADMINISTRATOR)
    client.force_login(membership.user)
    rights = {"role": Role.ADMINISTRATOR}

    answer = client.post(
        reverse("accounts:user-edit", args=[membership.pk]), rights, headers=IN_DIALOG
    )

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == reverse("accounts:user-list")
    assert "have been saved" in client.get(answer["HX-Redirect"]).content.decode()


def test_a_dialog_without_login_leads_to_the_login_page(client: Client) -> None:
    answer = client.get(reverse("accounts:employee-add"), headers=IN_DIALOG)

    assert answer["HX-Redirect"].startswith(reverse("account_login"))


def test_a_redirect_elsewhere_stays_what_it_is(client: Client) -> None:
    answer = client.get(reverse("accounts:employee-add"))

    assert answer.status_code == 302
