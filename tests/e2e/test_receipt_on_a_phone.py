"""A receipt is registered on a phone in six taps, with two pages."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from registrations.models import Expense
from tests import factories

from .tour import barriers

pytestmark = pytest.mark.e2e


class Taps:
    """Counts what a finger does: the photo itself is taken in the camera."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, place: Locator) -> Locator:
        place.click()
        self.count += 1
        return place


def photo(name: str) -> dict[str, object]:
    out = BytesIO()
    Image.new("RGB", (40, 60), "white").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_receipt_on_a_phone_takes_six_taps_with_two_pages(visitor, studio):
    factories.create_expense_category(organisation=studio.organisation, name="Lunch")
    page, taps = visitor.page, Taps()
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/register/expenses/")
    camera = page.get_by_text("Photo of the receipt").first
    for name in ("page-1.jpg", "page-2.jpg"):
        with page.expect_file_chooser() as chooser:
            taps.on(camera)
        chooser.value.set_files([photo(name)])
    expect(page.get_by_text("2 × page: page-1.jpg, page-2.jpg")).to_be_visible()
    assert page.locator("[name=receipt_photo]").get_attribute("capture") == "environment"

    taps.on(page.get_by_role("button", name="Lunch"))
    taps.on(page.get_by_label("Price", exact=True)).press_sequentially("12,50")
    taps.on(page.get_by_label("Billable"))
    taps.on(page.get_by_role("button", name="Add expense"))

    expect(page.get_by_text("The registration has been added")).to_be_visible()
    expense = Expense.objects.get()
    assert (expense.receipt_name, expense.project) == ("page-1.pdf", None)
    assert taps.count <= 6
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert list(barriers(page)) == []
