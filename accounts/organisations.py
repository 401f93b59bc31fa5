"""Changes to an organisation's own details."""

from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from .logos import replace_logo
from .models import Organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, details: dict[str, Any], logo: "ContentFile[bytes] | None" = None
) -> None:
    """Store the given fields; `logo` comes from encode_logo, and None keeps the present one."""
    for name, value in details.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(details))
    if logo:
        replace_logo(organisation, picture=logo)
