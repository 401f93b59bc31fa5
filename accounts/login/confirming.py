"""What money and rights depend on is changed only shortly after the person proved who they are."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..middleware import LOGIN_KEY

WINDOW = 15 * 60  # seconds after logging in or confirming


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the person logged in, or confirmed who they are, a short while ago."""
    if not request.user.is_authenticated:
        return False
    moments = [one.get("at", 0) for one in get_authentication_records(request, request.user)]
    latest = max([request.session.get(LOGIN_KEY, 0), *moments])
    return bool(time.time() - latest < WINDOW)


def to_confirm() -> SafeString:
    """Return the sentence for the form: it keeps what was typed until the person confirmed."""
    address = reverse("account_reauthenticate")
    query = urlencode({"next": reverse("accounts:confirmed")})
    return format_html(
        '{} <a href="{}?{}" target="_blank" rel="noopener">{}</a>',
        _("This needs a confirmation that it is you. Confirm in a new tab, then save again."),
        address,
        query,
        _("Confirm that it is you"),
    )
