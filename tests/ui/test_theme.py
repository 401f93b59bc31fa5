"""Every colour of an organisation gives readable pages."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ui.theme import READABLE, as_css, contrast, parse, theme, theme_css

colours = st.tuples(*[st.integers(0, 255)] * 3).map(as_css)
GREY_TEXTS = ("#2e2e2e", "#595959", "#585f70")


def ratio(colours: dict[str, str], text: str, ground: str) -> float:
    return contrast(parse(colours.get(text, text)), parse(colours.get(ground, ground)))


@pytest.mark.parametrize("ground", ["--theme", "--theme-hover", "--theme-bar"])
@given(colour=colours)
def test_text_on_the_colour_is_readable(colour, ground):
    assert ratio(theme(colour), "--on-theme", ground) >= READABLE


@pytest.mark.parametrize("text", ["--theme-text", "--theme-dark"])
@pytest.mark.parametrize("ground", ["#ffffff", "#f9fafb", "--theme-5", "--theme-10"])
@given(colour=colours)
def test_the_colour_as_text_is_readable(colour, text, ground):
    assert ratio(theme(colour), text, ground) >= READABLE


@pytest.mark.parametrize("text", GREY_TEXTS)
@given(colour=colours)
def test_texts_on_a_tinted_row_are_readable(colour, text):
    assert ratio(theme(colour), text, "--theme-10") >= READABLE


def test_the_default_colour_looks_as_it_was_drawn():
    colours = theme("#6559D2")

    assert colours["--theme-text"] == colours["--theme"] == "#6559d2"
    assert colours["--theme-dark"] == "#473e93"
    assert colours["--on-theme"] == "#ffffff"


def test_a_light_colour_gets_black_text():
    assert theme("#FFD400")["--on-theme"] == "#000000"


@pytest.mark.parametrize("wrong", ["", "#fff", "#12345g", "red", "6559d2;}"])
def test_what_is_not_a_colour_is_refused(wrong):
    with pytest.raises(ValueError, match=r"colour|invalid literal"):
        parse(wrong)


def test_the_style_sheet_may_be_kept_for_ever(rf):
    answer = theme_css(rf.get("/theme/6559d2.css"), "6559d2")

    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    assert b"--theme: #6559d2;" in answer.content


@pytest.mark.urls("tests.ui.pages")
@pytest.mark.parametrize("address", ["/theme/red.css", "/theme/6559D2.css", "/theme/6559d2}.css"])
def test_only_colours_have_a_style_sheet(client: Client, address):
    assert client.get(address).status_code == 404
