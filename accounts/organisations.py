"""Changes to an organisation's own details."""

from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from audit.changes import change, differences
from audit.kinds import Kind
from audit.recording import record_changes
from audit.security import log_event

from .logos import replace_logo
from .models import Organisation, User
from .notices import IBAN, tell_about_organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation,
    *,
    details: dict[str, Any],
    logo: "ContentFile[bytes] | None" = None,
    by: User | None = None,
) -> None:
    """Store the given fields; `logo` comes from encode_logo, and None keeps the present one.

    The administrators are told of another bank account.
    """
    if details.get("iban", organisation.iban) != organisation.iban:
        tell_about_organisation(IBAN, organisation, by=by, now=timezone.now())
        log_event("security.bank_account_changed", organisation=organisation.pk)
    changes = differences(organisation, details)
    for name, value in details.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(details))
    if logo:
        changes |= change("logo", organisation.logo.name, logo.name)
        replace_logo(organisation, picture=logo)
    if "requires_second_factor" in changes:
        log_event("security.second_factor_required", organisation=organisation.pk)
    record_changes(Kind.ORGANISATION, organisation, changes, organisation=organisation)
