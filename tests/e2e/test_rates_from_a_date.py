"""A rate from a date with a browser: its effect is seen first, and nothing billed moves."""

import datetime
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import Status, TimeEntry
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_rate_is_changed_from_a_date_and_nothing_billed_moves(visitor, studio):
    project = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website 2026")
    task = factories.create_task(organisation=studio.organisation, name="Development")
    ProjectTask.objects.create(project=project, task=task)
    first = studio.today - datetime.timedelta(days=4)
    entries = [studio.hours(project, task, minutes=60, rate="95", amount="95") for _ in range(6)]
    for number, entry in enumerate(entries):
        day = first + datetime.timedelta(days=number % 5)
        TimeEntry.objects.filter(pk=entry.pk).update(date=day)
    line = factories.create_invoice_line(project=project)
    billed = TimeEntry.objects.filter(pk__in=[entries[1].pk, entries[2].pk])
    billed.update(status=Status.INVOICED, invoice_line=line)
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/projects/{project.pk}/")
    page.get_by_role("link", name="Rates", exact=True).click()
    assert list(barriers(page)) == []

    page.get_by_role("link", name="New rate from a date").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill(first.strftime("%d-%m-%Y"))
    dialog.get_by_label("€ per hour").fill("101.50")

    expect(dialog.get_by_text("4 unbilled rows lie on or after")).to_be_visible()
    expect(dialog.get_by_text("2 invoiced rows")).to_be_visible()
    expect(dialog.get_by_label("€ per hour")).to_be_focused()
    expect(dialog.get_by_role("radio", name="Change 4 rows")).not_to_be_checked()
    assert list(barriers(page)) == []
    dialog.get_by_role("radio", name="Change 4 rows").check()
    dialog.get_by_role("button", name="Save and change 4 rows, +€ 26.00").click()

    expect(visitor.toasts).to_contain_text("4 registrations have their new price.")
    expect(page.get_by_role("row", name="101.50")).to_be_visible()
    assert set(billed.values_list("hourly_rate", "amount")) == {(Decimal(95), Decimal(95))}
    assert TimeEntry.objects.filter(hourly_rate=Decimal("101.50")).count() == 4

    visitor.toasts.get_by_role("button", name="Undo").click()
    expect(visitor.toasts).to_contain_text("The rate is as it was")
    assert not TimeEntry.objects.filter(hourly_rate=Decimal("101.50")).exists()
