"""Questions about ledger entries: numbers, VAT, closed periods, and the rows of an answer."""

from datetime import date, datetime, time
from decimal import Decimal

from ..errors import EBoekhoudenError
from .asking import Prober

CENT = Decimal("0.01")
TOLERANCES = (5, 4, 3, 2, 1)
NOT_SEEN = "not seen"


def unique_mutation(probe: Prober) -> str:
    """Whether a second entry with the same invoice number is refused."""
    number = probe.name("m")
    probe.add_entry(probe.entry(number))
    again = probe.outcome("AddMutatie", probe.entry(number))
    if not again:
        probe.made.append(f"second entry {number}")
        probe.entries.append(dict(probe.entry(number)["oMut"]))
    return "yes" if again else "no"


def vat_mismatch_code(probe: Prober) -> str:
    """With which code wrong VAT is refused."""
    message = probe.entry(probe.name("w"), off=Decimal(5))
    refused = probe.outcome("AddMutatie", message)
    if not refused:
        probe.entries.append(dict(message["oMut"]))
    return refused or "accepted"


def vat_tolerance(probe: Prober) -> str:
    """How many cents the VAT may be off: at most 5 are tried."""
    for cents in TOLERANCES:
        message = probe.entry(probe.name("o"), off=cents * CENT)
        if not probe.outcome("AddMutatie", message):
            probe.entries.append(dict(message["oMut"]))
            probe.made.append(f"entry {message['oMut']['Factuurnummer']}")
            return str(cents)
    return "0"


def closed_until(probe: Prober) -> str:
    """The latest closed day among today, the ends of the last two years, and 1980.

    No entry is made: the VAT code of its line is unknown, which is refused after the period.
    """
    year = probe.today.year
    for day in (probe.today, date(year - 1, 12, 31), date(year - 2, 12, 31), date(1980, 1, 1)):
        message = probe.entry(probe.name("p"), Datum=datetime.combine(day, time.min))
        (name, rows), *_ = message["oMut"]["MutatieRegels"].items()
        message["oMut"]["MutatieRegels"] = {name: [{**rows[0], "BTWCode": "NOT_A_CODE"}]}
        if probe.outcome("AddMutatie", message) == "CMUT020":
            return day.isoformat()
    return "none"


def entries_cap(probe: Prober) -> str:
    """How many entries an answer has at most; 0 if none of the test entries was missing."""
    return str(len(probe.read_entries())) if _missing(probe) else "0"


def entries_kept(probe: Prober) -> str:
    """Which entries an answer has when there are too many: the newest or the oldest."""
    if not _missing(probe):
        return NOT_SEEN
    newest = str(probe.entries[-1]["Factuurnummer"])
    numbers = [str(row.get("Factuurnummer")) for row in probe.read_entries()]
    return "newest" if newest in numbers else "oldest"


def entries_order(probe: Prober) -> str:
    """In which order entries come."""
    numbers = [int(row["MutatieNr"]) for row in probe.read_entries()]
    if len(set(numbers)) < 2:
        return NOT_SEEN
    return "ascending" if numbers == sorted(numbers) else "descending"


def entries_filter_first(probe: Prober) -> str:
    """Whether a filter finds an entry that is missing in a full answer."""
    missing = _missing(probe)
    if not missing:
        return NOT_SEEN
    return "yes" if probe.read_entries(missing[0]) else "no"


def date_kept(probe: Prober) -> str:
    """Whether the date of an entry comes back as the same day."""
    number = str(probe.entries[-1]["Factuurnummer"]) if probe.entries else ""
    try:
        rows = probe.read_entries(number) if number else []
    except EBoekhoudenError:
        rows = []
    if not rows:
        return NOT_SEEN
    return "yes" if rows[0]["Datum"].date() == probe.today else "no"


def _missing(probe: Prober) -> list[str]:
    seen = {str(row.get("Factuurnummer")) for row in probe.read_entries()}
    made = [str(entry["Factuurnummer"]) for entry in probe.entries]
    return [number for number in made if number not in seen]
