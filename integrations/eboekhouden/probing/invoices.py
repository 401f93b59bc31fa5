"""Questions about invoices: numbers, codes, decimals, rounding, and what a ledger entry has."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..errors import EBoekhoudenError
from .asking import NAME, UNKNOWN_CODE, Prober

FINE = Decimal("1.2345")
# Per line 0.07 and 0.07 and 0.07, per rate 0.22.
ROUNDING = Decimal("0.35")


def codes_compared(probe: Prober) -> str:
    """Whether a relation code in other capitals, or with a blank, is that relation.

    No invoice is made: its line has no code, which is refused after the relation.
    """
    lower = probe.customer.swapcase()
    return "exact" if _relation_refused(probe, lower) else "tolerant"


def blanks_compared(probe: Prober) -> str:
    """The same for a blank after the code."""
    return "exact" if _relation_refused(probe, f"{probe.customer} ") else "tolerant"


def _relation_refused(probe: Prober, code: str) -> bool:
    message = probe.invoice(probe.name("k"), code=code, Regels=probe.line(Code=""))
    return probe.outcome("AddFactuur", message) == "CFACT025"


def unique_invoice(probe: Prober) -> str:
    """Whether a second invoice with the same number is refused."""
    number = probe.add_invoice(probe.invoice(probe.name("i")))
    again = probe.outcome("AddFactuur", probe.invoice(number))
    if not again:
        probe.made.append(f"second invoice {number}")
        probe.invoices.append(number)
    return "yes" if again else "no"


def template(probe: Prober) -> str:
    """Whether the invoice template of the settings exists."""
    message = probe.invoice(probe.name("s"), Regels=probe.line(Code=""))
    return "no" if probe.outcome("AddFactuur", message) == "CFACT028" else "yes"


def assigned_number(probe: Prober) -> str:
    """Which number an invoice without one gets."""
    message = probe.invoice("x")
    del message["oFact"]["Factuurnummer"]
    try:
        return probe.add_invoice(message)
    except EBoekhoudenError as error:
        return f"refused: {error.code or error.reason}"


def term_zero_allowed(probe: Prober) -> str:
    """Whether a payment term of 0 days is taken; the relation is unknown."""
    message = probe.invoice(probe.name("z"), code=UNKNOWN_CODE, Betalingstermijn=0)
    return "no" if probe.outcome("AddFactuur", message) == "CFACT014" else "yes"


def quantity_decimals(probe: Prober) -> str:
    """How many decimals of a quantity are kept."""
    return _decimals(probe, "Aantal")


def price_decimals(probe: Prober) -> str:
    """How many decimals of a price are kept."""
    return _decimals(probe, "PrijsPerEenheid")


def _decimals(probe: Prober, field: str) -> str:
    number = probe.name("d")
    try:
        probe.add_invoice(probe.invoice(number, Regels=probe.line(**{field: FINE})))
    except EBoekhoudenError as error:
        return f"refused: {error.code or error.reason}"
    rows = [line for row in _found(probe, number) for line in row.get("Regels") or ()]
    if not rows:
        return "not found"
    exponent = Decimal(str(rows[0][field])).normalize().as_tuple().exponent
    return str(max(0, -int(exponent)))


def too_long(probe: Prober) -> str:
    """What becomes of a number of 51 characters: a Fault, a refusal, or cut off."""
    long = probe.name("g").ljust(51, "x")
    message = probe.invoice("x", Factuurnummer=long)
    try:
        number = probe.add_invoice(message)
    except EBoekhoudenError as error:
        return error.code or error.reason
    return "cut" if len(number) < len(long) else "kept"


def empty_vat_code(probe: Prober) -> str:
    """With which code a line without a VAT code is refused."""
    message = probe.invoice(probe.name("v"), Regels=probe.line(BTWCode=""))
    return probe.outcome("AddFactuur", message) or "accepted"


def vat_rounded(probe: Prober) -> str:
    """Whether VAT is rounded for each line or for each rate: three lines of € 0.35."""
    number = probe.name("b")
    lines = probe.line(PrijsPerEenheid=ROUNDING)
    (name, (line,)), *_ = lines.items()
    probe.add_invoice(probe.invoice(number, Regels={name: [line] * 3}))
    for row in _found(probe, number):
        vat = Decimal(str(row.get("TotaalBTW"))).quantize(Decimal("0.01"))
        one = (ROUNDING * probe.books.vat_percentage / 100).quantize(Decimal("0.01"))
        return "line" if vat == one * 3 else "rate"
    return "not found"


def invoices_cap(probe: Prober) -> str:
    """How many invoices an answer has at most; 0 if none of the test invoices was missing."""
    rows = probe.read_invoices()
    seen = {str(row.get("Factuurnummer")) for row in rows}
    missing = [one for one in probe.invoices if one not in seen]
    return str(len(rows)) if missing else "0"


def booked_text(probe: Prober) -> str:
    """Whether an invoice that is booked at once has an entry with our text."""
    number = probe.name("e")
    head: dict[str, Any] = {"InBoekhoudingPlaatsen": True, "BoekhoudmutatieOmschrijving": NAME}
    try:
        probe.add_invoice(probe.invoice(number, **head))
    except EBoekhoudenError as error:
        return f"refused: {error.code or error.reason}"
    # Its entry is reversed at the end, as those that the probe adds itself.
    probe.entries.append(dict(probe.entry(number, net=Decimal("1.00"))["oMut"]))
    deadline = time.monotonic() + float(probe.facts.get("visible_after", 0)) * 2
    while not (rows := probe.read_entries(number)) and time.monotonic() < deadline:
        time.sleep(0.1)
    texts = [str(row.get("Omschrijving")) for row in rows]
    return "yes" if texts == [NAME] else ("other text" if texts else "no entry")


def invoice_number_blocks_entry(probe: Prober) -> str:
    """Whether an entry with the number of an invoice that is not booked is refused."""
    if not probe.invoices:
        return "not asked"
    message = probe.entry(probe.invoices[0])
    refused = probe.outcome("AddMutatie", message)
    if not refused:
        probe.entries.append(dict(message["oMut"]))
        probe.made.append(f"entry with the number of invoice {probe.invoices[0]}")
    return "yes" if refused else "no"


def _found(probe: Prober, number: str) -> list[Mapping[str, Any]]:
    deadline = time.monotonic() + float(probe.facts.get("visible_after", 0)) * 2 + 0.1
    while True:
        rows = [row for row in probe.read_invoices(number) if row.get("Factuurnummer") == number]
        if rows or time.monotonic() > deadline:
            return rows
        time.sleep(0.1)
