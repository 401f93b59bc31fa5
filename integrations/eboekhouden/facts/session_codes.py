"""Error codes about login, sessions and quotas."""

from .fact import CodeClass, CodeFact

_CODES_CHANGED = (
    "Copy the username and both security codes again from e-Boekhouden: the first code changes "
    "with the password."
)
_CODES_CHANGED_DUTCH = (
    "Neem de gebruikersnaam en beide beveiligingscodes opnieuw over uit e-Boekhouden: de eerste "
    "code verandert samen met het wachtwoord."
)
_LOST = (
    "The session with e-Boekhouden has ended. A new one is opened automatically; you need not do "
    "anything."
)
_LOST_DUTCH = (
    "De sessie met e-Boekhouden is beëindigd. Er wordt automatisch een nieuwe geopend; u hoeft "
    "niets te doen."
)


def _login(code: str, english: str, dutch: str, text: str = "Invalid credentials") -> CodeFact:
    return CodeFact(
        code,
        text,
        CodeClass.CREDENTIALS,
        f"{english} {_CODES_CHANGED}",
        f"{dutch} {_CODES_CHANGED_DUTCH}",
    )


def _session(code: str, text: str) -> CodeFact:
    return CodeFact(code, text, CodeClass.SESSION, _LOST, _LOST_DUTCH)


SESSION_CODES = (
    _login(
        "E001.1",
        "e-Boekhouden does not accept the username or security code 1.",
        "e-Boekhouden accepteert de gebruikersnaam of beveiligingscode 1 niet.",
    ),
    _login(
        "E001.2",
        "e-Boekhouden finds no administration for these codes.",
        "e-Boekhouden vindt geen administratie bij deze codes.",
    ),
    _login(
        "E001.3",
        "e-Boekhouden does not accept security code 2.",
        "e-Boekhouden accepteert beveiligingscode 2 niet.",
    ),
    CodeFact(
        "E001.5",
        "Invalid credentials",
        CodeClass.CREDENTIALS,
        "This e-Boekhouden user may not use the connection. Give the user that right in "
        "e-Boekhouden, or use the codes of another user.",
        "Deze e-Boekhouden-gebruiker mag de koppeling niet gebruiken. Geef de gebruiker dat recht "
        "in e-Boekhouden, of gebruik de codes van een andere gebruiker.",
    ),
    _login(
        "E001.7",
        "e-Boekhouden could not check who we are.",
        "e-Boekhouden kon niet controleren wie wij zijn.",
        "Unable to verify",
    ),
    _session("E002.1", "Invalid session"),
    _session("E002.2", "Invalid session"),
    _session("E002.3", "Sessions expired"),
    _session("E002.4", "Sessions has already been closed"),
    CodeFact(
        "E002.5",
        "Not an accountant",
        CodeClass.CREDENTIALS,
        "These codes are not those of an accountant. Use the codes of the administration itself.",
        "Deze codes zijn niet van een accountant. Gebruik de codes van de administratie zelf.",
    ),
    CodeFact(
        "E003.1",
        "Soap call limit hit",
        CodeClass.QUOTA,
        "This month's number of requests to e-Boekhouden is used up. Sending resumes "
        "automatically next month; contact e-Boekhouden if that is too late.",
        "Het aantal opvragingen bij e-Boekhouden voor deze maand is op. Volgende maand gaat het "
        "verzenden automatisch verder; neem contact op met e-Boekhouden als dat te laat is.",
    ),
    CodeFact(
        "E003.3",
        "Soap call limit hit (10.000 / day)",
        CodeClass.QUOTA,
        "Today's number of requests to e-Boekhouden is used up. Sending resumes automatically "
        "tomorrow.",
        "Het aantal opvragingen bij e-Boekhouden voor vandaag is op. Morgen gaat het verzenden "
        "automatisch verder.",
    ),
)
