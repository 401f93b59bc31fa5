"""An installation without an organisation: who can read its log makes one."""

import re

import pytest
from django.urls import reverse

from accounts.models import Membership, Organisation, Role, User
from billing.management.first_run import code
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGE = "/first-run/"


def filled(**values):
    return {
        "code": code(),
        "name": "Studio Oost",
        "language": "nl",
        "first_name": "Sanne",
        "last_name": "de Vries",
        "email": "sanne@studio-oost.example",
        "password": factories.PASSWORD,
        **values,
    }


def test_the_login_page_leads_to_the_first_run_and_the_log_has_the_code(client, caplog):
    assert client.get("/", follow=True).redirect_chain[-1][0] == PAGE

    written = re.search(r"first_run\.open.*code='(\w+)'", caplog.text)
    assert written[1] == code()
    assert code() not in client.get(PAGE).content.decode()


def test_with_the_code_there_is_an_organisation_with_an_administrator_who_is_logged_in(client):
    answer = client.post(PAGE, filled(), follow=True)

    assert answer.redirect_chain == [(reverse("billing:dashboard"), 302)]
    assert answer.status_code == 200
    member = Membership.objects.get()
    assert (str(member), member.role) == ("Sanne de Vries", Role.ADMINISTRATOR)
    assert member.organisation.vat_rates.exists()
    client.logout()
    login = {"login": "sanne@studio-oost.example", "password": factories.PASSWORD}
    assert client.post(reverse("account_login"), login).status_code == 302


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "0" * 32}, "This is not the code."),
        ({"code": ""}, "This field is required."),
        ({"password": "kort"}, "too short"),
        ({"email": "geen adres"}, "e-mail address"),
        ({"name": " "}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(client, values, sentence):
    answer = client.post(PAGE, filled(**values), headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


def test_once_there_is_an_organisation_the_page_leads_to_the_login(client, caplog):
    factories.create_organisation()

    assert client.get(PAGE).url == reverse("account_login")
    assert client.post(PAGE, filled(name="Second")).url == reverse("account_login")
    assert client.get(reverse("account_login")).status_code == 200
    assert Organisation.objects.count() == 1
    assert code() not in caplog.text
