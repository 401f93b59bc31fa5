"""Error codes about invoices of the invoicing module."""

from .fact import CodeClass, CodeFact

_DATA = CodeClass.DATA
_SETTINGS = CodeClass.SETTINGS

_TEMPLATE = (
    "Enter the exact name of a template in e-Boekhouden in the settings and book again, or book "
    "this invoice with another template."
)
_TEMPLATE_DUTCH = (
    "Vul in de instellingen de exacte naam van een sjabloon in e-Boekhouden in en boek opnieuw, of "
    "boek deze factuur met een ander sjabloon."
)
_NO_VAT_CODE = "The VAT rate of {line} has no VAT code. Choose one in the settings."
_NO_VAT_CODE_DUTCH = "Het btw-tarief van {line} heeft geen btw-code. Kies die in de instellingen."

# Fields that we never send (e-mail, direct debit): only a bug of ours can cause these codes.
_UNUSED = [
    ("CFACT029", "EmailBericht is niet gevuld", "e-mail message", "e-mailbericht"),
    ("CFACT030", "EmailVanAdres is niet gevuld", "e-mail sender", "afzender van de e-mail"),
    ("CFACT031", "EmailOnderwerp is niet gevuld", "e-mail subject", "onderwerp van de e-mail"),
    ("CFACT033", "IncassoRekeningNummer is niet gevuld", "debit account", "incassorekening"),
    ("CFACT034", "IncassoTnv is niet gevuld", "debit account holder", "naam bij de incasso"),
    ("CFACT035", "IncassoPlaats is niet gevuld", "debit town", "plaats bij de incasso"),
    (
        "CFACT036",
        "IncassoOmschrijvingRegel1 is niet gevuld",
        "debit description",
        "omschrijving bij de incasso",
    ),
]


def _unused(code: str, text: str, english: str, dutch: str) -> CodeFact:
    return CodeFact(
        code,
        text,
        _DATA,
        f"The {english} is missing. Contact your system administrator.",
        f"Dit gegeven ontbreekt: {dutch}. Neem contact op met uw systeembeheerder.",
    )


INVOICE_CODES = (
    CodeFact(
        "CFACT004",
        "Datum is niet ingevuld",
        _DATA,
        "e-Boekhouden accepts dates from 1980 to 2049 only. Change the date of the invoice.",
        "e-Boekhouden accepteert alleen datums van 1980 tot en met 2049. Pas de factuurdatum aan.",
    ),
    CodeFact(
        "CFACT006",
        "Er moet minimaal 1 regel- en maximaal 100 regels aanwezig zijn",
        _DATA,
        "An invoice in e-Boekhouden has 1 to 100 lines. Group the lines, or create two invoices.",
        "Een factuur in e-Boekhouden heeft 1 tot 100 regels. Voeg regels samen, of maak twee "
        "facturen.",
    ),
    CodeFact(
        "CFACT014",
        "Betalingstermijn is niet ingevuld",
        _DATA,
        "The payment term is missing. Fill it in at the customer or in the settings.",
        "De betalingstermijn ontbreekt. Vul die in bij de klant of in de instellingen.",
    ),
    CodeFact(
        "CFACT024",
        "Relatiecode is niet ingevuld",
        CodeClass.RELATION,
        "The customer has no number. Enter a customer number.",
        "De klant heeft geen klantnummer. Vul een klantnummer in.",
    ),
    CodeFact(
        "CFACT025",
        "Relatie is onbekend",
        CodeClass.RELATION,
        "e-Boekhouden has no relation with this customer number. Link the customer, or create the "
        "relation in e-Boekhouden.",
        "e-Boekhouden heeft geen relatie met dit klantnummer. Koppel de klant, of maak de relatie "
        "in e-Boekhouden aan.",
    ),
    CodeFact(
        "CFACT026",
        "Factuurnummer is reeds in gebruik",
        CodeClass.EXISTS,
        "This invoice number is already in use in e-Boekhouden. Compare the two documents. Link "
        "them, or use another number.",
        "Dit factuurnummer is in e-Boekhouden al in gebruik. Vergelijk beide documenten. Koppel "
        "ze, of gebruik een ander nummer.",
    ),
    CodeFact(
        "CFACT027",
        "Factuursjabloon is niet ingevuld",
        _SETTINGS,
        f"No invoice template has been chosen. {_TEMPLATE}",
        f"Er is geen factuursjabloon gekozen. {_TEMPLATE_DUTCH}",
    ),
    CodeFact(
        "CFACT028",
        "Factuursjabloon is niet gevonden",
        _SETTINGS,
        f"e-Boekhouden does not know the invoice template. {_TEMPLATE}",
        f"e-Boekhouden kent het factuursjabloon niet. {_TEMPLATE_DUTCH}",
    ),
    CodeFact(
        "CFACT032",
        "BoekhoudmutatieOmschrijving is niet gevuld",
        _DATA,
        "The description for the bookkeeping is missing. Fill it in on the invoice.",
        "De omschrijving voor de boekhouding ontbreekt. Vul die in op de factuur.",
    ),
    CodeFact(
        "CFACT037",
        "Code van regel X is niet gevuld",
        _DATA,
        "The product code of {line} is missing. Fill in a code in the settings.",
        "De productcode van {line} ontbreekt. Vul een code in bij de instellingen.",
    ),
    CodeFact(
        "CFACT038",
        "BTWCode van regel X is niet gevuld",
        _SETTINGS,
        _NO_VAT_CODE,
        _NO_VAT_CODE_DUTCH,
    ),
    CodeFact(
        "CFACT039",
        "Omschrijving van regel X is niet gevuld",
        _DATA,
        "The description of {line} is missing. Fill it in.",
        "De omschrijving van {line} ontbreekt. Vul die in.",
    ),
    CodeFact(
        "CFACT040",
        "TegenrekeningCode van regel X is niet gevuld",
        _SETTINGS,
        "The ledger account of {line} is missing. Fill it in at the task or in the settings.",
        "De grootboekrekening van {line} ontbreekt. Vul die in bij de activiteit of in de "
        "instellingen.",
    ),
    CodeFact(
        "CFACT041",
        "BTW-code van regel X is niet gevuld",
        _SETTINGS,
        _NO_VAT_CODE,
        _NO_VAT_CODE_DUTCH,
    ),
    CodeFact(
        "CFACT042",
        "Ongeldige BTW-code op regel X",
        _SETTINGS,
        "e-Boekhouden does not accept the VAT code of {line}. Book this invoice with another VAT "
        "code, and choose another in the settings for the next.",
        "e-Boekhouden accepteert de btw-code van {line} niet. Boek deze factuur met een andere "
        "btw-code, en kies voor de volgende een andere in de instellingen.",
    ),
    CodeFact(
        "CFACT212",
        "Kostenplaats op regel X bestaat niet.",
        _SETTINGS,
        "The cost centre of {line} does not exist in e-Boekhouden. Book this invoice with another "
        "cost centre, and choose another at the task for the next.",
        "De kostenplaats van {line} bestaat niet in e-Boekhouden. Boek deze factuur met een andere "
        "kostenplaats, en kies voor de volgende een andere bij de activiteit.",
    ),
    *(_unused(*row) for row in _UNUSED),
)
