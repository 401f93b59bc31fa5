"""From Settings → Integrations to a connection that works, and codes that nobody sees again."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_somebody_connects_with_codes_copied_from_e_boekhouden(visitor, studio, sandbox):
    page = visitor.page
    visitor.log_in(studio)

    visitor.settings("Integrations")
    visitor.press("Switch on")
    expect(page.get_by_text("Not connected yet.")).to_be_visible()

    # Copied by hand from the books' own page, with a slip in the second code.
    page.goto(sandbox.page)
    username, code_1, code_2 = page.locator("dd code").all_text_contents()[1:4]
    page.goto(f"{visitor.site}/settings/e-boekhouden/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Security code 1").fill(code_1)
    page.get_by_label("Security code 2").fill("0" * 36)
    visitor.press("Test connection")

    failed = page.get_by_role("alert").filter(has_text="The test failed.")
    expect(failed).to_contain_text("security code 2")
    expect(page.get_by_label("Security code 1")).to_have_value(code_1)  # no typing it again

    page.get_by_label("Security code 2").fill(code_2)
    visitor.press("Test connection")
    expect(page.get_by_text("Connected to Voorbeeld BV")).to_be_visible()
    expect(page.get_by_text("28 ledger accounts")).to_be_visible()

    page.get_by_label("Invoice template").fill("Factuursjabloon")
    page.get_by_label("Ledger account").fill("8000 Omzet")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Only the number: 8000. We changed it for you").first).to_be_visible()
    expect(page.get_by_label("Ledger account")).to_have_value("8000")

    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("The settings have been saved.", exact=True)).to_be_visible()

    for address in ("/settings/e-boekhouden/", "/settings/integrations/"):
        page.goto(visitor.site + address)
        assert code_1 not in page.content()
        assert code_2 not in page.content()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
