"""The second factor on a phone: required, set up with an app, and a passkey that logs in."""

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse
from playwright.sync_api import expect

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


def with_a_key(page):
    """Let the browser have a security key that always agrees."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def faults(page):
    found = list(barriers(page))
    page.set_viewport_size(PHONE)
    return found


def test_a_required_factor_is_set_up_on_a_phone_and_a_passkey_logs_in(visitor, studio):
    studio.organisation.requires_second_factor = True
    studio.organisation.save()
    page = visitor.page
    page.set_viewport_size(PHONE)
    with_a_key(page)
    visitor.log_in(studio)

    expect(page.get_by_text("Your organisation requires a second factor")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="Code to scan with the app")).to_be_visible()
    assert faults(page) == []
    secret = page.locator("dl.details dd").inner_text().strip()
    now = list(yield_hotp_counters_from_time())[-1]
    page.get_by_label("Code of the app").fill(format_hotp_value(hotp_value(secret, now)))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("code")).to_have_count(10)
    assert faults(page) == []
    page.get_by_role("link", name="Done").click()

    page.get_by_role("link", name="Add a passkey").click()
    assert faults(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("You have 1 passkey or security key.")).to_be_visible()
    assert faults(page) == []

    page.goto(visitor.site + reverse("account_logout"))
    page.locator("main").get_by_role("button").first.click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    visitor.log_in(studio)
    expect(page.get_by_label("Code")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    # Another page that is opened before the key has answered would end the login.
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    expect(page.get_by_role("banner")).to_be_visible()

    page.goto(visitor.site + reverse("usersessions_list"))
    expect(page.get_by_text("This one")).to_be_visible()
    assert faults(page) == []
