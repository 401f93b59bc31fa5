"""Toasts: a sentence in pieces, with links, and a way to undo."""

from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from lib.toasts import Undo, linked, parts_of, toast, undo_of


def shown(text: str, **about: object) -> Message:
    """The message that a request gets."""
    request = RequestFactory().get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    toast(request, text, **about)
    (message,) = request._messages
    return message


def test_a_part_of_the_sentence_becomes_a_link():
    message = shown("Webshop has been saved.", links=[("Webshop", "/projects/1/")])

    assert str(message) == "Webshop has been saved."
    assert list(parts_of(message)) == [
        ("", ""),
        ("Webshop", "/projects/1/"),
        (" has been saved.", ""),
    ]


def test_equal_names_each_get_their_own_link():
    parts = linked("A: Web, Web.", [("Web", "/1/"), ("Web", "/2/")])

    assert [part for part in parts if part[1]] == [("Web", "/1/"), ("Web", "/2/")]


def test_a_name_that_the_sentence_does_not_have_is_no_link():
    assert list(linked("Saved.", [("Webshop", "/1/"), ("", "/2/")])) == [("Saved.", "")]


@given(st.text(), st.lists(st.tuples(st.text(), st.text(min_size=1))))
def test_links_never_change_the_sentence(text, links):
    assert "".join(part for part, _url in linked(text, links)) == text


def test_a_toast_without_undo_has_none_and_a_plain_message_neither():
    assert undo_of(shown("Saved.")) is None
    assert undo_of(Message(SUCCESS, "Saved.")) is None
    assert list(parts_of(Message(SUCCESS, "Saved."))) == [("Saved.", "")]


def test_undo_has_its_address_and_token():
    assert undo_of(shown("Deleted.", undo=Undo("/undo/", "abc"))) == Undo("/undo/", "abc")
