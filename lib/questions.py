"""Forms that ask before they accept an unlikely value.

A question stands at its field with a check box. Ticking it confirms this question about these
values: with other values the text differs, and the tick means nothing.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .formats import euro
from .unlikely import is_unlikely, typical

CODE = "question"
NAME = "confirmed"


@dataclass(frozen=True)
class Question:
    """A question at a field; `token` is what its check box posts."""

    text: str
    token: str
    is_confirmed: bool


class AsksQuestions(forms.BaseForm):
    """A form mixin: call `ask` while cleaning; what is not confirmed keeps the form invalid."""

    def ask(self, name: str, text: str, *, about: object = "") -> None:
        """Ask at the field `name`, unless the user confirmed this very question.

        The text names the values that it is about; `about` adds values that it does not name.
        """
        token = _token(name, text, about)
        question = Question(text, token, is_confirmed=token in self._confirmed())
        self._asked().setdefault(name, []).append(question)
        if not question.is_confirmed:
            self.add_error(name, ValidationError(text, code=CODE))

    def ask_if_unlikely(
        self,
        name: str,
        text: str,
        *,
        others: Iterable[Decimal | None],
        shown: Callable[[Decimal], str] = euro,
    ) -> None:
        """Ask about a changed amount of more than ten times what the `others` are.

        The text has %(amount)s and %(usual)s.
        """
        value = self.cleaned_data.get(name)
        if not value or name not in self.changed_data:
            return
        usual = typical(others)
        if usual and is_unlikely(value, usual):
            self.ask(name, text % {"amount": shown(value), "usual": shown(usual)})

    def questions_at(self, name: str) -> list[Question]:
        """Return the questions at a field, also the confirmed ones."""
        return self._asked().get(name, [])

    @property
    def confirmation_name(self) -> str:
        """The name of the check boxes of all questions of this form."""
        return self.add_prefix(NAME)

    @property
    def other_confirmations(self) -> list[str]:
        """Return what was confirmed and is not asked now, because something else is wrong."""
        asked = {question.token for some in self._asked().values() for question in some}
        return [token for token in self._confirmed() if token not in asked]

    def full_clean(self) -> None:
        self._asked().clear()
        super().full_clean()

    def _asked(self) -> dict[str, list[Question]]:
        asked: dict[str, list[Question]] = self.__dict__.setdefault("_questions", {})
        return asked

    def _confirmed(self) -> list[str]:
        data: Any = self.data
        name = self.confirmation_name
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])


def _token(name: str, text: str, about: object) -> str:
    return hashlib.sha256(f"{name}\n{text}\n{about}".encode()).hexdigest()[:24]
