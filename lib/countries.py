"""Countries to choose from, by ISO code; and the code of a country that was written as a text."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import get_language

HOME = "NL"

# code|English|Dutch|other spellings
TABLE = """
NL|Netherlands|Nederland|Holland;The Netherlands
BE|Belgium|België|Belgie;Belgique
DE|Germany|Duitsland|Deutschland
AR|Argentina|Argentinië
AU|Australia|Australië
AT|Austria|Oostenrijk|Österreich
BR|Brazil|Brazilië
BG|Bulgaria|Bulgarije
CA|Canada|Canada
CL|Chile|Chili
CN|China|China
CO|Colombia|Colombia
HR|Croatia|Kroatië
CW|Curaçao|Curaçao|Curacao
CY|Cyprus|Cyprus
CZ|Czechia|Tsjechië|Czech Republic
DK|Denmark|Denemarken|Danmark
EG|Egypt|Egypte
EE|Estonia|Estland
FI|Finland|Finland
FR|France|Frankrijk
GR|Greece|Griekenland
HK|Hong Kong|Hongkong
HU|Hungary|Hongarije
IS|Iceland|IJsland
IN|India|India
ID|Indonesia|Indonesië
IE|Ireland|Ierland
IL|Israel|Israël
IT|Italy|Italië|Italia
JP|Japan|Japan
KE|Kenya|Kenia
LV|Latvia|Letland
LI|Liechtenstein|Liechtenstein
LT|Lithuania|Litouwen
LU|Luxembourg|Luxemburg
MY|Malaysia|Maleisië
MT|Malta|Malta
MX|Mexico|Mexico
MC|Monaco|Monaco
MA|Morocco|Marokko
NZ|New Zealand|Nieuw-Zeeland
NG|Nigeria|Nigeria
NO|Norway|Noorwegen
PK|Pakistan|Pakistan
PH|Philippines|Filipijnen
PL|Poland|Polen|Polska
PT|Portugal|Portugal
RO|Romania|Roemenië
RS|Serbia|Servië
SA|Saudi Arabia|Saoedi-Arabië
SG|Singapore|Singapore
SK|Slovakia|Slowakije
SI|Slovenia|Slovenië
ZA|South Africa|Zuid-Afrika
KR|South Korea|Zuid-Korea
ES|Spain|Spanje|España
SR|Suriname|Suriname
SE|Sweden|Zweden|Sverige
CH|Switzerland|Zwitserland|Schweiz;Suisse
TW|Taiwan|Taiwan
TH|Thailand|Thailand
TN|Tunisia|Tunesië
TR|Türkiye|Turkije|Turkey
UA|Ukraine|Oekraïne
AE|United Arab Emirates|Verenigde Arabische Emiraten
GB|United Kingdom|Verenigd Koninkrijk|UK;Great Britain;England;Engeland;Groot-Brittannië
US|United States|Verenigde Staten|USA;VS;United States of America
VN|Vietnam|Vietnam
"""

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


class Country(NamedTuple):
    """A country: its ISO code, its name in both languages, and how else it is written."""

    code: str
    english: str
    dutch: str
    others: tuple[str, ...]

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.dutch if (get_language() or "").startswith("nl") else self.english


def _country(line: str) -> Country:
    code, english, dutch, *others = line.split("|")
    return Country(code, english, dutch, tuple(others[0].split(";")) if others else ())


COUNTRIES = {country.code: country for country in map(_country, TABLE.strip().splitlines())}
_CODES = {
    spelling.casefold(): country.code
    for country in COUNTRIES.values()
    for spelling in (country.code, country.english, country.dutch, *country.others)
}


def choices(current: str = "") -> list[tuple[str, str]]:
    """Codes with names in the language of the page; a country that is not known here stays."""
    known = [("", "—"), *_named(COUNTRIES)]
    return known if current in dict(known) else [*known, (current, current)]


def eu_choices() -> list[tuple[str, str]]:
    """The countries an organisation can be in: those whose VAT and bank numbers we can check."""
    return _named(EU)


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """By name, but ours first."""
    pairs = [(code, COUNTRIES[code].name) for code in codes]
    return sorted(pairs, key=lambda pair: (pair[0] != HOME, pair[1]))


def country_name(code: str) -> str:
    """The name in the language of the page; a country that is not known here as it was written."""
    return COUNTRIES[code].name if code in COUNTRIES else code


def dutch_name(code: str) -> str:
    """The name as e-Boekhouden's users write it."""
    return COUNTRIES[code].dutch if code in COUNTRIES else code


def country_code(name: str) -> str:
    """The code of a country written in one of the usual ways; else the text itself."""
    return _CODES.get(name.strip().casefold(), name.strip())
