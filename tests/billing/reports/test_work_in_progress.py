"""Work in progress as at a day: what was left to bill at the end of that day."""

import csv
import datetime
import io
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Role
from billing.invoices.creating import InvoiceRequest, draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final
from billing.invoices.proposals import propose
from billing.models import Invoice, InvoiceStatus, Origin, RowDisposition
from billing.reports.work_in_progress import (
    WorkAt,
    WorkKind,
    items_of,
    keys_of,
    total_of,
    work_at,
)
from billing.unbilled import UnbilledFilter, summarise
from billing.unbilled.lines import ItemKind
from billing.unbilled.work import WorkQuery
from lib.days import ONE_DAY
from lib.money import ZERO
from projects.models import Method, ScheduledAmount
from registrations.approving.statuses import mark_invoiced, reopen, write_off
from registrations.models import Status
from registrations.overview.selection import Selection
from tests import factories

DAYS = 8


def ago(days):
    """Noon, so many days ago."""
    return timezone.make_aware(
        datetime.datetime.combine(localdate() - days * ONE_DAY, datetime.time(12))
    )


def at(agency, days):
    return WorkAt(agency.organisation, localdate() - days * ONE_DAY, localdate())


def total(agency, days):
    return total_of(work_at(at(agency, days))).total


def unbilled(agency, day=None):
    """The total of Finance → Unbilled."""
    unbilled_filter = UnbilledFilter(until=day or localdate())
    projects = agency.organisation.projects.all()
    return summarise(agency.organisation, projects, unbilled_filter).total


def hour(agency, days=5, **fields):
    """An hour of 90 euros, so many days ago."""
    date = localdate() - days * ONE_DAY
    return agency.hours(date=date, amount=Decimal("90.00"), **fields)


def scheduled(agency, days=5, project=None, **fields):
    project = project or factories.create_project(
        organisation=agency.organisation, method=Method.FIXED_PRICE
    )
    return ScheduledAmount.objects.create(
        project=project,
        kind="instalment",
        key=str(ScheduledAmount.objects.count()),
        description="Half",
        due_on=localdate() - days * ONE_DAY,
        price=Decimal("500.00"),
        **fields,
    )


def drafted(agency, days, work=None):
    """Draft invoices of all work, dated and created so many days ago."""
    work = work or WorkQuery(
        time_entries=agency.organisation.time_entries.unbilled(),
        expenses=agency.organisation.expenses.unbilled(),
        trips=agency.organisation.trips.unbilled(),
        scheduled_amounts=ScheduledAmount.objects.unbilled(),
    )
    options = agency.options(origin=Origin.HERE, date=localdate() - days * ONE_DAY)
    token = propose(agency.organisation, work.load(), options=options).token
    request = InvoiceRequest(agency.organisation, work, options, token, agency.member.user)
    return draft_invoices(request, now=ago(days))


def invoiced(agency, days):
    by = agency.member.user
    return [make_final(draft, by=by, now=ago(days)) for draft in drafted(agency, days)]


def credited(agency, invoice, days, disposition, lines=None):
    lines = list(invoice.lines.all()) if lines is None else lines
    chosen = {line.pk: disposition for line in lines}
    credit_input = CreditInput(chosen, "Wrong", localdate() - days * ONE_DAY)
    credit = draft_credit(invoice, credit_input, by=agency.member.user, now=ago(days))
    return make_final(credit, by=agency.member.user, now=ago(days))


# --- One kind at a time ---------------------------------------------------------------------------


def test_the_kinds_are_those_of_credited_rows():
    assert set(WorkKind) == {WorkKind(kind.value) for kind in ItemKind}


def test_work_counts_from_its_date_until_the_date_of_its_invoice(agency):
    hour(agency, days=5)
    invoiced(agency, days=3)

    assert [total(agency, days) for days in (6, 5, 4, 3, 0)] == [0, 90, 90, 0, 0]


def test_work_on_a_draft_counts_until_the_day_on_which_the_draft_was_created(agency):
    hour(agency, days=5)
    drafted(agency, days=3)

    assert [total(agency, days) for days in (5, 4, 3, 0)] == [90, 90, 0, 0]


def test_credited_work_counts_again_from_the_date_of_the_credit(agency):
    hour(agency, days=6)
    (invoice,) = invoiced(agency, days=5)
    credited(agency, invoice, 3, RowDisposition.RELEASED)

    assert [total(agency, days) for days in (6, 5, 4, 3, 0)] == [90, 0, 0, 90, 90]


def test_work_that_a_credit_wrote_off_counts_only_before_its_invoice(agency):
    hour(agency, days=6)
    (invoice,) = invoiced(agency, days=5)
    credited(agency, invoice, 3, RowDisposition.WRITTEN_OFF)

    assert [total(agency, days) for days in (6, 5, 3, 0)] == [90, 0, 0, 0]
    assert at(agency, 1).undated().count == 0


def test_an_invoice_that_was_cancelled_counts_as_never_made(agency):
    hour(agency, days=6)
    (invoice,) = invoiced(agency, days=5)
    Invoice.objects.filter(pk=invoice.pk).update(status=InvoiceStatus.VOID)
    agency.organisation.time_entries.update(invoice_line=None, status=Status.APPROVED)

    assert [total(agency, days) for days in (6, 4, 0)] == [90, 90, 90]


@pytest.mark.parametrize("status", [Status.WRITTEN_OFF, Status.INVOICED])
def test_work_that_was_settled_on_an_unknown_day_is_reported_apart(inside, agency, status):
    hour(agency, days=5, status=status)
    hour(agency, days=1, status=status)
    hour(agency, days=5, status=status, is_billable=False)

    undated = at(agency, 2).undated()
    page = inside.get(reverse("billing:report-work"), {"on": str(localdate() - 2 * ONE_DAY)})

    assert (undated.count, undated.amount) == (1, Decimal("90.00"))
    assert total(agency, 2) == ZERO
    assert "1 registration of €\u00a090.00 was written off" in page.content.decode()
    assert at(agency, 0).undated().count == 0


def test_work_that_was_written_off_later_was_open_before_its_credited_invoice(agency):
    row = hour(agency, days=6)
    (invoice,) = invoiced(agency, days=5)
    credited(agency, invoice, 3, RowDisposition.RELEASED)
    selection = Selection(time_entries=agency.organisation.time_entries.filter(pk=row.pk))
    write_off(selection, by=agency.member)

    assert [total(agency, days) for days in (6, 4)] == [90, 0]
    assert at(agency, 4).undated().count == 0
    assert (total(agency, 2), total(agency, 0)) == (90, 0)
    assert at(agency, 2).undated().count == 0
    reopen(selection, by=agency.member)
    assert total(agency, 0) == 90


@pytest.mark.parametrize("settle", [write_off, mark_invoiced])
def test_work_counts_until_the_moment_at_which_a_person_settled_it(agency, time_machine, settle):
    row = hour(agency, days=6)
    hour(agency, days=6, status=Status.WRITTEN_OFF)  # of before that moment was stored
    selection = Selection(time_entries=agency.organisation.time_entries.filter(pk=row.pk))
    then, today = ago(3), ago(0)

    time_machine.move_to(then)
    settle(selection, by=agency.member)
    time_machine.move_to(today)

    assert [total(agency, days) for days in (7, 6, 4, 3, 0)] == [0, 90, 90, 0, 0]
    assert at(agency, 4).undated().count == 1


def test_undoing_a_status_gives_back_the_moment_of_the_one_before(agency, client_of, time_machine):
    row = hour(agency, days=6)
    selection = Selection(time_entries=agency.organisation.time_entries.filter(pk=row.pk))
    then, today = ago(4), ago(0)
    time_machine.move_to(then)
    write_off(selection, by=agency.member)
    time_machine.move_to(today)
    client = client_of(agency.member)

    client.post(reverse("registrations:overview-change", args=["reopen"]), {"hours": row.pk})
    reopened = [total(agency, days) for days in (5, 3, 0)]
    client.post(reverse("registrations:undo"), {"undo": client.session["undo"]["token"]})

    row.refresh_from_db()
    assert reopened == [90, 90, 90]
    assert (row.status, row.status_at) == (Status.WRITTEN_OFF, ago(4))
    assert [total(agency, days) for days in (5, 3, 0)] == [90, 0, 0]


def test_agreed_amounts_count_from_the_day_on_which_they_are_due(agency):
    scheduled(agency, days=5)
    scheduled(agency, days=-1)
    internal = factories.create_project(organisation=agency.organisation, method=Method.NONE)
    scheduled(agency, days=5, project=internal)
    invoiced(agency, days=3)

    found = {days: total_of(work_at(at(agency, days))) for days in (6, 4, 3)}

    assert found[4].amounts[WorkKind.SCHEDULED] == Decimal(500)
    assert [row.total for row in found.values()] == [0, 500, 0]


@pytest.mark.parametrize(
    "fields",
    [{"status": Status.REJECTED}, {"is_billable": False}, {"hourly_rate": None}],
)
def test_what_cannot_be_billed_today_is_no_work_in_progress(agency, fields):
    hour(agency, days=5, **fields)

    assert [total(agency, days) for days in (3, 0)] == [ZERO, ZERO]


# --- Histories ------------------------------------------------------------------------------------


def played(agency, seed):
    """Work, invoice, draft and credit at random; return the rows at the end of each day."""
    dice = random.Random(seed)
    customers = [factories.create_customer(organisation=agency.organisation) for _ in range(3)]
    projects = [factories.create_project(customer=one) for one in customers]
    fixed = [factories.create_project(customer=one, method=Method.FIXED_PRICE) for one in customers]
    seen = {}
    for days in range(DAYS, 0, -1):
        day = localdate() - days * ONE_DAY
        for _row in range(4):
            about = {"project": dice.choice(projects), "membership": agency.member, "date": day}
            cents = Decimal(dice.randint(1, 99_999)).scaleb(-2)
            task = factories.create_task(organisation=agency.organisation)
            factories.create_time_entry(**about, hourly_rate=cents, amount=cents, task=task)
            factories.create_expense(**about, price=cents, amount=cents)
            factories.create_trip(**about, distance=10, rate=Decimal("0.23"), amount="2.30")
        scheduled(agency, days, project=dice.choice(fixed))
        action = dice.choice(["invoice", "invoice", "draft", "credit", "nothing"])
        if action == "invoice":
            invoiced(agency, days)
        elif action == "draft":
            drafted(agency, days)
        elif action == "credit":
            _credit_one(agency, dice, days)
        now = WorkAt(agency.organisation, day, day)
        seen[day] = work_at(now)
        assert total_of(seen[day]).total == unbilled(agency, day)
    return seen


def _credit_one(agency, dice, days):
    found = agency.organisation.invoices.filter(status="final", credit_of=None, credit_state="")
    if found:
        invoice = dice.choice(list(found.order_by("pk")))
        lines = list(invoice.lines.all())
        some = dice.sample(lines, dice.randint(1, len(lines)))
        disposition = dice.choice(list(RowDisposition))
        credited(agency, invoice, days, disposition, some)


@pytest.mark.parametrize("seed", range(4))
def test_as_at_a_day_is_what_was_left_to_bill_at_the_end_of_that_day(agency, seed):
    seen = played(agency, seed)

    assert sum(len(rows) for rows in seen.values()) > DAYS
    for day, rows in seen.items():
        then = WorkAt(agency.organisation, day, localdate())
        assert work_at(then) == rows
        amounts = [item.amount for item in items_of(then, keys_of(then, None))]
        assert sum(amounts, ZERO) == total_of(rows).total
        assert then.undated().count == 0
    today = WorkAt(agency.organisation, localdate(), localdate())
    assert total_of(work_at(today)).total == unbilled(agency)


# --- The pages ------------------------------------------------------------------------------------


def test_every_figure_leads_to_the_rows_that_it_adds_up(inside, agency):
    for days in (3, 4):
        hour(agency, days=days)
        scheduled(agency, days=days)
    day = {"on": str(localdate() - 2 * ONE_DAY)}
    rows = inside.get(reverse("billing:report-work"), day).context["page"]
    url = reverse("billing:report-work-rows")

    assert len(rows) == 4
    for row in rows:
        answer = inside.get(url, {**day, "customer": row.customer_id}).context
        assert answer["total"] == row.total == sum(item.amount for item in answer["items"])
    assert inside.get(url, day).context["total"] == Decimal(1180)
    assert inside.get(url, {**day, "customer": "x"}).context["items"] == []


def test_the_total_of_hours_is_that_of_unbilled_and_the_page_says_why_rows_differ(inside, agency):
    project = factories.create_project(organisation=agency.organisation)
    task = factories.create_task(organisation=agency.organisation)
    for _row in range(3):
        agency.hours(project=project, task=task, minutes=20, amount=Decimal("29.70"))

    shown = inside.get(reverse("billing:report-work-rows"))

    assert shown.context["total"] == unbilled(agency) == Decimal("90.00")
    assert sum(item.amount for item in shown.context["items"]) == Decimal("89.10")
    assert "may differ from its rows by some cents" in shown.content.decode()


def test_without_a_day_it_is_today_and_the_future_is_refused(inside, agency):
    hour(agency, days=0)
    url = reverse("billing:report-work")

    assert inside.get(url).context["total"].total == unbilled(agency) == 90
    page = inside.get(url, {"on": str(localdate() + ONE_DAY)}).content.decode()
    assert "Choose today or an earlier day." in page


def test_the_file_has_a_row_a_customer(inside, agency):
    hour(agency, days=3)

    answer = inside.get(reverse("billing:report-work-export"), {"on": str(localdate() - ONE_DAY)})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Hours €"], row["Total €"]) == ("90.00", "90.00")


def test_many_rows_cost_as_many_queries_as_one(inside, agency):
    query = {"on": str(localdate() - ONE_DAY)}

    def queries():
        with CaptureQueriesContext(connection) as asked:
            inside.get(reverse("billing:report-work"), query)
            inside.get(reverse("billing:report-work-rows"), query)
        return len(asked)

    hour(agency)
    scheduled(agency)
    of_one = queries()
    for _number in range(15):
        hour(agency)
        scheduled(agency)

    assert queries() == of_one


def test_work_of_another_organisation_is_not_seen(client, agency):
    row = hour(agency)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    client.force_login(stranger.user)
    query = {"customer": row.project.customer_id, "on": str(localdate() - ONE_DAY)}

    for name in ("report-work", "report-work-rows"):
        page = client.get(reverse(f"billing:{name}"), query).content.decode()
        assert row.project.customer.name not in page
        assert "Nothing was left to bill on this day." in page
