"""Headers that keep pages out of shared computers and powers out of pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# No page uses these; passkeys are asked for by our own pages only.
REFUSED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment"),
    *("screen-wake-lock", "usb", "xr-spatial-tracking"),
)
ALLOWED_HERE = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in REFUSED), *(f"{name}=(self)" for name in ALLOWED_HERE)]
)


class PrivacyMiddleware:
    """Middleware: what is not said to be cacheable is not stored, and logging out leaves nothing.

    A view that sets Cache-Control itself keeps it: the style sheet of a colour, the logo.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
