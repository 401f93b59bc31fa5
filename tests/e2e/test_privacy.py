"""An administrator exports and erases an employee, and closes and reopens the organisation."""

import zipfile

import pytest
from playwright.sync_api import expect

from accounts.models import Organisation, User
from integrations.models import Connection
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leaver(studio):
    user = factories.create_user(first_name="Wilhelmina", last_name="Vertrokken")
    return factories.create_membership(organisation=studio.organisation, user=user)


@pytest.mark.redis
def test_an_employee_is_exported_and_erased(
    visitor, studio, leaver, celery_worker_process, tmp_path
):
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/management/employees/")
    page.get_by_role("link", name="Wilhelmina Vertrokken", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Export or erase data").click()
    expect(page.get_by_role("heading", name="Data of Wilhelmina Vertrokken")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Make an export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    waiting.value.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        assert b"Wilhelmina" in archive.read("data/accounts.User.csv")
    assert list(barriers(page)) == []

    page.get_by_role("link", name="Show what would be erased").click()
    expect(page.get_by_role("heading", name="Erase Wilhelmina Vertrokken")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_label("Type the name to confirm").fill("Wilhelmina")
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_text("This is not the name").first).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_label("Type the name to confirm").fill("Wilhelmina Vertrokken")
    page.get_by_role("button", name="Erase", exact=True).click()

    expect(page.get_by_text(f"Former employee {leaver.pk}").first).to_be_visible()
    assert not User.objects.filter(last_name="Vertrokken").exists()


def test_an_organisation_is_closed_and_reopened(visitor, studio):
    factories.create_connection(organisation=studio.organisation)
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/settings/organisation/data/")
    assert list(barriers(page)) == []
    page.get_by_role("link", name="Show what closing does").click()
    expect(page.get_by_role("heading", name="What happens")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_label("Type the name to confirm").fill("Studio Oost")
    page.get_by_role("button", name="Close the organisation").click()

    expect(page.get_by_text("Regenerate them in e-Boekhouden")).to_be_visible()
    assert list(barriers(page)) == []
    assert Connection.objects.get().sealed_code_1 == ""
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("is open again").first).to_be_visible()
    assert Organisation.objects.get().closed_at is None
