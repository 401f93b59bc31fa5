"""Toasts: what was done, with links to what the sentence names, and a way to undo it.

The sentence stays plain text; links and undo travel beside it, in the tags of the message.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

# A part of a sentence, and the address that it links to.
Link = tuple[str, str]


@dataclass(frozen=True)
class Undo:
    """An address that takes the action back when it is posted, with a value that names it."""

    url: str
    token: str = ""


def toast(
    request: HttpRequest,
    text: str,
    *,
    links: Iterable[Link] = (),
    undo: Undo | None = None,
    level: int = messages.SUCCESS,
) -> None:
    """Show a toast. `links` has the address of every part of the text that becomes a link."""
    beside: dict[str, list[Any]] = {"links": list(links)}
    if undo:
        beside["undo"] = [undo.url, undo.token]
    messages.add_message(request, level, text, extra_tags=json.dumps(beside))


def parts_of(message: Message) -> Iterator[Link]:
    """Cut the sentence of a toast into pieces of text, each with its address or an empty one."""
    return linked(str(message.message), _beside(message).get("links", []))


def linked(text: str, links: Iterable[Link]) -> Iterator[Link]:
    """Cut a sentence into pieces of text, each with its address or an empty one.

    Every part is linked at its first place in the rest of the sentence, in the order of `links`.
    """
    for label, url in links:
        before, found, after = text.partition(label) if label else (text, "", "")
        if found:
            yield before, ""
            yield label, url
            text = after
    yield text, ""


def undo_of(message: Message) -> Undo | None:
    """Return the way to undo what the toast says; None if there is none."""
    undo = _beside(message).get("undo")
    return Undo(*undo) if undo else None


def _beside(message: Message) -> dict[str, list[Any]]:
    return json.loads(message.extra_tags) if message.extra_tags else {}
