"""What costs a processor or sends mail is limited, generously, and the table says how."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import work_limits
from accounts.models import Membership, Role
from accounts.work_limits import LIMITS, MARK, WorkLimit
from tests import factories
from tests.responses import text

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TABLE = Path(__file__).parents[2] / "docs" / "security.md"
ROW = re.compile(
    r"^\| (?P<name>[a-z ]+) \| (?P<person>[\d,]+) \| (?P<organisation>[\d,]+) \| "
    r"(?P<minutes>\d+) minutes \| .+ \|$",
    re.MULTILINE,
)
# By these words in its name one sees that a view makes a file, a preview or a mail.
COSTLY = re.compile(r"-(export|preview|pdf|ubl|letter)$")
ALSO = {
    "time-sheet-file": "exports",
    "report-return-file": "exports",
    "file-template": "exports",
    "file-errors": "exports",
    "invoice-files": "exports",
    "invoice-send": "invoice mails",
    "reminder-send": "invoice mails",
    "invoice-settings-test": "test mails",
    "eboekhouden": "connection tests",
    "eboekhouden-test": "connection tests",
}


def number(text: str) -> int:
    return int(text.replace(",", ""))


def views(resolver: URLResolver) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, pattern.callback


def test_the_table_says_what_holds() -> None:
    written = {
        row["name"]: WorkLimit(
            number(row["person"]), number(row["organisation"]), int(row["minutes"])
        )
        for row in ROW.finditer(TABLE.read_text())
    }

    assert written == LIMITS


def test_every_view_that_makes_a_file_a_preview_or_a_mail_has_a_limit() -> None:
    found = dict(views(get_resolver("timechimp_eb.urls")))
    costly = {name: getattr(view, MARK, "") for name, view in found.items() if COSTLY.search(name)}

    assert len(costly) > 10
    assert all(costly.values()), costly
    assert {name: getattr(found[name], MARK, "") for name in ALSO} == ALSO
    used = {getattr(view, MARK, "") for view in found.values()}
    assert used - {""} == set(LIMITS)


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every limit be two of one person and three of an organisation."""
    few = {name: WorkLimit(2, 3, one.minutes) for name, one in LIMITS.items()}
    monkeypatch.setattr(work_limits, "LIMITS", few)


EXPORT = "registrations:overview-hours-export"


def asked(client: Client, **headers: str) -> Any:
    answer = client.get(reverse(EXPORT), headers=headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.usefixtures("low")
@pytest.mark.parametrize("language", ["en", "nl"])
def test_who_asks_too_often_gets_a_page_with_a_sentence(
    inside: Client, administrator: Membership, language: str
) -> None:
    administrator.user.language = language
    administrator.user.save()
    answers = [asked(inside) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "600"
    sentence = {"en": "Wait at most 10 minutes", "nl": "Wacht hoogstens 10 minuten"}[language]
    assert sentence in text(answers[-1])
    assert 'role="banner"' in text(answers[-1]) or "<header" in text(answers[-1])


@pytest.mark.usefixtures("low")
def test_a_part_of_a_page_gets_the_sentence_for_a_toast(inside: Client) -> None:
    answers = [asked(inside, **{"HX-Request": "true"}) for _ in range(3)]

    assert answers[-1].status_code == 429
    assert answers[-1]["Content-Type"].startswith("text/plain")
    assert text(answers[-1]).startswith("This was asked too often in a short time.")


@pytest.mark.usefixtures("low")
def test_people_of_one_organisation_count_together_and_those_of_others_do_not(
    client_of: Callable[[Membership], Client], administrator: Membership
) -> None:
    about = {"organisation": administrator.organisation, "role": Role.ADMINISTRATOR}
    other = client_of(factories.create_membership(**about))
    elsewhere = client_of(factories.create_membership(role=Role.ADMINISTRATOR))
    mine = client_of(administrator)

    statuses = [asked(one).status_code for one in (mine, mine, other, other, elsewhere)]

    assert statuses == [200, 200, 200, 429, 200]


@pytest.mark.usefixtures("low")
def test_each_thing_counts_by_itself(inside: Client, administrator: Membership) -> None:
    for _ in range(3):
        asked(inside)

    assert inside.get(reverse("billing:unbilled-export")).status_code == 429
    assert inside.post(reverse("billing:invoice-settings-test")).status_code == 302


@pytest.mark.usefixtures("low")
@pytest.mark.parametrize("name", ["integrations:eboekhouden", "billing:invoice-send"])
def test_reading_a_page_with_a_form_does_not_count(inside: Client, name: str) -> None:
    project = factories.create_project(
        organisation=Membership.objects.get(user__pk=inside.session["_auth_user_id"]).organisation
    )
    invoice = factories.create_invoice_line(project=project).invoice
    address = reverse(name, args=[invoice.pk] if "send" in name else [])

    statuses = [inside.get(address).status_code for _ in range(4)]
    assert 429 not in statuses
    assert [inside.post(address).status_code == 429 for _ in range(3)] == [False, False, True]


@pytest.mark.usefixtures("low")
def test_an_address_of_a_file_does_not_go_round_the_limit(
    inside: Client, administrator: Membership
) -> None:
    project = factories.create_project(organisation=administrator.organisation)
    draft = factories.create_invoice_line(project=project).invoice
    path = inside.get(reverse("billing:invoice-pdf", args=[draft.pk]))["Location"]
    statuses = []
    for _ in range(2):
        answer = Client().get(path)
        statuses.append(answer.status_code)
        if answer.streaming:
            b"".join(answer.streaming_content)

    assert statuses == [200, 429]
    assert answer["Retry-After"] == "600"
    assert answer["Content-Security-Policy"].startswith("sandbox")
