"""Passwords that others would guess: known from leaks, words, dates, keys in a row, own names."""

from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import User

# The highest of zxcvbn's scale of 0 to 4: 10^10 guesses or more.
GOOD_ENOUGH = 4
# What is compared; the rest of a longer password is not looked at.
LONGEST = 72
# Words that people in the Netherlands begin with; zxcvbn knows English and the leaked lists.
WORDS = [
    "welkom",
    "wachtwoord",
    "geheim",
    "toegang",
    "inloggen",
    "uren",
    "urenregistratie",
    "factuur",
    "facturen",
    "boekhouden",
    "eboekhouden",
    "boekhouding",
    "administratie",
    "kantoor",
    "lente",
    "voorjaar",
    "zomer",
    "herfst",
    "najaar",
    "winter",
    "nederland",
    "amsterdam",
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "ajax",
    "feyenoord",
    "fiets",
    "hallo",
    "liefje",
    "schatje",
]


@cache
def _zxcvbn() -> Any:
    """Load the lists when a password is chosen: they take 20 MB of a process."""
    return import_module("zxcvbn").zxcvbn


class GuessableValidator:
    """A validator that estimates how many guesses a password takes, for this person."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password that is guessed soon."""
        known = [*WORDS, settings.PRODUCT_NAME, *_names(user)]
        found = _zxcvbn()(password[:LONGEST], user_inputs=known)
        if found["score"] < GOOD_ENOUGH:
            raise ValidationError(
                _(
                    "This password is easy to guess: it has known words, names, dates or keys in a "
                    "row. Take some words that have nothing to do with each other."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Take some words that have nothing to do with each other.")


def _names(user: User | None) -> list[str]:
    """Return the words by which others know the person and where they work."""
    if user is None:
        return []
    texts = [user.email.replace("@", " ").replace(".", " "), user.first_name, user.last_name]
    if user.pk:
        texts += user.organisations.values_list("name", flat=True)
    return [word for text in texts for word in [text, *text.split()] if len(word) > 2]
