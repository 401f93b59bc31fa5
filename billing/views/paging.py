"""How many rows a page has."""

from django.http import HttpRequest

SIZES = (25, 50, 100)


def page_size(request: HttpRequest) -> int:
    """25, 50 or 100, as the address says."""
    asked = request.GET.get("size", "")
    return int(asked) if asked in map(str, SIZES) else SIZES[0]
