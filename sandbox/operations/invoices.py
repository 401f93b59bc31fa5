"""AddFactuur and GetFacturen."""

import json
from urllib.parse import quote

from sandbox.books import entries, invoices, ledger, relations
from sandbox.books.records import InvoiceLine
from sandbox.codes import ACCOUNT_UNFIT, refuse_if
from sandbox.faulting import NULL_REFERENCE, broken
from sandbox.money import rounded
from sandbox.vat import CODES

from .booking import book_invoice
from .call import blank, is_bookable

MOST_LINES = 100
NOT_FOR_REVENUE = ("FIN", "CRED", "DEB")
DIRECT_DEBIT = (
    ("CFACT033", "IncassoRekeningNummer"),
    ("CFACT034", "IncassoTnv"),
    ("CFACT035", "IncassoPlaats"),
    ("CFACT036", "IncassoOmschrijvingRegel1"),
)
MAIL = (
    ("CFACT029", "EmailBericht"),
    ("CFACT030", "EmailVanAdres"),
    ("CFACT031", "EmailOnderwerp"),
)
IN_COLUMNS = (
    "Factuurnummer",
    "Relatiecode",
    "Datum",
    "Betalingstermijn",
    "Factuursjabloon",
)


def add_invoice(call):
    """Check head, mail, booking, direct debit and lines, in this order; then write and book."""
    given = call.required("oFact")
    _check_head(call, given)
    _check_extras(call, given)
    lines = [_checked_line(call, n, line) for n, line in enumerate(given["Regels"], start=1)]
    number = call.fit(given["Factuurnummer"], 50).strip()
    number = number or invoices.next_number(call.db, call.switches)
    head = {
        "number": number,
        "relation_code": given["Relatiecode"],
        "date": given["Datum"].date().isoformat(),
        "term": given["Betalingstermijn"],
        "template": given["Factuursjabloon"],
        "extras": json.dumps(_extras(given), default=str),
    }
    invoice_id = invoices.add(
        call.db,
        head,
        lines,
        visible_at=call.visible_at,
        vat_rounded=call.switches.vat_rounded,
    )
    if given["InBoekhoudingPlaatsen"]:
        description = call.fit(given["BoekhoudmutatieOmschrijving"], 200)
        book_invoice(call.db, invoice_id, description=description, visible_at=call.visible_at)
    return {"Factuurnummer": number}


def _extras(given):
    return {
        name: value
        for name, value in given.items()
        if name not in IN_COLUMNS and name != "Regels" and value
    }


def _check_head(call, given):
    number, relation_code = (given["Factuurnummer"] or "").strip(), given["Relatiecode"]
    refuse_if(not is_bookable(given["Datum"]), "CFACT004")
    refuse_if(not 1 <= len(given["Regels"]) <= MOST_LINES, "CFACT006")
    shortest = 0 if call.switches.term_zero_allowed else 1
    refuse_if(given["Betalingstermijn"] < shortest, "CFACT014")
    refuse_if(blank(relation_code), "CFACT024")
    refuse_if(
        not relations.is_known(call.db, relation_code, how=call.switches.codes_compared), "CFACT025"
    )
    refuse_if(number and _is_taken(call, given, number), "CFACT026")
    refuse_if(blank(given["Factuursjabloon"]), "CFACT027")
    refuse_if(given["Factuursjabloon"] not in call.switches.templates, "CFACT028")


def _is_taken(call, given, number):
    if call.switches.unique_invoice and invoices.exists(call.db, number):
        return True
    booked = given["InBoekhoudingPlaatsen"] and call.switches.unique_mutation
    return booked and entries.exists(call.db, "FactuurVerstuurd", number)


def _check_extras(call, given):
    for code, name in MAIL if given["PerEmailVerzenden"] else ():
        refuse_if(blank(given[name]), code)
    if given["InBoekhoudingPlaatsen"]:
        refuse_if(blank(given["BoekhoudmutatieOmschrijving"]), "CFACT032")
        refuse_if(call.switches.is_closed(given["Datum"].date()), "CMUT020")
    for code, name in DIRECT_DEBIT if given["AutomatischeIncasso"] else ():
        refuse_if(blank(given[name]), code)


def _checked_line(call, n, line):
    if line is None:
        raise broken(NULL_REFERENCE)
    refuse_if(blank(line["Code"]), "CFACT037", line=n)
    refuse_if(blank(line["BTWCode"]), call.switches.empty_vat_code, line=n)
    refuse_if(blank(line["Omschrijving"]), "CFACT039", line=n)
    refuse_if(blank(line["TegenrekeningCode"]), "CFACT040", line=n)
    vat_code = CODES.get(line["BTWCode"])
    refuse_if(vat_code is None or vat_code.side == "purchase", "CFACT042", line=n)
    account = ledger.account(call.db, line["TegenrekeningCode"])
    unfit = account is None or account.category in NOT_FOR_REVENUE
    refuse_if(unfit, "CMUT012", text=ACCOUNT_UNFIT)
    refuse_if(_is_unknown_centre(call, line["KostenplaatsID"]), "CFACT212", line=n)
    return InvoiceLine(
        quantity=rounded(line["Aantal"], decimals=call.switches.quantity_decimals),
        unit=call.fit(line["Eenheid"], 50),
        code=call.fit(line["Code"], 50),
        description=line["Omschrijving"],
        price=rounded(line["PrijsPerEenheid"], decimals=call.switches.price_decimals),
        vat_code=line["BTWCode"],
        account=line["TegenrekeningCode"],
        cost_centre=line["KostenplaatsID"],
    )


def _is_unknown_centre(call, centre):
    known = call.db.execute("SELECT 1 FROM cost_centres WHERE id = ?", (centre,)).fetchone()
    return bool(centre) and not known


def get_invoices(call):
    wanted = call.filter()
    found = invoices.find(
        call.db,
        number=wanted.text("Factuurnummer"),
        relation_code=wanted.text("Relatiecode"),
        dates=wanted.days("DatumVan", "DatumTm"),
        how=call.switches.filter,
        visible_at=call.at,
    )
    cap = call.switches.invoices_cap
    return {"Facturen": [_row(call, invoice) for invoice in (found[-cap:] if cap else found)]}


def _row(call, invoice):
    document = f"1-{invoice.id}-{quote(invoice.number, safe='')}"
    return {
        "Factuurnummer": invoice.number,
        "Relatiecode": invoice.relation_code,
        "Datum": invoice.date,
        "Betalingstermijn": invoice.term,
        "TotaalExclBTW": invoice.net,
        "TotaalBTW": invoice.vat,
        "TotaalInclBTW": invoice.total,
        "TotaalOpenstaand": invoice.open,
        "URLPDFBestand": f"{call.origin}/bh/getfactuur.asp?c={document}&s={invoice.secret}",
        "Regels": [_line_row(line) for line in invoice.lines],
    }


def _line_row(line):
    return {
        "Aantal": line.quantity,
        "Eenheid": line.unit,
        "Code": line.code,
        "Omschrijving": line.description,
        "PrijsPerEenheid": line.price,
        "BTWCode": line.vat_code,
        "TegenrekeningCode": line.account,
        "KostenplaatsID": line.cost_centre,
    }
