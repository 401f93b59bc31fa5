"""Receipts of expenses: only a real PDF, JPG or PNG, stored under an unguessable name."""

import secrets
from io import BytesIO
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

# Extension by the first bytes; the file name proves nothing.
SIGNATURES = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
EXTENSIONS = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png"}
CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
PILLOW_FORMATS = {"jpg": "JPEG", "png": "PNG"}
MOST_PIXELS = 50_000_000
LONGEST_NAME = 150


def checked(upload: "UploadedFile[bytes]") -> "ContentFile[bytes]":
    """Return the file to store, under a random name; images are drawn again, without metadata.

    Raises ValidationError with a sentence.
    """
    if (upload.size or 0) > settings.RECEIPT_MAX_BYTES:
        raise ValidationError(_("The file is larger than 10 MB. Choose a smaller one."))
    kind = EXTENSIONS.get(extension_of(upload.name or ""))
    content = upload.read()
    if kind is None or _kind_by_content(content) != kind:
        raise ValidationError(_("This is not a PDF, JPG or PNG file. Choose another one."))
    if kind in PILLOW_FORMATS:
        content = _drawn_anew(content, kind=kind)
    return ContentFile(content, name=f"{secrets.token_hex(16)}.{kind}")


def shown_name(upload: "UploadedFile[bytes]") -> str:
    """Return the original file name without a path, cut to the stored length."""
    name = PurePath((upload.name or "").replace("\\", "/")).name
    kept = "".join(letter for letter in name if letter.isprintable())
    ending = f".{extension_of(kept)}"
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - len(ending)] + ending


def content_type_of(name: str) -> str:
    """Return the content type of a stored name, which has an extension of ours."""
    return CONTENT_TYPES.get(extension_of(name), "application/octet-stream")


def extension_of(name: str) -> str:
    return PurePath(name).suffix.lstrip(".").lower()


def _kind_by_content(content: bytes) -> str:
    kinds = (kind for start, kind in SIGNATURES.items() if content.startswith(start))
    return next(kinds, "")


def _drawn_anew(content: bytes, *, kind: str) -> bytes:
    unreadable = ValidationError(_("This image cannot be read. Make a new photo or scan."))
    out = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=[PILLOW_FORMATS[kind]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise unreadable
            upright = ImageOps.exif_transpose(image)
            mode = "RGB" if kind == "jpg" else "RGBA"
            clean = Image.new(mode, upright.size)
            clean.paste(upright.convert(mode))
            clean.save(out, format=PILLOW_FORMATS[kind], optimize=True, quality=88)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise unreadable from error
    return out.getvalue()
