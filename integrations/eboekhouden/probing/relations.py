"""Questions about relations: codes, lengths, updates, and what is found."""

import time

from ..errors import EBoekhoudenError
from .asking import Prober

TEXT = "Line 1\r\nLine 2 & <b> “é” 😀"
LENGTHS = (150, 100, 50)


def unique_relation(probe: Prober) -> str:
    """Whether a second relation with the same code is refused."""
    again = probe.outcome("AddRelatie", probe.relation(probe.customer))
    if not again:
        probe.made.append(f"second relation {probe.customer}")
    return "no" if not again else "yes"


def relation_fields_required(probe: Prober) -> str:
    """Whether a relation without a name is refused."""
    code = probe.name("n")
    refused = probe.outcome("AddRelatie", probe.relation(code, Bedrijf=""))
    if not refused:
        probe.made.append(f"relation {code} without a name")
    return "yes" if refused else "no"


def contact_max(probe: Prober) -> str:
    """How many characters a contact person may have: 50, 100 or 150."""
    return _longest(probe, "Contactpersoon", "a")


def email_max(probe: Prober) -> str:
    """How many characters an e-mail address may have."""
    return _longest(probe, "Email", "a")


def _longest(probe: Prober, field: str, letter: str) -> str:
    for length in LENGTHS:
        end = "@test.example" if field == "Email" else ""
        value = letter * (length - len(end)) + end
        code = probe.name("c")
        if not probe.outcome("AddRelatie", probe.relation(code, **{field: value})):
            probe.made.append(f"relation {code}")
            return str(length)
    return f"less than {LENGTHS[-1]}"


def absent_on_update(probe: Prober) -> str:
    """Whether an update keeps a field that it does not name."""
    code = probe.name("u")
    number = probe.add_relation(code, Plaats="Utrecht")
    _until(probe, code)
    message = probe.relation(code)
    message["oRel"]["ID"] = number
    refused = probe.outcome("UpdateRelatie", message)
    if refused:
        return f"refused: {refused}"
    town = [str(row.get("Plaats") or "") for row in probe.find_relations(code)]
    return "keep" if town == ["Utrecht"] else "clear"


def filter_matches(probe: Prober) -> str:
    """Whether a filter on a code finds that code only, or codes that begin with or contain it."""
    code = probe.customer
    if _finds(probe, code[1:-1], code):
        return "contains"
    return "prefix" if _finds(probe, code[:-1], code) else "exact"


def visible_at_once(probe: Prober) -> str:
    """After how many milliseconds a new relation is found, in steps of 100."""
    probe.customer  # noqa: B018  made at its first use, which measures it
    return str(int(probe.facts["visible_after"] * 10) * 100)


def text_kept(probe: Prober) -> str:
    """Whether line breaks, an ampersand, accents and emoji come back as they were sent."""
    code = probe.name("t")
    try:
        probe.add_relation(code, Notitie=TEXT.replace("\r\n", "\n"))
    except EBoekhoudenError as error:
        return f"refused: {error.code or error.reason}"
    _until(probe, code)
    found = [str(row.get("Notitie") or "") for row in probe.find_relations(code)]
    if found == [TEXT.replace("\r\n", "\n")]:
        return "yes"
    return (
        "only line breaks differ"
        if [" ".join(t.split()) for t in found] == [" ".join(TEXT.split())]
        else "no"
    )


def _finds(probe: Prober, part: str, code: str) -> bool:
    return any(row.get("Code") == code for row in probe.find_relations(part))


def _until(probe: Prober, code: str) -> None:
    """Wait until the service shows a new relation, as long as the first one took."""
    wait = float(probe.facts.get("visible_after", 0)) * 2
    started = time.monotonic()
    while not probe.find_relations(code) and time.monotonic() - started < wait:
        time.sleep(0.1)
