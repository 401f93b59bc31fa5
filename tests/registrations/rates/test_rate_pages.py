"""The dialog of a new rate: a preview that saves nothing, a choice, and a way back."""

import datetime
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit.kinds import Kind
from audit.models import Entry
from projects.models import DatedRate, Method, RateChange, RateKind, TripSettings
from registrations.models import Status, TimeEntry
from tests import factories
from tests.responses import text

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TYPING = {"HTTP_X_TYPING": "1"}


@pytest.fixture
def monday() -> datetime.date:
    """A Monday that has passed."""
    today = timezone.localdate()
    return today - datetime.timedelta(days=today.weekday() + 7)


@pytest.fixture
def entries(office, monday) -> list[TimeEntry]:
    """Three hours at 95, from the Monday on."""
    return [
        factories.create_time_entry(
            project=office.project,
            task=office.task,
            membership=office.employee,
            date=monday + datetime.timedelta(days=n),
        )
        for n in range(3)
    ]


def add_url(row, kind="sales") -> str:
    return f"{reverse('registrations:rate-add')}?subject={row}&kind={kind}"


def typed(monday, rate="96.00", **more) -> dict[str, str]:
    return {"from_on": monday.strftime("%d-%m-%Y"), "rate": rate, **more}


def seen_in(page) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page.content.decode()).group(1)


def previewed(client, office, monday, **more):
    return client.post(add_url(f"task-{office.task.pk}"), typed(monday, **more), **TYPING)


def rates(entries) -> list[Decimal]:
    for one in entries:
        one.refresh_from_db()
    return [one.hourly_rate for one in entries]


def test_the_preview_says_what_changes_and_saves_nothing(manager, office, entries, monday):
    page = previewed(manager, office, monday).content.decode()

    assert "3 unbilled rows lie on or after" in page
    assert "285.00 becomes 288.00" in page
    assert "before it 95.00 holds" in page
    assert "+1.00 · +1.1%" in page
    assert rates(entries) == [95, 95, 95]
    assert not DatedRate.objects.exists()


def test_a_rate_that_changes_backwards_preselects_nothing_and_must_be_chosen(
    manager, office, entries, monday
):
    preview = previewed(manager, office, monday)
    assert not re.search(r'name="rows"[^>]* checked', preview.content.decode())

    page = manager.post(add_url(f"task-{office.task.pk}"), typed(monday, seen=seen_in(preview)))

    assert page.status_code == 422
    assert "Choose what happens to these rows." in page.content.decode()
    assert not DatedRate.objects.exists()


def test_a_rate_from_a_coming_day_preselects_the_change(manager, office):
    day = timezone.localdate() + datetime.timedelta(days=7)
    factories.create_time_entry(
        project=office.project, task=office.task, membership=office.employee, date=day
    )

    page = previewed(manager, office, day).content.decode()

    assert re.search(r'value="change"[^>]* checked', page)
    assert "Save and change 1 row, +€" in page


def test_changing_the_rows_prices_them_again_and_can_be_undone(manager, office, entries, monday):
    seen = seen_in(previewed(manager, office, monday))

    manager.post(add_url(f"task-{office.task.pk}"), typed(monday, seen=seen, rows="change"))
    assert rates(entries) == [96, 96, 96]

    manager.post(reverse("registrations:rate-undo", args=[RateChange.objects.get().pk]))
    assert rates(entries) == [95, 95, 95]
    assert not DatedRate.objects.exists()


def test_leaving_the_rows_changes_new_rows_only(manager, office, entries, monday):
    manager.post(add_url(f"task-{office.task.pk}"), typed(monday, rows="leave"))

    assert rates(entries) == [95, 95, 95]
    assert DatedRate.objects.get().set_by == office.manager


def test_rows_that_changed_since_the_preview_are_asked_about_again(
    manager, office, entries, monday
):
    seen = seen_in(previewed(manager, office, monday))
    TimeEntry.objects.filter(pk=entries[0].pk).update(minutes=120, amount=190)

    page = manager.post(add_url(f"task-{office.task.pk}"), typed(monday, seen=seen, rows="change"))

    assert page.status_code == 409
    assert "Check the new figures." in page.content.decode()
    assert "380.00 becomes 384.00" in page.content.decode()
    assert not DatedRate.objects.exists()

    manager.post(
        add_url(f"task-{office.task.pk}"), typed(monday, seen=seen_in(page), rows="change")
    )
    assert rates(entries) == [96, 96, 96]


def test_an_invoiced_row_is_named_with_its_invoice_and_keeps_its_price(
    manager, office, entries, monday
):
    line = factories.create_invoice_line(project=office.project)
    TimeEntry.objects.filter(pk=entries[0].pk).update(status=Status.INVOICED, invoice_line=line)
    preview = previewed(manager, office, monday)

    manager.post(
        add_url(f"task-{office.task.pk}"),
        typed(monday, seen=seen_in(preview), rows="change"),
    )

    assert "1 row on an invoice without a number yet" in preview.content.decode()
    assert rates(entries) == [95, 96, 96]


def test_a_day_that_has_a_rate_already_is_refused_at_the_field(manager, office, monday):
    DatedRate.objects.create(
        organisation=office.organisation, task=office.task, from_on=monday, rate=100
    )

    page = manager.post(add_url(f"task-{office.task.pk}"), typed(monday))

    assert page.status_code == 422
    assert "100.00 holds from that day already." in page.content.decode()


def test_a_rate_is_moved_and_removed_with_the_same_preview(manager, office, entries, monday):
    seen = seen_in(previewed(manager, office, monday))
    manager.post(add_url(f"task-{office.task.pk}"), typed(monday, seen=seen, rows="change"))
    found = DatedRate.objects.get()
    url = reverse("registrations:rate-remove", args=[found.pk])

    page = manager.get(url)
    manager.post(url, {"seen": seen_in(page), "rows": "change"})

    assert "288.00 becomes 285.00" in page.content.decode()
    assert rates(entries) == [95, 95, 95]
    assert not DatedRate.objects.exists()


def test_more_than_two_hundred_rows_are_counted_not_drawn(manager, office, monday):
    for _number in range(205):
        factories.create_time_entry(
            project=office.project, task=office.task, membership=office.employee, date=monday
        )

    page = previewed(manager, office, monday).content.decode()

    assert page.count("<s ") == 200
    assert "and 5 more rows" in page


def test_the_page_of_a_project_lists_its_rates_with_their_days(manager, office, monday):
    DatedRate.objects.create(
        organisation=office.organisation, project_task=office.work, from_on=monday, rate=100
    )

    page = manager.get(reverse("registrations:project-rates", args=[office.project.pk]))

    html = page.content.decode()
    assert monday.strftime("%d-%m-%Y") in html
    assert "100.00" in html
    assert f"the rate of {office.task.name} in general" in html


@pytest.mark.parametrize("method", Method)
def test_the_rates_of_a_project_open_by_every_method(manager, office, method):
    office.project.method = method
    office.project.save()

    page = manager.get(reverse("registrations:project-rates", args=[office.project.pk]))

    assert page.status_code == 200


def test_the_queries_of_the_rates_of_a_project_do_not_grow(
    manager, office, monday, django_assert_max_num_queries
):
    for _number in range(15):
        task = factories.create_task(organisation=office.organisation)
        work = office.project.project_tasks.create(task=task)
        DatedRate.objects.create(
            organisation=office.organisation, project_task=work, from_on=monday, rate=100
        )

    with django_assert_max_num_queries(10):
        manager.get(reverse("registrations:project-rates", args=[office.project.pk]))


def test_the_pages_of_task_customer_vehicles_and_employee_have_their_rates(
    administrator, office, monday
):
    trips = TripSettings.objects.create(organisation=office.organisation, rate=Decimal("0.30"))
    subjects = {
        reverse("projects:task-edit", args=[office.task.pk]): {"task": office.task},
        reverse("customers:customer-detail", args=[office.project.customer.pk]): {
            "customer": office.project.customer
        },
        reverse("projects:vehicle-list"): {"trip_settings": trips},
        reverse("registrations:rates", args=["membership", office.employee.pk]): {
            "membership": office.employee
        },
    }
    for url, subject in subjects.items():
        DatedRate.objects.create(
            organisation=office.organisation, from_on=monday, rate=Decimal("12.34"), **subject
        )
        html = administrator.get(url).content.decode()
        assert "12.34" in html
        assert monday.strftime("%d-%m-%Y") in html


def test_a_cost_rate_is_seen_and_set_by_administrators_only(administrator, manager, office, monday):
    url = add_url(f"membership-{office.employee.pk}", kind="cost")
    page = reverse("registrations:rates", args=["membership", office.employee.pk])

    assert manager.post(url, typed(monday, "45.00")).status_code == 403
    administrator.post(url, typed(monday, "45.00"))

    found = DatedRate.objects.get()
    assert (found.kind, found.rate) == (RateKind.COST, 45)
    assert "45.00" in administrator.get(page).content.decode()
    assert "45.00" not in manager.get(page).content.decode()
    edit = reverse("registrations:rate-edit", args=[found.pk])
    assert manager.get(edit).status_code == 403
    assert administrator.get(edit).status_code == 200


def test_employees_see_no_rates(employee, office):
    for url in (
        add_url(f"task-{office.task.pk}"),
        reverse("registrations:project-rates", args=[office.project.pk]),
        reverse("registrations:rates", args=["task", office.task.pk]),
    ):
        assert employee.get(url).status_code == 403


def test_what_belongs_to_another_organisation_is_not_there(manager, office, monday):
    other = factories.create_project()
    stranger = SimpleNamespace(
        task=factories.create_task(), work=other.project_tasks.create(task=factories.create_task())
    )
    dated = DatedRate.objects.create(
        organisation=other.organisation, project=other, from_on=monday, rate=1
    )

    for key in (f"task-{stranger.task.pk}", f"project_task-{stranger.work.pk}", "task-x", "x"):
        assert manager.get(add_url(key)).status_code == 404
    for name in ("rate-edit", "rate-remove"):
        url = reverse(f"registrations:{name}", args=[dated.pk])
        assert manager.get(url).status_code == 404
    url = reverse("registrations:project-rates", args=[other.pk])
    assert manager.get(url).status_code == 404


def test_the_dialog_speaks_dutch(client, office, entries, monday):
    office.manager.user.language = "nl"
    office.manager.user.save()
    client.force_login(office.manager.user)

    with translation.override("nl"):
        page = previewed(client, office, monday, rate="96,00").content.decode()

    assert "3 onbewerkte" not in page
    assert "285,00 wordt 288,00" in page
    assert "daarvoor geldt 95,00" in page


@pytest.mark.parametrize("method", ["task_rate", "employee_rate", "project_rate", "customer_rate"])
def test_pages_show_the_rate_of_today(administrator, office, monday, method):
    office.project.method = method
    office.project.save()
    office.project.project_members.create(membership=office.employee)
    later = timezone.localdate() + datetime.timedelta(days=1)
    for subject in (
        {"task": office.task},
        {"membership": office.employee},
        {"project": office.project},
        {"customer": office.project.customer},
    ):
        for from_on, rate in ((monday, "98.76"), (later, "87.65")):
            DatedRate.objects.create(
                organisation=office.organisation, from_on=from_on, rate=Decimal(rate), **subject
            )

    urls = [
        reverse("projects:project-detail", args=[office.project.pk]),
        reverse("projects:task-list") + "?order=rate",
        reverse("accounts:employee-list") + "?order=-rate",
    ]

    for url in urls:
        html = administrator.get(url).content.decode()
        assert "98.76" in html
        assert "87.65" not in html
    customer = reverse("customers:customer-detail", args=[office.project.customer.pk])
    assert "€\u00a098.76" in administrator.get(customer).content.decode()


def test_the_audit_log_takes_back_the_latest_change_of_a_rate(
    administrator, office, monday, entries
):
    for rate, day in ("96.00", monday), ("97.00", monday + datetime.timedelta(days=1)):
        page = previewed(administrator, office, day, rate=rate)
        about = {"rate": rate, "seen": seen_in(page), "rows": "change"}
        administrator.post(add_url(f"task-{office.task.pk}"), typed(day, **about))
    first, last = Entry.objects.filter(kind=Kind.RATE).order_by("pk")
    undo = re.compile(r'action="([^"]+/undo/)" data-confirm')
    assert not undo.search(text(administrator.get(detail_of(first))))

    address = undo.search(text(administrator.get(detail_of(last)))).group(1)
    assert rates(entries) == [96, 97, 97]
    answer = administrator.post(address, {"next": detail_of(last)}, follow=True)

    assert answer.redirect_chain[-1][0] == detail_of(last)
    assert rates(entries) == [96, 96, 96]
    assert not undo.search(text(administrator.get(detail_of(last))))
    assert undo.search(text(administrator.get(detail_of(first))))


def detail_of(entry: Entry) -> str:
    return reverse("audit:entry-detail", args=[entry.pk])
