"""Every part in every state passes axe and fits a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.urls("tests.ui.pages"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_gallery_has_no_barriers_and_does_not_scroll_sideways(live_server, page, width):
    page.set_viewport_size({"width": width, "height": 844})

    page.goto(f"{live_server.url}/gallery/")
    page.locator("tbody input[name=ids]").first.check()

    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
