"""A browser offers to install the program as an app."""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_chromium_finds_nothing_that_keeps_it_from_being_installed(visitor):
    page = visitor.page
    page.goto(visitor.site + reverse("account_login"))
    browser = page.context.new_cdp_session(page)

    # A browser that remembers nothing, as here, installs nothing; that is no fault of the page.
    found = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []
    assert browser.send("Page.getAppManifest")["errors"] == []
