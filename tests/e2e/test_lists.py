"""Every list of a full organisation: cards on a phone, a table on a desk, never wider than it."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Language
from accounts.profiles import change_language
from billing.models import InvoiceLine, InvoiceStatus
from integrations.answers import QUESTIONS
from integrations.models import Connection
from projects.models import Method, Project

from .tour import barriers
from .visitor import Studio, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
# Dutch has the longer words.
LANGUAGES = [Language.DUTCH.value, pytest.param(Language.ENGLISH.value, marks=pytest.mark.nightly)]

# Of every list its filter; some have no rows in the period that they show first.
LISTS = {
    "registrations:overview-hours": {"period": "all"},
    "registrations:overview-expenses": {"period": "all"},
    "registrations:overview-trips": {"period": "all"},
    "billing:unbilled": {},
    "billing:unbilled-skipped": {},
    "billing:unbilled-written-off": {},
    "billing:invoice-list": {},
    "billing:reminder-list": {},
    "billing:booking-list": {"show": "all"},
    "billing:report-turnover": {},
    "billing:report-vat": {},
    "billing:report-outstanding": {},
    "billing:report-outstanding-invoices": {},
    "projects:project-list": {},
    "projects:task-list": {},
    "projects:category-list": {},
    "projects:vehicle-list": {},
    "customers:customer-list": {},
    "accounts:employee-list": {},
    "accounts:user-list": {},
    "billing:vat-rate-list": {},
    "billing:dashboard": {},
}
# Lists whose rows have an amount and a status of their own.
WITH_BOTH = {
    "registrations:overview-hours",
    "registrations:overview-expenses",
    "registrations:overview-trips",
    "billing:invoice-list",
    "billing:booking-list",
}
WITHOUT_ROWS = {"billing:reminder-list"}
LOOK = """() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all(".table-stack > tbody > tr");
  const isSeen = (element) => element.checkVisibility();
  const isRead = (cell) => !cell.matches(".check, .row-actions") && cell.colSpan === 1;
  const unlabelled = all(".table-stack:has(> thead)").flatMap((table) =>
    all(":scope > tbody > tr > *", table)
      .filter((cell) => isRead(cell) && cell.textContent.trim() && !cell.dataset.label)
      .map((cell) => `no label: ${cell.textContent.trim().slice(0, 40)}`));
  const outside = rows.flatMap((row) => all(":scope > *", row)).filter((cell) => {
    const box = cell.getBoundingClientRect();
    return box.width > 0 && (box.left < 0 || box.right > innerWidth + 0.5);
  }).map((cell) => `outside: ${cell.textContent.trim().slice(0, 40)}`);
  const wide = all(".table-scroll").filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `scrolls: ${box.getAttribute("aria-label")}`);
  const page = document.scrollingElement;
  return {
    rows: rows.length,
    amounts: all(".table-stack > tbody > tr > .at-amount").filter(isSeen).length,
    tags: all(".table-stack > tbody .tag").filter(isSeen).length,
    isWide: page.scrollWidth > page.clientWidth,
    wrong: [...unlabelled, ...outside, ...wide],
  };
}"""


def log_in(visitor: Visitor, studio: Studio, *, language: str) -> None:
    change_language(studio.administrator.user, language=language)
    visitor.log_in(studio)


def problems(visitor: Visitor, name: str, *, width: int) -> list[str]:
    """What is wrong with one list at this width, each with the name of the list."""
    address = f"{visitor.site}{reverse(name)}?{urlencode(LISTS[name])}"
    visitor.page.set_viewport_size({"width": width, "height": 844})
    visitor.page.goto(address)
    seen = visitor.page.evaluate(LOOK)
    found = [f"scrolls sideways: {seen['isWide']}"] * seen["isWide"]
    if not seen["rows"] and name not in WITHOUT_ROWS:
        found.append("has no rows")
    if width < 768:
        found += seen["wrong"]
        if name in WITH_BOTH and not (seen["amounts"] and seen["tags"]):
            found.append(f"{seen['amounts']} amounts and {seen['tags']} states of {seen['rows']}")
    else:
        found += [text for text in seen["wrong"] if text.startswith("scrolls")]
    return [f"{name}, {width} px: {text}" for text in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_fits_a_phone_and_a_desk(visitor, full, language):
    log_in(visitor, full, language=language)

    wrong = [
        text
        for width in (390, 1440)
        for name in LISTS
        for text in problems(visitor, name, width=width)
    ]

    assert wrong == []


def test_rates_and_the_lines_of_a_credit_fit_a_phone(visitor, full):
    page = visitor.page
    log_in(visitor, full, language="nl")
    page.set_viewport_size({"width": 390, "height": 844})
    project = Project.objects.filter(
        organisation=full.organisation, method=Method.TASK_RATE
    ).first()
    line = InvoiceLine.objects.filter(
        time_entries__organisation=full.organisation, invoice__status=InvoiceStatus.FINAL
    ).first()

    for name, pk in (
        ("registrations:project-rates", project.pk),
        ("billing:invoice-credit", line.invoice_id),
    ):
        page.goto(visitor.site + reverse(name, args=[pk]))
        seen = page.evaluate(LOOK)
        assert seen["rows"] > 0
        assert (name, seen["isWide"], seen["wrong"]) == (name, False, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_booking_dialog_shows_price_vat_and_net_on_a_phone(visitor, full, language):
    page = visitor.page
    log_in(visitor, full, language=language)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(visitor.site + reverse("billing:unbilled"))
    page.locator("tbody input[name=ids]").first.check()

    page.locator(".page-actions .actions-menu > button").click()
    page.locator(f".dropdown-menu [hx-post='{reverse('billing:eboekhouden-dialog')}']").click()
    page.locator("#dialog .table-cards tbody tr").first.wait_for()

    seen = page.evaluate(LOOK)
    assert (seen["isWide"], seen["wrong"]) == (False, [])
    line = page.locator("#dialog .table-cards tbody tr").first
    labels = {"en": ("Price", "VAT", "Excl. VAT"), "nl": ("Prijs", "Btw", "Excl. btw")}[language]
    for label in labels:
        assert line.locator(f"[data-label='{label}']").is_visible()
    assert list(barriers(page)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_of_the_probe_fit_a_phone(visitor, full, language):
    page = visitor.page
    answers = dict.fromkeys(QUESTIONS, "an answer of some words") | {"login": "x" * 80}
    Connection.objects.update(answers=answers, answers_at=timezone.now())
    log_in(visitor, full, language=language)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(visitor.site + reverse("integrations:eboekhouden"))

    page.locator("details > summary", has=page.locator("h2")).last.click()
    page.locator(".table-cards tbody tr").first.wait_for()

    seen = page.evaluate(LOOK)
    assert seen["rows"] == len(QUESTIONS)
    assert (seen["isWide"], seen["wrong"]) == (False, [])
