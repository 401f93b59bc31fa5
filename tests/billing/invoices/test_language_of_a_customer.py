"""An invoice is in the language of its customer, with its composed lines and footer."""

import pytest
from django.utils import timezone

from billing.documents.document import invoice_document_of
from billing.documents.pdf.content import content_of
from billing.invoices.creating import draft_invoices
from billing.invoices.drafting import blank_draft
from billing.models import Invoice, InvoiceSettings, Origin
from tests import factories

from .pages import url
from .test_drafts import typed

NOW = timezone.now()


@pytest.fixture
def english_draft(agency) -> Invoice:
    """A draft with a composed week, for an English customer of a Dutch organisation."""
    agency.organisation.language = "nl"
    agency.organisation.save()
    row = agency.hours(minutes=60)
    row.project.customer.language = "en"
    row.project.customer.save()
    order = agency.order(origin=Origin.HERE, with_week=True)
    draft_invoices(order, now=NOW)
    return Invoice.objects.get()


def test_composed_lines_are_in_the_language_of_the_customer(english_draft):
    assert english_draft.language == "en"
    assert "week 4" in english_draft.lines.get().description


def test_composed_lines_follow_when_the_language_of_a_draft_changes(agency, inside):
    agency.organisation.language = "nl"
    agency.organisation.save()
    project = factories.create_project(organisation=agency.organisation)
    for _ in range(2):
        factories.create_trip(project=project, membership=agency.member)
    draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    draft = Invoice.objects.get()
    assert "2 ritten" in draft.lines.get().description

    inside.post(url("edit", draft.pk), typed(inside, draft, language="en"))

    assert "2 trips" in draft.lines.get().description


def test_a_line_that_somebody_rewrote_keeps_its_words(agency, inside, english_draft):
    changes = {"language": "nl", "line-0-description": "Advice in November"}

    inside.post(url("edit", english_draft.pk), typed(inside, english_draft, **changes))

    assert english_draft.lines.get().description == "Advice in November"


def test_a_blank_draft_takes_the_language_of_its_customer(agency):
    customer = factories.create_customer(organisation=agency.organisation, language="nl")

    draft = blank_draft(customer, by=agency.member.user, now=NOW, today=factories.TODAY)

    assert draft.language == "nl"


@pytest.mark.parametrize(
    ("language", "english", "footer"),
    [("nl", "Thank you", "Bedankt"), ("en", "Thank you", "Thank you"), ("en", "", "Bedankt")],
)
def test_the_footer_is_in_the_language_of_the_invoice(agency, language, english, footer):
    customer = factories.create_customer(organisation=agency.organisation, language=language)
    draft = blank_draft(customer, by=agency.member.user, now=NOW, today=factories.TODAY)
    choices = InvoiceSettings(footer="Bedankt", footer_en=english)

    content = content_of(invoice_document_of(draft), choices, language=draft.language)

    assert content["closing"] == footer
