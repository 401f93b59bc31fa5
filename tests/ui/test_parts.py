"""What htmx gets of a list, and what a browser may keep of it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "results"}
LISTS = [
    "registrations:overview-hours",
    "registrations:overview-expenses",
    "registrations:overview-trips",
    "billing:unbilled",
    "billing:unbilled-skipped",
    "billing:unbilled-written-off",
]


@pytest.fixture
def browser():
    member = factories.create_membership(role=Role.ADMINISTRATOR)
    project = factories.create_project(organisation=member.organisation)
    for create in (
        factories.create_time_entry,
        factories.create_expense,
        factories.create_trip,
    ):
        create(project=project, membership=member)
    client = Client()
    client.force_login(member.user)
    return client


def element(page, name):
    """The element with this id, its blanks as one."""
    start = re.search(rf'<(\w+) id="{name}"', page)
    depth = 0
    for tag in re.finditer(rf"<(/?){start[1]}\b[^>]*>", page[start.start() :]):
        depth += -1 if tag[1] else 1
        if not depth:
            return re.sub(r"\s+", " ", page[start.start() : start.start() + tag.end()])
    raise AssertionError(f"{name} does not end")


def csrf_left_out(page):
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]+"', r"\1", page)


@pytest.mark.parametrize("name", LISTS)
def test_htmx_gets_period_and_results_of_a_list_and_nothing_else(browser, name):
    address = reverse(name) + "?period=all"
    page = csrf_left_out(browser.get(address).content.decode())

    part = csrf_left_out(browser.get(address, headers=HTMX).content.decode())

    assert element(part, "results") == element(page, "results")
    assert element(part, "period") == element(page, "period")
    assert "<nav" not in part
    assert 'role="search"' not in part
    assert len(part) < len(page)


@pytest.mark.parametrize("name", LISTS)
def test_a_browser_does_not_show_a_stored_part_where_a_page_was_asked_for(browser, name):
    for headers in ({}, HTMX):
        vary = browser.get(reverse(name), headers=headers)["Vary"]
        assert {"HX-Request", "HX-Target"} <= {one.strip() for one in vary.split(",")}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_replaces_another_element_is_a_page(browser, name):
    other = {"HX-Request": "true", "HX-Target": "dialog"}

    assert "<nav" in browser.get(reverse(name), headers=other).content.decode()
