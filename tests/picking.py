"""What pickers answer, as the tests read it."""

import re

from django.test import Client
from django.urls import reverse


def picked_from(client: Client, source: str, text: str = "", **given: object) -> list[str]:
    """Return the labels that the endpoint offers for a typed text, in its order."""
    answer = client.get(reverse("pick", args=[source]), {"q": text, **given})
    assert answer.status_code == 200
    return re.findall(r'role="option"[^>]*data-label="([^"]*)"', answer.content.decode())


def said(client: Client, source: str, text: str = "", **given: object) -> str:
    """Return the sentence of the endpoint: how many were found, or why nothing was."""
    answer = client.get(reverse("pick", args=[source]), {"q": text, **given})
    return re.search(r'data-text="([^"]*)"', answer.content.decode()).group(1)
