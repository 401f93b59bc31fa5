"""An invoice over a real mail server, which does not always do what one hopes."""

import socket

import pytest
from django.utils import timezone

from accounts.models import Language
from billing.invoices.creating import draft_invoices
from billing.invoices.emailing import failure_of, send_invoice
from billing.mailing import REASONS, AlreadyMailed, Letter, MailFailed
from billing.models import Invoice, InvoiceStatus, MailState, Origin
from tests import factories
from tests.plugins.mailserver import refuse_login

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOW = timezone.now()
ANNA, BO = "anna@groen.example", "bo@groen.example"


@pytest.fixture
def draft(agency) -> Invoice:
    agency.organisation.language = Language.ENGLISH
    agency.organisation.save()
    customer = factories.create_customer(
        organisation=agency.organisation, name="De Groene Tuin", email=ANNA
    )
    agency.hours(project=factories.create_project(customer=customer))
    (invoice,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return invoice


def send(agency, invoice, **changes):
    fields = {"to": [ANNA], "subject": "Invoice {number}", "body": "Dear {customer}"}
    letter = Letter(**fields | changes)
    return send_invoice(invoice, letter, by=agency.member.user, now=NOW)


def reason_of_failure(agency, invoice) -> str:
    with pytest.raises(MailFailed) as caught:
        send(agency, invoice)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.FINAL
    assert failure_of(invoice.mails.all(), now=NOW) == str(REASONS[caught.value.reason])
    return caught.value.reason


def test_it_arrives_with_its_pdf_at_everybody_and_only_the_blind_copy_is_not_named(
    agency, draft, mail_server
):
    server = mail_server.start()

    sent = send(agency, draft, cc=[BO], bcc=["archive@studio.example"])

    (envelope,), (mail,) = server.taken, server.mails
    (pdf,) = mail.iter_attachments()
    assert sent.status == InvoiceStatus.SENT
    assert set(envelope.rcpt_tos) == {ANNA, BO, "archive@studio.example"}
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == (ANNA, BO, None)
    assert mail.get_body().get_content().strip() == "Dear De Groene Tuin"
    assert (pdf.get_filename(), pdf.get_content()[:5]) == ("2026-0001.pdf", b"%PDF-")


def test_the_mail_carries_the_name_under_which_we_keep_it(agency, draft, mail_server):
    server = mail_server.start()

    sent = send(agency, draft)

    assert str(sent.mails.get().key) in server.mails[0]["Message-ID"]


def test_a_refused_address_is_told_and_can_be_corrected(agency, draft, mail_server):
    server = mail_server.start()
    server.refuses = {ANNA}

    assert reason_of_failure(agency, draft) == "recipients"
    assert send(agency, draft, to=[BO]).sent_to == BO
    assert len(server.taken) == 1


def test_an_address_refused_among_others_is_kept_with_the_mail(agency, draft, mail_server):
    server = mail_server.start()
    server.refuses = {BO}

    sent = send(agency, draft, to=[ANNA, BO])

    mail = sent.mails.get()
    assert (mail.state, mail.refused) == (MailState.SENT, BO)
    assert server.taken[0].rcpt_tos == [ANNA]


def test_greylisting_is_no_refusal_and_it_goes_later(agency, draft, mail_server):
    server = mail_server.start()
    server.is_greylisting = True

    assert reason_of_failure(agency, draft) == "later"

    server.is_greylisting = False
    assert send(agency, draft).status == InvoiceStatus.SENT
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("451 4.3.0 Try again later", "later"),
        ("554 5.7.1 This looks like spam", "refused"),
        ("552 5.3.4 Too large", "too-large"),
    ],
)
def test_what_the_server_says_after_the_text_counts(agency, draft, mail_server, answer, reason):
    server = mail_server.start()
    server.answer = answer

    assert reason_of_failure(agency, draft) == reason
    assert not server.taken


def test_a_connection_that_is_cut_after_the_text_leaves_it_in_doubt(agency, draft, mail_server):
    server = mail_server.start()
    server.cuts_after_data = True

    assert reason_of_failure(agency, draft) == "unclear"
    assert len(server.taken) == 1  # it had arrived: sending it again by itself would be a double


def test_a_server_that_answers_too_late_leaves_it_in_doubt(agency, draft, mail_server, settings):
    server = mail_server.start()
    server.seconds = 1.5
    settings.EMAIL_TIMEOUT = 0.3

    assert reason_of_failure(agency, draft) == "unclear"


def test_the_mail_in_doubt_is_not_sent_again_with_the_same_form(agency, draft, mail_server):
    server = mail_server.start()
    server.cuts_after_data = True
    reason_of_failure(agency, draft)
    key, letter = draft.mails.get().key, Letter([ANNA], "Invoice", "Dear")

    with pytest.raises(AlreadyMailed):
        send_invoice(draft, letter, by=agency.member.user, now=NOW, key=key)

    assert len(server.taken) == 1


def test_a_server_that_wants_encryption_gets_no_mail_in_the_clear(agency, draft, mail_server):
    _pem, context = mail_server.certificate()
    server = mail_server.start(require_starttls=True, tls_context=context)

    assert reason_of_failure(agency, draft) == "encryption"
    assert not server.taken


def test_a_server_without_encryption_gets_no_mail_when_we_want_it(agency, draft, mail_server):
    server = mail_server.start(scheme="smtp+tls")

    assert reason_of_failure(agency, draft) == "encryption"
    assert not server.taken


def test_a_certificate_that_nobody_vouches_for_is_not_believed(agency, draft, mail_server):
    _pem, context = mail_server.certificate()
    server = mail_server.start(scheme="smtp+tls", tls_context=context)

    assert reason_of_failure(agency, draft) == "encryption"
    assert not server.taken


def test_over_an_encrypted_connection_it_arrives(agency, draft, mail_server, monkeypatch):
    pem, context = mail_server.certificate()
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    server = mail_server.start(scheme="smtp+tls", require_starttls=True, tls_context=context)

    send(agency, draft)

    assert len(server.taken) == 1


def test_a_refused_login_is_told(agency, draft, mail_server, monkeypatch):
    pem, context = mail_server.certificate()
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    server = mail_server.start(
        scheme="smtp+tls",
        login="studio:wrong@",
        tls_context=context,
        authenticator=refuse_login,
        auth_required=True,
    )

    assert reason_of_failure(agency, draft) == "login"
    assert not server.taken


def test_a_server_that_is_away_certainly_got_nothing(agency, draft, mail_server):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        mail_server.use(probe.getsockname()[1])

    assert reason_of_failure(agency, draft) == "unreachable"


def test_a_server_that_never_greets_certainly_got_nothing(agency, draft, mail_server, settings):
    settings.EMAIL_TIMEOUT = 0.3
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail_server.use(silent.getsockname()[1])

        assert reason_of_failure(agency, draft) == "unreachable"
