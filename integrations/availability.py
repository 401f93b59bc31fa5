"""Check that a connection can be used; if not, say what to do."""

from django.utils.translation import gettext as _

from .models import Connection


def usable(connection: Connection | None, *, refuse: type[Exception]) -> Connection:
    """Return the connection if it can be used, else raise `refuse` with a sentence for people."""
    if connection is None or not connection.is_active:
        raise refuse(_("e-Boekhouden is switched off. Switch it on under Settings → Integrations."))
    if not connection.has_codes:
        raise refuse(_("The security codes are missing. Enter them under Settings → e-Boekhouden."))
    if connection.is_paused:
        raise refuse(_("The connection is paused: %(reason)s") % {"reason": connection.pause_text})
    return connection
