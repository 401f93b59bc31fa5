"""Nothing moves while a page is read, on a wide screen and on a phone, also on a slow machine."""

import pytest
from django.urls import reverse

from .tour import WIDTHS, names_in_menus

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Adds up what the browser says moved without a key or a click of the reader.
WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# Two frames: what moves after loading has been drawn by then.
MOVED = """
() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(window.moved))))
"""


@pytest.fixture
def reader(visitor, full):
    """Somebody at a slow machine whose browser adds up what moves."""
    visitor.log_in(full)
    visitor.page.add_init_script(WATCH)
    slow = visitor.page.context.new_cdp_session(visitor.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return visitor


def moved_on(reader, names):
    """Return how much moved on each page at each width."""
    moved = {}
    for width in WIDTHS:
        reader.page.set_viewport_size({"width": width, "height": 844})
        for name in names:
            reader.page.goto(reader.site + reverse(name))
            moved[name, width] = reader.page.evaluate(MOVED)
    return moved


@pytest.mark.nightly
def test_no_page_of_a_menu_moves_while_it_is_read(reader):
    moved = moved_on(reader, sorted(names_in_menus()))

    assert len(moved) > 40
    assert {place: value for place, value in moved.items() if value} == {}


def test_selected_rows_and_hidden_columns_are_there_from_the_start(reader):
    page, name = reader.page, "registrations:overview-hours"
    page.goto(reader.site + reverse(name))
    page.locator("[data-selection] tbody input[name=ids]").first.check()
    page.evaluate("localStorage.setItem('columns:hours', JSON.stringify({ notes: true }))")

    moved = moved_on(reader, [name])

    assert page.locator("[data-selection-bar]").is_visible()
    assert page.locator("th.col-notes").is_hidden()
    assert set(moved.values()) == {0}


def test_the_measure_sees_what_moves(reader):
    reader.page.goto(reader.site + reverse("billing:dashboard"))

    reader.page.evaluate("document.querySelector('main').style.paddingTop = '200px'")

    reader.page.wait_for_function("window.moved > 0")
