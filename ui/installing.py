"""The manifest by which a browser installs the program as an app (W3C Web Application Manifest)."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from .theme import DEFAULT_COLOUR, PAGE, as_css

ICON_SIZES = (192, 512)


@require_safe
@cache_control(public=True, max_age=3600)
@vary_on_headers("Accept-Language")
def manifest(request: HttpRequest) -> JsonResponse:
    """Return names, colours, icons, and shortcuts to what people open most; reads no data."""
    content = {
        "id": "/",
        "name": settings.PRODUCT_NAME,
        "short_name": settings.PRODUCT_NAME,
        "description": _("Hours, expenses, trips and invoices, tied to e-Boekhouden."),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": f"#{DEFAULT_COLOUR}",
        "background_color": as_css(PAGE),
        "icons": [
            _icon(f"app-{size}.png", size, purpose)
            for size in ICON_SIZES
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [
            {"name": _("Hours"), "url": reverse("registrations:hours")},
            {"name": _("Expenses"), "url": reverse("registrations:expenses")},
            {"name": _("Trips"), "url": reverse("registrations:trips")},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": static(name),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }
