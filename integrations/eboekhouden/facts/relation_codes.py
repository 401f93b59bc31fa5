"""Error codes about relations (customers) and ledger accounts."""

from .fact import CodeClass, CodeFact

# Code, the service's name of the field, its maximum length, and our names for the field.
_LENGTHS = [
    ("CREL01", "Code", 15, "customer number", "klantnummer"),
    ("CREL02", "Bedrijf", 100, "name", "naam"),
    ("CREL03", "Contactpersoon", 50, "contact person", "contactpersoon"),
    ("CRE04", "Geslacht", 1, "salutation of the contact", "aanspreekvorm van de contactpersoon"),
    ("CREL05", "Adres", 150, "address", "adres"),
    ("CREL06", "Postcode", 50, "postal code", "postcode"),
    ("CREL07", "Plaats", 50, "town", "plaats"),
    ("CREL08", "Land", 50, "country", "land"),
    ("CREL09", "Adres2", 150, "postal address", "postadres"),
    ("CREL10", "Postcode2", 50, "postal code of the postal address", "postcode van het postadres"),
    ("CREL11", "Plaats2", 50, "town of the postal address", "plaats van het postadres"),
    ("CREL12", "Land2", 50, "country of the postal address", "land van het postadres"),
    ("CREL13", "Telefoon", 50, "phone number", "telefoonnummer"),
    ("CREL14", "Mobiel", 50, "mobile number", "mobiele nummer"),
    ("CREL15", "Fax", 50, "fax number", "faxnummer"),
    ("CREL16", "Email", 50, "e-mail address", "e-mailadres"),
    ("CREL17", "Site", 50, "website", "website"),
    ("CREL18", "Bankrekening", 50, "bank account", "bankrekening"),
    ("CREL19", "Girorekening", 50, "giro account", "girorekening"),
    ("CREL20", "Btw-nummer", 50, "VAT number", "btw-nummer"),
    ("CREL21", "KVK-nummer", 50, "chamber of commerce number", "KvK-nummer"),
    ("CREL22", "Aanhef", 50, "form of address", "aanhef"),
    ("CREL23", "IBAN", 50, "IBAN", "IBAN"),
    ("CREL24", "BIC", 50, "BIC", "BIC"),
    ("CREL25", "BP", 1, "kind (business or private)", "soort (zakelijk of particulier)"),
    *(
        (f"CREL{26 + n}", f"Def{n}", 100, f"free field {n}", f"vrije veld {n}")
        for n in range(1, 11)
    ),
]


def _too_long(code: str, field: str, most: int, english: str, dutch: str) -> CodeFact:
    return CodeFact(
        code,
        f"{field} mag maximaal {most} posities lang zijn",
        CodeClass.DATA,
        f"The {english} of the customer is too long for e-Boekhouden, which keeps {most} "
        f"characters at most. Shorten it at the customer.",
        f"Dit gegeven van de klant is te lang voor e-Boekhouden: {dutch}, ten hoogste {most} "
        f"tekens. Kort het in bij de klant.",
    )


_TAKEN = "A ledger account with this code already exists in e-Boekhouden."
_TAKEN_DUTCH = "Er bestaat in e-Boekhouden al een grootboekrekening met deze code."


def _ledger(code: str, text: str, english: str, dutch: str) -> tuple[CodeFact, ...]:
    """Return the fact for adding an account, and the same fact for changing one."""
    return (
        CodeFact(code, text, CodeClass.DATA, english, dutch),
        CodeFact(f"{code}.1", text, CodeClass.DATA, english, dutch),
    )


RELATION_CODES = (
    *(_too_long(*row) for row in _LENGTHS),
    CodeFact(
        "CREL26",
        "BP mag moet een B of een P bevatten",
        CodeClass.DATA,
        "e-Boekhouden wants to know whether the customer is a business or a private person. "
        "Choose one at the customer.",
        "e-Boekhouden wil weten of de klant zakelijk of particulier is. Kies een van beide bij de "
        "klant.",
    ),
    CodeFact(
        "CREL001",
        "Code is reeds in gebruik",
        CodeClass.EXISTS,
        "This customer number is already in use in e-Boekhouden. Compare the two and link them, "
        "or give the customer another number.",
        "Dit klantnummer is in e-Boekhouden al in gebruik. Vergelijk beide en koppel ze, of geef "
        "de klant een ander nummer.",
    ),
    *_ledger(
        "CGN003",
        "Code is niet ingevuld",
        "The ledger account has no code. Fill it in.",
        "De grootboekrekening heeft geen code. Vul die in.",
    ),
    *(
        CodeFact(code, "Code is reeds in gebruik", CodeClass.EXISTS, _TAKEN, _TAKEN_DUTCH)
        for code in ("CGB001", "CGB001.1")
    ),
    *_ledger(
        "CGB002",
        "Omschrijving is niet ingevuld",
        "The ledger account has no description. Fill it in.",
        "De grootboekrekening heeft geen omschrijving. Vul die in.",
    ),
    *_ledger(
        "CGB005",
        "Categorie is niet ingevuld (VW of BAL)",
        "The ledger account has no category. Choose profit and loss or balance sheet.",
        "De grootboekrekening heeft geen categorie. Kies winst-en-verlies of balans.",
    ),
    *_ledger(
        "CGB006",
        "Categorie niet correct (VW of BAL)",
        "The category of the ledger account must be profit and loss or balance sheet.",
        "De categorie van de grootboekrekening moet winst-en-verlies of balans zijn.",
    ),
)
