"""The same in Dutch: the words of the trade, amounts as 1.003,75, and the same books."""

import pytest
from playwright.sync_api import expect

from accounts.models import Language
from tests import factories

from .conftest import connect
from .visitor import Books

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser_context_args(locale="nl-NL"),
]

LOG_IN = ("E-mailadres", "Wachtwoord", "Inloggen")


@pytest.fixture
def studio(found_studio, sandbox, celery_worker_process):
    """A Dutch studio with hours and an expense for one customer."""
    studio = found_studio(language=Language.DUTCH)
    connect(studio, sandbox)
    bakery = studio.customer("Bakkerij Van Dam", "K00117", email="info@vandam.example")
    project = studio.project(bakery, "Website")
    task = factories.create_task(organisation=studio.organisation, name="Ontwerp")
    studio.hours(project, task, minutes=524, rate="95.00", amount="829.35")
    return studio


def test_ticked_hours_are_booked_in_dutch(visitor, studio, sandbox):
    page = visitor.page
    visitor.log_in(studio, words=LOG_IN)

    visitor.go("Overzichten", "Uren")
    visitor.tick("Website")
    expect(visitor.selection).to_contain_text("8:44 uur · € 829,35")
    visitor.choose_action("Factureren in e-Boekhouden…", menu="Acties")
    expect(visitor.dialog.get_by_role("heading")).to_have_text("Factureren in e-Boekhouden")
    line = visitor.dialog.get_by_role("row").filter(has_text="Ontwerp")
    expect(line.get_by_role("cell")).to_contain_text(["Website", "8,73", "Uur", "95,00", "21%"])
    primary(visitor, "€ 1.003,51").click()

    expect(page.get_by_role("status").filter(has_text="1 geboekt")).to_be_visible()
    visitor.go("Overzichten", "Uren")
    expect(page.get_by_role("row").filter(has_text="Website")).to_contain_text("Gefactureerd")
    page.goto(sandbox.page)
    expect(Books(page).article("Invoices", "relation K00117")).to_contain_text("total 1,003.51")


def test_a_draft_is_sent_and_entered_in_dutch(visitor, studio, sandbox, mailoutbox):
    page = visitor.page
    visitor.log_in(studio, words=LOG_IN)

    visitor.go("Financieel", "Ongefactureerd")
    visitor.tick("Website")
    page.get_by_role("button", name="Acties", exact=True).click()
    page.get_by_role("button", name="Factureren…").click()
    primary(visitor, "€ 1.003,51").click()
    expect(page.get_by_role("heading", name="Conceptfactuur")).to_be_visible()
    page.get_by_role("link", name="Verzenden…").click()
    primary(visitor, "Verzenden").click()
    expect(page.get_by_text("Verzonden").first).to_be_visible()
    (mail,) = mailoutbox
    assert "1.003,51" in mail.body

    page.get_by_role("button", name="Acties", exact=True).click()
    page.get_by_role("button", name="Verkoopboeking maken in e-Boekhouden").click()
    expect(page.get_by_text("Het totaal klopt tot op de cent.")).to_be_visible()
    assert [str(entry.total) for entry in sandbox.books.entries()] == ["1003.51"]


def primary(visitor, text):
    """The one filled button of the dialog."""
    return visitor.dialog.locator(".btn-primary").filter(has_text=text)
