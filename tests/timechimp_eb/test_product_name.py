"""PRODUCT_NAME appears wherever people read the name of the program."""

import io

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.mails import send_waiting
from accounts.models import Role
from billing.documents.pdf import invoice_pdf
from tests import factories
from timechimp_eb.product import DEFAULT_NAME, LONGEST_NAME

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NAME = "Boekhuis <&> Co"
ESCAPED = "Boekhuis &lt;&amp;&gt; Co"


@pytest.fixture(autouse=True)
def called(settings):
    settings.PRODUCT_NAME = NAME


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_who_is_not_logged_in_sees_what_they_log_in_to(client, name):
    factories.create_organisation()
    page = client.get(reverse(name)).content.decode()

    assert f"· {ESCAPED}</title>" in page
    assert f'alt="">{ESCAPED}</div>' in page


def test_the_bar_and_the_title_have_it_beside_the_organisation(client, administrator):
    client.force_login(administrator.user)

    page = client.get(reverse("accounts:profile")).content.decode()

    assert f'<span class="brand-name">{administrator.organisation.name}</span>' in page
    assert f'<span class="brand-product">{ESCAPED}</span>' in page
    assert f"· {administrator.organisation.name} · {ESCAPED}</title>" in page


def test_the_page_for_a_mistake_of_ours_has_it_without_a_request():
    assert f"· {ESCAPED}</title>" in render_to_string("500.html")


def test_mails_about_an_account_end_with_it(client, administrator):
    reset = reverse("account_reset_password")
    client.post(reset, {"email": administrator.user.email})
    client.force_login(administrator.user)
    client.post(
        reverse("accounts:employee-add"),
        {
            "first_name": "Noor",
            "last_name": "Smit",
            "email": "noor@example.nl",
            "language": "nl",
            "role": Role.EMPLOYEE,
            "hourly_rate": "85.50",
        },
    )

    send_waiting(now=timezone.now())

    letters = [message.body.rstrip().splitlines()[-1] for message in mail.outbox]
    assert letters == [NAME, NAME]


def test_a_pdf_says_with_what_it_was_made():
    line = factories.create_invoice_line(project=factories.create_project())

    made = PdfReader(io.BytesIO(invoice_pdf(line.invoice))).metadata

    assert made["/Keywords"] == NAME
    assert made["/Author"] == line.invoice.organisation.name


def test_its_own_name_fits():
    assert 0 < len(DEFAULT_NAME) <= LONGEST_NAME
