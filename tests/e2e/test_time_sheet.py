"""A time sheet for a customer: at most five actions from Overview."""

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(studio):
    task = factories.create_task(organisation=studio.organisation, name="Design")
    for customer, number in (("Bakkerij Van Dam", "K00117"), ("De Groene Tuin", "K00118")):
        project = studio.project(studio.customer(customer, number), f"Website {number}")
        ProjectTask.objects.create(project=project, task=task)
        studio.hours(project, task, minutes=60, rate="95.00", amount="95.00")
    return studio


def test_a_time_sheet_is_at_most_five_actions_from_overview(visitor, work):
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    actions = 0

    visitor.tick("Website K00117")
    actions += 1
    page.get_by_role("main").get_by_role("button", name="Actions").click()
    actions += 1
    page.get_by_text("Time sheet…").click()
    actions += 1
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Customer")).to_have_value(
        str(work.organisation.customers.get(number="K00117").pk)
    )
    assert list(barriers(page)) == []
    with page.expect_download() as download:
        dialog.get_by_role("button", name="PDF").click()
    actions += 1

    assert actions <= 5
    assert download.value.suggested_filename.startswith("time-sheet-bakkerij-van-dam-")
