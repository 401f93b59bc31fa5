"""Receipts: which files are accepted, how they are stored, and who may download them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from registrations.models import Expense, Status
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(kind="JPEG", **options):
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, format=kind, **options)
    return out.getvalue()


def upload(office, client, name, content):
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "12.50",
        "receipt": SimpleUploadedFile(name, content),
    }
    return client.post(reverse("registrations:expenses"), fields)


def address_of(expense):
    return reverse("registrations:expense-receipt", args=[expense.pk])


def test_a_pdf_is_kept_under_a_random_name_and_served_as_a_download(office, employee):
    upload(office, employee, "bon maart.pdf", PDF)
    expense = Expense.objects.get()

    answer = employee.get(address_of(expense))

    assert "bon" not in expense.receipt.name
    assert expense.receipt_name == "bon maart.pdf"
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bon.html", SCRIPT),
        ("bon.svg", SCRIPT),
        ("bon.pdf", SCRIPT),
        ("bon.jpg", PDF),
        ("bon.png", picture("JPEG")),
        ("bon", PDF),
        ("bon.jpg", b"\xff\xd8\xff" + SCRIPT),
    ],
)
def test_what_is_not_what_it_says_is_refused(office, employee, name, content):
    answer = upload(office, employee, name, content)

    assert answer.context["form"].errors["receipt"]
    assert not Expense.objects.exists()


def test_a_file_that_is_too_large_is_refused(office, employee, settings):
    settings.RECEIPT_MAX_BYTES = 10

    answer = upload(office, employee, "bon.pdf", PDF)

    assert "10 MB" in answer.context["form"].errors["receipt"][0]


def test_an_image_is_drawn_anew_so_that_nothing_comes_along(office, employee):
    exif = Image.Exif()
    exif[0x010E] = "52.37 N, 4.89 E"
    content = picture("JPEG", exif=exif) + SCRIPT

    upload(office, employee, "bon.JPG", content)

    with Expense.objects.get().receipt.open("rb") as file:
        kept = file.read()
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"52.37" not in kept
    assert b"script" not in kept


def test_a_name_with_a_path_is_shown_without_it(office, employee):
    upload(office, employee, "..\\..\\etc\\bon.pdf", PDF)

    assert Expense.objects.get().receipt_name == "bon.pdf"


def test_colleagues_and_anonymous_users_do_not_get_a_receipt(client_of, office, employee, manager):
    upload(office, employee, "bon.pdf", PDF)
    address = address_of(Expense.objects.get())
    outsider = client_of(factories.create_membership(role="administrator"))

    assert client_of(office.colleague).get(address).status_code == 404
    assert outsider.get(address).status_code == 404
    answer = manager.get(address)
    answer.close()
    assert answer.status_code == 200


def test_another_receipt_takes_the_place_of_the_first(
    office, employee, django_capture_on_commit_callbacks
):
    upload(office, employee, "bon.pdf", PDF)
    expense = Expense.objects.get()
    first, storage = expense.receipt.name, expense.receipt.storage
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": expense.date.isoformat(),
        "quantity": "1",
        "price": "12.50",
        "receipt": SimpleUploadedFile("tweede.png", picture("PNG")),
    }

    with django_capture_on_commit_callbacks(execute=True):
        employee.post(reverse("registrations:expense-edit", args=[expense.pk]), fields)

    expense.refresh_from_db()
    assert expense.receipt_name == "tweede.png"
    assert storage.exists(expense.receipt.name)
    assert not storage.exists(first)


def test_a_receipt_of_a_billed_expense_stays(office, employee, manager):
    upload(office, employee, "bon.pdf", PDF)
    expense = Expense.objects.get()
    line = factories.create_invoice_line(project=office.project)
    Expense.objects.update(status=Status.INVOICED, invoice_line=line)

    manager.post(reverse("registrations:expense-delete", args=[expense.pk]))

    assert expense.receipt.storage.exists(expense.receipt.name)


def test_a_refused_change_still_shows_the_receipt_that_is_there(office, employee):
    upload(office, employee, "first.pdf", PDF)
    expense = Expense.objects.get()
    fields = {"price": "much", "receipt": SimpleUploadedFile("second.pdf", PDF)}

    answer = employee.post(reverse("registrations:expense-edit", args=[expense.pk]), fields)

    assert answer.status_code == 422
    assert "second.pdf" not in answer.content.decode()


def test_the_receipt_of_a_deleted_expense_is_deleted(
    office, employee, django_capture_on_commit_callbacks
):
    upload(office, employee, "bon.pdf", PDF)
    receipt = Expense.objects.get().receipt

    with django_capture_on_commit_callbacks(execute=True):
        employee.post(reverse("registrations:expense-delete", args=[Expense.objects.get().pk]))

    assert not Expense.objects.exists()
    assert not receipt.storage.exists(receipt.name)
