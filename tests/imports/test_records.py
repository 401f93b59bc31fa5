"""Import of customers, projects, tasks and employees: recognised, and never emptied."""

from decimal import Decimal

import pytest

from accounts.models import Membership, Role
from customers.models import Customer
from imports import undoing
from imports.models import ImportedRow, Outcome
from imports.presenters import shown_fields, shown_rows
from lib.countries import country_name
from projects.models import Project, Task
from tests import factories

from .conftest import NOW, table

pytestmark = pytest.mark.django_db

CUSTOMERS = table(
    ("Klantnummer", "Naam", "E-mail", "Postcode", "Plaats", "Land", "KvK-nummer", "BTW-nummer",
     "Betaaltermijn", "Uurtarief"),
    ("K9", "Bakkerij Van Dam", "mailto:Anna@VanDam.example", "8011ln", "Zwolle", "Nederland",
     "KvK 68412907", "NL829088981B01", "30", "95,50"),
    ("", "De Groene Tuin", "", "", "Deventer", "", "", "", "", ""),
    ("K11", "Fout B.V.", "geen adres", "8011 LN", "", "Atlantis", "123", "", "1.000", ""),
    ("K9", "Nog een keer", "", "", "", "", "", "", "", ""),
)  # fmt: skip


def test_customers_get_the_clean_of_their_form_and_errors_stand_at_their_cells(office):
    draft = office.take(CUSTOMERS, kind="customers")
    checked = office.check(draft)

    assert checked.counts["new"] == 2
    wrong = {plan.row.number: sorted(plan.errors) for plan in checked.plans if plan.errors}
    assert wrong[4][:1] == ["email"]
    assert wrong[5] == ["name"]
    office.run(draft)
    first = Customer.objects.get(number="K9")
    assert (first.email, first.postal_code, first.country) == (
        "Anna@vandam.example", "8011 LN", "NL",
    )  # fmt: skip
    assert (first.coc_number, first.payment_term, first.hourly_rate) == (
        "68412907", 30, Decimal("95.50"),
    )  # fmt: skip
    second = Customer.objects.get(name="De Groene Tuin")
    assert (second.number, second.country, second.city) == ("K00001", "NL", "Deventer")


def shown(checked) -> list[dict[str, str]]:
    """Return the texts of the preview by field, for each row."""
    rows = shown_rows(checked.plans, checked, shown_fields(checked))
    return [{cell.field: cell.text for cell in row.cells} for row in rows]


def test_the_preview_shows_what_will_be_stored(office):
    text = table(
        ("Klantnummer", "Naam", "E-mail", "Telefoon", "Postcode", "Land", "KvK-nummer",
         "BTW-nummer", "IBAN"),
        ("K9", "Bakkerij  Van Dam", "Anna <mailto:Anna@VanDam.example>", "Tel.: 0570 12 34 56",
         "8011ln", "NLD", "KvK 68412907", "btw 8290.88.981.B01", "IBAN: nl91 abna 0417 1643 00"),
    )  # fmt: skip
    draft = office.take(text, kind="customers")

    (row,) = shown(office.check(draft))
    office.run(draft)

    stored = Customer.objects.get()
    assert row == {name: getattr(stored, name) for name in row} | {"country": country_name("NL")}
    assert (row["vat_number"], row["iban"]) == ("NL829088981B01", "NL91ABNA0417164300")
    assert (stored.country, row["coc_number"]) == ("NL", "68412907")


def test_the_preview_shows_what_a_record_keeps(office):
    organisation = office.organisation
    factories.create_customer(organisation=organisation, number="k9", name="Bakkerij Van Dam")
    factories.create_task(organisation=organisation, name="Ontwerp")
    people = table(("E-mail", "Voornaam"), (office.manager.user.email.upper(), "Iemand"))
    customers = table(("Klantnummer", "Naam"), ("K9", "Bakkerij Van Dam"))

    (customer,) = shown(office.check(office.take(customers, kind="customers")))
    (task,) = shown(office.check(office.take(table(("Naam",), ("ONTWERP",)), kind="tasks")))
    (person,) = shown(office.check(office.take(people, kind="employees")))

    assert customer["number"] == "k9"
    assert task["name"] == "Ontwerp"
    user = office.manager.user
    assert person == {"email": user.email, "first_name": user.first_name}


def test_a_change_of_country_and_vat_rate_is_shown_by_name(office):
    organisation = office.organisation
    rate = factories.create_vat_rate(organisation=organisation)
    factories.create_customer(organisation=organisation, number="K9", name="Bakkerij Van Dam")
    text = table(
        ("Klantnummer", "Naam", "Land", "Btw-tarief"),
        ("K9", "Bakkerij Van Dam", "België", rate.name),
    )

    (plan,) = office.check(office.take(text, kind="customers")).plans

    assert plan.changes["country"] == (country_name("NL"), country_name("BE"))
    assert plan.changes["vat_rate_id"] == ("", str(rate))


def test_a_customer_that_is_there_changes_and_is_not_emptied_and_undo_gives_it_back(office):
    factories.create_customer(
        organisation=office.organisation, number="k9", name="Bakkerij Van Dam", phone="0570 123456"
    )
    text = table(("Klantnummer", "Naam", "Telefoon", "Plaats"), ("K9", "Van Dam", "", "Deventer"))
    (plan,) = office.check(office.take(text, kind="customers")).plans
    assert plan.changes == {"name": ("Bakkerij Van Dam", "Van Dam"), "city": ("Zwolle", "Deventer")}

    done = office.run(office.take(text, kind="customers"))
    again = office.run(office.take(text, kind="customers"))

    assert (done.changed_count, again.changed_count, again.unchanged_count) == (1, 0, 1)
    stored = Customer.objects.get()
    assert (stored.name, stored.city, stored.phone) == ("Van Dam", "Deventer", "0570 123456")

    assert undoing.undo(done, by=office.manager.user, now=NOW).restored == 1
    stored.refresh_from_db()
    assert (stored.name, stored.city) == ("Bakkerij Van Dam", "Zwolle")


def test_tasks_projects_and_employees_are_imported_once_and_undone(office):
    factories.create_customer(organisation=office.organisation, name="Bakkerij Van Dam")
    tasks = table(("Naam", "Code", "Tarief", "Factureerbaar"), ("Ontwerp", "ONT", "95", "nee"))
    projects = table(
        ("Klant", "Naam", "Start", "Einde", "Budget uren", "Factuurmethode", "Vaste prijs"),
        ("bakkerij van dam", "Website", "01-02-2026", "31-12-2026", "120,5", "", ""),
        ("bakkerij van dam", "Webshop", "", "", "", "Vaste prijs", "5.000,00"),
        ("bakkerij van dam", "Fout", "31-12-2026", "01-02-2026", "", "", ""),
    )
    people = table(("E-mail", "Voornaam", "Rol"), ("LOTTE@x.example", "Lotte", "Projectleider"))
    office.organisation.language = "nl"

    made = {}
    for kind, text in (("tasks", tasks), ("projects", projects), ("employees", people)):
        made[kind] = office.run(office.take(text, kind=kind))
        assert office.run(office.take(text, kind=kind)).new_count == 0, kind

    assert Task.objects.get().is_billable is False
    website = Project.objects.get(name="Website")
    assert website.budget_minutes == 7230
    assert [one.task.name for one in website.project_tasks.all()] == ["Ontwerp"]
    assert made["projects"].error_count == 1
    assert ImportedRow.objects.filter(outcome=Outcome.ERROR).first().field == "ends_on"
    assert Project.objects.get(name="Webshop").scheduled_amounts.get().price == 5000
    assert Membership.objects.get(user__email="lotte@x.example").role == Role.PROJECT_MANAGER

    # A task that projects have stays until those are taken back.
    assert undoing.preview(made["tasks"]).obstacles == ["1 is used by now: Ontwerp"]
    for kind in ("projects", "tasks", "employees"):
        undoing.undo(made[kind], by=office.manager.user, now=NOW)
    assert not Task.objects.exists()
    assert not Project.objects.exists()
    assert Membership.objects.count() == 1


def test_a_change_after_the_import_is_kept_by_its_undo_and_named(office, client_of):
    customer = factories.create_customer(
        organisation=office.organisation, number="K9", name="Van Dam", phone="0570 123456"
    )
    text = table(("Klantnummer", "Telefoon", "Plaats"), ("K9", "038 123456", "Deventer"))
    done = office.run(office.take(text, kind="customers"))
    Customer.objects.filter(pk=customer.pk).update(phone="06 12345678")

    shown = client_of(office.manager).get(f"/settings/import/files/{done.pk}/undo/")
    assert "1 was changed afterwards:" in shown.content.decode()
    assert "Van Dam (phone). That change is kept." in shown.content.decode()
    assert undoing.undo(done, by=office.manager.user, now=NOW).restored == 1

    customer.refresh_from_db()
    assert (customer.phone, customer.city) == ("06 12345678", "Zwolle")


def test_a_new_customer_that_was_changed_since_stands_in_the_way_of_undo(office):
    done = office.run(office.take(table(("Naam",), ("Van Dam",)), kind="customers"))
    Customer.objects.update(city="Zwolle")

    assert undoing.preview(done).obstacles == ["1 changed since"]
