"""Countries to choose from, by ISO code; and the code of a country that was written as a text.

The names are those of Unicode's CLDR, which babel carries.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from django.utils.translation import get_language

HOME = "NL"

# In which names are shown, and understood when somebody else wrote them.
LANGUAGES = ("en", "nl", "de", "fr")

# What CLDR names besides the countries of ISO 3166-1: parts, unions, and places for tests.
NO_COUNTRIES = frozenset({
    "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ",
})  # fmt: skip

# Where people write less than CLDR: code|English|Dutch|German|French
SHORTER = """
HK|Hong Kong|Hongkong|Hongkong|Hong Kong
MO|Macao|Macau|Macau|Macao
"""

# code|other spellings; accents and capitals make no difference
ALIASES = """
NL|Holland;The Netherlands
CZ|Czech Republic;Tsjechische Republiek
DK|Danmark
ES|España
GB|UK;Great Britain;England;Engeland;Groot-Brittannië
IT|Italia
PL|Polska
SE|Sverige
CH|Schweiz;Suisse
TR|Turkey
US|USA;VS;United States of America;Verenigde Staten van Amerika
"""

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


def choices(current: str = "") -> list[tuple[str, str]]:
    """Codes with names in the language of the page; a country that is not known here stays."""
    known = [("", "—"), *_named(_names("en"))]
    return known if current in dict(known) else [*known, (current, current)]


def eu_choices() -> list[tuple[str, str]]:
    """The countries an organisation can be in: those whose VAT and bank numbers we can check."""
    return _named(EU)


def country_name(code: str) -> str:
    """The name in the language of the page; a country that is not known here as it was written."""
    return _names(_language()).get(code, code)


def dutch_name(code: str) -> str:
    """The name as e-Boekhouden's users write it."""
    return _names("nl").get(code, code)


def country_code(name: str) -> str:
    """The code of a country written in one of the usual ways; else the text itself."""
    return _codes().get(_folded(name.strip()), name.strip())


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """By name, but ours first."""
    pairs = [(code, country_name(code)) for code in codes]
    return sorted(pairs, key=lambda pair: (pair[0] != HOME, _folded(pair[1])))


def _language() -> str:
    """The language of the page, or English where CLDR's names are not looked up in it."""
    language = (get_language() or "").split("-")[0]
    return language if language in LANGUAGES else "en"


@cache
def _names(language: str) -> Mapping[str, str]:
    """Code → name, of all countries."""
    theirs = Locale(language).territories
    place = 1 + LANGUAGES.index(language)
    shorter = {row[0]: row[place] for row in _rows(SHORTER)}
    return {
        code: shorter.get(code, name)
        for code, name in theirs.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


@cache
def _codes() -> Mapping[str, str]:
    """A way of writing → code."""
    spellings = [(code, other) for code, others in _rows(ALIASES) for other in others.split(";")]
    for language in LANGUAGES:
        spellings += _names(language).items()
    spellings += [(code, code) for code in _names("en")]
    return {_folded(spelling): code for code, spelling in spellings}


def _rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def _folded(text: str) -> str:
    """Without capitals and accents: `Curaçao` and `CURACAO` are the same."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(part for part in parts if not unicodedata.combining(part))
