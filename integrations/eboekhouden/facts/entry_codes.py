"""Error codes about entries in the ledger."""

from .fact import CodeClass, CodeFact

_DATA = CodeClass.DATA
_SETTINGS = CodeClass.SETTINGS
_EXISTS = CodeClass.EXISTS
_RELATION = CodeClass.RELATION

_ACCOUNT = (
    "e-Boekhouden does not know the debtors account, or it is of another kind. Correct the number "
    "in the settings and book again, or book this invoice with another account."
)
_ACCOUNT_DUTCH = (
    "e-Boekhouden kent de debiteurenrekening niet, of die is van een andere soort. Corrigeer het "
    "nummer in de instellingen en boek opnieuw, of boek deze factuur met een andere rekening."
)
_VAT_CODE = (
    "e-Boekhouden does not accept the VAT code for a sale. Book this invoice with another VAT "
    "code, and choose another in the settings for the next."
)
_VAT_CODE_DUTCH = (
    "e-Boekhouden accepteert de btw-code niet voor een verkoop. Boek deze factuur met een andere "
    "btw-code, en kies voor de volgende een andere in de instellingen."
)
_LEDGER = (
    "e-Boekhouden does not know a ledger account of the lines, or it is not a revenue account. "
    "Book this invoice with another ledger account, and correct it at the task or in the settings "
    "for the next; only the number counts."
)
_LEDGER_DUTCH = (
    "e-Boekhouden kent een grootboekrekening van de regels niet, of het is geen omzetrekening. "
    "Boek deze factuur met een andere grootboekrekening, en corrigeer die voor de volgende bij de "
    "activiteit of in de instellingen; alleen het nummer telt."
)
_SUM = "The VAT does not match the amounts. Check the VAT rates of the lines."
_SUM_DUTCH = "De btw past niet bij de bedragen. Controleer de btw-tarieven van de regels."
_NUMBER = "The invoice number is missing. Finalise the invoice first."
_NUMBER_DUTCH = "Het factuurnummer ontbreekt. Maak de factuur eerst definitief."
_CUSTOMER = "The customer has no number. Enter a customer number."
_CUSTOMER_DUTCH = "De klant heeft geen klantnummer. Vul een klantnummer in."
_NO_RELATION = "e-Boekhouden has no relation with this customer number. Link the customer."
_NO_RELATION_DUTCH = "e-Boekhouden heeft geen relatie met dit klantnummer. Koppel de klant."
_TAKEN = (
    "This invoice number has already been booked in e-Boekhouden. Compare the two documents. Link "
    "them, or use another number."
)
_TAKEN_DUTCH = (
    "Dit factuurnummer is in e-Boekhouden al geboekt. Vergelijk beide documenten. Koppel ze, of "
    "gebruik een ander nummer."
)
_CONTACT = "Contact your system administrator."
_CONTACT_DUTCH = "Neem contact op met uw systeembeheerder."

_BAD_ACCOUNT = "Onbekende rekening of incorrecte categorie"
_BAD_VAT_CODE = "Ongeldige BTW-code voor deze mutatiesoort"
_BAD_LEDGER = "Tegenrekening heeft een onjuiste categorie"
_BAD_VAT = "BedragExclBTW * BTWPercentage/100 is niet gelijk aan BedagBTW"

_ROWS = [
    ("CMUT001", _BAD_ACCOUNT, _SETTINGS, _ACCOUNT, _ACCOUNT_DUTCH),
    ("CMUT001.1", _BAD_ACCOUNT, _SETTINGS, _ACCOUNT, _ACCOUNT_DUTCH),
    (
        "CMUT003",
        "InExBTW is niet gevuld (IN of EX)",
        _DATA,
        f"It is not clear whether the amounts include VAT. {_CONTACT}",
        f"Het is niet duidelijk of de bedragen inclusief btw zijn. {_CONTACT_DUTCH}",
    ),
    (
        "CMUT003.1",
        "InExBTW is niet correct gevuld (IN of EX)",
        _DATA,
        f"It is not clear whether the amounts include VAT. {_CONTACT}",
        f"Het is niet duidelijk of de bedragen inclusief btw zijn. {_CONTACT_DUTCH}",
    ),
    (
        "CMUT004",
        "Datum is niet ingevuld",
        _DATA,
        "e-Boekhouden accepts dates from 1980 to 2049 only. Check the date of the invoice.",
        "e-Boekhouden accepteert alleen datums van 1980 tot en met 2049. Controleer de datum.",
    ),
    (
        "CMUT005",
        "Omschrijving is niet ingevuld",
        _DATA,
        "The description is missing. Fill it in on the invoice.",
        "De omschrijving ontbreekt. Vul die in op de factuur.",
    ),
    (
        "CMUT006",
        "Er moet minimaal 1 mutatieregel- en maximaal 100 mutatieregels aanwezig zijn",
        _DATA,
        "A ledger entry in e-Boekhouden has 1 to 100 lines. Use fewer ledger accounts on one "
        "invoice.",
        "Een mutatie in e-Boekhouden heeft 1 tot 100 regels. Gebruik minder grootboekrekeningen "
        "op één factuur.",
    ),
    (
        "CMUT008",
        "Mutatiesoort is onbekend",
        _DATA,
        f"e-Boekhouden does not know this kind of ledger entry. {_CONTACT}",
        f"e-Boekhouden kent deze soort mutatie niet. {_CONTACT_DUTCH}",
    ),
    ("CMUT010", "BedragExclBTW + BedragBTW is niet gelijk aan BedagIncl", _DATA, _SUM, _SUM_DUTCH),
    ("CMUT010.1", _BAD_VAT, _DATA, _SUM, _SUM_DUTCH),
    ("CMUT011", _BAD_VAT_CODE, _SETTINGS, _VAT_CODE, _VAT_CODE_DUTCH),
    ("CMUT011", _BAD_VAT, _DATA, _SUM, _SUM_DUTCH),
    ("CMUT012", _BAD_VAT_CODE, _SETTINGS, _VAT_CODE, _VAT_CODE_DUTCH),
    ("CMUT012", _BAD_LEDGER, _SETTINGS, _LEDGER, _LEDGER_DUTCH),
    ("CMUT012", f"{_BAD_LEDGER} of bestaat niet", _SETTINGS, _LEDGER, _LEDGER_DUTCH),
    ("CMUT013", "Factuurnummer is niet ingevuld", _DATA, _NUMBER, _NUMBER_DUTCH),
    ("CMUT014", "Relatiecode is niet ingevuld", _RELATION, _CUSTOMER, _CUSTOMER_DUTCH),
    (
        "CMUT014",
        "Betalingstermijn is niet ingevuld",
        _DATA,
        "The payment term is missing. Fill it in at the customer or in the settings.",
        "De betalingstermijn ontbreekt. Vul die in bij de klant of in de instellingen.",
    ),
    (
        "CMUT015",
        "Rekeningcode moet van een crediteurenrekening zijn",
        _SETTINGS,
        f"The account must be a creditors account. {_CONTACT}",
        f"De rekening moet een crediteurenrekening zijn. {_CONTACT_DUTCH}",
    ),
    (
        "CMUT016",
        "Rekeningcode moet van een debiteurenrekening zijn",
        _SETTINGS,
        _ACCOUNT,
        _ACCOUNT_DUTCH,
    ),
    ("CMUT017", "Relatie is onbekend", _RELATION, _NO_RELATION, _NO_RELATION_DUTCH),
    ("CMUT018", "Combinatie relatie/factuurnummer bestaat reeds", _EXISTS, _TAKEN, _TAKEN_DUTCH),
    ("CMUT019", "Factuurnummer bestaat reeds", _EXISTS, _TAKEN, _TAKEN_DUTCH),
    (
        "CMUT020",
        "Periode is afgesloten",
        CodeClass.PERIOD_CLOSED,
        "The period of this date is closed in e-Boekhouden. Ask the bookkeeper to open it, or "
        "book on another date.",
        "De periode van deze datum is in e-Boekhouden afgesloten. Vraag de boekhouder die te "
        "openen, of boek op een andere datum.",
    ),
    (
        "CMUT021",
        "Voor deze mutatiesoort mag 1 regel toegevoegd worden",
        _DATA,
        f"This kind of ledger entry has exactly one line. {_CONTACT}",
        f"Deze soort mutatie heeft precies één regel. {_CONTACT_DUTCH}",
    ),
    ("CMUT023", "Factuurnummer is niet ingevuld", _DATA, _NUMBER, _NUMBER_DUTCH),
    ("CMUT024", "Relatiecode is niet ingevuld", _RELATION, _CUSTOMER, _CUSTOMER_DUTCH),
    ("CMUT025", "Relatie is onbekend", _RELATION, _NO_RELATION, _NO_RELATION_DUTCH),
    (
        "CMUT026",
        "Deze betaling kan niet gekoppeld worden aan een bestaande factuur",
        _DATA,
        "e-Boekhouden finds no invoice with this number for this customer. Check both.",
        "e-Boekhouden vindt bij deze klant geen factuur met dit nummer. Controleer beide.",
    ),
    (
        "CMUT027",
        "Categorie van de tegenrekening moet 'Debiteuren' zijn",
        _SETTINGS,
        _LEDGER,
        _LEDGER_DUTCH,
    ),
    (
        "CMUT028",
        "Categorie van de tegenrekening moet 'Crediteuren' zijn",
        _SETTINGS,
        _LEDGER,
        _LEDGER_DUTCH,
    ),
    ("CMUT033", "Ongeldige BTW-code", _SETTINGS, _VAT_CODE, _VAT_CODE_DUTCH),
]

ENTRY_CODES = tuple(CodeFact(*row) for row in _ROWS)
