"""Settings → Import: a real worker reads the relations, and the customers are there."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def test_relations_become_customers_with_a_result_for_each(visitor, connected, sandbox):
    sandbox.seed_relations(
        [
            {"Code": "K00117", "Bedrijf": "Bakkerij Van Dam", "Plaats": "Utrecht"},
            {"Code": "K00118", "Bedrijf": "Garage Peeters", "Plaats": "Ede"},
            {"Code": "K00119", "Bedrijf": "", "Plaats": "Breda"},
        ]
    )
    connected.customer("Garage Peeters", "K00118", city="Arnhem")
    page = visitor.page
    visitor.log_in(connected)

    visitor.settings("Import")
    visitor.press("Start import")
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()

    expect(page.get_by_text("3 of 3 relations")).to_be_visible()
    new = page.get_by_role("row").filter(has_text="K00117")
    expect(new).to_contain_text("New")
    expect(page.get_by_role("row").filter(has_text="K00118")).to_contain_text("Arnhem")

    visitor.go("Management", "Customers")
    row = page.get_by_role("row").filter(has_text="Bakkerij Van Dam")
    expect(row).to_contain_text("K00117")
    expect(row).to_contain_text("Utrecht")
    expect(row).to_contain_text("Known")
