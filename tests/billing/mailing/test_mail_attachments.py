"""What goes along with an invoice, and what the record keeps of it."""

import hashlib
import io
import zipfile

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Language, Role
from billing.invoices.creating import draft_invoices
from billing.invoices.emailing import send_invoice
from billing.mailing import Letter, MailFailed, attachments_of
from billing.mailing.attachments import Extra, default_extras, on_offer, safe_name
from billing.models import Invoice, InvoiceMail, InvoiceSettings, InvoiceStatus, Origin
from lib.spreadsheets import TYPES
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ANNA = "anna@groen.example"
LETTER = Letter([ANNA], "Invoice {number}", "Dear {customer}")
RECEIPT = b"%PDF-1.7 a receipt"


@pytest.fixture
def project(agency):
    agency.organisation.language = Language.ENGLISH
    agency.organisation.save()
    customer = factories.create_customer(
        organisation=agency.organisation, name="De Groene Tuin", email=ANNA
    )
    return factories.create_project(customer=customer)


def spend(agency, project, *names: str) -> None:
    """An expense for each name, with a receipt that was called so."""
    for name in names:
        factories.create_expense(
            project=project,
            membership=agency.member,
            receipt=ContentFile(RECEIPT, name="0123456789abcdef.pdf"),
            receipt_name=name,
        )


def draft(agency) -> Invoice:
    (invoice,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return invoice


def send(agency, invoice, **changes):
    return send_invoice(invoice, LETTER, by=agency.member.user, now=NOW, **changes)


def form(**changes):
    typed = {"to": ANNA, "subject": "Invoice {number}", "body": "Dear {customer}"}
    return typed | {"key": "0" * 32} | changes


def test_receipts_go_along_when_they_are_wanted(agency, project):
    spend(agency, project, "Hosting november.pdf")

    send(agency, draft(agency), extras=["receipts"])

    names = [one[0] for one in mail.outbox[0].attachments]
    assert names == ["2026-0001.pdf", "Hosting november.pdf"]
    assert mail.outbox[0].attachments[1][1:] == (RECEIPT, "application/pdf")


def test_without_asking_only_the_pdf_goes(agency, project):
    spend(agency, project, "Hosting.pdf")

    send(agency, draft(agency))

    assert len(mail.outbox[0].attachments) == 1


def test_files_with_the_same_name_stay_apart(agency, project):
    spend(agency, project, "Bon.pdf", "bon.pdf", "2026-0001.pdf")
    invoice = send(agency, draft(agency))

    names = [one.name for one in attachments_of(invoice, wanted=["receipts"], now=NOW)]

    assert names == ["2026-0001.pdf", "Bon.pdf", "bon-2.pdf", "2026-0001-2.pdf"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Café & Zo (2).pdf", "Café & Zo (2).pdf"),
        ("..\\..\\etc\\passwd", "passwd.pdf"),
        ("a\r\nBcc: x@y.example.exe", "a__Bcc_ x_y.example.pdf"),
        ("invoice\u202efdp.exe", "invoice_fdp.pdf"),
        ("...", "file.pdf"),
        ("x" * 300, "x" * 80 + ".pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name, extension="pdf") == safe


def test_the_record_keeps_what_was_sent_and_proves_it(agency, project):
    spend(agency, project, "Hosting.pdf")
    letter = Letter(
        [ANNA], "Invoice {number}", "Dear {customer}", ["bo@x.example"], ["c@x.example"]
    )

    invoice = draft(agency)
    send_invoice(invoice, letter, extras=["receipts"], by=agency.member.user, now=NOW)

    kept = InvoiceMail.objects.get()
    pdf, receipt = kept.attachments
    assert (kept.to, kept.cc, kept.bcc) == (ANNA, "bo@x.example", "c@x.example")
    assert (kept.subject, kept.body) == ("Invoice 2026-0001", "Dear De Groene Tuin")
    assert receipt == {
        "name": "Hosting.pdf",
        "size": len(RECEIPT),
        "sha256": hashlib.sha256(RECEIPT).hexdigest(),
    }
    assert pdf["sha256"] == invoice.files.get(kind="pdf").sha256


def test_what_was_sent_does_not_change(agency, project):
    agency.hours(project=project)
    send(agency, draft(agency))
    kept = InvoiceMail.objects.get()
    kept.body = "something else"

    with pytest.raises(ValueError, match="does not change"):
        kept.save()


def test_a_receipt_that_is_gone_is_told_and_nothing_leaves(agency, project):
    spend(agency, project, "Hosting.pdf")
    invoice = draft(agency)
    expense = agency.organisation.expenses.get()
    expense.receipt.storage.delete(expense.receipt.name)

    with pytest.raises(MailFailed) as caught:
        send(agency, invoice, extras=["receipts"])

    assert caught.value.reason == "attachment"
    assert not mail.outbox


def test_too_much_is_said_beside_the_boxes_and_the_draft_stays_one(
    agency, project, inside, settings
):
    spend(agency, project, "Hosting.pdf")
    invoice = draft(agency)
    settings.MAIL_MAX_BYTES = 10

    page = inside.post(reverse("billing:invoice-send", args=[invoice.pk]), form(extras="receipts"))

    invoice.refresh_from_db()
    assert page.status_code == 422
    assert "too large for an e-mail. Choose fewer files." in page.content.decode()
    assert invoice.status == InvoiceStatus.DRAFT


def test_too_much_with_the_pdf_is_not_sent_either(agency, project, settings):
    agency.hours(project=project)
    invoice = draft(agency)
    settings.MAIL_MAX_BYTES = 10

    with pytest.raises(MailFailed) as caught:
        send(agency, invoice)

    assert caught.value.reason == "too-large"
    assert not mail.outbox


def test_the_dialog_offers_what_there_is_and_ticks_what_was_chosen(agency, project, inside):
    InvoiceSettings.objects.create(organisation=agency.organisation, mail_extras=["receipts"])
    agency.hours(project=project)
    without = draft(agency)
    spend(agency, project, "Hosting.pdf")
    with_receipt = draft(agency)

    pages = [
        inside.get(reverse("billing:invoice-send", args=[one.pk])).content.decode()
        for one in (without, with_receipt)
    ]

    assert 'value="receipts"' not in pages[0]
    assert 'value="receipts" id="id_extras_1" checked' in pages[1]


def test_the_form_sends_copies_and_receipts(agency, project, inside):
    spend(agency, project, "Hosting.pdf")
    invoice = draft(agency)
    typed = form(extras="receipts", cc="bo@x.example", bcc="c@x.example, d@x.example")

    inside.post(reverse("billing:invoice-send", args=[invoice.pk]), typed)

    (message,) = mail.outbox
    assert (message.cc, message.bcc) == (["bo@x.example"], ["c@x.example", "d@x.example"])
    assert len(message.attachments) == 2


def test_the_page_of_the_invoice_shows_every_mail_as_it_was_sent(agency, project, inside):
    agency.hours(project=project)
    invoice = send(agency, draft(agency))
    kept = invoice.mails.get()

    page = inside.get(reverse("billing:invoice-detail", args=[invoice.pk])).content.decode()
    detail = inside.get(reverse("billing:mail-detail", args=[kept.pk])).content.decode()

    assert reverse("billing:mail-detail", args=[kept.pk]) in page
    for words in (ANNA, "Dear De Groene Tuin", "2026-0001.pdf", kept.attachments[0]["sha256"]):
        assert words in detail


def test_a_mail_of_another_organisation_does_not_exist(client_of, agency, project):
    agency.hours(project=project)
    invoice = send(agency, draft(agency))
    client = client_of(factories.create_membership(role=Role.ADMINISTRATOR))

    kept = client.get(reverse("billing:mail-detail", args=[invoice.mails.get().pk]))
    preview = client.post(reverse("billing:invoice-letter", args=[invoice.pk]), form())

    assert (kept.status_code, preview.status_code) == (404, 404)


def test_more_mails_take_no_more_queries(agency, project, inside, django_assert_max_num_queries):
    agency.hours(project=project)
    invoice = send(agency, draft(agency))
    page = reverse("billing:invoice-detail", args=[invoice.pk])
    inside.get(page)
    with django_assert_max_num_queries(40) as one:
        inside.get(page)
    for _ in range(5):
        send(agency, invoice)
    with django_assert_max_num_queries(40) as six:
        inside.get(page)

    assert len(six) == len(one)


def test_the_preview_fills_in_the_number_that_a_draft_would_get(agency, project, inside):
    agency.hours(project=project)
    invoice = draft(agency)
    typed = form(subject="{number} <b>", body="Dear {customer}: {total}")

    page = inside.post(reverse("billing:invoice-letter", args=[invoice.pk]), typed)

    assert "2026-0001 &lt;b&gt;" in page.content.decode()
    assert "Dear De Groene Tuin: €\u00a0108.90" in page.content.decode()
    assert not agency.organisation.number_series.exists()


def test_the_language_of_the_invoice_chooses_the_text(agency, project, inside):
    InvoiceSettings.objects.create(
        organisation=agency.organisation, mail_subject_nl="Rekening", mail_subject_en="Bill"
    )
    agency.hours(project=project)
    invoice = draft(agency)
    address = reverse("billing:invoice-send", args=[invoice.pk])

    english = inside.get(address).content.decode()
    Invoice.objects.filter(pk=invoice.pk).update(language=Language.DUTCH)
    dutch = inside.get(address).content.decode()

    assert 'value="Bill"' in english
    assert 'value="Rekening"' in dutch
    assert "De Groene Tuin" in dutch
    assert "Dear" not in dutch


def test_the_settings_show_what_a_text_would_say(agency, inside):
    address = reverse("billing:invoice-settings-text", args=["en"])

    usual = inside.post(address, {}).content.decode()
    typed = inside.post(address, {"mail_subject_en": "Bill {number}"}).content.decode()
    wrong = inside.post(address, {"mail_body_en": "{nummer}"}).content.decode()

    assert "from Studio Oost" in usual
    assert f"Bill {timezone.localdate().year}-0001" in typed
    assert "{nummer} cannot be filled in" in wrong


def test_a_test_mail_goes_to_who_asks_for_it(agency, inside):
    page = inside.post(reverse("billing:invoice-settings-test"), follow=True).content.decode()

    (message,) = mail.outbox
    assert message.to == [agency.member.user.email]
    assert message.subject.startswith("Test: Invoice ")
    assert "{" not in message.subject + message.body
    assert "A test e-mail is being sent" in page


def test_a_test_mail_says_what_is_wrong_with_the_mail_server(agency, inside, mail_server):
    server = mail_server.start()
    server.answer = "554 5.7.1 No"

    page = inside.post(reverse("billing:invoice-settings-test"), follow=True).content.decode()

    assert "The mail server refused the e-mail" in page


def test_only_administrators_test_and_preview(client_of, agency):
    invoicer = factories.create_membership(organisation=agency.organisation, may_invoice=True)
    client = client_of(invoicer)

    for name, args in (("test", []), ("text", ["nl"])):
        address = reverse(f"billing:invoice-settings-{name}", args=args)
        assert client.post(address).status_code == 403


def test_the_hours_go_along_as_a_spreadsheet(agency, project):
    agency.hours(project=project, description="=SUM(1)")
    invoice = draft(agency)

    send(agency, invoice, extras=["specification"])

    name, content, kind = mail.outbox[0].attachments[1]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert (name, kind) == ("2026-0001 Specification.xlsx", TYPES["xlsx"])
    for words in ("Sanne de Vries", "=SUM(1)", "<v>1.00</v>", "<v>90.00</v>"):
        assert words in sheet
    assert "<f>" not in sheet


def test_the_hours_of_the_spreadsheet_add_up_to_those_of_the_line(agency, project):
    for _ in range(3):
        agency.hours(project=project, minutes=20)

    send(agency, draft(agency), extras=["specification"])

    _name, content, _kind = mail.outbox[0].attachments[1]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<v>0.3333333333") == 3


def test_without_hours_no_specification_is_offered(agency, project):
    spend(agency, project, "Hosting.pdf")
    invoice = draft(agency)

    for offered in (on_offer(invoice), on_offer(send(agency, invoice))):
        assert Extra.RECEIPTS in offered
        assert Extra.SPECIFICATION not in offered


def test_receipts_that_the_invoice_names_go_along_unless_one_takes_them_out(agency, project):
    spend(agency, project, "Hosting.pdf")
    invoice = draft(agency)
    Invoice.objects.filter(pk=invoice.pk).update(with_receipts=True)
    invoice.refresh_from_db()

    assert default_extras(invoice) == ["receipts"]
