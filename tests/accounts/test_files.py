"""Files are served without cookies, for some minutes, to whom they are for, and can do nothing."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts import files
from accounts.logos import replace_logo
from accounts.models import Membership, Role, User
from accounts.people import end_sessions
from billing.models import Invoice
from registrations.models import Expense
from tests import factories
from tests.billing import issued

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@pytest.fixture
def expense(administrator: Membership) -> Expense:
    project = factories.create_project(organisation=administrator.organisation)
    found: Expense = factories.create_expense(project=project, membership=administrator)
    found.receipt.save("bon.pdf", ContentFile(b"%PDF-1.4 receipt"))
    found.receipt_name = "bon maart.pdf"
    found.save()
    return found


@pytest.fixture
def invoice(administrator: Membership) -> Invoice:
    issued.complete(administrator.organisation)
    buyer = issued.buyer(administrator.organisation)
    found: Invoice = issued.issued(buyer, [issued.Item()])
    return found


def page_of(expense: Expense) -> str:
    return reverse("registrations:expense-receipt", args=[expense.pk])


def address(client: Client, expense: Expense) -> str:
    """Open the page of a receipt; return where it leads to."""
    answer = client.get(page_of(expense))
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, no-store"
    return answer["Location"]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def status(path: str) -> int:
    answer = Client().get(path)
    if answer.streaming:
        body(answer)
    return answer.status_code


def hardened(answer: Any) -> None:
    """Check what every answer under /files/ has."""
    assert answer["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"].startswith("private")
    assert not answer.cookies


def test_a_receipt_is_a_download_without_any_cookie(inside: Client, expense: Expense) -> None:
    path = address(inside, expense)
    assert path.startswith("/files/")

    answer = Client().get(path)

    assert answer.status_code == 200
    hardened(answer)
    assert answer["Content-Security-Policy"] == SANDBOX
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="bon maart.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert body(answer) == b"%PDF-1.4 receipt"


def test_cookies_of_the_browser_are_not_read(
    inside: Client, expense: Expense, django_assert_num_queries: Any
) -> None:
    path = address(inside, expense)

    with django_assert_num_queries(2):  # the member, and the expense: no session
        answer = inside.get(path)

    assert not answer.wsgi_request.COOKIES
    assert not answer.cookies
    assert body(answer)


def test_an_address_that_expired_leads_back_to_its_page(
    inside: Client, expense: Expense, time_machine: Any
) -> None:
    path = address(inside, expense)
    time_machine.move_to(time.time() + files.SECONDS + 1)

    answer = Client().get(path)

    assert answer["Location"] == f"http://testserver{page_of(expense)}"
    hardened(answer)
    # Who may still see it gets a new address there; others log in.
    assert body(inside.get(path, follow=True))
    assert Client().get(answer["Location"])["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("change", ["kind", "pk", "member", "until", "salt", "nonsense", "unknown"])
def test_a_changed_address_opens_nothing(inside: Client, expense: Expense, change: str) -> None:
    token = address(inside, expense).split("/")[2]
    claims = files._signer().unsign_object(token)
    index = {"kind": 0, "pk": 1, "member": 2, "until": 4}.get(change)
    if index is not None:
        claims[index] = "invoice" if change == "kind" else claims[index] + 1
        forged = signing.Signer(key="another key", salt=files.SALT).sign_object(claims)
    elif change == "unknown":
        forged = files._signer().sign_object(["unheard-of", *claims[1:]])
    else:
        forged = signing.Signer(salt="another").sign_object(claims) if change == "salt" else "x:y"

    answer = Client().get(reverse("file", args=[forged]))

    assert answer.status_code == 404
    hardened(answer)
    assert answer["Content-Type"].startswith("text/plain")


def test_rights_are_looked_at_again_when_the_file_is_opened(
    client_of: Callable[[Membership], Client], administrator: Membership, expense: Expense
) -> None:
    manager = factories.create_membership(
        organisation=administrator.organisation, role=Role.PROJECT_MANAGER
    )
    path = address(client_of(manager), expense)
    assert status(path) == 200

    for change in ({"role": Role.EMPLOYEE}, {"is_active": False}):
        kept = {name: getattr(manager, name) for name in change}
        Membership.objects.filter(pk=manager.pk).update(**change)
        assert status(path) == 404, change
        Membership.objects.filter(pk=manager.pk).update(**kept)

    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert status(path) == 404
    User.objects.filter(pk=manager.user_id).update(is_active=True)
    end_sessions(manager.user)
    assert status(path) == 404


def test_a_member_of_another_organisation_gets_no_address_and_opens_none(
    client_of: Callable[[Membership], Client], expense: Expense
) -> None:
    outsider = factories.create_membership(role=Role.ADMINISTRATOR)

    assert client_of(outsider).get(page_of(expense)).status_code == 404
    # A member of another organisation, in an address with a right signature.
    until = int(time.time()) + 60
    for kind in ("receipt", "invoice", "ubl", "logo"):
        claims = [kind, expense.pk, outsider.pk, 0, until, "http://testserver/"]
        answer = Client().get(reverse("file", args=[files._signer().sign_object(claims)]))
        assert answer.status_code == 404, kind


def test_a_receipt_that_is_gone_is_told(inside: Client, expense: Expense) -> None:
    path = address(inside, expense)
    expense.receipt.storage.delete(expense.receipt.name)

    assert "no longer there" in Client().get(path).content.decode()
    assert inside.get(page_of(expense)).status_code == 404


def test_the_pdf_of_an_invoice_is_shown_and_the_ubl_is_a_download(
    inside: Client, invoice: Invoice
) -> None:
    pdf = inside.get(reverse("billing:invoice-pdf", args=[invoice.pk]), follow=True)
    ubl = inside.get(reverse("billing:invoice-ubl", args=[invoice.pk]), follow=True)

    for answer in (pdf, ubl):
        assert answer.redirect_chain[0][0].startswith("/files/")
        hardened(answer)
    assert pdf["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert body(pdf).startswith(b"%PDF-")
    assert ubl["Content-Disposition"] == f'attachment; filename="{invoice.number}.xml"'
    assert ubl["Content-Security-Policy"] == SANDBOX
    assert body(ubl).startswith(b"<?xml")


def test_the_address_of_an_invoice_opens_nothing_for_who_may_no_longer_invoice(
    client_of: Callable[[Membership], Client], administrator: Membership, invoice: Invoice
) -> None:
    about = {"organisation": administrator.organisation, "may_invoice": True}
    employee = factories.create_membership(**about)
    path = client_of(employee).get(reverse("billing:invoice-pdf", args=[invoice.pk]))["Location"]
    assert status(path) == 200

    Membership.objects.filter(pk=employee.pk).update(may_invoice=False)

    assert status(path) == 404


def test_a_logo_is_cached_for_some_minutes_under_one_address(
    inside: Client, administrator: Membership, time_machine: Any
) -> None:
    begin = (time.time() // files.CACHED_SECONDS + 1) * files.CACHED_SECONDS
    time_machine.move_to(begin + 60, tick=False)
    replace_logo(administrator.organisation, picture=ContentFile(b"\x89PNG", name="logo.png"))
    first, second = (inside.get(reverse("accounts:organisation-logo")) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert first["Cache-Control"] == f"private, max-age={files.CACHED_SECONDS // 2}"
    answer = Client().get(first["Location"])
    hardened(answer)
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"] == f"private, max-age={2 * files.CACHED_SECONDS - 60}"
    body(answer)


def test_only_reading_is_possible(inside: Client, expense: Expense) -> None:
    path = address(inside, expense)

    assert Client(enforce_csrf_checks=True).post(path).status_code in (403, 405)
    head = Client().head(path)
    assert head.status_code == 200
    assert head["Content-Disposition"].startswith("attachment")
    head.close()


# --- A name of its own ----------------------------------------------------------------------------

FILES = "files.example.nl"


@pytest.fixture
def apart(settings: Any) -> None:
    settings.FILES_HOST = FILES
    settings.ALLOWED_HOSTS = ["testserver", FILES]


@pytest.mark.usefixtures("apart")
def test_with_a_name_of_its_own_files_are_there_and_nothing_else_is(
    inside: Client, expense: Expense
) -> None:
    found = urlsplit(address(inside, expense))
    assert found.netloc == FILES

    answer = Client().get(found.path, headers={"host": FILES})

    hardened(answer)
    assert body(answer) == b"%PDF-1.4 receipt"
    for path in ("/", "/account/login/", "/livez", "/static/icon.svg", page_of(expense)):
        refused = inside.get(path, headers={"host": FILES})
        assert refused.status_code == 404, path
        assert refused.content == b"There is nothing here but files."
        hardened(refused)


@pytest.mark.usefixtures("apart")
def test_the_main_name_leads_to_the_name_of_files(inside: Client, expense: Expense) -> None:
    path = urlsplit(address(inside, expense)).path

    answer = inside.get(path)

    assert answer["Location"] == f"http://{FILES}{path}"
    assert not answer.cookies


@pytest.mark.usefixtures("apart")
def test_a_page_of_the_main_name_may_show_the_logo(
    inside: Client, administrator: Membership
) -> None:
    replace_logo(administrator.organisation, picture=ContentFile(b"\x89PNG", name="logo.png"))
    path = urlsplit(inside.get(reverse("accounts:organisation-logo"))["Location"]).path

    answer = Client().get(path, headers={"host": FILES})

    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    body(answer)


@pytest.mark.usefixtures("apart")
def test_what_expired_leads_back_to_the_main_name(
    inside: Client, expense: Expense, time_machine: Any
) -> None:
    path = urlsplit(address(inside, expense)).path
    time_machine.move_to(time.time() + files.SECONDS + 1)

    answer = Client().get(path, headers={"host": FILES})

    assert answer["Location"] == f"http://testserver{page_of(expense)}"
