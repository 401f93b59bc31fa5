"""Compress pages and tables for browsers that accept it.

BREACH (2013) reads a secret from the length of a compressed page that also repeats what an attacker
chose. Django masks the CSRF token anew in every page and adds up to 100 random bytes to each
answer. Pages with a secret that does not change stay uncompressed.
"""

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Links of password resets, the confirmation of an address, and security codes as they were typed.
SECRET = re.compile(r"\w+ /account/|\w+ /profile/e-mail/.|POST /settings/e-boekhouden/")
# PDFs, pictures and workbooks are compressed already.
COMPRESSIBLE = ("text/", "application/json", "application/xml", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """Django's own middleware, for what may be compressed and becomes smaller."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the response, compressed if it should be."""
        is_secret = SECRET.match(f"{request.method} {request.path_info}")
        if is_secret or not response.get("Content-Type", "").startswith(COMPRESSIBLE):
            return response
        return super().process_response(request, response)
