"""What needs somebody: each line opens the list that it was counted from, with the same total."""

import datetime
import html
import re
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.mails import send_waiting
from accounts.models import Role
from billing.bookings.outbox import queue_sales_entry
from billing.invoices.issuing import mark_sent
from billing.models import Booking, BookingKind, State
from billing.reports.needs import needs_of
from projects.models import BudgetKind, BudgetWarning, Method, ScheduledAmount, ScheduledAmountKind
from registrations.approving.waiting import waiting_by_week
from registrations.models import Status
from tests import factories

from .conftest import DAY, TODAY

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.usefixtures("in_week_48"),
]


@pytest.fixture
def boss(organisation):
    return factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)


@pytest.fixture
def client(client_of, boss):
    return client_of(boss)


def submitted(project, *, day=TODAY, minutes=60, first_name="Daan", **fields: object):
    user = factories.create_user(first_name=first_name, last_name="Visser")
    person = fields.pop("membership", None) or factories.create_membership(
        organisation=project.organisation, user=user
    )
    factories.create_time_entry(
        project=project,
        membership=person,
        date=day,
        minutes=minutes,
        status=Status.SUBMITTED,
        **fields,
    )
    return person


def late(project, by, *, net: int, days: int):
    line = factories.create_invoice_line(project=project, net=Decimal(net), price=Decimal(net))
    line.invoice.date = TODAY - (days + 14) * DAY
    line.invoice.due_on = TODAY - days * DAY
    line.invoice.save()
    return mark_sent(line.invoice, by=by.user, now=timezone.now())


def needs(client) -> list[tuple[str, str]]:
    """Return the words and the address of each line."""
    page = client.get(reverse("billing:agency")).content.decode()
    part = re.search(r'aria-labelledby="agency-needs">.*?</section>', page, re.DOTALL)[0]
    found = []
    for line in re.findall(r"<li>.*?</li>", part, re.DOTALL):
        words = html.unescape(re.sub(r"<[^>]+>", " ", line))
        url = html.unescape(re.search('href="([^"]+)"', line)[1])
        found.append((" ".join(words.split()), url))
    return found


def test_with_nothing_to_do_it_says_so_in_one_line(client):
    assert needs(client) == []
    page = client.get(reverse("billing:agency")).content.decode()
    assert "All up to date" in page


def test_submitted_hours_are_named_by_week_and_open_that_week(client, project):
    for name, minutes in (("Daan", 120), ("Bram", 60)):
        submitted(project, day=TODAY - 7 * DAY, minutes=minutes, first_name=name)
    submitted(project, day=TODAY - 8 * DAY, minutes=30, first_name="Lotte")
    submitted(project, day=TODAY, minutes=45, first_name="Noor")

    (words, url), (_this_week, _url) = needs(client)

    assert words.startswith("To approve Week 47 of 3 people, 3:30")
    assert "Bram Visser, Daan Visser, Lotte Visser" in words
    matrix = client.get(url).context["matrix"]
    assert matrix.monday == datetime.date(2026, 11, 16)
    assert sum(one.submitted for one in matrix.people) == 210


def test_more_weeks_than_three_are_one_line(client, project):
    person = submitted(project)
    for week in range(1, 6):
        submitted(project, day=TODAY - 7 * week * DAY, minutes=10 * week, membership=person)

    found = needs(client)

    assert len(found) == 4
    assert "3 more weeks of 1 person, 1:30" in found[3][0]


def test_own_hours_that_somebody_else_decides_do_not_wait_for_oneself(boss, project):
    boss.organisation.allows_own_approval = False
    submitted(project, membership=boss)

    assert waiting_by_week(boss) == []


def test_expenses_and_trips_wait_with_the_hours_of_their_week(client, project):
    person = submitted(project, minutes=60)
    about = {"project": project, "membership": person, "date": TODAY}
    factories.create_expense(**about, status=Status.SUBMITTED)
    factories.create_trip(**about, status=Status.SUBMITTED)

    ((words, _url),) = needs(client)

    assert "Week 48 of 1 person, 1:00 + 2 expenses and trips" in words


def test_overdue_invoices_open_with_the_same_amount(client, boss, project):
    for net, days in ((100, 40), (200, 3), (400, -5)):
        late(project, boss, net=net, days=days)

    ((words, url),) = needs(client)

    assert words.startswith("Overdue 2 overdue invoices, € 363.00 oldest 40 days overdue")
    answer = client.get(url)
    assert answer.context["total"] == Decimal("363.00")
    assert answer.context["page"].paginator.count == 2


def test_drafts_open_with_the_same_number_and_amount(client, project):
    for net in (100, 300):
        factories.create_invoice_line(project=project, net=Decimal(net), price=Decimal(net))

    ((words, url),) = needs(client)

    answer = client.get(url)
    amount = f"{answer.context['gross']:,.2f}"
    assert answer.context["count"] == 2
    assert words.startswith(f"Draft 2 drafts, € {amount}")


def test_bookings_that_failed_open_with_the_same_number(client, boss, organisation, project):
    connection = factories.create_connection(organisation=organisation)
    for _number in range(4):
        invoice = late(project, boss, net=10, days=-10)
        queue_sales_entry(invoice, connection, by=boss.user, now=timezone.now())
    Booking.objects.filter(kind=BookingKind.SALES_ENTRY).update(state=State.REJECTED)
    count = Booking.objects.needs_attention().count()
    assert count == 4

    ((words, url),) = needs(client)

    assert words.startswith("Refused 4 bookings need a decision Sales entry")
    assert "and 1 more" in words
    assert client.get(url).context["page"].paginator.count == count


def test_missing_hours_open_the_week_with_the_same_missing_hours(client, organisation):
    person = factories.create_membership(organisation=organisation)
    factories.create_contract(membership=person)

    ((words, url),) = needs(client)

    assert words.startswith("Missing 24:00 missing of 1 person")
    matrix = client.get(url).context["matrix"]
    assert sum(one.missing for one in matrix.people) == 24 * 60


def test_each_line_is_for_who_has_its_right(client_of, boss, organisation, project):
    submitted(project)
    late(project, boss, net=100, days=3)
    factories.create_invoice_line(project=project)
    about = {"organisation": organisation}
    invoicer = factories.create_membership(**about, may_invoice=True)
    manager = factories.create_membership(**about, role=Role.PROJECT_MANAGER)
    no_approval = factories.create_membership(**about, role=Role.PROJECT_MANAGER, may_approve=False)

    states = {
        name: [words.split()[0] for words, _url in needs(client_of(member))]
        for name, member in (
            ("invoicer", invoicer), ("manager", manager), ("no approval", no_approval),
        )
    }  # fmt: skip

    assert states == {"invoicer": ["Overdue", "Draft"], "manager": ["To"], "no approval": []}
    page = client_of(manager).get(reverse("billing:agency")).content.decode()
    assert "€" not in re.search(r'<div class="dashboard.*', page, re.DOTALL)[0]


def agreed(project, *, price, days_ago, key):
    ScheduledAmount.objects.create(
        project=project,
        kind=ScheduledAmountKind.INSTALMENT,
        key=key,
        description=f"Instalment {key}",
        due_on=TODAY - days_ago * DAY,
        price=Decimal(price),
    )


def test_agreed_amounts_that_are_due_open_what_can_be_billed(client, project):
    project.method = Method.INSTALMENTS
    project.save()
    agreed(project, price=6000, days_ago=2, key="3")
    agreed(project, price=9000, days_ago=-2, key="4")

    ((words, url),) = needs(client)

    assert words.startswith(f"To invoice Instalment 3, {project.name}, € 6,000.00 since")
    assert url == f"{reverse('billing:unbilled')}?project={project.pk}"
    page = client.get(url)
    assert "6,000.00" in page.content.decode()
    assert "9,000.00" not in page.content.decode()
    agreed(project, price=1000, days_ago=1, key="5")
    ((words, url),) = needs(client)
    assert words.startswith("To invoice 2 agreed amounts, € 7,000.00")


def test_a_budget_is_named_until_it_is_raised(client, boss, organisation, project):
    project.budget_minutes = 600
    project.save()
    about = {"project": project, "membership": boss, "kind": BudgetKind.HOURS, "budget": 600}
    for percentage in (80, 100):
        BudgetWarning.objects.create(percentage=percentage, **about)
    other = factories.create_membership(
        organisation=organisation, role=Role.PROJECT_MANAGER, manages_all_projects=False
    )

    ((words, url),) = needs(client)

    assert words.startswith(f"Budget {project.name} used 100% of its budget, or more")
    assert url == reverse("projects:project-detail", args=[project.pk])
    assert needs_of(other, today=TODAY, team=None, outstanding=None) == []
    project.budget_minutes = 1200
    project.save()
    assert needs(client) == []


def test_everybody_who_misses_hours_is_mailed_once_a_day(client, organisation):
    people = [factories.create_membership(organisation=organisation) for _n in range(3)]
    for one in people[:2]:
        factories.create_contract(membership=one)
    page = client.get(reverse("billing:agency")).content.decode()
    assert "Remind 2" in page

    said = [
        client.post(reverse("billing:agency-remind"), follow=True).content.decode()
        for _n in range(2)
    ]
    send_waiting(now=timezone.now())

    assert "2 people have been reminded by e-mail." in said[0]
    assert "2 people were reminded today already." in said[1]
    assert sorted(one.to[0] for one in mail.outbox) == sorted(one.user.email for one in people[:2])


def test_agreed_amounts_are_read_as_values(boss, organisation, monkeypatch):
    project = factories.create_project(organisation=organisation, method=Method.SUBSCRIPTION)
    for days in range(5):
        ScheduledAmount.objects.create(
            project=project,
            kind=ScheduledAmountKind.PERIOD,
            description="Hosting",
            due_on=TODAY - days * DAY,
            key=f"S{days}",
            quantity=1,
            price=Decimal("10.00"),
        )
    monkeypatch.setattr(ScheduledAmount, "from_db", None)

    (due,) = needs_of(boss, today=TODAY, team=None, outstanding=None)

    assert (due.count, due.amount, due.since) == (5, Decimal(50), TODAY - 4 * DAY)
    assert due.names == [project.name]
