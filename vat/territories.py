"""Territories whose VAT is not that of their country: where a customer is, for goods and services.

Sources: art. 6 and 7 of Directive 2006/112/EC, as amended by 2019/475 for Campione and Åland;
for Northern Ireland art. 8 of the Protocol (Windsor Framework): a member state for goods only.
The Faroe Islands and Greenland are outside the EU (art. 52 and 355 TEU and TFEU). Territories
without an ISO code of their own are recognised by their postal codes.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lib.countries import EU, HOME, country_in_sentence, is_country

NORTHERN_IRELAND = "XI"


@dataclass(frozen=True)
class Territory:
    """A part of a country, or a country, with the member state that it counts as.

    `goods` and `services` are ISO codes of member states, XI for Northern Ireland; empty means
    outside the EU. `postal` matches the postal codes without blanks; empty matches all of `code`.
    """

    code: str
    name: str | Promise
    postal: str = ""
    goods: str = ""
    services: str = ""


TERRITORIES = (
    # Art. 7: they count as the member state.
    Territory("MC", _("Monaco"), goods="FR", services="FR"),
    Territory("CY", _("the UK bases on Cyprus"), "BF.*", goods="CY", services="CY"),
    Territory("GB", _("the UK bases on Cyprus"), "BFPO5[378].*", goods="CY", services="CY"),
    # Art. 7(1) named the Isle of Man with the United Kingdom; both left on 1 January 2021.
    Territory("IM", _("the Isle of Man")),
    Territory("GB", _("the Isle of Man"), "IM.*"),
    # The Protocol, art. 8.
    Territory("GB", _("Northern Ireland"), "BT.*", goods=NORTHERN_IRELAND),
    # Art. 6(1): in the customs territory, outside the VAT territory.
    Territory("GR", _("Mount Athos"), "63086|63087"),
    Territory("ES", _("the Canary Islands"), "(35|38).*"),
    Territory("FR", _("Guadeloupe"), "971.*"),
    Territory("FR", _("Martinique"), "972.*"),
    Territory("FR", _("French Guiana"), "973.*"),
    Territory("FR", _("Réunion"), "974.*"),
    Territory("FR", _("Mayotte"), "976.*"),
    Territory("FR", _("a French territory overseas"), "97[578].*|98[4678].*"),
    Territory("FR", _("Monaco"), "980.*", goods="FR", services="FR"),
    Territory("AX", _("the Åland Islands")),
    Territory("FI", _("the Åland Islands"), "22.*"),
    Territory("IT", _("Campione d’Italia"), "22061|22060"),
    Territory("CH", _("Campione d’Italia"), "6911"),
    # Art. 6(2): outside both.
    Territory("DE", _("Heligoland"), "27498"),
    Territory("DE", _("Büsingen"), "78266"),
    Territory("ES", _("Ceuta"), "51.*"),
    Territory("ES", _("Melilla"), "52.*"),
    Territory("IT", _("Livigno"), "23041|23030"),
    Territory("DK", _("Greenland"), "39[0-9]{2}"),
    Territory("DK", _("the Faroe Islands"), "[1-9][0-9]{2}"),
)


@dataclass(frozen=True)
class Where:
    """Where a customer is for VAT; `name` is that of the territory or country in a sentence.

    It is not known for a country whose name no list has: it can be a member state, misspelt.
    """

    name: str
    goods: str
    services: str
    is_known: bool = True


def where(country: str, postal_code: str = "", vat_number: str = "") -> Where:
    """Return where a customer is for VAT; an empty country is the Netherlands.

    A customer in the United Kingdom with a VAT number of Northern Ireland (XI) is there.
    """
    code = country or HOME
    postal = "".join(postal_code.split()).upper()
    if code == "GB" and vat_number.strip().upper().startswith(NORTHERN_IRELAND):
        postal = "BT"
    for one in TERRITORIES:
        if one.code == code and (not one.postal or _is_in(one, postal)):
            return Where(str(one.name), one.goods, one.services)
    member = code if code in EU else ""
    return Where(country_in_sentence(code), member, member, is_country(code))


def _is_in(territory: Territory, postal: str) -> bool:
    """Whether the postal code is of the territory; letters of the country may precede it."""
    bare = postal if territory.code == "GB" else re.sub("^[A-Z]{1,3}-?(?=[0-9])", "", postal)
    return re.fullmatch(territory.postal, bare) is not None
