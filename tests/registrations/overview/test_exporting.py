"""Overview as a file: the cells of each kind, in CSV and XLSX, without an object for a row."""

import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from django.db.models.signals import post_init
from django.urls import reverse
from lxml import etree

from lib.xlsx import MAIN
from registrations.models import Status, TimeEntry
from tests import factories
from tests.responses import exported

from ..rows import row_of

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 3)


def export(client, kind="hours", **query):
    address = reverse(f"registrations:overview-{kind}-export")
    return client.get(address, {"period": "all", **query})


def workbook_rows(answer) -> list[list[str]]:
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        root = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{{{MAIN}}}row")]


def about(office, **fields):
    return {"project": office.project, "membership": office.employee, "date": DAY, **fields}


def test_the_cells_of_an_hour(office, manager):
    row_of(office, date=DAY, minutes=50, hourly_rate=None, amount=0, is_billable=False)

    (row,) = exported(export(manager))

    project, person = office.project, office.employee.user
    assert list(row.values()) == [
        "Hours",
        "2026-11-03",
        f"{person.first_name} {person.last_name}",
        project.customer.number,
        project.customer.name,
        project.code,
        project.name,
        office.task.name,
        row["Description"],
        "0.83",
        "0.83",
        "",
        "",
        "no",
        "Open",
        "",
        "",
        "0.00",
    ]


def test_the_cells_of_an_expense(office, manager):
    category = factories.create_expense_category(organisation=office.organisation, name="Hosting")
    fields = {"quantity": Decimal("1.5"), "price": Decimal(10), "amount": Decimal(15)}
    factories.create_expense(category=category, **about(office, **fields))

    (row,) = exported(export(manager, "expenses"))

    assert (row["Kind"], row["Task, category or vehicle"]) == ("Expense", "Hosting")
    assert (row["Hours"], row["Quantity"], row["Km"]) == ("", "1.50", "")
    assert (row["Price"], row["Amount excl. VAT"]) == ("10.00", "15.00")


@pytest.mark.parametrize(
    ("description", "told"),
    [("", "Zwolle – Utrecht"), ("Meeting", "Zwolle – Utrecht. Meeting")],
)
def test_the_cells_of_a_trip_without_a_vehicle(office, manager, description, told):
    places = {"origin": "Zwolle", "destination": "Utrecht", "distance": 90}
    factories.create_trip(**about(office, vehicle=None, description=description, **places))

    (row,) = exported(export(manager, "trips"))

    assert (row["Kind"], row["Task, category or vehicle"]) == ("Trip", "")
    assert (row["Description"], row["Km"]) == (told, "90")


def test_a_row_on_a_draft_says_so_and_one_on_an_invoice_names_it(office, manager):
    draft = factories.create_invoice_line(project=office.project)
    sent = factories.create_invoice_line(project=office.project)
    sent.invoice.number, sent.invoice.status = "2026-007", "sent"
    sent.invoice.save()
    for line in (draft, sent):
        row_of(office, invoice_line=line, status=Status.INVOICED)

    rows = exported(export(manager))

    assert {(row["Status"], row["Invoice"]) for row in rows} == {
        ("On a draft", ""),
        ("Invoiced", "2026-007"),
    }


def test_a_person_without_a_name_is_called_by_the_address(office, manager):
    user = office.employee.user
    user.first_name = user.last_name = ""
    user.save()
    row_of(office)

    assert exported(export(manager))[0]["Employee"] == user.email


def test_overview_offers_a_workbook_beside_csv(office, manager):
    page = manager.get(reverse("registrations:overview-hours")).content.decode()

    address = reverse("registrations:overview-hours-export")
    assert f'href="{address}" data-export="csv"' in page
    assert f'href="{address}?file=xlsx" data-export="xlsx"' in page


def test_the_workbook_has_the_cells_of_the_csv(office, manager):
    row_of(office, date=DAY, description="=1+1", minutes=90)

    head, cells = workbook_rows(export(manager, file="xlsx"))

    assert head[:3] == ["Kind", "Date", "Employee"]
    assert (cells[1], cells[8], cells[9]) == ("46329", "=1+1", "1.50")


def test_a_selection_is_exported_as_a_workbook_too(office, manager):
    fields = {"hours": [row_of(office).pk], "file": "xlsx"}

    answer = manager.post(reverse("registrations:overview-export-selection"), fields)

    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert len(workbook_rows(answer)) == 2


@pytest.mark.parametrize("file", ["csv", "xlsx"])
def test_an_export_makes_no_object_of_a_row_and_asks_no_more_for_many_rows(
    office, manager, file, django_assert_num_queries
):
    row_of(office)
    made = []

    def count(instance, **_about):
        made.append(instance)

    # Session, member and rows; and the entry of the audit trail, in a transaction.
    with django_assert_num_queries(6):
        export(manager, file=file).getvalue()
    for _n in range(30):
        row_of(office)
    post_init.connect(count, sender=TimeEntry)
    try:
        with django_assert_num_queries(6):
            export(manager, file=file).getvalue()
    finally:
        post_init.disconnect(count, sender=TimeEntry)

    assert made == []
