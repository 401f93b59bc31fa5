"""Finance → Unbilled as one reads it: filters, what is left out, what was written off, the file."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Role
from billing.unbilled import UnbilledFilter, unbilled_work
from projects.models import Method, ScheduledAmount
from registrations.approving.statuses import write_off
from registrations.models import Status, TimeEntry
from registrations.overview.selection import Selection
from tests import factories
from tests.responses import exported

PAGES = ("unbilled", "unbilled-skipped", "unbilled-written-off", "unbilled-export")


def get(inside, page="unbilled", **query):
    return inside.get(reverse(f"billing:{page}"), query)


def parts(answer):
    return [part for customer in answer.context["customers"] for part in customer.projects]


def names(answer):
    return [part.project.name for part in parts(answer)]


def project_of(agency, name, **fields):
    return factories.create_project(organisation=agency.organisation, name=name, **fields)


def term_of(project, **fields):
    return ScheduledAmount.objects.create(
        project=project,
        kind="instalment",
        key=str(ScheduledAmount.objects.count()),
        description="Part",
        due_on=fields.pop("due_on", localdate()),
        price=fields.pop("price", Decimal("100.00")),
        **fields,
    )


def test_each_filter_narrows_the_list(inside, agency):
    website, logo = project_of(agency, "Website"), project_of(agency, "Logo", method="fixed_price")
    agency.hours(project=website, date=localdate() - datetime.timedelta(days=40))
    term_of(logo)
    logo.managers.add(agency.member)

    assert names(get(inside)) == ["Website", "Logo"]
    assert names(get(inside, q="webs")) == ["Website"]
    assert names(get(inside, customer=logo.customer_id)) == ["Logo"]
    assert names(get(inside, project=website.pk)) == ["Website"]
    assert names(get(inside, method=["fixed_price"])) == ["Logo"]
    assert names(get(inside, manager=agency.member.pk)) == ["Logo"]
    assert names(get(inside, status="approved")) == ["Logo"]
    assert names(get(inside, period="custom", since=localdate().isoformat())) == ["Logo"]


def test_the_totals_are_of_everything_that_fits_not_of_one_page(inside, agency):
    for number in range(30):
        project = project_of(agency, f"Project {number}")
        agency.hours(project=project, minutes=4, hourly_rate=Decimal("1.43"))
    term_of(project_of(agency, "Logo", method="fixed_price"), price=Decimal("0.03"))

    answer = get(
        inside, period="custom", since="2026-11-01", until=localdate().isoformat(), size=25
    )

    assert len(answer.context["customers"]) == 25
    assert answer.context["totals"].total == Decimal("3.03")
    assert answer.context["totals"].project_count == 31


def test_a_wrong_period_is_said_and_shows_nothing(inside, agency):
    agency.hours(date=localdate())

    answer = get(inside, period="custom", since=localdate().isoformat(), until="2020-01-01")

    assert "“Until” is before “from”. Choose a later day." in answer.content.decode()
    assert not answer.context["customers"]


@pytest.mark.parametrize(
    "query",
    [{"period": "x"}, {"since": "x", "period": "custom"}, {"customer": "x"}, {"project": "9" * 30}],
)
@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_makes_no_sense_is_answered(inside, page, query):
    assert get(inside, page, **query).status_code == 200


def test_what_was_billed_is_set_against_what_was_agreed(inside, agency):
    logo = project_of(agency, "Logo", method="instalments")
    line = factories.create_invoice_line(project=logo, net=Decimal("60.00"))
    term_of(logo, price=Decimal("60.00"), invoice_line=line)
    term_of(logo, price=Decimal("40.00"))

    (part,) = parts(get(inside))

    assert (part.billed, part.agreed, part.total) == (60, 100, 40)


def test_rows_of_the_days_that_were_shown_are_billed_and_no_others(inside, agency):
    website = project_of(agency, "Website")
    for days in (1, 10, 20):
        agency.hours(project=website, date=localdate() - datetime.timedelta(days=days))
    since, until = (localdate() - datetime.timedelta(days=days) for days in (15, 5))
    asked = {"projects": [website.pk], "since": since.isoformat(), "until": until.isoformat()}

    shown = parts(get(inside, period="custom", since=since, until=until))
    proposal = inside.post(reverse("billing:invoice-from-rows"), asked).context["proposal"]

    (invoice,) = proposal.invoices
    assert [len(line.items) for line in invoice.lines] == [1]
    assert shown[0].minutes == 60


def test_hours_without_a_rate_are_left_out_with_the_way_to_the_rate(inside, agency):
    website = project_of(agency, "Website")
    agency.hours(project=website, hourly_rate=None, amount=0, minutes=90, date=localdate())

    assert not parts(get(inside))
    ((row, reason),) = get(inside, "unbilled-skipped").context["reasons"]
    assert (row.minutes, reason.text) == (90, "No hourly rate")
    assert reason.url == reverse("projects:project-edit", args=[website.pk])


def test_a_link_to_mend_it_shows_exactly_the_rows_that_are_left_out(inside, agency):
    website = project_of(agency, "Website")
    agency.hours(project=website, date=localdate(), is_billable=False)
    agency.hours(project=website, date=localdate(), status=Status.REJECTED)
    agency.hours(project=website, date=localdate(), status=Status.SUBMITTED)
    agency.hours(project=website, date=localdate(), status=Status.APPROVED)

    reasons = get(inside, "unbilled-skipped", status="approved").context["reasons"]
    counts = {
        reason.text: (row.count, inside.get(reason.url).context["totals"].count)
        for row, reason in reasons
    }

    assert counts == {"Not billable": (1, 1), "Rejected": (1, 1), "Not approved": (1, 1)}


def test_only_a_manager_is_sent_to_the_rate(client, agency):
    agency.hours(hourly_rate=None, amount=0, date=localdate())
    bookkeeper = factories.create_membership(
        organisation=agency.organisation, role=Role.EMPLOYEE, may_invoice=True
    )
    client.force_login(bookkeeper.user)

    ((_row, reason),) = get(client, "unbilled-skipped").context["reasons"]

    assert client.get(reason.url).status_code == 200


def test_every_unbilled_row_is_either_billable_or_left_out_for_one_reason(inside, agency):
    website = project_of(agency, "Website")
    for status in (Status.OPEN, Status.SUBMITTED, Status.APPROVED, Status.REJECTED):
        for is_billable in (True, False):
            for rate in (None, Decimal("90.00")):
                agency.hours(
                    project=website,
                    date=localdate(),
                    status=status,
                    is_billable=is_billable,
                    hourly_rate=rate,
                )

    for approved in ("", "approved"):
        unbilled_filter = UnbilledFilter(until=localdate(), approved_only=bool(approved))
        skipped = get(inside, "unbilled-skipped", status=approved).context["reasons"]
        billable = unbilled_work(agency.organisation, unbilled_filter).load().count
        assert billable + sum(row.count for row, _reason in skipped) == 16


@pytest.mark.parametrize("page", ["unbilled", "unbilled-skipped", "unbilled-written-off"])
def test_of_a_search_without_a_find_it_is_not_said_that_there_is_nothing(inside, page):
    shown = get(inside, page, q="nowhere").content.decode()

    assert "Nothing found. Clear the filters" in shown


def test_what_was_written_off_is_shown_apart_with_who_and_why(inside, agency):
    agency.hours(date=localdate(), minutes=60, hourly_rate=Decimal("95.00"))
    entry = TimeEntry.objects.get()
    write_off(Selection(time_entries=(entry.pk,)), note="Goodwill", by=agency.member)

    (row,) = get(inside, "unbilled-written-off").context["rows"]

    assert (row.amount, row.note, row.by) == (95, "Goodwill", agency.member)
    answer = get(inside)
    assert (answer.context["totals"].total, names(answer)) == (0, [])


def test_a_term_that_was_written_off_is_shown_apart(inside, agency):
    term_of(project_of(agency, "Logo", method="fixed_price"), is_written_off=True)

    (row,) = get(inside, "unbilled-written-off").context["rows"]

    assert (row.kind, row.amount) == ("scheduled_amounts", 100)
    assert not names(get(inside))


def test_the_file_holds_every_page_and_adds_up_to_the_total(inside, agency):
    for number in range(30):
        project = project_of(agency, f"={number}")
        agency.hours(project=project, date=localdate())

    rows = exported(get(inside, "unbilled-export", size=25))

    assert sum(Decimal(row["Total €"]) for row in rows) == get(inside).context["totals"].total
    assert len(rows) == 30
    assert all(row["Project"].startswith("'=") for row in rows)


def test_a_workbook_can_be_asked_for(inside, agency):
    agency.hours(date=localdate())

    answer = get(inside, "unbilled-export", file="xlsx")

    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert b"".join(answer.streaming_content).startswith(b"PK")


@pytest.mark.parametrize("page", PAGES)
def test_another_organisation_has_nothing_to_see(client, agency, page):
    agency.hours(date=localdate(), hourly_rate=None, project=project_of(agency, "Canary"))
    agency.hours(
        date=localdate(), status=Status.WRITTEN_OFF, project=project_of(agency, "Canary 2")
    )
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    client.force_login(stranger.user)

    answer = get(client, page)

    assert answer.status_code == 200
    assert "Canary" not in answer.getvalue().decode()


@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_invoice_may_not_look(client, agency, page):
    manager = factories.create_membership(
        organisation=agency.organisation, role=Role.PROJECT_MANAGER
    )
    client.force_login(manager.user)

    assert get(client, page).status_code == 403


def fill(agency, count):
    for number in range(count):
        project = project_of(agency, f"Project {number}")
        for status in (Status.OPEN, Status.REJECTED, Status.WRITTEN_OFF):
            agency.hours(project=project, date=localdate(), status=status)
        factories.create_expense(project=project, date=localdate(), membership=agency.member)
        term_of(project_of(agency, f"Fixed {number}", method=Method.INSTALMENTS))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_many_costs_as_many_queries_as_a_page_of_one(inside, agency, page):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            get(inside, page).getvalue()
        return len(asked)

    fill(agency, 1)
    of_one = queries()
    fill_more = range(1, 25)
    for number in fill_more:
        project = project_of(agency, f"More {number}")
        for status in (Status.OPEN, Status.REJECTED, Status.WRITTEN_OFF):
            agency.hours(project=project, date=localdate(), status=status)

    assert queries() == of_one


def test_every_customer_of_the_dashboard_leads_to_its_unbilled_work(inside, agency):
    project = project_of(agency, "Website")
    agency.hours(project=project)

    dashboard = inside.get(reverse("billing:dashboard")).content.decode()

    address = f"{reverse('billing:unbilled')}?customer={project.customer_id}"
    assert f'<a href="{address}">{project.customer}</a>' in dashboard
    assert names(inside.get(address)) == ["Website"]
