"""Receipts of expenses: a PDF as it is, or a picture drawn again; stored under a random name."""

import secrets
from collections.abc import Sequence
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.files import ServedFile, serve
from accounts.models import Membership
from lib import images, pdf
from lib.virus_scan import refuse_infected

from .models import Expense

RECEIPT = "receipt"

CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
# Endings that can be wrong about the content, and are then replaced.
ENDINGS = {"pdf", "jpg", "jpeg", "png", "heic", "heif"}
# Of a receipt of several photos: so many, each within so many pixels.
MOST_PAGES = 10
PAGE_PIXELS = (2400, 2400)
LONGEST_NAME = 150


def checked(upload: "UploadedFile[bytes]", *, user_id: int | None = None) -> "ContentFile[bytes]":
    """Return the file to store, under a random name; pictures are drawn again, without metadata.

    The content decides what the file is, not its name. Raises ValidationError with a sentence.
    """
    content = _content_of(upload, user_id=user_id)
    kind, extension = images.kind_of(content), "pdf"
    if kind in images.PICTURES:
        picture = images.draw_again(content)
        content, extension = picture.content, picture.extension
    elif kind != images.PDF:
        raise images.refuse_kind(kind, accepted=_("a PDF, JPG, PNG or HEIC file"))
    elif not pdf.is_whole(content):
        raise ValidationError(
            _("This PDF is damaged: its end is missing. Download or scan it again.")
        )
    elif pdf.needs_password(content):
        raise ValidationError(
            _("This PDF opens only with a password. Save it without one, or print it to PDF.")
        )
    return ContentFile(content, name=f"{secrets.token_hex(16)}.{extension}")


def checked_together(
    uploads: "Sequence[UploadedFile[bytes]]", *, user_id: int | None
) -> "ContentFile[bytes]":
    """Return the file to store: one upload as it is, several photos as the pages of one PDF.

    Raises ValidationError with a sentence.
    """
    if len(uploads) == 1:
        return checked(uploads[0], user_id=user_id)
    if len(uploads) > MOST_PAGES:
        text = _("Choose at most %(most)d photos, or scan them to one PDF.")
        raise ValidationError(text % {"most": MOST_PAGES})
    pages = [_page_of(upload, user_id=user_id) for upload in uploads]
    content = images.as_pdf(pages)
    if len(content) > settings.RECEIPT_MAX_BYTES:
        text = _("Together the photos are larger than %(size)d MB. Choose fewer.")
        raise ValidationError(text % {"size": most_megabytes()})
    return ContentFile(content, name=f"{secrets.token_hex(16)}.pdf")


def most_megabytes() -> int:
    """Return how large a receipt may be."""
    return settings.RECEIPT_MAX_BYTES // 2**20


def _content_of(upload: "UploadedFile[bytes]", *, user_id: int | None) -> bytes:
    if (upload.size or 0) > settings.RECEIPT_MAX_BYTES:
        text = _("The file is larger than %(size)d MB. Choose a smaller one.")
        raise ValidationError(text % {"size": most_megabytes()})
    refuse_infected(upload, what=RECEIPT, user_id=user_id)
    return upload.read()


def _page_of(upload: "UploadedFile[bytes]", *, user_id: int | None) -> bytes:
    """Return a photo, drawn again and small enough for a page."""
    content = _content_of(upload, user_id=user_id)
    if images.kind_of(content) not in images.PICTURES:
        raise ValidationError(
            _("Choose one PDF, or several photos: only photos become pages of one receipt.")
        )
    return images.draw_again(content, within=PAGE_PIXELS).content


def expense_of(membership: Membership, pk: int) -> Expense | None:
    """Return an expense with a receipt, if the member may see it."""
    return Expense.objects.visible_to(membership).exclude(receipt="").filter(pk=pk).first()


def opened(membership: Membership, pk: int) -> ServedFile | None:
    """Open the receipt of an expense that the member may see."""
    expense = expense_of(membership, pk)
    if expense is None:
        return None
    try:
        content = expense.receipt.open("rb")
    except FileNotFoundError:
        return None
    stored = str(expense.receipt.name)
    return ServedFile(content, expense.receipt_name or stored, content_type_of(stored))


serve(RECEIPT, opened)


def shown_name(upload: "UploadedFile[bytes]", *, stored: str) -> str:
    """Return the original file name without a path, with the ending of the stored file."""
    name = PurePath((upload.name or "").replace("\\", "/")).name
    kept = "".join(letter for letter in name if letter.isprintable())
    wanted, given = extension_of(stored), extension_of(kept)
    if given != wanted and (given, wanted) != ("jpeg", "jpg"):
        stem = kept[: -len(given) - 1] if given in ENDINGS else kept
        kept = f"{stem}.{wanted}"
    ending = f".{extension_of(kept)}"
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - len(ending)] + ending


def content_type_of(name: str) -> str:
    """Return the content type of a stored name, which has an extension of ours."""
    return CONTENT_TYPES.get(extension_of(name), "application/octet-stream")


def extension_of(name: str) -> str:
    return PurePath(name).suffix.lstrip(".").lower()
