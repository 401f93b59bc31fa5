"""Check that a connection can be used; if not, say what to do."""

from typing import Any

from django.utils.translation import gettext as _

from lib.stored_texts import in_every_language

from .models import Connection


def usable(connection: Connection | None, *, refuse: type[Exception]) -> Connection:
    """Return the connection if it can be used, else raise `refuse` with a sentence for people."""
    if connection is None or not connection.is_active:
        raise refuse(_("e-Boekhouden is switched off. Switch it on under Settings → Integrations."))
    if not connection.has_codes:
        raise refuse(_("The security codes are missing. Enter them under Settings → e-Boekhouden."))
    if connection.is_paused:
        raise refuse(_why_paused(connection))
    return connection


def _why_paused(connection: Connection) -> Any:
    """Return the sentence in every language: the reason is stored in each of them."""

    def say() -> str:
        stored = Connection.objects.filter(pk=connection.pk).values_list("pause_text", flat=True)
        reason = stored.first() or connection.pause_text
        return _("The connection is paused: %(reason)s") % {"reason": reason}

    return in_every_language(say)
