"""Errors of e-Boekhouden as sentences that say what to do."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lib.stored_texts import in_every_language

from .eboekhouden.errors import (
    EBoekhoudenError,
    MessageInvalid,
    NotConfigured,
    OutcomeUnknown,
    Refused,
)
from .eboekhouden.facts.codes import explain

FIELDS_AT_FAULT = {"E0011": "code_1", "E0012": "code_2", "E0013": "code_2", "E0015": "username"}


def sentence(error: EBoekhoudenError) -> Any:
    """Return a translatable sentence for the person who can act on the error, without secrets."""
    return in_every_language(lambda: _sentence(error))


def _sentence(error: EBoekhoudenError) -> str:
    known = _reasons().get(error.reason)
    if known:
        return known
    if isinstance(error, NotConfigured | Refused):
        return explain(error.code, error.text, get_language() or "en")
    if isinstance(error, MessageInvalid):
        return _("The username or a security code has characters that e-Boekhouden cannot read.")
    if isinstance(error, OutcomeUnknown):
        return _("e-Boekhouden gave no usable answer (%(reason)s). Try again in a few minutes.") % {
            "reason": error.reason
        }
    return _("e-Boekhouden cannot be reached (%(reason)s). Try again in a few minutes.") % {
        "reason": error.reason
    }


def field_at_fault(error: EBoekhoudenError) -> str:
    """Return the settings field to look at, or "" if no single field is wrong."""
    return FIELDS_AT_FAULT.get(error.code, "")


def undecryptable() -> Any:
    """Return the sentence for stored codes that the keys of this installation cannot decrypt."""
    return gettext_lazy(
        "The stored security codes cannot be read with the keys of this installation. "
        "Enter both codes again."
    )


def _reasons() -> dict[str, str]:
    away = _("e-Boekhouden cannot be reached at the moment. Try again in a few minutes.")
    return {
        "connection-refused": away,
        "connect-failed": away,
        "connect-timeout": away,
        "no-session": away,
        "name-resolution": _(
            "The address of e-Boekhouden cannot be found from this server. Ask your system "
            "administrator to check the network."
        ),
        "tls": _(
            "The secure connection with e-Boekhouden could not be trusted, so nothing was sent. "
            "Ask your system administrator to check the certificates of this server."
        ),
        "insecure-address": _(
            "The address of e-Boekhouden on this server is not secure (https), so nothing was "
            "sent. Ask your system administrator to correct it."
        ),
        "redirect": _(
            "The address of e-Boekhouden on this server redirects elsewhere. Ask your system "
            "administrator to correct it."
        ),
        "timeout": _("e-Boekhouden did not answer in time. Try again in a few minutes."),
        "too-many-requests": _("e-Boekhouden is too busy. Try again in a few minutes."),
        "html": _(
            "e-Boekhouden answered with a web page, probably because of maintenance. "
            "Try again in a few minutes."
        ),
    }
