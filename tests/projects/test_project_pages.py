"""The list of projects, the form with the agreement, and a project with its figures."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from projects.models import Instalment, Method, Project, ProjectTask, ScheduledAmount, Subscription
from projects.scheduled_amounts import plan_scheduled_amounts
from tests.factories import (
    create_customer,
    create_expense,
    create_invoice_line,
    create_membership,
    create_project,
    create_task,
    create_time_entry,
    create_trip,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def url(name: str, *args: object) -> str:
    return reverse(f"projects:project-{name}", args=args)


@pytest.fixture(autouse=True)
def today():
    """Freeze the date in November 2026."""
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def customer(organisation):
    return create_customer(organisation=organisation, name="Van Dam")


@pytest.fixture
def project(customer) -> Project:
    return create_project(customer=customer, name="Website")


def filled_in(customer, **fields: object) -> dict[str, object]:
    """Return the posted fields of a project that is billed by task rate."""
    return {
        "customer": customer.pk,
        "name": "Website",
        "method": Method.TASK_RATE,
        **no_instalments(),
        **fields,
    }


def no_instalments() -> dict[str, object]:
    return {"instalment-TOTAL_FORMS": 0, "instalment-INITIAL_FORMS": 0}


def instalments(*rows: tuple[object, ...], initial: int = 0) -> dict[str, object]:
    """Return the posted fields for rows of (pk, description, date, amount)."""
    fields = {"instalment-TOTAL_FORMS": len(rows), "instalment-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        for name, value in zip(("pk", "description", "date", "amount"), row, strict=True):
            fields[f"instalment-{number}-{name}"] = value
    return fields


def subscription(**fields: object) -> dict[str, object]:
    values = {
        "frequency": "month",
        "starts_on": "2026-11-01",
        "description": "SLA support",
        "quantity": "1",
        "price": "450,00",
        **fields,
    }
    return {f"subscription-{name}": value for name, value in values.items()}


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMINISTRATOR, 200), (Role.PROJECT_MANAGER, 200), (Role.EMPLOYEE, 403)],
)
def test_projects_are_for_managers(organisation, project, client_of, role, status):
    client = client_of(create_membership(organisation=organisation, role=role))

    for address in (url("list"), url("add"), url("detail", project.pk), url("edit", project.pk)):
        assert client.get(address).status_code == status


def test_employees_do_not_archive(project, client_of, employee):
    assert client_of(employee).post(url("archive", project.pk)).status_code == 403


def test_a_project_of_another_organisation_does_not_exist(client):
    other = create_project(name="Secret")

    assert client.get(url("detail", other.pk)).status_code == 404
    assert client.get(url("edit", other.pk)).status_code == 404
    assert client.post(url("edit", other.pk), {"name": "Mine"}).status_code == 404
    assert client.post(url("archive", other.pk)).status_code == 404
    assert client.post(url("restore", other.pk)).status_code == 404
    assert "Secret" not in client.get(url("list"), {"state": "all"}).text


def test_a_customer_of_another_organisation_cannot_be_chosen(client):
    response = client.post(url("add"), filled_in(create_customer()))

    assert "customer" in response.context["form"].project.errors
    assert not Project.objects.exists()


def test_a_customer_of_another_organisation_is_no_filter(client, project):
    other = create_project()

    response = client.get(url("list"), {"customer": other.customer.pk})

    assert other.customer.name not in response.text
    assert response.status_code == 200


def test_a_task_of_another_organisation_does_not_come_on_a_project(client, customer):
    other = create_task()

    client.post(url("add"), filled_in(customer, **{f"task-{other.pk}-chosen": "on"}))

    assert not Project.objects.get().project_tasks.exists()


def test_a_subscription_does_not_use_a_task_of_another_organisation(client, customer):
    fields = subscription(task=create_task().pk)

    response = client.post(url("add"), filled_in(customer, method="subscription", **fields))

    assert "task" in response.context["form"].subscription.errors


# --- The list -------------------------------------------------------------------------------------


def test_the_list_takes_as_many_queries_for_one_project_as_for_many(
    client, customer, django_assert_max_num_queries
):
    create_time_entry(project=create_project(customer=customer, budget_minutes=600))
    with django_assert_max_num_queries(14) as few:
        client.get(url("list"))
    for _ in range(30):
        create_time_entry(project=create_project(customer=customer, budget_minutes=600))

    with django_assert_max_num_queries(len(few)):
        response = client.get(url("list"))

    assert response.context["page"].paginator.count == 31


def test_the_list_says_how_much_of_the_budget_is_used(client, customer):
    project = create_project(customer=customer, budget_minutes=600)
    for _ in range(3):
        create_time_entry(project=project, minutes=90)

    response = client.get(url("list"))

    assert response.context["rows"] == [(project, 270)]
    assert "4:30 of 10:00 hours used" in response.text


@pytest.mark.parametrize("order", ["used", "-used", "code", "-name"])
def test_many_projects_cost_as_many_queries_as_one_in_every_order(
    client, customer, order, django_assert_max_num_queries
):
    create_time_entry(project=create_project(customer=customer))
    with django_assert_max_num_queries(12) as few:
        client.get(url("list") + f"?order={order}")
    for number in range(30):
        create_time_entry(project=create_project(customer=customer), minutes=5 + number)

    with django_assert_max_num_queries(len(few)):
        client.get(url("list") + f"?order={order}")


def test_projects_by_used_hours_go_on_over_the_pages_and_those_without_hours_come_last(
    client, customer
):
    projects = [create_project(customer=customer) for _number in range(40)]
    worked = projects[:30]
    for number, project in enumerate(worked):
        create_time_entry(project=project, minutes=60)
        create_time_entry(project=project, minutes=number * 7 % 10 + 1)
    minutes = {project.pk: 61 + n * 7 % 10 for n, project in enumerate(worked)}

    def shown(order):
        pages = [client.get(url("list") + f"?order={order}&page={n}") for n in (1, 2)]
        return [(row.pk, used) for page in pages for row, used in page.context["rows"]]

    up = sorted(minutes, key=lambda pk: (minutes[pk], pk))
    idle = [project.pk for project in projects[30:]]
    assert shown("used") == [(pk, minutes.get(pk, 0)) for pk in up + idle]
    assert shown("-used") == [(pk, minutes.get(pk, 0)) for pk in up[::-1] + idle[::-1]]


def test_the_list_is_narrowed(client, organisation, customer):
    for name, method in (("Website", Method.TASK_RATE), ("SLA", Method.SUBSCRIPTION)):
        create_project(customer=customer, name=name, method=method)
    other = create_customer(organisation=organisation, name="Noordzee")
    create_project(customer=other, name="Other customer")
    create_project(customer=customer, name="Old", is_archived=True)

    def names(**query: object) -> set[str]:
        return {project.name for project in client.get(url("list"), query).context["page"]}

    assert names() == {"Website", "SLA", "Other customer"}
    assert names(q="web") == {"Website"}
    assert names(q="van dam") == {"Website", "SLA"}
    assert names(customer=customer.pk) == {"Website", "SLA"}
    assert names(method=["subscription"]) == {"SLA"}
    assert names(state="archived") == {"Old"}
    assert len(names(state="all")) == 4


def test_the_most_worked_projects_come_first(client, customer):
    quiet, busy, none = (create_project(customer=customer, name=name) for name in "ABC")
    create_time_entry(project=quiet, minutes=10)
    create_time_entry(project=busy, minutes=90)

    page = client.get(url("list"), {"order": "-used"}).context["page"]

    assert list(page) == [busy, quiet, none]


def test_a_long_list_has_pages(client, customer):
    for _ in range(30):
        create_project(customer=customer)

    page = client.get(url("list"), {"size": 25, "page": 2}).context["page"]

    assert (len(page), page.paginator.count) == (5, 30)


# --- The form -------------------------------------------------------------------------------------


def test_a_new_project_starts_with_the_common_tasks_and_the_whole_team(
    client, organisation, manager
):
    common = create_task(organisation=organisation)
    create_task(organisation=organisation, is_common=False)

    form = client.get(url("add")).context["form"]

    assert [row.task for row in form.tasks if row["chosen"].value()] == [common]
    assert [row.membership for row in form.members if row["chosen"].value()] == [manager]


def test_a_project_is_added_with_its_tasks_team_and_budget(client, customer, manager, employee):
    task = create_task(organisation=customer.organisation)

    response = client.post(
        url("add"),
        filled_in(
            customer,
            code="P1",
            budget_hours="12,5",
            budget_amount="1.200,00",
            **{
                f"task-{task.pk}-chosen": "on",
                f"task-{task.pk}-is_billable": "on",
                f"task-{task.pk}-hourly_rate": "110",
                f"member-{employee.pk}-chosen": "on",
                f"member-{manager.pk}-is_manager": "on",
            },
        ),
    )

    project = Project.objects.get()
    assert response.url == url("detail", project.pk)
    assert (project.organisation, project.customer) == (customer.organisation, customer)
    assert (project.budget_minutes, project.budget_amount) == (750, Decimal("1200.00"))
    row = project.project_tasks.get()
    assert (row.task, row.hourly_rate, row.is_billable) == (task, Decimal("110.00"), True)
    assert {member.membership for member in project.project_members.all()} == {manager, employee}
    assert list(project.managers.all()) == [manager]


def test_tasks_and_people_can_be_taken_off_again(client, project, manager):
    task = create_task(organisation=project.organisation)
    ProjectTask.objects.create(project=project, task=task)
    project.managers.add(manager)

    response = client.post(url("edit", project.pk), filled_in(project.customer))

    assert response.url == url("detail", project.pk)
    assert not project.project_tasks.exists()
    assert not project.managers.exists()


@pytest.mark.parametrize(
    ("method", "field", "sentence"),
    [
        ("project_rate", "hourly_rate", "Enter the rate of this project."),
        ("fixed_price", "fixed_price", "Enter the agreed price."),
    ],
)
def test_a_method_asks_for_its_own_price(client, customer, method, field, sentence):
    response = client.post(url("add"), filled_in(customer, method=method))

    assert response.status_code == 422
    assert response.context["form"].project.errors == {field: [sentence]}
    assert 'value="Website"' in response.text


def test_what_was_typed_for_another_method_does_not_count(client, project):
    fields = {"hourly_rate": "nonsense", "subscription-starts_on": "nonsense"}

    response = client.post(url("edit", project.pk), filled_in(project.customer, **fields))

    assert response.status_code == 302
    assert not Subscription.objects.exists()


def test_prices_of_another_method_stay_as_they_are(client, customer):
    project = create_project(
        customer=customer, name="Website", method=Method.PROJECT_RATE, hourly_rate=Decimal("85.00")
    )

    client.post(url("edit", project.pk), filled_in(customer, hourly_rate=""))

    project.refresh_from_db()
    assert (project.method, project.hourly_rate) == (Method.TASK_RATE, Decimal("85.00"))


def test_a_project_does_not_end_before_it_starts(client, customer):
    days = {"starts_on": "2026-11-01", "ends_on": "2026-10-01"}

    response = client.post(url("add"), filled_in(customer, **days))

    assert response.context["form"].project.errors == {"ends_on": ["The end is before the start."]}


def test_a_customer_has_one_project_of_a_name(client, project):
    response = client.post(url("add"), filled_in(project.customer, name="WEBSITE"))

    assert response.context["form"].project.errors == {
        "name": ["Van Dam already has a project named WEBSITE. Choose another name."]
    }


@pytest.mark.parametrize("register", [create_time_entry, create_expense, create_trip])
def test_a_project_with_registrations_keeps_its_customer(client, project, register):
    register(project=project)
    other = create_customer(organisation=project.organisation, name="Other")

    response = client.post(url("edit", project.pk), filled_in(other))

    assert response.context["form"].project.errors["customer"] == [
        "The customer cannot be changed: Van Dam has registrations or invoices on this project. "
        "Create a new project for another customer."
    ]


def test_a_project_without_registrations_may_change_customer(client, project):
    other = create_customer(organisation=project.organisation, name="Other")

    client.post(url("edit", project.pk), filled_in(other))

    project.refresh_from_db()
    assert project.customer == other


# --- Agreed amounts -------------------------------------------------------------------------------


def test_a_fixed_price_is_planned_when_it_is_saved(client, customer):
    client.post(url("add"), filled_in(customer, method="fixed_price", fixed_price="5.000,00"))

    assert Project.objects.get().scheduled_amounts.get().price == Decimal("5000.00")


def test_a_billed_amount_has_a_link_to_its_invoice_for_who_invoices_only(
    client, client_of, organisation, customer
):
    project = create_project(
        customer=customer, method=Method.FIXED_PRICE, fixed_price=Decimal("5000.00")
    )
    plan_scheduled_amounts(project, today=timezone.localdate())
    line = create_invoice_line(project=project)
    project.scheduled_amounts.update(invoice_line=line)
    administrator = create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    invoice = reverse("billing:invoice-detail", args=[line.invoice_id])

    assert invoice in client_of(administrator).get(url("detail", project.pk)).text
    page = client.get(url("detail", project.pk)).text
    assert "On a draft" in page
    assert invoice not in page


def test_a_billed_price_does_not_change(client, customer):
    project = create_project(
        customer=customer, name="Website", method="fixed_price", fixed_price=Decimal("5000.00")
    )
    plan_scheduled_amounts(project, today=timezone.localdate())
    project.scheduled_amounts.update(invoice_line=create_invoice_line(project=project))

    response = client.post(
        url("edit", project.pk), filled_in(customer, method="fixed_price", fixed_price="6000")
    )

    assert response.context["form"].project.errors == {
        "fixed_price": ["This price has been billed. Create a new project for more work."]
    }


def test_what_was_billed_in_one_way_is_not_billed_again_in_another(client, customer):
    project = create_project(
        customer=customer, name="Website", method="fixed_price", fixed_price=Decimal("5000.00")
    )
    plan_scheduled_amounts(project, today=timezone.localdate())
    project.scheduled_amounts.update(invoice_line=create_invoice_line(project=project))

    response = client.post(
        url("edit", project.pk),
        filled_in(customer, method="subscription", **subscription()),
    )

    assert "method" in response.context["form"].project.errors
    assert project.scheduled_amounts.count() == 1


def test_every_task_has_its_price(client, customer):
    task = create_task(organisation=customer.organisation, name="Design")
    fields = {f"task-{task.pk}-chosen": "on", f"task-{task.pk}-fixed_price": "1200"}

    client.post(url("add"), filled_in(customer, method="fixed_price_tasks", **fields))

    assert ScheduledAmount.objects.get().description == "Website, Design"


def test_instalments_are_stored_and_planned(client, customer):
    rows = instalments(
        ("", "Start", "2026-11-01", "2000"),
        ("", "Delivery", "2027-02-01", "3.000,00"),
        ("", "", "", ""),
    )

    client.post(url("add"), filled_in(customer, method="instalments", fixed_price="5000", **rows))

    scheduled_amounts = Project.objects.get().scheduled_amounts.all()
    assert [(scheduled.description, scheduled.price) for scheduled in scheduled_amounts] == [
        ("Start", Decimal("2000.00")),
        ("Delivery", Decimal("3000.00")),
    ]


def test_instalments_that_do_not_add_up_are_stored_with_a_warning(client, customer):
    rows = instalments(("", "Start", "2026-11-01", "2000"))

    response = client.post(
        url("add"),
        filled_in(customer, method="instalments", fixed_price="5000", **rows),
        follow=True,
    )

    assert "The instalments do not add up to the fixed price." in response.text


def test_a_project_in_instalments_needs_one(client, customer):
    response = client.post(url("add"), filled_in(customer, method="instalments"))

    assert response.status_code == 422
    assert "Add at least one instalment." in response.text


def test_half_an_instalment_says_what_is_missing(client, customer):
    rows = instalments(("", "Start", "", ""))

    response = client.post(url("add"), filled_in(customer, method="instalments", **rows))

    assert response.context["form"].instalments.errors == [
        {"date": ["This field is required."], "amount": ["This field is required."]}
    ]


@pytest.fixture
def in_instalments(customer) -> Project:
    """A project with two instalments; the first was billed."""
    project = create_project(customer=customer, name="Website", method=Method.INSTALMENTS)
    for description, day in (("Start", "2026-11-01"), ("Delivery", "2027-02-01")):
        Instalment.objects.create(
            project=project,
            description=description,
            date=datetime.date.fromisoformat(day),
            amount=Decimal("2500.00"),
        )
    plan_scheduled_amounts(project, today=timezone.localdate())
    billed = project.scheduled_amounts.filter(description="Start")
    billed.update(invoice_line=create_invoice_line(project=project))
    return project


def test_an_unbilled_instalment_changes_and_a_billed_one_does_not(client, in_instalments):
    _billed, delivery = in_instalments.instalments.all()
    rows = instalments((delivery.pk, "Delivery", "2027-03-01", "3000"), initial=1)

    client.post(
        url("edit", in_instalments.pk),
        filled_in(in_instalments.customer, method="instalments", **rows),
    )

    assert list(in_instalments.scheduled_amounts.values_list("description", "price")) == [
        ("Start", Decimal("2500.00")),
        ("Delivery", Decimal("3000.00")),
    ]


def test_a_billed_instalment_cannot_be_reached(client, in_instalments):
    billed = in_instalments.instalments.first()
    rows = instalments((billed.pk, "Cheaper", "2026-11-01", "1"))

    response = client.post(
        url("edit", in_instalments.pk),
        filled_in(in_instalments.customer, method="instalments", **rows),
    )

    assert "An instalment was billed or removed in the meantime." in response.text
    billed.refresh_from_db()
    assert billed.description == "Start"


def test_an_instalment_is_removed_with_its_scheduled_amount(client, in_instalments):
    delivery = in_instalments.instalments.last()
    rows = instalments((delivery.pk, "Delivery", "2027-02-01", "2500"), initial=1)
    rows["instalment-0-DELETE"] = "on"

    response = client.post(
        url("edit", in_instalments.pk),
        filled_in(in_instalments.customer, method="instalments", **rows),
        follow=True,
    )

    assert in_instalments.scheduled_amounts.get().description == "Start"
    assert "1 unbilled amount no longer matched the agreement and was removed." in response.text


def test_an_instalment_that_was_added_meanwhile_stays(client, in_instalments):
    client.post(
        url("edit", in_instalments.pk),
        filled_in(in_instalments.customer, method="instalments"),
    )

    assert in_instalments.instalments.count() == 2


def test_a_subscription_is_stored_and_planned(client, customer):
    fields = subscription(quantity="2", ends_on="2027-01-31")

    client.post(url("add"), filled_in(customer, method="subscription", **fields))

    project = Project.objects.get()
    assert (project.subscription.quantity, project.subscription.price) == (2, Decimal("450.00"))
    assert project.scheduled_amounts.count() == 3


def test_a_subscription_says_what_is_missing(client, customer):
    fields = subscription(price="", starts_on="2026-11-01", ends_on="2026-10-01")

    response = client.post(url("add"), filled_in(customer, method="subscription", **fields))

    assert response.context["form"].subscription.errors == {
        "price": ["This field is required."],
        "ends_on": ["The end is before the start."],
    }


def test_billed_days_do_not_become_part_of_another_period(client, customer):
    client.post(url("add"), filled_in(customer, method="subscription", **subscription()))
    project = Project.objects.get()
    line = create_invoice_line(project=project)
    ScheduledAmount.objects.filter(key="2026-11-01").update(invoice_line=line)

    def change(**fields: object):
        form = filled_in(customer, method="subscription", **subscription(**fields))
        return client.post(url("edit", project.pk), form)

    refused = change(starts_on="2026-11-15")
    assert refused.context["form"].subscription.errors == {
        "starts_on": ["Already billed up to 30-11-2026. Start the new periods after that date."]
    }
    assert change(price="500").status_code == 302
    assert change(starts_on="2026-12-01", frequency="quarter").status_code == 302
    assert project.scheduled_amounts.get(key="2026-12-01").period_until == datetime.date(
        2027, 2, 28
    )


# --- A project ------------------------------------------------------------------------------------


def test_a_project_shows_what_is_worked_and_what_is_unbilled(client, project):
    create_time_entry(project=project, minutes=90, amount=Decimal("142.50"))
    create_time_entry(project=project, minutes=30, is_billable=False, amount=Decimal("0.00"))
    create_expense(project=project, price=Decimal("42.50"))
    create_trip(project=project, amount=Decimal("12.90"))

    found = client.get(url("detail", project.pk)).context["figures"]

    assert (found.minutes, found.unbilled_hours) == (120, Decimal("142.50"))
    assert (found.unbilled_expenses, found.unbilled_trips) == (Decimal("42.50"), Decimal("12.90"))
    assert found.unbilled == Decimal("197.90")


def test_a_project_shows_the_state_of_its_scheduled_amounts(client, in_instalments):
    response = client.get(url("detail", in_instalments.pk))

    assert [scheduled.description for scheduled in response.context["scheduled_amounts"]] == [
        "Delivery",
        "Start",
    ]
    assert "On a draft" in response.text
    assert "Planned" in response.text


def test_a_project_takes_as_many_queries_with_many_amounts_and_people(
    client, organisation, project, django_assert_max_num_queries
):
    with django_assert_max_num_queries(24) as few:
        assert client.get(url("detail", project.pk)).status_code == 200
    for number in range(20):
        ScheduledAmount.objects.create(
            project=project,
            kind="period",
            key=str(number),
            description="Period",
            due_on=datetime.date(2026, 1, 1),
            price=1,
            invoice_line=create_invoice_line(project=project),
        )
        member = create_membership(organisation=organisation)
        project.project_members.create(membership=member)
        project.project_tasks.create(task=create_task(organisation=organisation))

    with django_assert_max_num_queries(len(few) + 2):
        assert client.get(url("detail", project.pk)).status_code == 200


def test_archiving_stops_what_is_to_come_and_restoring_plans_it_again(client, customer):
    client.post(url("add"), filled_in(customer, method="subscription", **subscription()))
    project = Project.objects.get()
    planned = project.scheduled_amounts.count()

    client.post(url("archive", project.pk))
    project.refresh_from_db()
    assert project.is_archived
    assert not project.scheduled_amounts.filter(due_on__gt=timezone.localdate()).exists()

    client.post(url("restore", project.pk))
    project.refresh_from_db()
    assert not project.is_archived
    assert project.scheduled_amounts.count() == planned


def test_archiving_names_the_project_and_can_be_undone(client, project):
    answer = client.post(url("archive", project.pk), follow=True).text

    assert f'<a href="{url("detail", project.pk)}">{project.name}</a> has been archived' in answer
    assert f'action="{url("restore", project.pk)}" data-undo' in answer


def test_archiving_is_not_done_by_looking(client, project):
    assert client.get(url("archive", project.pk)).status_code == 405


@pytest.mark.parametrize("wanted", ["x", "9" * 25, "9" * 5000])
def test_a_new_project_for_a_customer_that_cannot_exist_starts_without_one(client, wanted):
    assert client.get(url("add"), {"customer": wanted}).status_code == 200
