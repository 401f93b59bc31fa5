"""Addresses of the customers. Names and numbers are invented; their check digits are valid."""

# number|in e-Boekhouden|name|contact|street and number|postal code|city
NAMES = """
K00001|no|Studio Oost (intern)||Kadestraat 14|7411 KB|Deventer
K00085|yes|Huisartsenpraktijk Lindenhof|Marieke Postma|Lindenlaan 3|7415 HV|Deventer
K00089|yes|Brouwerij De Eendracht|Koen Wolters|Havenkade 21|7201 ND|Zutphen
K00091|yes|Stichting Groen Erfgoed|Ingrid Hofstra|Singel 48|7411 HW|Deventer
K00093|yes|Gemeente Havelte|Petra Mulder|Raadhuisplein 1|7971 CR|Havelte
K00095|yes|Van Houten Interieur B.V.|Rob van Houten|Industrieweg 112|7418 BM|Deventer
K00098|yes|De Groene Tuin|Anna Smit|Dorpsstraat 12|3511 AB|Utrecht
K00102|yes|Bakkerij Van Dam|Joris van Dam|Marktstraat 7|8011 LN|Zwolle
K00104|yes|Fysio Centrum Oost|Tessa Brouwer|Brink 61|7411 BX|Deventer
K00106|yes|Lichtwerk GmbH|Jonas Becker|Hafenstraße 9|48153|Münster
K00108|no|Advocatenkantoor Meijer & Zn.|Mr. H. Meijer|Stationsplein 4|3818 LE|Amersfoort
K00110|no|A. Dekker|Annelies Dekker|Wilgenpad 18|7213 TX|Gorssel
K00112|no|Hotel De Korenbloem|Sjoerd Hiemstra|Grotestraat 80|7471 BR|Goor
K00113|no|Kaasmakerij Polderzicht|Wim Kuiper|Zeedijk 2|8307 DA|Ens
K00117|no|Noordzee Logistiek B.V.|Femke de Boer|Kanaalweg 205|1951 NJ|Velsen-Noord
"""

# number|phone|e-mail|Chamber of Commerce|VAT number|IBAN
FIGURES = """
K00085|0570 61 20 33|praktijk@lindenhof.example|60913377||NL13INGB0609279872
K00089|0575 54 18 90|koen@de-eendracht.example|54720183|NL800238217B01|NL12RABO0687326998
K00091|0570 64 02 17|bureau@groenerfgoed.example|41238806||NL69ABNA0930772324
K00093|0521 34 90 00|crediteuren@havelte.example|01179541|NL802895104B01|NL79INGB0449937754
K00095|0570 62 77 45|rob@vanhouten.example|08165530|NL855687836B01|NL87RABO0821171098
K00098|030 231 44 09|anna@degroenetuin.example|30277614|NL841079249B01|NL74ABNA0393867146
K00102|038 421 07 15|joris@bakkerijvandam.example|05088231|NL807650535B01|NL45RABO0795180122
K00104|0570 60 31 58|info@fysiocentrumoost.example|57731029||NL07INGB0410125109
K00106|+49 251 555 0140|rechnung@lichtwerk.example||DE281190006|
K00108|033 461 22 70|h.meijer@meijer-advocaten.example|32110457|NL854263433B01|NL79ABNA0637245779
K00110|06 1955 0142|annelies@dekker.example|||NL47BUNQ0956444342
K00112|0547 27 12 66|receptie@korenbloem.example|08201994|NL802424983B01|NL13RABO0976903117
K00113|0527 25 14 48|wim@polderzicht.example|39084172|NL806271607B01|NL43RABO0473538149
K00117|0251 22 80 30|inkoop@noordzee.example|34259016|NL815974668B01|NL31INGB0823313443
"""

# Relations that the bookkeeper added to e-Boekhouden since the last import.
NEW_RELATIONS = """
K00119|yes|Kapsalon Knip & Zo|Naomi Vos|Walstraat 35|7411 GH|Deventer
K00120|yes|Rederij De Zwaluw|Piet Haan|Havenstraat 8|8321 EX|Urk
"""

# Fields that e-Boekhouden does not have.
LOCAL_FIELDS: dict[str, dict[str, str | int]] = {
    "K00085": {"hourly_rate": "88.00"},
    "K00093": {"payment_term": 30},
    "K00095": {"hourly_rate": "98.50"},
    "K00106": {"payment_term": 60},
    "K00108": {"payment_term": 14},
    "K00112": {"hourly_rate": "97.50"},
}
ABROAD = {"K00106": "DE"}
PRIVATE = ("K00110",)
REVERSE_CHARGED = {"K00106": "BI_EU_VERK_D"}


def rows(table: str) -> dict[str, list[str]]:
    """Return the cells of a table by the first cell, the customer number."""
    cells = (line.split("|") for line in table.strip().splitlines())
    return {number: values for number, *values in cells}


def is_remote() -> dict[str, bool]:
    """Return which customers were in e-Boekhouden first, by number."""
    return {number: cells[0] == "yes" for number, cells in rows(NAMES).items()}


def fields_of(number: str, *, table: str = NAMES) -> dict[str, object]:
    """Return the address fields of a customer."""
    _remote, name, contact, address, postal_code, city = rows(table)[number]
    figures = rows(FIGURES).get(number, [""] * 5)
    phone, email, coc_number, vat_number, iban = figures
    return {
        "number": number,
        "name": name,
        "is_business": number not in PRIVATE,
        "contact_name": contact,
        "address": address,
        "postal_code": postal_code,
        "city": city,
        "country": ABROAD.get(number, "NL"),
        "phone": phone,
        "email": email,
        "coc_number": coc_number,
        "vat_number": vat_number,
        "iban": iban,
    }
