"""E-mailing an invoice: once, to whom one means, and with a reason when it fails."""

import smtplib
import uuid
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Language
from billing.forms.sending import SendForm
from billing.invoices.bulk_actions import why_not_mailed
from billing.invoices.creating import draft_invoices
from billing.invoices.emailing import failure_of, send_invoice
from billing.invoices.locking import NotAllowed
from billing.mailing import ABANDONED_AFTER, AlreadyMailed, Letter, MailFailed, first_letter
from billing.models import Invoice, InvoiceMail, InvoiceSettings, InvoiceStatus, MailState, Origin
from customers.models import Contact
from tests import factories
from tests.billing import issued as invoices

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TO = "anna@degroenetuin.example"


class OtherServer(BaseEmailBackend):
    """A mail server that does what the test wants when it gets a mail."""

    on_mail: Callable[[], None]

    def send_messages(self, email_messages):
        type(self).on_mail()
        return len(email_messages)


@pytest.fixture
def server(settings):
    """Puts the other server in place, with what it does."""

    def put(on_mail: Callable[[], None]) -> None:
        OtherServer.on_mail = staticmethod(on_mail)
        settings.EMAIL_BACKEND = f"{__name__}.OtherServer"

    return put


@pytest.fixture
def failing(server):
    """Makes every mail fail with an error."""

    def fail(error: Exception) -> None:
        def refuse() -> None:
            raise error

        server(refuse)

    return fail


@pytest.fixture
def draft(agency) -> Invoice:
    agency.organisation.language = Language.ENGLISH
    agency.organisation.email = "post@studio-oost.example"
    agency.organisation.save()
    customer = factories.create_customer(
        organisation=agency.organisation, name="De Groene Tuin", email=TO
    )
    agency.hours(project=factories.create_project(customer=customer))
    (invoice,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return invoice


def send(invoice, by, **changes):
    now, key = changes.pop("now", NOW), changes.pop("key", None)
    extras = changes.pop("extras", ())
    fields = {"to": [TO], "subject": "Invoice {number}", "body": "Dear {customer}, {total}"}
    letter = Letter(**fields | changes)
    return send_invoice(invoice, letter, extras=extras, by=by, now=now, key=key)


def kinds(invoice) -> list[str]:
    return list(invoice.events.order_by("pk").values_list("kind", flat=True))


def test_sending_a_draft_makes_it_final_and_mails_its_pdf(agency, draft):
    sent = send(draft, agency.member.user)

    (message,) = mail.outbox
    (pdf,) = message.attachments
    assert (sent.status, sent.sent_to, sent.number) == (InvoiceStatus.SENT, TO, "2026-0001")
    assert message.subject == "Invoice 2026-0001"
    assert message.body == "Dear De Groene Tuin, €\u00a0108.90"
    assert message.from_email == "Studio Oost <invoices@localhost>"
    assert message.reply_to == ["post@studio-oost.example"]
    assert (pdf[0], pdf[1][:5], pdf[2]) == ("2026-0001.pdf", b"%PDF-", "application/pdf")
    assert kinds(sent) == ["drafted", "final", "mailed"]


def test_what_was_mailed_is_what_is_kept(agency, draft):
    sent = send(draft, agency.member.user)

    with sent.files.get(kind="pdf").file.open("rb") as file:
        assert mail.outbox[0].attachments[0][1] == file.read()


def test_the_same_form_is_mailed_once(agency, draft):
    key = uuid.uuid4()
    send(draft, agency.member.user, key=key)

    with pytest.raises(AlreadyMailed):
        send(draft, agency.member.user, key=key)

    assert len(mail.outbox) == 1


def test_sending_again_on_purpose_mails_again_and_keeps_the_number(agency, draft):
    first = send(draft, agency.member.user)

    second = send(draft, agency.member.user, to=["boss@degroenetuin.example"])

    assert len(mail.outbox) == 2
    assert second.number == first.number
    assert second.sent_to == TO


def test_while_one_mail_is_on_its_way_no_other_leaves(agency, draft, server):
    refused = []

    def send_another() -> None:
        with pytest.raises(AlreadyMailed) as caught:
            send(draft, agency.member.user)
        refused.append(caught)

    server(send_another)
    send(draft, agency.member.user)

    assert len(refused) == 1


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (smtplib.SMTPRecipientsRefused({}), "recipients", "refused the address"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "login", "refused our login"),
        (ConnectionRefusedError(), "unreachable", "cannot be reached"),
        (smtplib.SMTPDataError(554, b"spam"), "refused", "refused the e-mail"),
        (smtplib.SMTPServerDisconnected(), "unclear", "may have been sent"),
        (TimeoutError(), "unclear", "may have been sent"),
    ],
)
def test_a_failure_leaves_it_final_with_the_reason(agency, draft, failing, error, reason, words):
    failing(error)

    with pytest.raises(MailFailed) as caught:
        send(draft, agency.member.user)

    draft.refresh_from_db()
    assert caught.value.reason == reason
    assert draft.status == InvoiceStatus.FINAL
    assert kinds(draft) == ["drafted", "final", "mail-failed"]
    assert words in failure_of(draft.mails.all(), now=NOW)


def test_after_a_failure_it_can_be_sent_again(agency, draft, failing, settings):
    failing(ConnectionRefusedError())
    with pytest.raises(MailFailed):
        send(draft, agency.member.user)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    sent = send(draft, agency.member.user)

    assert (sent.status, len(mail.outbox)) == (InvoiceStatus.SENT, 1)
    assert not failure_of(sent.mails.all(), now=NOW)


def test_a_mail_that_a_dead_process_left_does_not_block_for_ever(agency, draft):
    sent = send(draft, agency.member.user)
    InvoiceMail.objects.update(state=MailState.SENDING)
    later = NOW + 2 * ABANDONED_AFTER

    assert "interrupted" in failure_of(sent.mails.all(), now=later)
    send(sent, agency.member.user, now=later)

    assert len(mail.outbox) == 2


def test_an_invoice_of_e_boekhouden_is_not_mailed_from_here(agency, draft):
    Invoice.objects.filter(pk=draft.pk).update(origin=Origin.EBOEKHOUDEN)
    draft.refresh_from_db()

    with pytest.raises(NotAllowed):
        send(draft, agency.member.user)


def test_a_line_break_in_a_header_never_reaches_the_mail(agency, draft):
    with pytest.raises(ValueError, match="one line"):
        send(draft, agency.member.user, subject="Hello\nBcc: everybody@example.org")

    draft.refresh_from_db()
    assert draft.is_draft
    assert not mail.outbox


def test_a_name_of_two_lines_is_one_line_in_the_subject(agency, draft):
    type(draft.customer).objects.update(name="De Groene\r\nTuin")
    draft.refresh_from_db()

    send(draft, agency.member.user, subject="Invoice for {customer}", body="Dear {customer}")

    (message,) = mail.outbox
    assert message.subject == "Invoice for De Groene Tuin"
    assert message.body == "Dear De Groene Tuin"


def test_in_a_row_of_others_too_many_addresses_are_said_before_it_gets_a_number(agency, draft):
    invoices.crowd(draft.customer)

    with override("en"):
        assert "too long together" in why_not_mailed(draft)


def test_the_first_letter_has_the_texts_of_the_settings(agency, draft):
    InvoiceSettings.objects.create(
        organisation=agency.organisation, mail_subject_en="Bill {number}", mail_body_en="{due_date}"
    )

    letter = first_letter(draft)

    assert (letter.to, letter.subject, letter.body) == ([TO], "Bill {number}", "22-12-2026")


def test_contacts_that_receive_invoices_go_before_the_customer(agency, draft):
    Contact.objects.create(
        customer=draft.customer, name="Bo", email="bo@x.example", receives_invoices=True
    )
    Contact.objects.create(customer=draft.customer, name="Cas", email="cas@x.example")

    assert first_letter(draft).to == ["bo@x.example"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", "anna@", "“anna@” is not an e-mail address"),
        ("to", "a@x.example, b", "“b” is not an e-mail address"),
        ("to", "a@x.example\nBcc: b@x.example", "is not an e-mail address"),
        ("to", " , ", "Fill in an e-mail address"),
        ("to", ", ".join(f"a{n}@x.example" for n in range(11)), "At most 10 addresses"),
        ("subject", "Hello {password}", "{password} cannot be filled in"),
        ("body", "{x}", "{x} cannot be filled in"),
    ],
)
def test_what_is_wrong_is_said_next_to_the_field(draft, field, value, words):
    typed = {"to": TO, "subject": "s", "body": "b", "key": str(uuid.uuid4())}

    form = SendForm(typed | {field: value}, invoice=draft)

    assert words in form.errors[field][0]


@pytest.mark.parametrize("name", ["Bakkerij {Van Dam}", "Van {Dam", "{x} {number}"])
def test_braces_in_a_name_are_no_placeholder(draft, name):
    draft.customer.name = name
    draft.organisation.name = "Studio Oost}"
    first = SendForm.first(draft).initial | {"subject": f"For {name}"}

    assert name in first["body"]
    form = SendForm(first, invoice=draft)
    assert form.is_valid(), form.errors
    wrong = SendForm(first | {"subject": f"For {name} {{y}}"}, invoice=draft)
    assert "{y} cannot be filled in" in wrong.errors["subject"][0]


def test_a_typed_subject_is_one_line(draft):
    typed = {"to": TO, "subject": "Hello\r\nBcc: b@x.example", "body": "b", "key": uuid.uuid4()}

    form = SendForm(typed, invoice=draft)

    assert form.is_valid()
    assert form.cleaned_data["subject"] == "Hello Bcc: b@x.example"


def test_several_addresses_are_allowed(draft):
    typed = {"to": f"{TO}, b@x.example,{TO}", "subject": "s", "body": "b", "key": uuid.uuid4()}

    form = SendForm(typed, invoice=draft)

    assert form.is_valid()
    assert form.cleaned_data["to"] == [TO, "b@x.example"]
