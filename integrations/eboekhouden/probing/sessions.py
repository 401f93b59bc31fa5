"""Questions about sessions: how long they live, whether they exclude each other, and limits."""

import time
from dataclasses import replace
from decimal import Decimal

from ..errors import EBoekhoudenError, NotSent, OutcomeUnknown
from ..soap import Soap
from .asking import NAME, UNKNOWN_CODE, Prober

NOT_ASKED = "not asked"
HURRY = 0.15  # seconds until we hang up
MINUTES = (1, 5, 10, 15, 20, 30, 60)
_ANY = {"cFilter": {"ID": 0, "Code": UNKNOWN_CODE}}


def parallel_sessions(probe: Prober) -> str:
    """Whether a session lives on when another one is opened."""
    first = probe.open_session()
    probe.session = probe.open_session()
    return "yes" if _is_open(probe, first) else "no"


def braces_required(probe: Prober) -> str:
    """Whether a session is known without its braces."""
    return "no" if _is_open(probe, probe.open_session().strip("{}")) else "yes"


def session_idle(probe: Prober) -> str:
    """After how many minutes without a call a session has ended."""
    if not probe.is_patient:
        return NOT_ASKED
    for minutes in MINUTES:
        session = probe.open_session()
        if not _is_open(probe, session):
            return "0"
        probe.sleep(minutes * 60)
        if not _is_open(probe, session):
            return str(minutes)
    return "more than 60"


def session_total(probe: Prober) -> str:
    """After how many minutes a session has ended that is used every few seconds."""
    if not probe.is_patient:
        return NOT_ASKED
    session = probe.open_session()
    for step in range(60 * 12 + 1):
        if not _is_open(probe, session):
            return str(-(-step * 5 // 60))
        probe.sleep(5)
    return "more than 60"


def largest_message(probe: Prober) -> str:
    """Whether an invoice of 100 long lines is taken; it names an unknown relation."""
    message = probe.invoice(probe.name("l"), code=UNKNOWN_CODE)
    (name, rows), *_ = message["oFact"]["Regels"].items()
    line = {**rows[0], "Omschrijving": NAME * 20, "Aantal": Decimal(1)}
    message["oFact"]["Regels"] = {name: [line] * 100}
    return "yes" if probe.outcome("AddFactuur", message).startswith("CFACT") else "no"


def effect_after_hanging_up(probe: Prober) -> str:
    """Whether a relation is made although we hang up before the answer."""
    code = probe.name("h")
    hurried = Soap(probe.url, limits=replace(probe.limits, total=HURRY))
    own = probe.credentials.for_session(probe.session)
    try:
        hurried.call("AddRelatie", {**own, **probe.relation(code)})
    except NotSent:
        return "not sent"
    except OutcomeUnknown:
        time.sleep(1 + 2 * float(probe.facts.get("visible_after", 0)))
        is_made = bool(probe.find_relations(code))
        probe.made += [f"relation {code}"] if is_made else []
        return "yes" if is_made else "no"
    probe.made.append(f"relation {code}")
    return "answered in time"


def slowest_answer(probe: Prober) -> str:
    """How many milliseconds the slowest answer took, in steps of 100."""
    return str(int(probe.slowest * 10) * 100)


def transport(probe: Prober) -> str:
    """Whether the address has https with a valid chain."""
    return "https" if probe.url.startswith("https:") else "http on this machine"


def _is_open(probe: Prober, session: str) -> bool:
    try:
        probe.call("GetRelaties", _ANY, session=session)
    except EBoekhoudenError:
        return False
    return True
