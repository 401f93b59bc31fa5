"""Overview → Approvals: who is in it, what is decided, and what nobody overwrites."""

import datetime
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from registrations.approving.approvals import matrix_of
from registrations.history import history_of
from registrations.models import Decision, Status, TimeEntry
from registrations.periods import monday_of
from tests import factories
from tests.responses import text

from ..rows import row_of

pytestmark = pytest.mark.django_db

PAGE = reverse("registrations:approvals")
APPROVE = reverse("registrations:approvals-approve")
REJECT = reverse("registrations:approvals-reject")
TAKE_BACK = reverse("registrations:approvals-take-back")


def last_monday() -> datetime.date:
    """The Monday of last week."""
    return monday_of(timezone.localdate()) - datetime.timedelta(days=7)


def submitted(office, **fields: object) -> TimeEntry:
    return row_of(office, **{"status": Status.SUBMITTED, "date": last_monday()} | fields)


def sent(*scopes: str, **fields: object) -> dict[str, object]:
    return {"what": list(scopes), "date": last_monday().isoformat(), "next": PAGE, **fields}


def statuses_of(*rows: TimeEntry) -> list[str]:
    return [TimeEntry.objects.get(pk=row.pk).status for row in rows]


def test_the_page_shows_people_by_day_and_counts_who_waits(manager, office):
    submitted(office, minutes=480)
    submitted(office, minutes=90, date=last_monday() + datetime.timedelta(days=1))
    row_of(office, membership=office.colleague, date=last_monday(), minutes=60)

    page = text(manager.get(PAGE))

    assert "Sanne de Vries" in page
    assert "9:30" in page
    assert "Needs you <strong>2</strong>" in " ".join(page.split())
    assert "not submitted" in page


def test_a_week_a_day_a_task_and_a_row_are_approved(manager, office):
    tuesday = last_monday() + datetime.timedelta(days=1)
    rows = [submitted(office), submitted(office, date=tuesday), submitted(office)]
    other = submitted(office, membership=office.colleague)
    expense = factories.create_expense(
        project=office.project, membership=office.colleague, date=last_monday(), status="submitted"
    )

    manager.post(APPROVE, sent(f"r:hours:{rows[0].pk}"))
    assert statuses_of(*rows) == ["approved", "submitted", "submitted"]
    manager.post(APPROVE, sent(f"d:{office.employee.pk}:{tuesday.isoformat()}"))
    assert statuses_of(*rows) == ["approved", "approved", "submitted"]
    manager.post(APPROVE, sent(f"w:{office.employee.pk}:{office.project.pk}:{office.task.pk}"))
    assert statuses_of(*rows, other) == ["approved"] * 3 + ["submitted"]
    manager.post(APPROVE, sent(f"p:{office.colleague.pk}"))
    assert statuses_of(other) == ["approved"]
    expense.refresh_from_db()
    assert expense.status == Status.APPROVED


def test_an_approval_can_be_undone(manager, office):
    row = submitted(office)

    page = manager.post(APPROVE, sent(f"p:{office.employee.pk}"), follow=True)
    token = manager.session["undo"]["token"]
    manager.post(reverse("registrations:undo"), {"undo": token})

    assert "1 registration approved, 1:00" in text(page)
    assert statuses_of(row) == ["submitted"]


def test_the_time_that_was_approved_leaves_out_what_was_not(manager, office):
    theirs, own = submitted(office), submitted(office, membership=office.manager, minutes=240)
    scopes = [f"p:{office.employee.pk}", f"p:{office.manager.pk}"]

    page = text(manager.post(APPROVE, sent(*scopes), follow=True))

    assert statuses_of(theirs, own) == ["approved", "submitted"]
    assert "1 registration approved, 1:00" in page


def test_a_rejection_asks_for_a_message_and_keeps_it(manager, office):
    row = submitted(office)

    asked = manager.post(REJECT, sent(f"p:{office.employee.pk}"))
    empty = manager.post(REJECT, sent(f"p:{office.employee.pk}", note=""))
    assert statuses_of(row) == ["submitted"]
    manager.post(REJECT, sent(f"p:{office.employee.pk}", note="Per chapter, please."))

    assert "Reject 1:00" in text(asked)
    assert empty.status_code == 422
    assert "Say what is wrong" in text(empty)
    row.refresh_from_db()
    assert (row.status, row.status_note) == (Status.REJECTED, "Per chapter, please.")


def test_what_was_not_submitted_is_approved_only_after_a_question(manager, office):
    row = row_of(office, date=last_monday())

    asked = manager.post(APPROVE, sent(f"p:{office.employee.pk}"))
    assert statuses_of(row) == ["open"]
    manager.post(APPROVE, sent(f"p:{office.employee.pk}", also_open="1"))

    assert "was not submitted. Approve it anyway?" in text(asked)
    assert statuses_of(row) == ["approved"]


def test_what_was_left_out_is_counted_because_expenses_take_no_time(manager, office):
    submitted(office, minutes=90)
    factories.create_expense(
        project=office.project,
        membership=office.employee,
        category=office.category,
        date=last_monday(),
    )

    page = text(manager.post(APPROVE, sent(f"p:{office.employee.pk}"), follow=True))

    assert "1 registration approved, 1:30." in page
    assert "Not submitted yet, and left out: 1 registration, 0:00." in page


def test_nobody_decides_on_their_own_unless_the_organisation_allows_it(manager, office):
    row = submitted(office, membership=office.manager)

    page = manager.post(APPROVE, sent(f"p:{office.manager.pk}"), follow=True)
    refused = statuses_of(row)
    office.organisation.allows_own_approval = True
    office.organisation.save()
    manager.post(APPROVE, sent(f"p:{office.manager.pk}"))

    assert "is your own" in text(page)
    assert (refused, statuses_of(row)) == (["submitted"], ["approved"])


def test_who_works_alone_approves_their_own(client_of):
    alone = factories.create_membership(role=Role.ADMINISTRATOR)
    project = factories.create_project(organisation=alone.organisation)
    row = factories.create_time_entry(
        project=project, membership=alone, date=last_monday(), status=Status.SUBMITTED
    )

    client_of(alone).post(APPROVE, sent(f"p:{alone.pk}"))

    assert statuses_of(row) == ["approved"]


def test_what_somebody_else_decided_meanwhile_stays_and_is_said(manager, administrator, office):
    row = submitted(office)
    seen_at = timezone.now().isoformat()

    administrator.post(APPROVE, sent(f"p:{office.employee.pk}", seen_at=seen_at))
    page = manager.post(
        REJECT, sent(f"p:{office.employee.pk}", seen_at=seen_at, note="No"), follow=True
    )

    assert statuses_of(row) == ["approved"]
    assert "was approved meanwhile by Anna de Vries" in text(page)


def test_what_was_submitted_after_the_page_was_shown_is_not_decided(manager, office):
    seen_at = timezone.now() - datetime.timedelta(minutes=5)
    row = submitted(office, status_at=timezone.now())

    manager.post(APPROVE, sent(f"p:{office.employee.pk}", seen_at=seen_at.isoformat()))

    assert statuses_of(row) == ["submitted"]


def test_a_manager_of_own_projects_sees_and_decides_these_only(client_of, office):
    Membership.objects.filter(pk=office.manager.pk).update(manages_all_projects=False)
    other = submitted(office, project=factories.create_project(organisation=office.organisation))
    mine = submitted(office)
    office.project.managers.add(office.manager)
    client = client_of(office.manager)

    page = text(client.get(PAGE))
    client.post(APPROVE, sent(f"p:{office.employee.pk}", f"r:hours:{other.pk}"))

    assert "Daan" not in page
    assert statuses_of(mine, other) == ["approved", "submitted"]


def test_who_may_not_approve_has_no_page_and_decides_nothing(client_of, office):
    Membership.objects.filter(pk=office.manager.pk).update(may_approve=False)
    client, row = client_of(office.manager), submitted(office)

    answers = [client.get(PAGE), client.post(APPROVE, sent(f"p:{office.employee.pk}"))]

    assert [one.status_code for one in answers] == [403, 403]
    assert statuses_of(row) == ["submitted"]


def test_no_amount_is_on_the_page(client_of, office):
    Membership.objects.filter(pk=office.manager.pk).update(may_see_amounts=False)
    submitted(office)
    client = client_of(office.manager)

    for address in (PAGE, reverse("registrations:approvals-person", args=[office.employee.pk])):
        page = text(client.get(f"{address}?date={last_monday().isoformat()}"))
        assert "1:00" in page
        assert not re.search(r"\b95[.,]00\b", page)
        assert "€" not in page


def test_the_history_says_who_gave_which_status(manager, employee, office):
    row = row_of(office, date=last_monday())
    week = f"{reverse('registrations:hours-week-submit')}?date={last_monday().isoformat()}"

    employee.post(week, {"until": (last_monday() + datetime.timedelta(days=6)).isoformat()})
    manager.post(REJECT, sent(f"p:{office.employee.pk}", note="Per chapter, please."))

    made = [(one.status, one.by, one.note) for one in history_of(row)]
    assert made == [
        ("submitted", office.employee, ""),
        ("rejected", office.manager, "Per chapter, please."),
    ]
    page = text(employee.get(reverse("registrations:hour-edit", args=[row.pk])))
    assert "Mark de Vries" in page
    assert Decision.objects.count() == 2


def test_the_page_asks_the_database_as_often_for_two_hundred_people(manager, office):
    submitted(office)
    manager.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        manager.get(PAGE)
    for _n in range(200):
        person = factories.create_membership(organisation=office.organisation)
        submitted(office, membership=person)
    with CaptureQueriesContext(connection) as many:
        page = text(manager.get(PAGE))

    assert "204 people" in page
    assert len(many) == len(few) <= 12


def test_the_page_says_what_is_missing_of_the_contract(manager, office):
    submitted(office, minutes=360)
    factories.create_contract(membership=office.employee)

    page = text(manager.get(PAGE, {"date": last_monday().isoformat()}))

    assert "34:00 missing" in page
    assert "Expected" not in text(
        manager.get(PAGE, {"date": last_monday().isoformat(), "project": office.project.pk})
    )


def test_contract_hours_of_a_saturday_count_before_anything_is_registered(office):
    factories.create_contract(membership=office.employee, saturday=240)
    everyone = office.organisation.memberships.filter(pk=office.employee.pk)

    (person,) = matrix_of(
        office.administrator,
        last_monday(),
        today=timezone.localdate(),
        people=everyone,
        with_expected=True,
    ).people

    assert person.expected_minutes == person.missing == 44 * 60


@pytest.mark.parametrize("scope", ["p:x", "p:" + "9" * 5000, "r:hours:" + "9" * 30, "d:x:y"])
def test_a_scope_that_names_nothing_is_ignored(manager, office, scope):
    row = submitted(office)

    answer = manager.post(APPROVE, sent(scope, project="9" * 5000))

    assert answer.status_code == 302
    assert statuses_of(row) == [Status.SUBMITTED]


@pytest.fixture
def elsewhere(office):
    """A manager of own projects, and a project that is not theirs with a team."""
    other = factories.create_project(organisation=office.organisation, name="Webshop")
    other.project_members.create(membership=office.colleague)
    office.project.project_members.create(membership=office.employee)
    return other


def test_the_team_of_a_project_filters_the_people(administrator, office, elsewhere):
    submitted(office)
    submitted(office, membership=office.colleague)

    def people(**about: object) -> list[str]:
        page = administrator.get(PAGE, {"date": last_monday().isoformat(), **about})
        return [one.member.user.first_name for one in page.context["matrix"].people]

    assert {"Daan", "Sanne"} <= set(people())
    assert people(team=elsewhere.pk) == ["Daan"]
    # Hours on any project: the team says who, the project says what.
    assert people(team=[elsewhere.pk, office.project.pk]) == ["Daan", "Sanne"]


def test_a_row_is_rejected_in_place_with_a_message(manager, office):
    other = factories.create_project(organisation=office.organisation)
    row, kept = submitted(office, minutes=780), submitted(office, project=other)
    scope = f"w:{office.employee.pk}:{office.project.pk}:{office.task.pk}"
    about = sent(scope, seen_at=timezone.now().isoformat())

    asked = manager.post(f"{REJECT}?in_place=1", about, headers={"HX-Request": "true"})

    address = reverse("registrations:approvals-person", args=[office.employee.pk])
    unfolded = text(manager.get(address, {"date": last_monday().isoformat()}))
    assert unfolded.count(f'hx-post="{REJECT}?in_place=1"') == 2
    part = text(asked)
    assert part.startswith('<tr class="work rejecting"')
    assert "Reject 13:00" in part
    assert f'name="what" value="{scope}"' in part
    assert statuses_of(row) == [Status.SUBMITTED]
    manager.post(REJECT, {**about, "note": "Per chapter, please."})
    assert TimeEntry.objects.get(pk=row.pk).status_note == "Per chapter, please."
    assert statuses_of(row, kept) == [Status.REJECTED, Status.SUBMITTED]


def test_an_empty_message_in_place_is_refused_and_the_row_stays_named(manager, office):
    row = submitted(office)
    scope = f"p:{office.employee.pk}"

    answer = manager.post(REJECT, sent(scope, note="  "))

    assert answer.status_code == 422
    assert "Say what is wrong" in text(answer)
    assert f'name="what" value="{scope}"' in text(answer)
    assert statuses_of(row) == [Status.SUBMITTED]


def bell(client) -> str:
    page = client.get(reverse("accounts:profile")).content.decode()
    start = page.index('class="bar-end"')
    return " ".join(page[start : page.index("bar-avatar", start)].split())


def test_the_bell_points_to_approvals_and_says_that_something_waits(manager, office, employee):
    assert "Registrations wait for your approval" not in bell(manager)
    assert f'<a class="bar-button" href="{PAGE}"' in bell(manager)
    assert PAGE not in bell(employee)
    submitted(office)

    assert f'href="{PAGE}" aria-label="Registrations wait for your approval"' in bell(manager)


def test_the_bell_of_an_administrator_has_approvals_and_bookings(administrator, office):
    submitted(office, membership=office.administrator)
    assert 'aria-label="What needs you"' in bell(administrator)
    submitted(office)

    found = bell(administrator)

    assert 'aria-label="1 matter needs you"' in found
    assert found.index(f'href="{PAGE}"') < found.index(reverse("billing:booking-list"))


def test_the_bell_costs_no_query_of_its_own_for_who_invoices(administrator, office):
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            administrator.get(reverse("accounts:profile"))
        return [one["sql"] for one in queries]

    submitted(office)

    assert len([one for one in asked() if "registrations_timeentry" in one]) == 1
    assert len([one for one in asked() if "billing_booking" in one]) == 1


@pytest.mark.parametrize("with_contract", [True, False])
def test_unfolded_rows_have_all_columns_of_the_table(administrator, office, with_contract):
    if with_contract:
        factories.create_contract(membership=office.employee)
    submitted(office)
    about = {"project": office.project, "membership": office.employee, "date": last_monday()}
    factories.create_trip(**about)
    page = administrator.get(PAGE, {"date": last_monday().isoformat()}).content.decode()
    unfold = f'data-unfold="{reverse("registrations:approvals-person", args=[office.employee.pk])}'
    (query,) = re.findall(re.escape(unfold) + r'([^"]*)"', page)

    rows = administrator.get(unfold.split('"')[1] + html.unescape(query)).content.decode()

    def width(row: str) -> int:
        cells = re.findall(r"<t[dh][^>]*>", row)
        return sum(int((re.findall(r'colspan="(\d+)"', one) or ["1"])[0]) for one in cells)

    (head,) = re.findall(r"approvals-table\W.*?<thead>(.*?)</thead>", page, re.DOTALL)
    found = re.findall(r"<tr.*?</tr>", rows, re.DOTALL)
    assert len(found) == 3
    assert {width(one) for one in found} == {width(head)} == {12 if with_contract else 11}


def test_a_decision_is_taken_back_and_waits_again(manager, office):
    approved, rejected, open_row = submitted(office), submitted(office), row_of(office)
    billed = row_of(office, date=last_monday(), status=Status.INVOICED)
    manager.post(APPROVE, sent(f"r:hours:{approved.pk}"))
    manager.post(REJECT, sent(f"r:hours:{rejected.pk}", note="Wrong project"))
    page = text(manager.get(PAGE, {"date": last_monday().isoformat()}))
    assert "Take back the decision on the week of" in page

    answer = manager.post(TAKE_BACK, sent(f"p:{office.employee.pk}"), follow=True)

    assert "2 registrations wait for a decision again." in text(answer)
    assert statuses_of(approved, rejected, open_row) == ["submitted", "submitted", "open"]
    assert statuses_of(billed) == ["invoiced"]
    assert [one.status for one in history_of(approved)] == ["approved", "submitted"]


def test_nobody_takes_back_the_decision_on_their_own(office, client_of):
    row = row_of(office, membership=office.manager, date=last_monday(), status=Status.APPROVED)

    client_of(office.manager).post(TAKE_BACK, sent(f"p:{office.manager.pk}"))

    assert statuses_of(row) == ["approved"]


def test_a_week_says_who_approved_it_and_how_much_was_rejected(manager, office):
    submitted(office)
    other = submitted(office, membership=office.colleague)
    submitted(office, membership=office.colleague)
    manager.post(APPROVE, sent(f"p:{office.employee.pk}", f"p:{office.colleague.pk}"))
    manager.post(TAKE_BACK, sent(f"r:hours:{other.pk}"))
    manager.post(REJECT, sent(f"r:hours:{other.pk}", note="Wrong project"))

    page = " ".join(text(manager.get(PAGE, {"date": last_monday().isoformat()})).split())

    assert f"by {office.manager.user.get_full_name()}" in page
    assert "1 of 2 rows" in page


def test_the_oldest_open_week_names_who_waits(manager, office):
    before = last_monday() - datetime.timedelta(days=14)
    submitted(office, date=before, minutes=480)

    page = " ".join(text(manager.get(PAGE, {"date": last_monday().isoformat()})).split())

    name = office.employee.user.get_full_name()
    assert f"Oldest open week: {before.isocalendar().week} · 8:00 of {name}" in page


def test_a_day_of_leave_is_named_and_not_missing(office, client_of):
    day = last_monday() + datetime.timedelta(days=2)
    factories.create_contract(membership=office.employee)
    factories.create_leave(membership=office.employee, date=day, minutes=480)
    administrator = factories.create_membership(
        organisation=office.organisation, role=Role.ADMINISTRATOR
    )

    page = text(client_of(administrator).get(PAGE, {"date": last_monday().isoformat()}))

    assert '<span class="tag tag-blue">leave</span>' in page
