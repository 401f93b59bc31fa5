"""Logging in through a provider, and connecting an account, in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.login.openid import offered

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


def agree(page: Page, sub: str) -> None:
    """Log in at the page of the provider."""
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


def test_an_account_is_connected_and_logs_in_on_a_phone(visitor, studio, provider):
    page = visitor.page
    # Its pages ask for a style sheet of a third party.
    page.route("https://cdn.jsdelivr.net/**", lambda route: route.fulfill(body="", status=200))
    page.set_viewport_size(PHONE)
    visitor.log_in(studio)
    provider.knows("on-a-phone", email="private@elsewhere.example")

    page.goto(visitor.site + reverse("accounts:profile"))
    page.get_by_role("link", name="Accounts elsewhere").click()
    expect(page.get_by_text("No account is connected.")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Connect Our Login").click()
    agree(page, "on-a-phone")
    expect(page.get_by_text("private@elsewhere.example")).to_be_visible()
    assert list(barriers(page)) == []

    page.goto(visitor.site + reverse("account_logout"))
    page.locator("main").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Log in through Our Login")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Log in through Our Login").click()
    agree(page, "on-a-phone")
    expect(page.get_by_role("banner")).to_be_visible()

    page.goto(visitor.site + reverse("accounts:connections"))
    page.get_by_role("button", name="Disconnect Our Login").click()
    visitor.dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No account is connected.")).to_be_visible()
    assert [one.name for one in offered()] == ["Our Login"]
