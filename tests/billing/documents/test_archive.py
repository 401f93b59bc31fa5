"""The archive of a final invoice: PDF, UBL and data, created once and kept unchanged."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from billing.documents.archive import content_of, issue_files, issued_file
from billing.documents.archive import triggers as triggers
from billing.documents.archive.storing import complete_archive
from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import make_final, mark_sent
from billing.models import FileKind, InvoiceFile, Origin
from billing.models.files import KeptForever
from billing.tasks import complete_some_of_the_archive
from tests import factories
from tests.billing import issued as invoices
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def invoice(agency):
    """A final invoice of ninety minutes of work."""
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
    """ISO 19005-3: part 3, level B, an output intent, and the relation of the embedded file."""
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
    answer = inside.get(reverse("billing:invoice-ubl", args=[invoice.pk]), follow=True)

    assert answer["Content-Type"] == "application/xml"
    assert f'filename="{invoice.number}.xml"' in answer["Content-Disposition"]
    assert b"".join(answer) == content_of(issued_file(invoice, FileKind.UBL, now=NOW))


def test_a_draft_has_no_ubl_to_take_away(agency, inside):
    draft = factories.create_invoice_line(
        project=factories.create_project(organisation=agency.organisation)
    ).invoice

    assert inside.get(reverse("billing:invoice-ubl", args=[draft.pk])).status_code == 404


# --- Verifying ------------------------------------------------------------------------------------


def verified(*options: str) -> tuple[int, str]:
    """Run the command; return its exit code and output."""
    said = io.StringIO()
    try:
        call_command("verify_archive", *options, stdout=said)
    except SystemExit as left:
        return int(left.code), said.getvalue()
    return 0, said.getvalue()


def test_an_archive_that_is_as_it_was_passes(invoice):
    assert verified() == (0, "3 files of 1 invoices: all present and unchanged\n")


def test_a_file_that_was_changed_or_is_gone_is_named(invoice):
    files = issue_files(invoice, now=NOW)
    Path(files["pdf"].file.path).write_bytes(b"%PDF another")
    Path(files["ubl"].file.path).unlink()

    code, said = verified()

    assert code == 1
    assert f"Studio Oost {invoice.number} pdf: is not what it was" in said
    assert f"Studio Oost {invoice.number} ubl: is missing" in said
    assert "2 missing or changed" in said


def test_a_guard_of_the_database_that_is_gone_is_named(invoice):
    triggers.remove(using="default")

    code, said = verified()

    assert code == 1
    assert "The database trigger keep_invoice_update is missing: run migrate" in said


def test_a_final_invoice_without_files_is_named(agency):
    invoices.issued(invoices.buyer(agency.organisation), [invoices.Item()])

    code, said = verified()

    assert code == 1
    assert said.count("was never made") == 3


def test_older_invoices_can_get_their_files(agency):
    invoices.issued(invoices.buyer(agency.organisation), [invoices.Item()])

    code, said = verified("--complete")

    assert (code, said.splitlines()[0]) == (0, "Files created for 1 invoices")


def test_older_invoices_get_their_files_by_themselves(agency):
    invoices.issued(invoices.buyer(agency.organisation), [invoices.Item()])

    complete_some_of_the_archive()

    assert verified()[0] == 0
    assert "3 files of 1 invoices" in verified()[1]


def test_an_invoice_whose_files_cannot_be_made_keeps_no_other_waiting(agency):
    customer = invoices.buyer(agency.organisation)
    broken = invoices.issued(customer, [invoices.Item()], number="2026-0001")
    InvoiceFile.objects.create(
        invoice=broken, kind=FileKind.UBL, file="invoices/gone.xml", sha256="0" * 64
    )
    other = invoices.issued(customer, [invoices.Item()], number="2026-0002")

    complete_some_of_the_archive()

    assert other.files.count() == len(FileKind)
    assert "2026-0001 pdf: was never made" in verified("--complete")[1]


def test_many_invoices_whose_files_cannot_be_made_leave_newer_ones_their_turn(agency):
    customer = invoices.buyer(agency.organisation)
    for number in ("2026-0001", "2026-0002"):
        broken = invoices.issued(customer, [invoices.Item()], number=number)
        InvoiceFile.objects.create(
            invoice=broken, kind=FileKind.UBL, file="invoices/gone.xml", sha256="0" * 64
        )
    newer = invoices.issued(customer, [invoices.Item()], number="2026-0003")

    # Two of three runs fail: a hundred in a row do so once in 10^17 times.
    assert any(complete_archive(now=NOW, most=1) for _run in range(100))

    assert newer.files.count() == len(FileKind)


# --- What is rolled back --------------------------------------------------------------------------


def files_on_disk() -> set[Path]:
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def stop() -> None:
    raise RuntimeError("stopped")


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO billing_invoicefile", "UPDATE billing_invoice SET status = %s, sent_at"],
)
def test_what_is_rolled_back_leaves_no_files(agency, statement):
    """After the first file was written; and after all files, in marking as sent."""
    agency.hours()
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    before = files_on_disk()

    with just_before(statement, stop), pytest.raises(RuntimeError):
        mark_sent(draft, by=agency.member.user, now=NOW)

    assert files_on_disk() == before
    mark_sent(draft, by=agency.member.user, now=NOW)
    assert len(files_on_disk() - before) == len(FileKind)


# --- Many at once ---------------------------------------------------------------------------------


def test_several_are_taken_away_as_one_zip(agency, inside, invoice):
    draft = factories.create_invoice_line(
        project=factories.create_project(organisation=agency.organisation)
    ).invoice
    ids = {"invoices": [invoice.pk, draft.pk]}

    answer = inside.post(reverse("billing:invoice-files"), ids)

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert sorted(archive.namelist()) == [f"{invoice.number}.pdf", f"{invoice.number}.xml"]
    assert archive.read(f"{invoice.number}.pdf") == content_of(invoice.files.get(kind="pdf"))
    assert answer.streaming


def test_a_file_that_is_gone_is_named_in_the_zip(inside, invoice):
    Path(invoice.files.get(kind="ubl").file.path).unlink()

    answer = inside.post(reverse("billing:invoice-files"), {"invoices": [invoice.pk]})

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert archive.read("missing.txt").decode() == f"{invoice.number}.xml"


@pytest.mark.parametrize("kind", ["pdf", "ubl"])
def test_a_missing_file_is_reported_on_the_page_of_its_invoice(inside, invoice, kind):
    for kept in invoice.files.all():
        kept.file.storage.delete(kept.file.name)

    answer = inside.get(reverse(f"billing:invoice-{kind}", args=[invoice.pk]), follow=True)

    assert answer.status_code == 200
    assert "cannot be read from the data folder" in answer.content.decode()


def test_invoices_of_others_are_not_in_the_zip(inside):
    other = invoices.issued(invoices.buyer(factories.create_organisation()), [invoices.Item()])

    answer = inside.post(reverse("billing:invoice-files"), {"invoices": [other.pk]})

    assert answer.status_code == 302


def test_of_two_processes_that_store_the_files_at_the_same_moment_one_stays(agency):
    invoices.complete(agency.organisation)
    final = invoices.issued(invoices.buyer(agency.organisation), [invoices.Item()])

    with just_before("SAVEPOINT", lambda: issue_files(final, now=NOW)):
        files = issue_files(final, now=NOW)

    stored = {file.kind: file for file in final.files.all()}
    assert files == stored
    for kind, file in stored.items():
        assert hashlib.sha256(content_of(file)).hexdigest() == file.sha256, kind
