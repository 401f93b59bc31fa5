"""Tasks, categories and vehicles, and a project of every invoicing method."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Membership, Organisation
from customers.models import Customer
from integrations.models import Connection
from projects.models import (
    ExpenseCategory,
    Frequency,
    Instalment,
    Method,
    Project,
    ProjectMember,
    ProjectTask,
    Subscription,
    Task,
    TripSettings,
    Vehicle,
)
from projects.periods import add_months
from projects.scheduled_amounts import plan_scheduled_amounts

from .days import Calendar

# name, code, euros per hour, ledger account, cost centre; without a rate it is not billable
TASKS = (
    ("Ontwikkeling", "ONTW", "90.00", "8000", "Techniek"),
    ("Ontwerp", "ONTWERP", "92.50", "8000", "Ontwerp"),
    ("Overleg", "OVERLEG", "95.00", "8010", ""),
    ("Onderzoek", "ONDERZ", "105.00", "8010", ""),
    ("Rapportage", "RAPP", "105.00", "8010", ""),
    ("Projectleiding", "PL", "98.00", "8010", ""),
    ("Support", "SUPPORT", "95.00", "", "Techniek beheer"),
    ("Administratie", "", "", "", ""),
    ("Intern overleg", "", "", "", ""),
)
CATEGORIES = ("Hosting en domeinen", "Licenties", "Stockfoto's", "Drukwerk", "Verblijf")
LOW_RATE = {"Verblijf": "LAAG_VERK_9"}
VEHICLES = (("Volkswagen ID.3", "R-482-KX"), ("Eigen auto Lotte", "78-ZPN-4"), ("Trein", ""))


@dataclass(frozen=True)
class Plan:
    """A project to create. `tasks` are names; `rates` and `prices` are its own, by task."""

    customer: str
    name: str
    method: Method
    tasks: tuple[str, ...]
    rates: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)


def add_catalogue(organisation: Organisation, connection: Connection | None) -> dict[str, Task]:
    """Add expense categories, vehicles, a rate per kilometre and tasks; return tasks by name."""
    centres = (
        {centre.name: centre.remote_id for centre in connection.cost_centres.all()}
        if connection
        else {}
    )
    rates = {rate.code: rate for rate in organisation.vat_rates.all()}
    for name in CATEGORIES:
        rate = rates.get(LOW_RATE.get(name, ""))
        ExpenseCategory.objects.create(
            organisation=organisation, name=name, ledger_account="8030", vat_rate=rate
        )
    for name, plate in VEHICLES:
        Vehicle.objects.create(organisation=organisation, name=name, licence_plate=plate)
    TripSettings.objects.filter(organisation=organisation).update(
        rate=Decimal("0.30"), ledger_account="8020"
    )
    return {name: _add_task(organisation, centres, name, *columns) for name, *columns in TASKS}


def _add_task(
    organisation: Organisation, centres: Mapping[str, int], name: str, *columns: str
) -> Task:
    code, rate, ledger_account, centre = columns
    return Task.objects.create(
        organisation=organisation,
        name=name,
        code=code,
        hourly_rate=Decimal(rate) if rate else None,
        is_billable=bool(rate),
        is_common=name in ("Ontwikkeling", "Overleg"),
        ledger_account=ledger_account,
        cost_centre_id=centres.get(centre),
    )


def add_projects(
    people: Mapping[str, Membership],
    customers: Mapping[str, Customer],
    tasks: Mapping[str, Task],
    calendar: Calendar,
) -> dict[str, Project]:
    """Add the projects and plan their scheduled amounts; return them by name."""
    projects = {
        plan.name: _add_project(plan, people, customers, tasks, calendar)
        for plan in plans(calendar)
    }
    _add_instalments(projects["Huisstijl"], calendar)
    this_month = calendar.today.replace(day=1)
    _subscribe(projects["SLA support"], tasks, add_months(this_month, -1), "800.00")
    _subscribe(projects["Hosting"], tasks, calendar.first, "95.00")
    for project in projects.values():
        plan_scheduled_amounts(project, today=calendar.today)
    return projects


def _add_project(
    plan: Plan,
    people: Mapping[str, Membership],
    customers: Mapping[str, Customer],
    tasks: Mapping[str, Task],
    calendar: Calendar,
) -> Project:
    customer = customers[plan.customer]
    fields = {"starts_on": calendar.first, **plan.more}
    project = Project.objects.create(
        organisation=customer.organisation,
        customer=customer,
        name=plan.name,
        code=f"P{calendar.today:%y}{Project.objects.count() + 1:03d}",
        method=plan.method,
        **fields,
    )
    project.managers.add(people["Daan"])
    ProjectMember.objects.bulk_create(
        ProjectMember(project=project, membership=one) for one in people.values()
    )
    ProjectTask.objects.bulk_create(_tasks_of(plan, project, tasks))
    return project


def _tasks_of(plan: Plan, project: Project, tasks: Mapping[str, Task]) -> Iterator[ProjectTask]:
    for name in plan.tasks:
        yield ProjectTask(
            project=project,
            task=tasks[name],
            hourly_rate=_euros(plan.rates.get(name)),
            fixed_price=_euros(plan.prices.get(name)),
        )


def _euros(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _add_instalments(project: Project, calendar: Calendar) -> None:
    days = (
        calendar.first + datetime.timedelta(days=14),
        calendar.ago(7),
        calendar.today + datetime.timedelta(days=45),
    )
    texts = ("bij opdracht", "na het ontwerp", "bij oplevering")
    for number, (day, text) in enumerate(zip(days, texts, strict=True), start=1):
        Instalment.objects.create(
            project=project,
            description=f"Termijn {number} van {len(texts)}, {text}",
            date=day,
            amount=Decimal("2700.00"),
        )


def _subscribe(
    project: Project, tasks: Mapping[str, Task], starts_on: datetime.date, price: str
) -> None:
    Subscription.objects.create(
        project=project,
        frequency=Frequency.MONTH,
        starts_on=starts_on,
        description="Vast bedrag",
        price=Decimal(price),
        task=tasks["Support"],
    )


def plans(calendar: Calendar) -> tuple[Plan, ...]:
    """Return all projects to create."""
    return (*_by_the_hour(calendar), *_agreed_amounts(calendar), *_not_billed(calendar))


def _by_the_hour(calendar: Calendar) -> tuple[Plan, ...]:
    task, person = Method.TASK_RATE, Method.EMPLOYEE_RATE
    project, customer = Method.PROJECT_RATE, Method.CUSTOMER_RATE
    make, talk = ("Ontwikkeling", "Overleg"), ("Onderzoek", "Rapportage", "Overleg")
    design, recent = ("Ontwerp", *make), {"starts_on": calendar.recent}
    audit = {"hourly_rate": Decimal("105.00"), "reference": "PO 88120", "budget_minutes": 12_000}
    upkeep = {"hourly_rate": Decimal("87.50")}
    return (
        Plan("K00102", "Website 2026", task, design, more={"budget_minutes": 24_000}),
        Plan("K00098", "Webshop", task, make, rates={"Ontwikkeling": "94.00"}),
        Plan("K00104", "Afsprakenmodule", task, make),
        Plan("K00091", "Jaarverslag", task, ("Ontwerp", "Overleg")),
        Plan("K00113", "Webwinkel", task, make, more={"starts_on": calendar.second}),
        Plan("K00117", "Migratie cloud", person, (*make, "Onderzoek"), more=recent),
        Plan("K00106", "Lampenkonfigurator", person, make),
        Plan("K00093", "Audit toegankelijkheid", project, talk, more=audit),
        Plan("K00089", "Onderhoud webshop", project, ("Support", "Overleg"), more=upkeep),
        Plan("K00108", "Kantoorsite", project, make, more={"hourly_rate": Decimal("99.00")}),
        Plan("K00095", "Productconfigurator", customer, design),
        Plan("K00085", "Beheer portaal", customer, ("Support", "Overleg")),
        Plan("K00112", "Boekingssite", customer, talk, more=recent),
    )


def _agreed_amounts(calendar: Calendar) -> tuple[Plan, ...]:
    make, support = ("Ontwerp", "Ontwikkeling", "Projectleiding"), ("Support",)
    whole, recent = Method.FIXED_PRICE, calendar.recent
    portal = {"fixed_price": Decimal("6500.00"), "ends_on": max(calendar.ago(3), recent)}
    album = {"fixed_price": Decimal("1250.00"), "ends_on": calendar.ago(10)}
    prices = {"Ontwerp": "2400.00", "Ontwikkeling": "3800.00"}
    beer = {"ends_on": max(calendar.ago(5), recent)}
    return (
        Plan("K00085", "Patiëntenportaal", whole, make, more=portal),
        Plan("K00110", "Portfolio", whole, make[:2], more=album),
        Plan(
            "K00089",
            "Campagne winterbier",
            Method.FIXED_PRICE_TASKS,
            make[:2],
            prices=prices,
            more=beer,
        ),
        Plan("K00102", "Huisstijl", Method.INSTALMENTS, make),
        Plan("K00117", "SLA support", Method.SUBSCRIPTION, support),
        Plan("K00108", "Hosting", Method.SUBSCRIPTION, support),
    )


def _not_billed(calendar: Calendar) -> tuple[Plan, ...]:
    old = {
        "starts_on": add_months(calendar.first, -14),
        "ends_on": add_months(calendar.first, -8),
        "is_archived": True,
    }
    internal = ("Administratie", "Intern overleg")
    return (
        Plan("K00001", "Algemeen", Method.NONE, internal, more={"starts_on": None}),
        Plan("K00112", "Fotoshoot", Method.TASK_RATE, ("Ontwerp",), more=old),
    )
