"""Pages are not stored on shared computers; logging out leaves nothing behind."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["accounts:profile", "billing:dashboard", "accounts:user-list"])
def test_a_private_page_is_not_stored(inside: Client, name: str) -> None:
    assert inside.get(reverse(name))["Cache-Control"] == "private, no-store"


def test_the_page_of_a_link_is_not_stored(client: Client) -> None:
    answer = client.get(reverse("account_reset_password_from_key", args=["1", "a-b"]))

    assert "no-store" in answer["Cache-Control"]


def test_what_is_cacheable_stays_so(client: Client) -> None:
    assert "immutable" in client.get(reverse("theme", args=["6559d2"]))["Cache-Control"]


def test_logging_out_clears_what_the_browser_keeps(inside: Client) -> None:
    asked, done = inside.get(reverse("account_logout")), inside.post(reverse("account_logout"))

    assert "Clear-Site-Data" not in asked
    assert done["Clear-Site-Data"] == '"cache", "storage"'


def test_pages_use_no_camera_and_passkeys_only_themselves(inside: Client) -> None:
    told = inside.get(reverse("accounts:profile"))["Permissions-Policy"]

    assert "camera=()" in told
    assert "publickey-credentials-get=(self)" in told
