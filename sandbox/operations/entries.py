"""AddMutatie and GetMutaties."""

from sandbox.books import entries

from .entry_checks import check_head, check_line

PAYMENTS = ("FactuurbetalingOntvangen", "FactuurbetalingVerstuurd")


def add_entry(call):
    given = call.required("oMut")
    check_head(call, given)
    lines = [check_line(call, given["Soort"], line) for line in given["MutatieRegels"]]
    number = call.fit(given["Factuurnummer"], 50)
    on_head = "" if given["Soort"] in PAYMENTS else number
    head = {
        "kind": given["Soort"],
        "date": given["Datum"].date().isoformat(),
        "account": given["Rekening"],
        "relation_code": call.fit(given["RelatieCode"], 15),
        "number": on_head,
        "voucher": call.fit(given["Boekstuk"], 50),
        "description": call.fit(given["Omschrijving"], 200),
        "term": call.fit(given["Betalingstermijn"], 4),
        "reference": call.fit(given["Betalingskenmerk"], 50),
        "in_ex": given["InExBTW"],
    }
    lines = [line | {"number": number} for line in lines]
    return {"Mutatienummer": entries.add(call.db, head, lines, visible_at=call.visible_at)}


def get_entries(call):
    """Return entries up to the switched cap, which applies after or before matching."""
    wanted = call.filter()
    found = _found(call, wanted)
    if not call.switches.entries_filter_first:
        kept = {entry.id for entry in _capped(call, entries.find(call.db, visible_at=call.at))}
        found = [entry for entry in found if entry.id in kept]
    found = _capped(call, found)
    if call.switches.entries_order == "descending":
        found.reverse()
    return {"Mutaties": [_row(entry) for entry in found]}


def _found(call, wanted):
    only = wanted.number("MutatieNr")
    return entries.find(
        call.db,
        since=max(only or wanted.number("MutatieNrVan"), 0),
        until=only or wanted.number("MutatieNrTm") or None,
        number=wanted.text("Factuurnummer"),
        dates=wanted.days("DatumVan", "DatumTm"),
        how=call.switches.filter,
        visible_at=call.at,
    )


def _capped(call, found):
    cap = call.switches.entries_cap
    if call.switches.entries_kept == "oldest":
        return found[:cap]
    return found[max(len(found) - cap, 0) :]


def _row(entry):
    return {
        "MutatieNr": entry.id,
        "Soort": entry.kind,
        "Datum": entry.date,
        "Rekening": entry.account,
        "RelatieCode": entry.relation_code,
        "Factuurnummer": entry.number,
        "Boekstuk": entry.voucher,
        "Omschrijving": entry.description,
        "Betalingstermijn": entry.term,
        "InExBTW": entry.in_ex,
        "MutatieRegels": [_line_row(line) for line in entry.lines],
    }


def _line_row(line):
    return {
        "BedragInvoer": line.entered,
        "BedragExclBTW": line.net,
        "BedragBTW": line.vat,
        "BedragInclBTW": line.gross,
        "BTWCode": line.vat_code,
        "BTWPercentage": line.percentage,
        "Factuurnummer": line.number,
        "TegenrekeningCode": line.account,
        "KostenplaatsID": line.cost_centre,
    }
