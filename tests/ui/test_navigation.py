"""Members find their own pages, and no others."""

import pytest
from django.urls import get_resolver

from accounts.models import Membership, Role
from ui.navigation import FINANCE, SETTINGS, all_entries, location_of, sections_for

from .. import factories

pytestmark = [pytest.mark.urls("tests.ui.pages"), pytest.mark.once]

EMPLOYEE = Membership(role=Role.EMPLOYEE)
INVOICER = Membership(role=Role.EMPLOYEE, may_invoice=True)
MANAGER = Membership(role=Role.PROJECT_MANAGER)
ADMINISTRATOR = Membership(role=Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("membership", "keys"),
    [
        (None, ""),
        (EMPLOYEE, "register overview"),
        (INVOICER, "register overview finance"),
        (MANAGER, "register overview projects management"),
        (ADMINISTRATOR, "register overview projects finance management"),
    ],
)
def test_the_bar_has_the_sections_one_may_use(membership, keys):
    assert " ".join(section.key for section in sections_for(membership)) == keys


@pytest.mark.urls("timechimp_eb.urls")
@pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry.url_name)
def test_every_entry_of_a_menu_leads_to_a_page_and_covers_pages(entry):
    names = {
        f"{app}:{name}"
        for app, (_prefix, resolver) in get_resolver().namespace_dict.items()
        for name in resolver.reverse_dict
        if isinstance(name, str)
    }

    assert entry.url.startswith("/")
    assert all(any(name.startswith(start) for name in names) for start in entry.covers)


@pytest.mark.parametrize(
    ("view_name", "section", "entry"),
    [
        ("billing:unbilled", "finance", "billing:unbilled"),
        ("billing:invoice-detail", "finance", "billing:invoice-list"),
        ("billing:invoice-settings", "settings", "billing:invoice-settings"),
        ("billing:batch-progress", "finance", "billing:booking-list"),
        ("billing:difference-detail", "finance", "billing:booking-list"),
        ("customers:import", "settings", "customers:import"),
        ("customers:customer-edit", "management", "customers:customer-list"),
        ("projects:project-list", "projects", "projects:project-list"),
        ("projects:task-edit", "management", "projects:task-list"),
        ("registrations:overview-trips", "overview", "registrations:overview-trips"),
        ("integrations:eboekhouden-test", "settings", "integrations:eboekhouden"),
    ],
)
def test_a_page_belongs_to_the_entry_that_names_or_covers_it(view_name, section, entry):
    found_section, found_entry = location_of(view_name)

    assert (found_section.key, found_entry.url_name) == (section, entry)


def test_a_page_that_nobody_covers_belongs_nowhere():
    assert location_of("account_login") == (None, None)


@pytest.mark.django_db
def test_an_invoice_marks_finance_and_invoices_as_current(client):
    client.force_login(factories.create_membership(role=Role.ADMINISTRATOR).user)

    page = client.get("/billing/invoice-detail/").content.decode()

    assert page.count('<a href="/billing/invoice-list/" aria-current="page">') == 1
    assert (
        page.count('<a href="/billing/unbilled/" aria-current="true">') == 2
    )  # bar and side panel
    assert 'aria-label="3 matters need you"' in page
    for entry in ("/registrations/approvals/", "/billing/booking-list/"):
        assert f'<a class="dropdown-item" href="{entry}"' in page


@pytest.mark.django_db
def test_a_member_without_the_right_sees_no_bell_and_no_gear(client):
    client.force_login(factories.create_membership(role=Role.EMPLOYEE).user)

    page = client.get("/projects/project-list/").content.decode()

    assert 'href="/registrations/hours/"' in page
    assert not any(entry.url in page for entry in FINANCE.entries)
    assert not any(entry.url in page for entry in SETTINGS.entries)


@pytest.mark.django_db
def test_the_frame_works_for_anonymous_users(client):
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_the_page_that_refuses_somebody_links_no_other_page_that_does(client):
    client.force_login(factories.create_membership(role=Role.EMPLOYEE).user)

    page = client.get("/billing/invoice-list/").content.decode()

    assert 'aria-label="Finance"' in page
    others = [entry.url for entry in FINANCE.entries if entry.url_name != "billing:invoice-list"]
    assert others
    assert not [url for url in others if f'href="{url}"' in page]
