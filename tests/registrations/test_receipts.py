"""Receipts: which files are accepted, how they are stored, and who may download them."""

import datetime
import re
import shutil
from io import BytesIO

import pillow_heif
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter

from lib.kept_uploads import FOLDER, MOST_FILES
from registrations.models import Expense, Status
from registrations.tasks import purge_kept_uploads
from tests import factories
from tests.plugins.clamav import EICAR

# The tests make photos of iPhones before the program reads one.
pillow_heif.register_heif_opener()

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(kind="JPEG", **options):
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, format=kind, **options)
    return out.getvalue()


def receipt_of(office, client, *files, photo=None):
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "12.50",
        "receipt": [SimpleUploadedFile(name, content) for name, content in files],
    }
    if photo:
        fields["receipt_photo"] = SimpleUploadedFile(*photo)
    return client.post(reverse("registrations:expenses"), fields)


def upload(office, client, name, content):
    return receipt_of(office, client, (name, content))


def address_of(expense):
    return reverse("registrations:expense-receipt", args=[expense.pk])


def test_a_pdf_is_kept_under_a_random_name_and_served_as_a_download(office, employee):
    upload(office, employee, "bon maart.pdf", PDF)
    expense = Expense.objects.get()

    answer = employee.get(address_of(expense), follow=True)

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
        ("bon.pdf", picture("GIF")),
        ("bon.pdf", 1100 * b"x" + PDF),
        ("bon.jpg", b"\xff\xd8\xff" + SCRIPT),
    ],
)
def test_what_is_no_receipt_is_refused(office, employee, name, content):
    answer = upload(office, employee, name, content)

    assert answer.context["form"].errors["receipt"]
    assert not Expense.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("bon.jpg", PDF, "bon.pdf"),
        ("bon", PDF, "bon.pdf"),
        ("bon.PDF", PDF, "bon.PDF"),
        ("bon.pdf", b"\xef\xbb\xbf\r\n" + PDF, "bon.pdf"),
        ("bon.pdf", 900 * b" " + PDF, "bon.pdf"),
        ("bon.png", picture("JPEG"), "bon.jpg"),
        ("bon.pdf", picture("PNG"), "bon.png"),
        ("scan.2026", picture("PNG"), "scan.2026.png"),
        ("IMG_1.HEIC", picture("HEIF"), "IMG_1.jpg"),
        ("IMG_2.jpg", picture("HEIF"), "IMG_2.jpg"),
        ("bon.jpeg", picture("JPEG"), "bon.jpeg"),
    ],
)
def test_a_receipt_is_judged_by_its_content_and_named_after_it(
    office, employee, name, content, kept
):
    assert upload(office, employee, name, content).status_code == 302

    expense = Expense.objects.get()
    assert expense.receipt_name == kept
    assert expense.receipt.name.rsplit(".", 1)[1] == kept.rsplit(".", 1)[1].lower().replace(
        "jpeg", "jpg"
    )


def test_a_pdf_with_bytes_before_its_header_is_stored_as_it_is(office, employee):
    content = b"\r\n\r\n" + PDF

    upload(office, employee, "bon.pdf", content)

    with Expense.objects.get().receipt.open("rb") as file:
        assert file.read() == content


def encrypted(password, algorithm="AES-256"):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def reason(answer):
    return answer.context["form"].errors["receipt"][0]


def enormous(side=20_000):
    out = BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (picture("GIF"), "a GIF file"),
        (picture("TIFF"), "a TIFF file"),
        (b"PK\x03\x04 an Excel file", "a ZIP file"),
        (SCRIPT, "not recognised"),
        (picture("JPEG")[:400], "damaged"),
        (picture("HEIF")[:300], "damaged"),
        (enormous(8_000), "64 million"),
        (enormous(), "at most 15 million"),
        (encrypted("secret"), "with a password"),
        (encrypted("")[:-400], "its end is missing"),
        (b"%PDF-1.4\n%%EOF\n", "damaged"),
        (b"", "Choose another one"),
    ],
)
def test_a_refused_receipt_says_the_true_reason(office, employee, content, told):
    assert told in reason(upload(office, employee, "bon.jpg", content))


def test_a_pdf_that_is_only_protected_against_changes_is_a_receipt(office, employee):
    assert upload(office, employee, "bon.pdf", encrypted("")).status_code == 302


def test_a_file_that_is_too_large_is_refused(office, employee, settings):
    settings.RECEIPT_MAX_BYTES = 3 * 2**20

    answer = upload(office, employee, "bon.pdf", PDF + b" " * settings.RECEIPT_MAX_BYTES)

    assert "larger than 3 MB" in answer.context["form"].errors["receipt"][0]
    assert "at most 3 MB" in answer.content.decode()


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
    answer = manager.get(address, follow=True)
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
    assert f'{address_of(expense)}">first.pdf</a>' in answer.content.decode()


def test_the_receipt_of_a_deleted_expense_is_deleted(
    office, employee, django_capture_on_commit_callbacks
):
    upload(office, employee, "bon.pdf", PDF)
    receipt = Expense.objects.get().receipt

    with django_capture_on_commit_callbacks(execute=True):
        employee.post(reverse("registrations:expense-delete", args=[Expense.objects.get().pk]))

    assert not Expense.objects.exists()
    assert not receipt.storage.exists(receipt.name)


# --- Forms that come back ------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    shutil.rmtree(settings.DATA_DIR / "media" / FOLDER, ignore_errors=True)


def kept_token(answer):
    return re.search(r'name="kept_upload" value="([^"]+)"', answer.content.decode())[1]


def posted(office, **changes):
    return {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "12.50",
        **changes,
    }


def add(client, fields):
    return client.post(reverse("registrations:expenses"), fields)


def kept_files():
    return [file for file in (settings.DATA_DIR / "media" / FOLDER).rglob("*") if file.is_file()]


@pytest.mark.parametrize("wrong", [{"price": "much"}, {"category": ""}, {"includes_vat": "on"}])
def test_a_receipt_survives_an_error_in_another_field(office, employee, wrong):
    receipt = SimpleUploadedFile("bon.heic", picture("HEIF"))
    answer = add(employee, posted(office, receipt=receipt, **wrong))
    assert "bon.jpg" in answer.content.decode()
    again = add(employee, posted(office, kept_upload=kept_token(answer), **wrong))

    add(employee, posted(office, kept_upload=kept_token(again)))

    expense = Expense.objects.get()
    assert expense.receipt_name == "bon.jpg"
    with expense.receipt.open("rb") as file:
        assert file.read().startswith(b"\xff\xd8\xff")
    assert not kept_files()


def test_a_kept_upload_is_replaced_and_removed(office, employee):
    first = SimpleUploadedFile("first.pdf", PDF)
    second = SimpleUploadedFile("second.pdf", PDF)
    token = kept_token(add(employee, posted(office, price="x", receipt=first)))
    answer = add(employee, posted(office, price="x", receipt=second, kept_upload=token))
    assert "second.pdf" in answer.content.decode()
    assert len(kept_files()) == 1

    employee.post(reverse("accounts:upload-forget"), {"kept_upload": kept_token(answer)})

    assert not kept_files()
    add(employee, posted(office, kept_upload=kept_token(answer)))
    assert not Expense.objects.get().receipt


def test_a_kept_upload_is_dropped_without_javascript(office, employee):
    receipt = SimpleUploadedFile("bon.pdf", PDF)
    token = kept_token(add(employee, posted(office, price="x", receipt=receipt)))

    add(employee, posted(office, kept_upload=token, removes_kept_upload="1"))

    assert not Expense.objects.get().receipt
    assert not kept_files()


def test_a_kept_upload_is_of_one_user_and_for_one_day(client_of, office, employee, time_machine):
    time_machine.move_to(datetime.datetime.now(datetime.UTC))
    receipt = SimpleUploadedFile("bon.pdf", PDF)
    token = kept_token(add(employee, posted(office, price="x", receipt=receipt)))

    add(client_of(office.colleague), posted(office, kept_upload=token))
    add(employee, posted(office, kept_upload="nonsense"))
    assert not Expense.objects.exclude(receipt="").exists()

    assert purge_kept_uploads() == 0
    time_machine.shift(datetime.timedelta(hours=25))
    assert purge_kept_uploads() == 1
    assert not kept_files()


def test_a_user_keeps_no_more_than_some_receipts(office, employee):
    for _turn in range(MOST_FILES + 3):
        receipt = SimpleUploadedFile("bon.pdf", PDF)
        add(employee, posted(office, price="x", receipt=receipt))

    assert len(kept_files()) == MOST_FILES


def test_several_photos_are_the_pages_of_one_receipt(office, employee):
    photos = [("IMG_1.jpg", picture("JPEG")), ("IMG_2.HEIC", picture("HEIF"))]

    answer = receipt_of(office, employee, *photos, photo=("IMG_3.png", picture("PNG")))

    expense = Expense.objects.get()
    assert answer.status_code == 302
    assert expense.receipt_name == "IMG_1.pdf"
    with expense.receipt.open("rb") as file:
        assert len(PdfReader(file).pages) == 3


def test_a_photo_of_the_camera_is_a_receipt_by_itself(office, employee):
    receipt_of(office, employee, photo=("image.jpg", picture("JPEG")))

    assert Expense.objects.get().receipt_name == "image.jpg"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("a.pdf", PDF), ("b.pdf", PDF)], "only photos become pages"),
        ([("a.jpg", picture()), ("b.pdf", PDF)], "only photos become pages"),
        ([(f"{n}.jpg", picture()) for n in range(11)], "Choose at most 10 photos"),
        ([("a.jpg", picture()), ("b.jpg", b"")], "This file is empty"),
    ],
)
def test_files_that_cannot_be_one_receipt_are_refused_with_a_way_on(office, employee, files, told):
    answer = receipt_of(office, employee, *files)

    assert told in " ".join(answer.context["form"].errors["receipt"])
    assert not Expense.objects.exists()


def test_the_pages_of_a_receipt_survive_an_error_in_another_field(office, employee):
    photos = [SimpleUploadedFile(f"{n}.jpg", picture()) for n in range(2)]
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "",
    }
    address = reverse("registrations:expenses")
    refused = employee.post(address, {**fields, "receipt": photos})
    token = refused.context["form"].kept_upload.token

    employee.post(address, {**fields, "price": "12,50", "kept_upload": token})

    with Expense.objects.get().receipt.open("rb") as file:
        assert len(PdfReader(file).pages) == 2


def test_a_kept_receipt_of_one_organisation_is_none_of_another(office, employee):
    address = reverse("registrations:expenses")
    refused = upload(office, employee, "bon.pdf", b"no receipt")
    assert refused.context["form"].kept_upload is None
    fields = {"price": "", "receipt": SimpleUploadedFile("bon.pdf", PDF)}
    token = employee.post(address, fields).context["form"].kept_upload.token
    elsewhere = factories.create_membership(
        organisation=factories.create_organisation(name="Studio West"), user=office.employee.user
    )
    session = employee.session
    session["organisation"] = elsewhere.organisation_id
    session.save()

    answer = employee.post(address, {"price": "", "kept_upload": token})

    assert answer.context["form"].organisation == elsewhere.organisation
    assert answer.context["form"].kept_upload is None


def test_the_rate_of_the_category_is_in_a_price_incl_vat(office, employee):
    rate = factories.create_vat_rate(organisation=office.organisation)
    office.category.vat_rate = rate
    office.category.save()
    fields = {
        "project": office.project.pk,
        "category": office.category.pk,
        "date": timezone.localdate().isoformat(),
        "quantity": "1",
        "price": "121",
        "includes_vat": "on",
        "is_billable": "on",
    }

    answer = employee.post(reverse("registrations:expenses"), fields)

    expense = Expense.objects.get()
    assert answer.status_code == 302
    assert (expense.vat_rate, expense.price, expense.price_paid) == (rate, 100, 121)


def test_a_receipt_with_a_virus_is_refused_at_its_field_and_stored_nowhere(office, employee, clamd):
    infected = PDF.replace(b"%%EOF", EICAR + b"\n%%EOF")

    answer = upload(office, employee, "bon.pdf", infected)

    assert answer.status_code == 422
    assert "has a virus (Eicar-Test-Signature)" in reason(answer)
    assert 'name="kept_upload"' not in answer.content.decode()
    assert not Expense.objects.exists()
    assert upload(office, employee, "bon.pdf", PDF).status_code == 302
    assert clamd.got == [infected, PDF]


def test_each_of_several_photos_is_scanned(office, employee, clamd):
    photos = [("1.jpg", picture("JPEG")), ("2.jpg", picture("JPEG") + EICAR)]

    answer = receipt_of(office, employee, *photos)

    assert "has a virus" in reason(answer)
    assert len(clamd.got) == 2


def test_a_kept_upload_that_another_process_deletes_stops_nothing(office, employee, monkeypatch):
    receipt = SimpleUploadedFile("bon.pdf", PDF)
    add(employee, posted(office, price="x", receipt=receipt))
    listed = default_storage.listdir

    def with_a_deleted_one(path):
        folders, files = listed(path)
        return folders, [*files, "deleted.pdf"] if files else files

    monkeypatch.setattr(default_storage, "listdir", with_a_deleted_one)

    assert purge_kept_uploads() == 0
    answer = add(employee, posted(office, price="x", receipt=SimpleUploadedFile("b.pdf", PDF)))
    assert answer.status_code == 422
    assert len(kept_files()) == 2
