"""Countries to choose from, by ISO code, and the code for a country name.

The names are those of Unicode's CLDR, from babel.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language

HOME = "NL"

# Languages in which names are shown and recognised.
LANGUAGES = ("en", "nl", "de", "fr")

# Languages in which names are recognised only; what is written alike means the same country.
MORE_LANGUAGES = ("cs", "da", "el", "es", "fi", "hu", "it", "nb", "pl", "pt", "ro", "sv", "tr")

# Territories of CLDR that are not countries of ISO 3166-1.
NO_COUNTRIES = frozenset({
    "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ",
})  # fmt: skip

# Names shorter than those of CLDR: code|English|Dutch|German|French
SHORTER = """
HK|Hong Kong|Hongkong|Hongkong|Hong Kong
MO|Macao|Macau|Macau|Macao
"""

# code|other spellings; accents and case are ignored
ALIASES = """
NL|Holland;The Netherlands;Kingdom of the Netherlands;Koninkrijk der Nederlanden
AE|UAE;VAE;Emirates;Emiraten
BQ|Bonaire;Saba;Sint Eustatius
CI|Ivory Coast
CV|Cape Verde
AX|Åland Islands;Ålandseilanden;Ahvenanmaa
BA|Bosnia;Bosnië;Bosnië-Herzegovina;Bosnia-Herzegovina
BY|Wit-Rusland;Belorussia
CD|DR Congo;Democratic Republic of the Congo;Democratische Republiek Congo;Zaire
GR|EL;Hellas
HR|Hrvatska
IE|Eire;Republic of Ireland;Republiek Ierland
MK|Macedonia;Macedonië
MM|Burma;Birma
RU|Russian Federation;Russische Federatie
SZ|Swaziland
TL|East Timor
VA|Vatican;Vaticaan
VN|Viet Nam
CZ|Czech Republic;Tsjechische Republiek
DK|Danmark
ES|España
GB|UK;Great Britain;England;Engeland;Groot-Brittannië;Scotland;Schotland;Wales
GB|Northern Ireland;Noord-Ierland
IT|Italia
PL|Polska
SE|Sverige
CH|Schweiz;Suisse
TR|Turkey
US|USA;VS;United States of America;Verenigde Staten van Amerika
"""

# Names that several countries are called by, whatever one language makes of them.
SHARED = frozenset({"congo", "kongo"})

# Names that have an article in a sentence, by language, as patterns at their end.
ARTICLES = {
    "en": {
        "the": "Islands|Territor(?:y|ies)|Republic|Emirates|Kingdom|States|Netherlands|Bahamas"
        "|Comoros|Gambia|Isle of Man|Maldives|Philippines|Seychelles"
    },
    "nl": {
        "de": "[Ee]ilanden|[Gg]ebieden|Gebieden in de .*|Republiek|Emiraten|Staten|Bahama’s"
        "|Comoren|Filipijnen|Malediven|Seychellen",
        "het": "territorium|Koninkrijk",
    },
}

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


def choices(current: str = "") -> list[tuple[str, str]]:
    """Return codes with names in the language of the page; an unknown `current` is kept."""
    known = [("", "—"), *_named(_names("en"))]
    return known if current in dict(known) else [*known, (current, current)]


def eu_choices() -> list[tuple[str, str]]:
    """Return the countries of an organisation: those whose VAT and bank numbers can be checked."""
    return _named(EU)


def country_name(code: str) -> str:
    """Return the name in the language of the page; an unknown country as it was stored."""
    return _names(_language()).get(code, code)


def country_in_sentence(code: str) -> str:
    """Return the name as a sentence has it: `in the Netherlands`, `in de Verenigde Staten`."""
    return _in_sentence(code, _language())


@lru_cache(maxsize=1000)
def _in_sentence(code: str, language: str) -> str:
    """Return the name with its article. Asked for each of many customers in few countries."""
    name = _names(language).get(code, code)
    if not is_country(code):
        return name
    for article, endings in ARTICLES.get(language, {}).items():
        if re.search(f"(?:{endings})$", name):
            return f"{article} {name}"
    return name


def dutch_name(code: str) -> str:
    """Return the Dutch name, as used in e-Boekhouden."""
    return _names("nl").get(code, code)


def country_code(name: str) -> str:
    """Return the code of a country name in a known spelling, else the text itself."""
    return _codes().get(_folded(name), name.strip())


def is_country(code: str) -> bool:
    """Whether it is a code of ISO 3166-1, in capitals."""
    return code in _names("en")


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs sorted by name, with our own country first."""
    pairs = [(code, country_name(code)) for code in codes]
    return sorted(pairs, key=lambda pair: (pair[0] != HOME, _folded(pair[1])))


def _language() -> str:
    """Return the language of the page, or English if we have no names in it."""
    language = (get_language() or "").split("-")[0]
    return language if language in LANGUAGES else "en"


@cache
def _names(language: str) -> Mapping[str, str]:
    """Return name by code, for all countries."""
    territories = Locale(language).territories
    known = language in LANGUAGES
    shorter = {row[0]: row[1 + LANGUAGES.index(language)] for row in _rows(SHORTER) if known}
    return {
        code: shorter.get(code, name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


@cache
def _codes() -> Mapping[str, str]:
    """Return code by spelling; a spelling that means two countries has none."""
    spellings = [(code, other) for code, others in _rows(ALIASES) for other in others.split(";")]
    for language in LANGUAGES:
        spellings += _names(language).items()
    codes = _names("en")
    # Codes of three letters and of three digits.
    spellings += [
        (new[0], old)
        for old, new in get_global("territory_aliases").items()
        if len(new) == 1 and new[0] in codes and len(old) == 3
    ]
    spellings += [(code, code) for code in codes]
    found = _of_more_languages() | {_folded(spelling): code for code, spelling in spellings}
    return {spelling: code for spelling, code in found.items() if spelling not in SHARED}


def _of_more_languages() -> dict[str, str]:
    """Return code by spelling, without what means another country in another language."""
    found: dict[str, set[str]] = {}
    for language in MORE_LANGUAGES:
        for code, name in _names(language).items():
            found.setdefault(_folded(name), set()).add(code)
    return {spelling: codes.pop() for spelling, codes in found.items() if len(codes) == 1}


def _rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def _folded(text: str) -> str:
    """Return the letters and digits, without case and accents: `Curaçao` equals `CURACAO`."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(part for part in parts if part.isalnum())
