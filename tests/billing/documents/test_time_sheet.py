"""A time sheet for a customer: what it shows, to whom, as PDF and as workbook."""

import datetime
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Role
from lib.tables import read_table
from tests import factories
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
DIALOG, FILE = "/overview/time-sheet/", "/overview/time-sheet/file/"


class Agency:
    def __init__(self, organisation):
        self.organisation = organisation
        self.customer = factories.create_customer(
            organisation=organisation, name="Bakkerij Van Dam", contact_name="Mevrouw A. van Dam"
        )
        self.project = factories.create_project(
            customer=self.customer, name="Website", reference="INK-2026-041"
        )
        self.tasks = [
            factories.create_task(organisation=organisation, name=name)
            for name in ("Ontwikkeling", "Overleg")
        ]
        self.daan = factories.create_membership(
            organisation=organisation,
            user=factories.create_user(first_name="Daan", last_name="Visser"),
        )

    def hours(self, count, *, project=None, membership=None, minutes=50):
        return [
            factories.create_time_entry(
                project=project or self.project,
                membership=membership or self.daan,
                task=self.tasks[n % 2],
                date=TODAY - datetime.timedelta(days=n % 9),
                minutes=minutes,
                description=f"Werk {n}",
            )
            for n in range(count)
        ]


@pytest.fixture
def agency(organisation):
    return Agency(organisation)


@pytest.fixture
def client(administrator, client_of):
    return client_of(administrator)


def choices(agency, entries, **values):
    return {
        "time_entry": [one.pk for one in entries],
        "addressee": agency.customer.pk,
        "since": "01-11-2026",
        "until": "30-11-2026",
        "columns": ["employee", "task", "description"],
        "language": "nl",
        "with_signature": "on",
        **values,
    }


def pages(answer):
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_the_dialog_proposes_the_customer_its_days_and_its_language(agency, client):
    agency.customer.language = "nl"
    agency.customer.save()
    entries = agency.hours(3)

    page = client.post(DIALOG, {"time_entry": [one.pk for one in entries]}).content.decode()

    assert "Bakkerij Van Dam" in page
    assert 'value="20-11-2026"' in page
    assert 'value="22-11-2026"' in page
    assert '<option value="nl" selected>' in page
    assert "Show amounts" in page
    assert 'name="with_amounts"' in page
    assert "checked" not in re.search(r'<input[^>]*name="with_amounts"[^>]*>', page)[0]


def test_it_is_in_dutch_with_hours_twice_sums_per_task_and_no_money(agency, client):
    answer = client.post(FILE, choices(agency, agency.hours(3)))

    (text,) = pages(answer)
    assert answer["Content-Disposition"] == (
        'attachment; filename="urenspecificatie-bakkerij-van-dam-2026-11-01-2026-11-30.pdf"'
    )
    for words in ("Urenspecificatie", "INK-2026-041", "Mevrouw A. van Dam", "Daan Visser"):
        assert words in text
    # Three times fifty minutes are 2:30 and 2,50, though each is 0,83.
    assert "2:30" in text
    assert "2,50" in text
    assert text.count("0,83") == 3 + 1  # and the sum of one task
    assert "1:40" in text
    assert "blad 1 van 1" in text
    assert "Handtekening" in text
    assert "95,00" not in text
    assert "79,17" not in text


def test_money_is_shown_when_it_was_ticked_with_the_worth_that_an_invoice_has(agency, client):
    entries = agency.hours(3)

    (text,) = pages(client.post(FILE, choices(agency, entries, with_amounts="on")))

    assert "237,50" in text  # 2,50 hours at 95,00, not three times 78,85


def test_who_sees_no_money_can_not_ask_for_it_and_has_own_hours_only(agency, client_of):
    own, other = agency.hours(2), factories.create_membership(organisation=agency.organisation)
    theirs = agency.hours(1, membership=other)
    daan = client_of(agency.daan)

    page = daan.post(DIALOG, {"time_entry": [own[0].pk]}).content.decode()
    asked = choices(agency, [*own, *theirs], with_amounts="on")
    (text,) = pages(daan.post(FILE, asked))

    assert "with_amounts" not in page
    assert "78,8" not in text
    assert "1:40" in text
    assert "2:30" not in text


def test_the_head_repeats_and_the_signature_is_never_alone(agency, client):
    # Whatever the length, the last page has the sums and the places to sign.
    for count in range(24, 34):
        agency.project.time_entries.all().delete()
        found = pages(client.post(FILE, choices(agency, agency.hours(count))))
        assert len(found) in (1, 2)
        assert "Per activiteit" in found[-1]
        assert "Handtekening" in found[-1]
        for text in found[:-1]:
            assert "Medewerker" in text
    entries = agency.hours(150)
    found = pages(client.post(FILE, choices(agency, entries)))
    assert all("Medewerker" in text for text in found[:-1])
    assert f"blad {len(found)} van {len(found)}" in found[-1]


def test_the_workbook_has_the_same_rows_and_sums(agency, client):
    answer = client.post(FILE, choices(agency, agency.hours(3), file="xlsx", with_amounts="on"))
    content = b"".join(answer.streaming_content)

    found = read_table(io.BytesIO(content), name="a.xlsx", known=("datum",))

    assert answer["Content-Disposition"].endswith('2026-11-30.xlsx"')
    assert found.headings[:3] == ["Datum", "Medewerker", "Activiteit"]
    assert found.rows[0][1][0] == "2026-11-20"
    assert found.rows[3][1][0] == "Totaal"
    assert found.rows[3][1][-3:] == ["2:30", Decimal("2.5"), Decimal("237.5")]
    assert [row[0] for _n, row in found.rows[4:]] == ["Ontwikkeling", "Overleg"]


def test_of_several_customers_one_is_chosen_and_projects_can_be_left_out(agency, client):
    other = factories.create_project(organisation=agency.organisation, name="Elders")
    second = factories.create_project(customer=agency.customer, name="Webshop")
    entries = [
        *agency.hours(1),
        *agency.hours(1, project=other),
        *agency.hours(1, project=second, minutes=60),
    ]

    page = client.post(DIALOG, {"time_entry": [one.pk for one in entries]}).content.decode()
    assert page.count('name="projects"') == 2
    asked = {"time_entry": [one.pk for one in entries], "addressee": other.customer_id}
    page = client.post(DIALOG, asked).content.decode()
    assert f'<option value="{other.customer_id}" selected>' in page
    assert 'name="projects"' not in page
    (text,) = pages(client.post(FILE, choices(agency, entries, projects=[second.pk])))
    assert "1:00" in text
    assert "0:50" not in text


def test_a_project_and_a_customer_have_their_own_and_a_filter_is_enough(agency, client):
    agency.hours(2)
    for query in (f"project={agency.project.pk}", f"customer={agency.customer.pk}"):
        page = client.get(f"{DIALOG}?{query}").content.decode()
        token = re.search(r'name="hours-filter" value="([^"]+)"', page)[1]
        asked = choices(agency, [], **{"hours-filter": token})
        del asked["time_entry"]
        assert "1:40" in pages(client.post(FILE, asked))[0]
    page = client.post(DIALOG, {"customer": agency.customer.pk, "period": "all"}).content.decode()
    assert "hours-filter" in page
    for name, pk in (("projects:project-detail", agency.project), ("customers:customer-detail",
                                                                   agency.customer)):  # fmt: skip
        assert "Time sheet…" in client.get(reverse(name, args=[pk.pk])).content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"until": "01-10-2026"}, "The end is before the start."),
        ({"since": "01-01-2026", "until": "31-01-2026"}, "There are no hours of this customer"),
        ({"since": "niets"}, "Type a date such as 28-11-2026"),
    ],
)
def test_what_cannot_be_made_is_said_at_the_field(agency, client, values, sentence):
    answer = client.post(FILE, choices(agency, agency.hours(1), **values))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_hours_of_another_organisation_are_not_on_it(agency, client):
    theirs = factories.create_time_entry()

    page = client.post(DIALOG, {"time_entry": [theirs.pk]}).content.decode()

    assert "There are no hours here" in page
    assert client.post(FILE, choices(agency, [theirs])).status_code == 422


def test_a_project_manager_sees_money_as_in_overview(agency, client_of):
    manager = factories.create_membership(
        organisation=agency.organisation, role=Role.PROJECT_MANAGER
    )

    page = client_of(manager).post(DIALOG, {"time_entry": [agency.hours(1)[0].pk]})

    assert "with_amounts" in page.content.decode()
