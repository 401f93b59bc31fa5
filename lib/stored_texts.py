"""Sentences of the program that are stored, so that each reader gets them in their own language."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, override

from .model_fields import PlainInMigrations


def in_every_language(say: Callable[[], str]) -> Any:
    """Return a text that calls `say` in the language in which it is read or stored."""
    return lazy(say, str)()


class TranslatedTextField(PlainInMigrations, models.TextField):  # type: ignore[type-arg]  # none at run time
    """A sentence of the program: stored in every language, read in the active one.

    A translatable text, as `in_every_language` and `gettext_lazy` return, is stored as JSON by
    language. A plain text is stored as it is. `longest` limits each language.
    """

    def __init__(self, *args: Any, longest: int = 2000, **options: Any) -> None:
        super().__init__(*args, **options)
        self.longest = longest

    def get_prep_value(self, value: Any) -> Any:
        """Return the text to store."""
        if not isinstance(value, Promise):
            return value[: self.longest] if isinstance(value, str) else value
        return json.dumps(
            {code: self._in(code, value) for code, _name in settings.LANGUAGES}, ensure_ascii=False
        )

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        """Return the text in the active language; what an older version stored as it is."""
        if not value or not value.startswith("{"):
            return value
        try:
            texts = json.loads(value)
        except ValueError:
            return value
        language = (get_language() or settings.LANGUAGE_CODE)[:2]
        text: str = texts.get(language) or texts.get(settings.LANGUAGE_CODE, value)
        return text

    def _in(self, language: str, value: Promise) -> str:
        with override(language):
            return str(value)[: self.longest]
