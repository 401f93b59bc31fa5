"""Settings → Organisation: checks of numbers, redrawn logos, visible to members only."""

import datetime
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Membership, Organisation
from tests.factories import LAWFUL_ISSUER, create_membership, create_organisation
from tests.plugins.clamav import EICAR, Clamd

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "/settings/organisation/"
FILLED = {
    "name": "Studio Oost B.V.",
    "address": "Kade 1",
    "postal_code": "1012ab",
    "city": "Amsterdam",
    "country": "NL",
    "email": "info@studio-oost.example",
    "phone": "+31 20 123 45 67",
    "website": "www.studio-oost.example",
    "iban": "NL91 ABNA 0417 1643 00",
    "bic": "ABNANL2A",
    "vat_number": "NL123456782B12",
    "coc_number": "12345678",
    "theme_colour": "#0a7f5a",
    "language": "nl",
}


@pytest.fixture
def organisation(settings: Any, tmp_path: Any) -> Organisation:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    return create_organisation()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), extra: bytes = b"") -> Any:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return SimpleUploadedFile("logo.exe", content.getvalue() + extra)


def save(client: Client, **changes: object) -> Any:
    return client.post(PAGE, {**FILLED, **changes})


def test_what_is_typed_is_stored_in_one_way(inside: Client, organisation: Organisation) -> None:
    assert save(inside).status_code == 302

    organisation.refresh_from_db()
    assert organisation.iban == "NL91ABNA0417164300"
    assert organisation.postal_code == "1012 AB"
    assert organisation.theme_colour == "#0a7f5a"


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("vat_number", "btw 1234.56.782.B12", "NL123456782B12"),
        ("bic", "BIC/SWIFT: abna nl 2a", "ABNANL2A"),
        ("coc_number", "KvK 68.41.29.07", "68412907"),
    ],
)
def test_labels_and_marks_are_left_out_and_a_dutch_vat_number_gets_its_country(
    inside: Client, organisation: Organisation, field: str, typed: str, stored: str
) -> None:
    assert save(inside, **{field: typed}).status_code == 302

    organisation.refresh_from_db()
    assert getattr(organisation, field) == stored


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("iban", "NL92ABNA0417164300"),
        ("bic", "ABN"),
        ("vat_number", "NL1"),
        ("coc_number", "123"),
        ("phone", "call me"),
        ("website", "not a site"),
        ("postal_code", "12"),
        ("theme_colour", "red"),
        ("country", "XX"),
        ("name", ""),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_stored(
    inside: Client, organisation: Organisation, field: str, typed: str
) -> None:
    answer = save(inside, **{field: typed})

    organisation.refresh_from_db()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert organisation.city == LAWFUL_ISSUER["city"]


@pytest.mark.parametrize("days", [1, 32, 3650])
def test_the_books_are_not_closed_for_days_to_come(
    inside: Client, organisation: Organisation, days: int
) -> None:
    today = timezone.localdate()
    told = save(inside, closed_until=(today + datetime.timedelta(days)).isoformat())

    assert "days to come" in told.context["form"].errors["closed_until"][0]
    assert save(inside, closed_until=today.isoformat()).status_code == 302
    organisation.refresh_from_db()
    assert organisation.closed_until == today


def test_a_foreign_postal_code_is_left_alone(inside: Client, organisation: Organisation) -> None:
    save(inside, country="BE", postal_code="9000")

    organisation.refresh_from_db()
    assert organisation.postal_code == "9000"


@pytest.mark.parametrize(("kind", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_logo_is_kept_as_a_picture_and_nothing_else(
    inside: Client, organisation: Organisation, kind: str, content_type: str
) -> None:
    save(inside, logo=picture(kind, extra=b"<script>alert(1)</script>"))

    answer = inside.get(reverse("accounts:organisation-logo"), follow=True)
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == content_type
    assert b"script" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 20)


def test_a_large_logo_is_made_smaller(inside: Client, organisation: Organisation) -> None:
    save(inside, logo=picture(size=(3000, 1500)))

    organisation.refresh_from_db()
    with organisation.logo.open() as kept:
        assert Image.open(kept).size == (1200, 600)


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        SimpleUploadedFile("logo.png", b"not a picture"),
        SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + 40 * b"\0"),
        picture("GIF"),
        picture(extra=2 * 1024 * 1024 * b"\0"),
    ],
    ids=["svg", "text", "damaged", "gif", "too large"],
)
def test_another_file_is_refused(
    inside: Client, organisation: Organisation, upload: SimpleUploadedFile
) -> None:
    upload.seek(0)

    answer = save(inside, logo=upload)

    organisation.refresh_from_db()
    assert answer.status_code == 422
    assert not organisation.logo


@pytest.mark.parametrize("side", [6_000, 20_000])
def test_a_small_file_with_too_many_pixels_is_refused(inside: Client, side: int) -> None:
    content = io.BytesIO()
    Image.new("1", (side, side)).save(content, "PNG")

    answer = save(inside, logo=SimpleUploadedFile("logo.png", content.getvalue()))

    assert "too many pixels" in answer.content.decode()


def test_a_cut_off_picture_is_refused(inside: Client) -> None:
    whole = picture("JPEG", (400, 400)).read()

    answer = save(inside, logo=SimpleUploadedFile("logo.jpg", whole[: len(whole) // 2]))

    assert "damaged" in answer.content.decode()


def test_a_logo_of_16_bits_is_kept_as_a_person_sees_it(
    inside: Client, organisation: Organisation
) -> None:
    content = io.BytesIO()
    grey = Image.new("I", (40, 20), 60 * 257)
    grey.paste(200 * 257, (0, 0, 20, 20))
    grey.convert("I;16").save(content, "PNG")

    save(inside, logo=SimpleUploadedFile("logo.png", content.getvalue()))

    organisation.refresh_from_db()
    with organisation.logo.open() as kept, Image.open(kept) as picture:
        assert [picture.getpixel((x, 10))[:3] for x in (5, 35)] == [(200,) * 3, (60,) * 3]


def test_a_logo_survives_an_error_in_another_field(
    inside: Client, organisation: Organisation
) -> None:
    answer = save(inside, iban="NL00", logo=picture())
    assert "logo.exe is kept" in answer.content.decode()
    token = re.search(r'name="kept_upload" value="([^"]+)"', answer.content.decode())[1]

    assert save(inside, kept_upload=token).status_code == 302

    organisation.refresh_from_db()
    assert organisation.logo


def test_a_new_logo_replaces_the_file_of_the_old_one(
    inside: Client, organisation: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    save(inside, logo=picture())
    organisation.refresh_from_db()
    former = organisation.logo.name

    with django_capture_on_commit_callbacks(execute=True):
        save(inside, logo=picture())

    organisation.refresh_from_db()
    assert organisation.logo.name != former
    assert not organisation.logo.storage.exists(former)
    assert organisation.logo.storage.exists(organisation.logo.name)


def test_saving_without_a_file_keeps_the_logo(inside: Client, organisation: Organisation) -> None:
    save(inside, logo=picture())
    save(inside)

    organisation.refresh_from_db()
    assert organisation.logo


def test_a_logo_can_be_removed(inside: Client, organisation: Organisation) -> None:
    save(inside, logo=picture())

    inside.post(reverse("accounts:logo-remove"))

    assert inside.get(reverse("accounts:organisation-logo")).status_code == 404


def test_everybody_sees_only_the_logo_of_their_own_organisation(client_of, inside: Client) -> None:
    save(inside, logo=picture())
    outsider: Membership = create_membership(organisation=create_organisation(name="Other"))
    theirs = client_of(outsider)

    assert theirs.get(reverse("accounts:organisation-logo")).status_code == 404
    assert Client().get(reverse("accounts:organisation-logo")).status_code == 302


def test_a_logo_with_a_virus_is_refused_at_its_field(
    inside: Client, organisation: Organisation, clamd: Clamd
) -> None:
    answer = save(inside, logo=picture(extra=EICAR), name="Another name")

    organisation.refresh_from_db()
    assert answer.status_code == 422
    assert "has a virus (Eicar-Test-Signature)" in answer.context["form"].errors["logo"][0]
    assert "Another name" in answer.content.decode()
    assert not organisation.logo
