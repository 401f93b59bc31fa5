"""Error pages and dialogs, with and without JavaScript."""

import pytest
from django.template.loader import render_to_string

pytestmark = pytest.mark.urls("tests.ui.pages")

DIALOG = "/ui-gallery/dialog/"


@pytest.mark.django_db
def test_an_address_that_does_not_exist_shows_the_way_on(client):
    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_the_page_for_a_mistake_of_ours_needs_no_request():
    assert "Something went wrong" in render_to_string("500.html")


def test_a_form_that_was_open_too_long_says_that_nothing_was_saved(rf):
    assert "Nothing was saved" in render_to_string("403_csrf.html", request=rf.get("/"))


@pytest.mark.django_db
def test_for_htmx_a_dialog_is_only_the_dialog(client):
    page = client.get(DIALOG, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-target="#dialog"' in page
    assert "<html" not in page


@pytest.mark.django_db
def test_without_javascript_a_dialog_is_a_page(client):
    page = client.get(DIALOG).content.decode()

    assert "<h1>Invoice in e-Boekhouden</h1>" in page
    assert "<html" in page
    assert "hx-post" not in page


@pytest.mark.django_db
def test_no_page_carries_style_or_script_in_its_text(client):
    pages = [client.get(address).content.decode() for address in ("/gallery/", "/account/login/")]

    assert all("</html>" in page for page in pages)
    assert not any(" style=" in page or "onclick" in page or "<script>" in page for page in pages)
