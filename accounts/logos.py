"""The logo of an organisation: an upload is drawn again, so that only its pixels are kept."""

import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from audit.changes import change
from audit.kinds import Kind
from audit.recording import record_changes
from lib import images
from lib.virus_scan import refuse_infected

from .files import ServedFile, serve
from .models import Membership, Organisation

LOGO = "logo"
MAX_BYTES = 2 * 1024 * 1024
SIZE = (1200, 600)
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg"}


def encode_logo(upload: "File[bytes]", *, user_id: int | None = None) -> "ContentFile[bytes]":
    """Return the picture as a new file of at most 1200 by 600 pixels. Raises ValidationError."""
    if upload.size > MAX_BYTES:
        raise ValidationError(_("This file is larger than 2 MB. Choose a smaller one."))
    refuse_infected(upload, what=LOGO, user_id=user_id)
    content = upload.read()
    kind = images.kind_of(content)
    if kind not in images.PICTURES:
        raise images.refuse_kind(kind, accepted=_("a PNG, JPG or HEIC picture"))
    picture = images.draw_again(content, within=SIZE)
    return ContentFile(picture.content, name=f"{uuid.uuid4().hex}.{picture.extension}")


def content_type(organisation: Organisation) -> str:
    return CONTENT_TYPES[str(organisation.logo.name).rsplit(".", 1)[-1]]


def opened(membership: Membership, pk: int) -> ServedFile | None:
    """Open the logo of the member's own organisation."""
    organisation = membership.organisation
    if organisation.pk != pk or not organisation.logo:
        return None
    name = str(organisation.logo.name).rsplit("/", 1)[-1]
    try:
        content = organisation.logo.open("rb")
    except FileNotFoundError:
        return None
    kind = content_type(organisation)
    return ServedFile(content, name, kind, is_download=False, is_cached=True)


serve(LOGO, opened)


def replace_logo(organisation: Organisation, *, picture: "ContentFile[bytes]") -> None:
    """Store a picture made by encode_logo and delete the previous file."""
    former = organisation.logo.name
    organisation.logo = picture
    organisation.save(update_fields=["logo"])
    _delete_after_commit(organisation, former)


@transaction.atomic
def remove_logo(organisation: Organisation) -> None:
    """Delete the logo and its file."""
    former = organisation.logo.name
    organisation.logo = ""
    organisation.save(update_fields=["logo"])
    changes = change("logo", former, "")
    record_changes(Kind.ORGANISATION, organisation, changes, organisation=organisation)
    _delete_after_commit(organisation, former)


def _delete_after_commit(organisation: Organisation, name: str | None) -> None:
    """Delete the file after the commit, when the database no longer refers to it."""
    if name:
        storage = organisation.logo.storage
        transaction.on_commit(lambda: storage.delete(name))
