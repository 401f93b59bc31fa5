"""The timer with a browser: started in the bar with one press, and stopped into hours."""

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import TimeEntry, Timer
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_the_timer_starts_with_one_action_and_its_time_becomes_hours(visitor, studio):
    project = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation, name="Design")
    ProjectTask.objects.create(project=project, task=task)
    studio.hours(project, task, minutes=60, rate="95", amount="95")
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Trips")

    page.get_by_role("button", name="Start the timer").click()

    pill = page.locator(".timer-pill")
    expect(pill).to_contain_text("0:0")
    expect(pill).to_contain_text("Website")
    assert page.url.endswith("/register/trips/")
    assert list(barriers(page)) == []
    Timer.objects.update(started_at=timezone.now() - datetime.timedelta(minutes=2))
    page.reload()
    expect(pill).to_contain_text(re.compile(r"0:0[2-9]"))
    pill.get_by_role("link").click()
    expect(page.get_by_label("Ended at")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Stop the timer").click()
    # Two minutes, and those that a slow machine needs to come here.
    expect(visitor.toasts).to_contain_text(re.compile(r"registered: 0:0\d · Website · Design\."))
    assert TimeEntry.objects.filter(minutes__range=(2, 9)).count() == 1
