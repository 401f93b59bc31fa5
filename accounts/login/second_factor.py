"""The second factor: codes of an app, passkeys, recovery codes; who needs one, and its pages.

allauth has the pages and the checks. The organisation chooses whether who may invoice or
administer needs one; who lacks it then reaches nothing else until it is set up.
"""

from collections.abc import Callable

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from lib.encryption import cipher

from ..models import Membership, User
from ..requests import SiteRequest

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What is reached without the required factor: its own pages, logging out, language, style.
OPEN = ("/account/", "/profile/language/", "/i18n/", "/theme/", "/static/", "/livez", "/readyz")
SETUP = "mfa_index"


class MfaAdapter(DefaultMFAAdapter):
    """allauth's adapter: secrets are encrypted, the code to scan is drawn by segno."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Take the one that the app shows now."),
        "cannot_delete_authenticator": _(
            "Your organisation requires a second factor. Add another one first."
        ),
    }

    def get_totp_issuer(self) -> str:
        return str(settings.PRODUCT_NAME)

    def _get_site_name(self) -> str:
        return str(settings.PRODUCT_NAME)

    def build_totp_svg(self, url: str) -> str:
        """Return the code as an SVG for within a page."""
        code = segno.make(url, error="m")
        title = pgettext("QR code", "Code to scan with the app")
        drawn = code.svg_inline(scale=4, border=4, light="#ffffff", title=title)
        shown = str(drawn).replace("<svg ", '<svg role="img" ', 1)
        return mark_safe(shown)  # noqa: S308 - drawn by segno from an address of ours

    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last factor of somebody who needs one."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=FACTORS)
        has_other = others.exclude(pk=authenticator.pk).exists()
        return has_other or not any(needs_factor(one) for one in user.active_memberships)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(n)s") % {"n": count + 1}


def needs_factor(membership: Membership) -> bool:
    """Return whether the organisation requires a second factor of this member."""
    return membership.organisation.requires_second_factor and membership.is_invoicer


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


class SecondFactorMiddleware:
    """Middleware that leads who lacks a required second factor to the page to set it up."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.lacks_second_factor = is_missing(request)
        if not request.lacks_second_factor or request.path.startswith(OPEN):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(redirect(SETUP).url)
        return redirect(SETUP)


def is_missing(request: HttpRequest) -> bool:
    """Return whether the visitor needs a second factor and has none."""
    membership = getattr(request, "membership", None)
    return bool(membership and needs_factor(membership) and not has_factor(membership.user))
