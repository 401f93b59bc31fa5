"""Columns of a file: guessed by heading and contents, and read in one way per column."""

import datetime
from decimal import Decimal

import pytest

from imports.kinds import KINDS
from imports.presenters import shown_fields, shown_rows
from registrations.models import Expense, TimeEntry, Trip
from tests import factories

from .conftest import book, table

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def column(checked, name):
    return next(one for one in checked.columns if one.field and one.field.name == name)


@pytest.fixture
def daan(office):
    office.work()
    return office.person("Daan", "Visser")


def hours(*rows, head=("Datum", "Medewerker", "Project", "Taak", "Uren")):
    return table(head, *rows)


def one_row(day="28-11-2025", duration="1:30"):
    return (day, "Daan Visser", "Website", "Ontwerp", duration)


@pytest.mark.parametrize(
    "head",
    [
        ("Datum", "Medewerker", "Project", "Taak", "Uren"),
        ("Date", "Employee", "Project", "Task", "Hours"),
        ("DATUM:", "Werknemer", "Opdracht", "Activiteit", "Duur (uren)"),
    ],
)
def test_known_headings_in_dutch_and_english_are_certain(office, daan, head):
    draft = office.take(hours(one_row(), head=head))

    assert draft.mapping == ["date", "employee", "project", "task", "duration"]
    assert draft.looked_at == [0, 1, 2, 3, 4]


def test_a_guess_by_contents_must_be_looked_at_before_the_import_starts(office, daan):
    head = ("Wanneer", "Medewerker", "Project", "Taak", "Uren")
    draft = office.take(hours(one_row(), head=head))

    checked = office.check(draft)

    assert draft.mapping[0] == "date"
    assert not checked.columns[0].is_certain
    assert checked.why_not.startswith("Look at the columns in amber")


def test_a_required_field_without_a_column_is_named(office, daan):
    checked = office.check(office.take(table(("Datum", "Uren"), ("28-11-2025", "1"))))

    assert checked.why_not == "Say which column is: Employee, Project, Task."
    assert checked.plans == []


@pytest.mark.parametrize(
    ("days", "read"),
    [
        (["23-11-2025", "03-04-2025"], ["2025-11-23", "2025-04-03"]),
        (["11/23/2025", "03/04/2025"], ["2025-11-23", "2025-03-04"]),
        (["2025-11-23", "2025-04-03"], ["2025-11-23", "2025-04-03"]),
        (["23-11-2025 0:00", "23 nov 2025"], ["2025-11-23", "2025-11-23"]),
    ],
)
def test_the_other_days_of_a_column_decide_about_its_order(office, daan, days, read):
    checked = office.check(office.take(hours(*(one_row(day) for day in days))))

    assert not column(checked, "date").decision.options
    found = [plan.row.values["date"].isoformat() for plan in checked.plans]
    assert found == read


def test_days_of_which_none_decides_are_asked_about_once(office, daan):
    draft = office.take(hours(one_row("03-04-2025"), one_row("05-06-2025")))
    checked = office.check(draft)

    decision = column(checked, "date").decision
    assert [label for _key, label in decision.options] == [
        "Thu 3 April 2025",
        "Tue 4 March 2025",
    ]
    assert checked.why_not == "Say how the column is read."

    draft.readings = {"date": "month"}
    checked = office.check(draft)
    assert checked.why_not == ""
    assert checked.plans[0].row.values["date"] == datetime.date(2025, 3, 4)


def test_a_day_that_leaves_out_its_year_is_refused_with_what_it_may_mean(office, daan):
    (plan,) = office.check(office.take(hours(one_row("28 nov")))).plans

    assert "Type the whole date" in plan.errors["date"]


@pytest.mark.parametrize(
    ("durations", "minutes"),
    [
        (["7.30", "7.75"], [438, 465]),
        (["7,30", "1:15"], [438, 75]),
        (["8u15", "90m"], [495, 90]),
    ],
)
def test_the_other_durations_of_a_column_decide_about_a_point(office, daan, durations, minutes):
    checked = office.check(office.take(hours(*(one_row(duration=one) for one in durations))))

    assert [plan.row.values["duration"] for plan in checked.plans] == minutes


def test_a_point_in_durations_is_asked_about_once(office, daan):
    draft = office.take(hours(one_row(duration="7.30"), one_row("27-11-2025", "1.15")))
    checked = office.check(draft)

    assert column(checked, "duration").decision.options == (("clock", "7:30"), ("decimal", "7:18"))
    assert checked.why_not

    draft.readings = {"duration": "clock"}
    assert [plan.row.values["duration"] for plan in office.check(draft).plans] == [450, 75]


def test_numbers_and_days_of_a_workbook_are_never_doubtful(office, daan):
    head = ["Datum", "Medewerker", "Project", "Taak", "Uren"]
    rows = [
        [datetime.date(2025, 4, 3), "Daan Visser", "Website", "Ontwerp", Decimal("7.30")],
        [datetime.date(2025, 6, 5), "Daan Visser", "Website", "Ontwerp", Decimal(2)],
    ]
    checked = office.check(office.take(book(head, *rows), name="uren.xlsx"))

    assert checked.why_not == ""
    assert [plan.row.values["duration"] for plan in checked.plans] == [438, 120]
    assert checked.plans[0].row.values["date"] == datetime.date(2025, 4, 3)


def expenses(*prices):
    head = ("Datum", "Medewerker", "Project", "Categorie", "Prijs")
    return table(
        head, *(("28-11-2025", "Daan Visser", "Website", "Hosting", one) for one in prices)
    )


@pytest.mark.parametrize(
    ("prices", "read"),
    [
        (["1.125", "12,50"], ["1125.00", "12.50"]),
        (["1,125", "12.50"], ["1125.00", "12.50"]),
        (["€ 1.234,50", "95,-"], ["1234.50", "95.00"]),
        (["-1.125", "12,50", "- € 2.250"], ["-1125.00", "12.50", "-2250.00"]),
        (["1,120 euros", "12,50", "1,250 €"], ["1.12", "12.50", "1.25"]),
    ],
)
def test_the_other_amounts_of_a_column_decide_about_thousands(office, daan, prices, read):
    office.organisation.expense_categories.create(name="Hosting")
    checked = office.check(office.take(expenses(*prices), kind="expenses"))

    assert checked.why_not == ""
    assert [str(plan.row.values["price"]) for plan in checked.plans] == read


def test_an_amount_of_hundreds_of_digits_is_refused_at_its_cell(office, daan):
    office.organisation.expense_categories.create(name="Hosting")
    draft = office.take(expenses("9" * 400, "12,50"), kind="expenses")

    first, second = office.check(draft).plans

    assert first.errors["price"].startswith("Enter at most 99")
    assert second.row.values["price"] == Decimal("12.50")


def test_an_amount_with_two_readings_is_asked_about_once(office, daan):
    office.organisation.expense_categories.create(name="Hosting")
    draft = office.take(expenses("1.125", "2.500"), kind="expenses")
    checked = office.check(draft)

    options = column(checked, "price").decision.options
    assert [key for key, _label in options] == ["comma", "point"]
    assert checked.why_not

    draft.readings = {"price": "comma"}
    assert [plan.row.values["price"] for plan in office.check(draft).plans] == [1125, 2500]
    draft.readings = {"price": "point"}
    first, second = office.check(draft).plans
    assert "at most 2 decimals" in first.errors["price"]
    assert second.row.values["price"] == Decimal("2.50")


def test_expenses_and_trips_are_imported_recognised_and_priced(office, daan):
    office.organisation.expense_categories.create(name="Hosting")
    text = expenses("24,50", "-3,00")
    assert office.run(office.take(text, kind="expenses")).new_count == 2
    assert office.run(office.take(text, kind="expenses")).unchanged_count == 2
    assert sorted(Expense.objects.values_list("amount", flat=True)) == [
        Decimal("-3.00"),
        Decimal("24.50"),
    ]

    head = ("Datum", "Medewerker", "Project", "Van", "Naar", "Km", "Soort")
    trips = table(
        head,
        ("28-11-2025", "Daan Visser", "Website", "Zwolle", "Deventer", "35", "zakelijk"),
        ("27-11-2025", "Daan Visser", "Website", "Zwolle", "Deventer", "35", "privé"),
    )
    assert office.run(office.take(trips, kind="trips")).new_count == 2
    assert office.run(office.take(trips, kind="trips")).unchanged_count == 2
    assert sorted(Trip.objects.values_list("amount", flat=True)) == [0, Decimal("10.50")]


def test_what_is_not_billed_needs_no_project(office, daan):
    office.organisation.expense_categories.create(name="Hosting")
    head = ("Datum", "Medewerker", "Project", "Categorie", "Prijs", "Factureerbaar")
    rows = table(
        head,
        ("28-11-2025", "Daan Visser", "", "Hosting", "24,50", "nee"),
        ("28-11-2025", "Daan Visser", "", "Hosting", "12,50", "ja"),
    )

    own, billed = office.check(office.take(rows, kind="expenses")).plans

    assert (own.errors, own.target.project) == ({}, None)
    assert billed.errors == {"project": "Choose a project, or untick Billable."}
    assert office.run(office.take(rows, kind="expenses")).new_count == 1


def test_readings_of_the_odometer_give_the_distance_of_a_trip(office, daan):
    office.organisation.vehicles.create(name="ID.3")
    head = ("Datum", "Medewerker", "Van", "Naar", "Km", "Soort", "Auto", "Beginstand", "Eindstand")
    of_a_day = ("28-11-2025", "Daan Visser", "Zwolle", "Deventer")
    rows = table(
        head,
        (*of_a_day, "", "privé", "ID.3", "45210", "45245"),
        (*of_a_day, "104", "privé", "ID.3", "45245", "45280"),
        (*of_a_day, "", "woon-werk", "ID.3", "45280", ""),
        (*of_a_day, "", "privé", "", "45280", "45290"),
        (*of_a_day, "", "woon-werk", "", "", ""),
    )

    good, *wrong = office.check(office.take(rows, kind="trips")).plans

    assert (good.errors, good.target.distance, good.target.odometer_end) == ({}, 35, 45245)
    assert [list(plan.errors) for plan in wrong] == [
        ["distance"],
        ["odometer_end"],
        ["vehicle"],
        ["distance"],
    ]


def test_a_distance_has_the_limits_of_the_form(office, daan):
    office.organisation.vehicles.create(name="ID.3")
    head = ("Datum", "Medewerker", "Van", "Naar", "Km", "Soort", "Auto", "Beginstand", "Eindstand")
    of_a_day = ("28-11-2025", "Daan Visser", "Zwolle", "Deventer")
    rows = table(
        head,
        (*of_a_day, "", "privé", "ID.3", "4521", "45210"),
        (*of_a_day, "5001", "privé", "", "", ""),
        (*of_a_day, "0", "privé", "", "", ""),
        (*of_a_day, "", "privé", "ID.3", "10000000", "10000010"),
    )

    plans = office.check(office.take(rows, kind="trips")).plans

    assert [list(plan.errors) for plan in plans] == [
        ["distance"],
        ["distance"],
        ["distance"],
        ["odometer_begin", "odometer_end"],
    ]


def test_start_end_and_pause_give_the_duration_as_in_the_form(office, daan):
    head = ("Datum", "Medewerker", "Project", "Taak", "Start", "Eind", "Pauze", "Uren")
    rows = [
        ("28-11-2025", "Daan Visser", "Website", "Ontwerp", "9:00", "12:30", "30m", ""),
        ("27-11-2025", "Daan Visser", "Website", "Ontwerp", "9:00", "12:30", "", "8"),
        ("26-11-2025", "Daan Visser", "Website", "Ontwerp", "9:00", "", "", ""),
    ]
    good, other, half = office.check(office.take(table(head, *rows))).plans

    assert good.target.minutes == 180
    assert other.errors == {
        "duration": "Start, end and pause give 3:30. Correct them, or leave the duration empty."
    }
    assert half.errors == {"end": "Fill in both start and end, or neither."}


def test_formulas_are_stored_as_the_text_that_they_are(office, daan):
    head = ("Datum", "Medewerker", "Project", "Taak", "Uren", "Omschrijving")
    office.run(office.take(table(head, (*one_row(), '=HYPERLINK("x")'.replace('"', "")))))

    assert TimeEntry.objects.get().description == "=HYPERLINK(x)"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_headings_of_a_template_are_all_known(office, kind):
    fields = KINDS[kind]().fields()
    text = table([str(one.label) for one in fields], [one.example or "x" for one in fields])

    draft = office.take(text, kind=kind)

    assert draft.mapping == [one.name for one in fields]
    assert draft.looked_at == list(range(len(fields)))


def test_a_heading_with_another_letter_is_guessed_and_must_be_looked_at(office, daan):
    head = ("Datum", "Medewerker", "Projekt", "Taak", "Uren gewerkt")
    draft = office.take(hours(one_row(), head=head))

    assert draft.mapping == ["date", "employee", "project", "task", "duration"]
    assert draft.looked_at == [0, 1, 3]


def with_vat(*rates):
    """Expenses of 121.00 incl. VAT, each with a cell for the rate."""
    head = ("Datum", "Medewerker", "Project", "Categorie", "Prijs incl btw", "Btw")
    work = ("28-11-2025", "Daan Visser", "Website", "Hosting", "121,00")
    return table(head, *((*work, one) for one in rates))


@pytest.fixture
def hosting(office, daan):
    """A category with a rate of 21%."""
    rate = factories.create_vat_rate(organisation=office.organisation)
    return office.organisation.expense_categories.create(name="Hosting", vat_rate=rate)


def test_a_price_incl_vat_takes_the_rate_of_its_category_as_the_form_does(office, hosting):
    low = factories.create_vat_rate(
        organisation=office.organisation, name="Laag", percentage=Decimal(9), is_default=False
    )
    draft = office.take(with_vat("", "9%"), kind="expenses")

    empty, filled = office.check(draft).plans

    assert (empty.errors, empty.target.price) == ({}, Decimal("100.00"))
    assert (filled.errors, filled.target.price) == ({}, Decimal("111.01"))
    assert office.run(draft).new_count == 2
    stored = Expense.objects.order_by("pk").values_list("vat_rate", "price_paid")
    assert list(stored) == [(hosting.vat_rate_id, 121), (low.pk, 121)]


def test_the_rate_of_the_category_is_shown_also_without_a_column(office, hosting):
    rows = "\r\n".join(line.rsplit(";", 1)[0] for line in with_vat("").split("\r\n"))
    draft = office.take(rows, kind="expenses")
    checked = office.check(draft)

    fields = shown_fields(checked)
    (row,) = shown_rows(checked.plans, checked, fields)

    cells = {cell.field: cell.text for cell in row.cells}
    assert cells["vat_rate"] == str(hosting.vat_rate)
    assert office.run(draft).new_count == 1


def test_a_category_without_a_rate_still_asks_for_one(office, daan):
    office.organisation.expense_categories.create(name="Hosting")

    (plan,) = office.check(office.take(with_vat(""), kind="expenses")).plans

    assert plan.errors == {"vat_rate": "Choose the VAT rate that is in the price."}


def test_the_rate_of_the_category_must_hold_on_the_day(office, hosting):
    type(hosting.vat_rate).objects.update(valid_from=datetime.date(2026, 1, 1))

    (plan,) = office.check(office.take(with_vat(""), kind="expenses")).plans

    assert "not valid on that date" in plan.errors["vat_rate"]
