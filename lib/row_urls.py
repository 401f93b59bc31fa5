"""URLs of the rows of a list."""

from collections.abc import Callable

from django.urls import reverse


def row_urls(name: str) -> Callable[[int], str]:
    """Return the function from the id of a row to its URL; Django reverses the name once.

    The URL must have one argument, the id, between two slashes.
    """
    before, _zero, after = reverse(name, args=[0]).partition("/0/")

    def url(pk: int) -> str:
        return f"{before}/{pk}/{after}"

    return url
