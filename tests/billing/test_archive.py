"""What a final invoice leaves behind: PDF, UBL and data, made once and kept unchanged."""

import hashlib
import io
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from billing.archive import content_of, issue_files, issued_file
from billing.invoicing import draft_invoices
from billing.issuing import make_final
from billing.models import FileKind, InvoiceFile, Origin
from billing.models.issued import KeptForever
from tests import factories
from tests.billing import invoices

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def inside(agency) -> Client:
    client = Client()
    client.force_login(agency.member.user)
    return client


@pytest.fixture
def invoice(agency):
    """Ninety minutes of work, final."""
    invoices.complete(agency.organisation)
    customer = invoices.buyer(agency.organisation)
    agency.hours(project=factories.create_project(customer=customer), minutes=90)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return make_final(draft, by=agency.member.user, now=NOW)


def test_a_final_invoice_has_its_three_files_at_once(invoice):
    files = {file.kind: file for file in invoice.files.all()}

    assert set(files) == {"pdf", "ubl", "data"}
    for file in files.values():
        assert file.sha256 == hashlib.sha256(content_of(file)).hexdigest()


def test_the_pdf_is_an_archive_with_the_ubl_inside(invoice):
    """ISO 19005-3: part 3, level B, an output intent, and how what is inside relates to it."""
    files = issue_files(invoice, now=NOW)
    pdf = PdfReader(io.BytesIO(content_of(files["pdf"])))
    root = pdf.root_object

    metadata = root["/Metadata"].get_object().get_data().decode()
    (inside,) = root["/AF"].get_object()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert root["/OutputIntents"].get_object()[0].get_object()["/S"] == "/GTS_PDFA1"
    assert inside.get_object()["/AFRelationship"] == "/Alternative"
    assert pdf.attachments[f"{invoice.number}.xml"] == [content_of(files["ubl"])]


def test_the_data_are_complete_and_plain(invoice):
    said = json.loads(content_of(issued_file(invoice, FileKind.DATA, now=NOW)))

    assert said["invoice"]["number"] == invoice.number
    assert said["invoice"]["gross"] == str(invoice.gross)
    assert said["lines"][0]["net"] == "135.00"
    assert said["invoice"]["issuer"]["coc_number"] == "12345678"


def test_a_file_is_never_changed_or_deleted(invoice):
    file = issued_file(invoice, FileKind.PDF, now=NOW)

    for forbidden in (file.save, file.delete, InvoiceFile.objects.all().delete):
        with pytest.raises(KeptForever):
            forbidden()
    with pytest.raises(KeptForever):
        InvoiceFile.objects.update(sha256="0")


def test_the_ubl_can_be_taken_away(inside, invoice):
    answer = inside.get(reverse("billing:invoice-ubl", args=[invoice.pk]))

    assert answer["Content-Type"] == "application/xml"
    assert f'filename="{invoice.number}.xml"' in answer["Content-Disposition"]
    assert b"".join(answer) == content_of(issued_file(invoice, FileKind.UBL, now=NOW))


def test_a_draft_has_no_ubl_to_take_away(agency, inside):
    draft = factories.create_invoice_line(
        project=factories.create_project(organisation=agency.organisation)
    ).invoice

    assert inside.get(reverse("billing:invoice-ubl", args=[draft.pk])).status_code == 404
