"""Refusals of the service: every documented code with its text."""

RELATION_LENGTHS = (
    # code, field, name in the text, maximum length, noun
    ("CREL01", "Code", "Code", 15, "posities"),
    ("CREL02", "Bedrijf", "Bedrijf", 100, "posities"),
    ("CREL03", "Contactpersoon", "Contactpersoon", 50, "posities"),
    ("CRE04", "Geslacht", "Geslacht", 1, "positie"),
    ("CREL05", "Adres", "Adres", 150, "posities"),
    ("CREL06", "Postcode", "Postcode", 50, "posities"),
    ("CREL07", "Plaats", "Plaats", 50, "posities"),
    ("CREL08", "Land", "Land", 50, "posities"),
    ("CREL09", "Adres2", "Adres2", 150, "posities"),
    ("CREL10", "Postcode2", "Postcode2", 50, "posities"),
    ("CREL11", "Plaats2", "Plaats2", 50, "posities"),
    ("CREL12", "Land2", "Land2", 50, "posities"),
    ("CREL13", "Telefoon", "Telefoon", 50, "posities"),
    ("CREL14", "GSM", "Mobiel", 50, "posities"),
    ("CREL15", "FAX", "Fax", 50, "posities"),
    ("CREL16", "Email", "Email", 50, "posities"),
    ("CREL17", "Site", "Site", 50, "posities"),
    ("CREL18", "Bankrekening", "Bankrekening", 50, "posities"),
    ("CREL19", "Girorekening", "Girorekening", 50, "posities"),
    ("CREL20", "BTWNummer", "Btw-nummer", 50, "posities"),
    ("CREL21", "KvkNummer", "KVK-nummer", 50, "posities"),
    ("CREL22", "Aanhef", "Aanhef", 50, "posities"),
    ("CREL23", "IBAN", "IBAN", 50, "posities"),
    ("CREL24", "BIC", "BIC", 50, "posities"),
    ("CREL25", "BP", "BP", 1, "teken"),
    *((f"CREL{26 + n}", f"Def{n}", f"Def{n}", 100, "posities") for n in range(1, 11)),
)

TEXTS = {
    "E001.1": "Invalid credentials",
    "E001.2": "Invalid credentials",
    "E001.3": "Invalid credentials",
    "E001.5": "Invalid credentials",
    "E001.7": "Unable to verify",
    "E002.1": "Invalid session",
    "E002.2": "Invalid session",
    "E002.3": "Sessions expired",
    "E002.4": "Sessions has already been closed",
    "E002.5": "Not an accountant",
    "E003.1": "Soap call limit hit",
    "E003.3": "Soap call limit hit (10.000 / day)",
    "CFACT004": "Datum is niet ingevuld",
    "CFACT006": "Er moet minimaal 1 regel- en maximaal 100 regels aanwezig zijn",
    "CFACT014": "Betalingstermijn is niet ingevuld",
    "CFACT024": "Relatiecode is niet ingevuld",
    "CFACT025": "Relatie is onbekend",
    "CFACT026": "Factuurnummer is reeds in gebruik",
    "CFACT027": "Factuursjabloon is niet ingevuld",
    "CFACT028": "Factuursjabloon is niet gevonden",
    "CFACT029": "EmailBericht is niet gevuld",
    "CFACT030": "EmailVanAdres is niet gevuld",
    "CFACT031": "EmailOnderwerp is niet gevuld",
    "CFACT032": "BoekhoudmutatieOmschrijving is niet gevuld",
    "CFACT033": "IncassoRekeningNummer is niet gevuld",
    "CFACT034": "IncassoTnv is niet gevuld",
    "CFACT035": "IncassoPlaats is niet gevuld",
    "CFACT036": "IncassoOmschrijvingRegel1 is niet gevuld",
    "CFACT037": "Code van regel {line} is niet gevuld",
    "CFACT038": "BTWCode van regel {line} is niet gevuld",
    "CFACT039": "Omschrijving van regel {line} is niet gevuld",
    "CFACT040": "TegenrekeningCode van regel {line} is niet gevuld",
    "CFACT041": "BTW-code van regel {line} is niet gevuld",
    "CFACT042": "Ongeldige BTW-code op regel {line}",
    "CFACT212": "Kostenplaats op regel {line} bestaat niet.",
    "CMUT001": "Onbekende rekening of incorrecte categorie",
    "CMUT001.1": "Onbekende rekening of incorrecte categorie",
    "CMUT003": "InExBTW is niet gevuld (IN of EX)",
    "CMUT003.1": "InExBTW is niet correct gevuld (IN of EX)",
    "CMUT004": "Datum is niet ingevuld",
    "CMUT005": "Omschrijving is niet ingevuld",
    "CMUT006": "Er moet minimaal 1 mutatieregel- en maximaal 100 mutatieregels aanwezig zijn",
    "CMUT008": "Mutatiesoort is onbekend",
    "CMUT010": "BedragExclBTW + BedragBTW is niet gelijk aan BedagIncl",
    "CMUT010.1": "BedragExclBTW * BTWPercentage/100 is niet gelijk aan BedagBTW",
    "CMUT011": "Ongeldige BTW-code voor deze mutatiesoort",
    "CMUT012": "Tegenrekening heeft een onjuiste categorie",
    "CMUT013": "Factuurnummer is niet ingevuld",
    "CMUT014": "Relatiecode is niet ingevuld",
    "CMUT015": "Rekeningcode moet van een crediteurenrekening zijn",
    "CMUT016": "Rekeningcode moet van een debiteurenrekening zijn",
    "CMUT017": "Relatie is onbekend",
    "CMUT018": "Combinatie relatie/factuurnummer bestaat reeds",
    "CMUT019": "Factuurnummer bestaat reeds",
    "CMUT020": "Periode is afgesloten",
    "CMUT021": "Voor deze mutatiesoort mag 1 regel toegevoegd worden",
    "CMUT023": "Factuurnummer is niet ingevuld",
    "CMUT024": "Relatiecode is niet ingevuld",
    "CMUT025": "Relatie is onbekend",
    "CMUT026": "Deze betaling kan niet gekoppeld worden aan een bestaande factuur",
    "CMUT027": "Categorie van de tegenrekening moet 'Debiteuren' zijn",
    "CMUT028": "Categorie van de tegenrekening moet 'Crediteuren' zijn",
    "CMUT033": "Ongeldige BTW-code",
    **{
        code: f"{name} mag maximaal {longest} {noun} lang zijn"
        for code, _, name, longest, noun in RELATION_LENGTHS
    },
    "CREL26": "BP mag moet een B of een P bevatten",
    "CREL001": "Code is reeds in gebruik",
    "CGN003": "Code is niet ingevuld",
    "CGB001": "Code is reeds in gebruik",
    "CGB002": "Omschrijving is niet ingevuld",
    "CGB005": "Categorie is niet ingevuld (VW of BAL)",
    "CGB006": "Categorie niet correct (VW of BAL)",
}
TEXTS |= {f"{code}.1": TEXTS[code] for code in ("CGN003", "CGB001", "CGB002", "CGB005", "CGB006")}

# texts for codes that have a second meaning
TERM_MISSING = "Betalingstermijn is niet ingevuld"
ACCOUNT_UNFIT = "Tegenrekening heeft een onjuiste categorie of bestaat niet"
VAT_UNFIT = "Ongeldige BTW-code voor deze mutatiesoort"
VAT_UNEQUAL = "BedragExclBTW * BTWPercentage/100 is niet gelijk aan BedagBTW"
CODE_MISSING = "Code is niet ingevuld"
NAME_MISSING = "Bedrijf is niet ingevuld"


class Refusal(Exception):
    """A refusal of the service: an answer with a code, without a change in the books."""

    def __init__(self, code, *, text=None, line=None):
        self.code = code
        self.text = text or TEXTS.get(code, "").format(line=line)
        super().__init__(f"{code} {self.text}")


def refuse_if(condition, code, **details):
    if condition:
        raise Refusal(code, **details)
