"""Checks of AddMutatie: the head in order of the codes, then each line."""

from sandbox.books import entries, ledger, relations
from sandbox.codes import ACCOUNT_UNFIT, TERM_MISSING, VAT_UNEQUAL, VAT_UNFIT, refuse_if
from sandbox.faulting import NULL_REFERENCE, broken
from sandbox.money import share_of, to_cents
from sandbox.vat import CODES

from .call import blank, is_bookable

MOST_LINES = 100
INVOICES = ("FactuurVerstuurd", "FactuurOntvangen")
PAID_INVOICE = {
    "FactuurbetalingOntvangen": "FactuurVerstuurd",
    "FactuurbetalingVerstuurd": "FactuurOntvangen",
}
MONEY = (*PAID_INVOICE, "GeldOntvangen", "GeldUitgegeven")


def check_head(call, given):
    kind, day = given["Soort"], given["Datum"]
    refuse_if(kind == "OpeningsSaldo", "CMUT008")
    account = ledger.account(call.db, given["Rekening"])
    refuse_if(account is None, "CMUT001")
    refuse_if(kind in MONEY and account.category != "FIN", "CMUT001.1")
    refuse_if(kind == "Memoriaal" and account.category == "VW", "CMUT001.1")
    refuse_if(blank(given["InExBTW"]), "CMUT003")
    refuse_if(given["InExBTW"] not in ("IN", "EX"), "CMUT003.1")
    refuse_if(not is_bookable(day), "CMUT004")
    refuse_if(blank(given["Omschrijving"]), "CMUT005")
    refuse_if(not 1 <= len(given["MutatieRegels"]) <= MOST_LINES, "CMUT006")
    if kind in INVOICES:
        _check_invoice(call, given, account)
    refuse_if(call.switches.is_closed(day.date()), "CMUT020")
    if kind in PAID_INVOICE:
        _check_payment(call, given)


def _check_invoice(call, given, account):
    kind, number, code = given["Soort"], given["Factuurnummer"], given["RelatieCode"]
    refuse_if(blank(number), "CMUT013")
    refuse_if(blank(code), "CMUT014")
    refuse_if(not _is_term(given["Betalingstermijn"]), "CMUT014", text=TERM_MISSING)
    refuse_if(kind == "FactuurOntvangen" and account.category != "CRED", "CMUT015")
    refuse_if(kind == "FactuurVerstuurd" and account.category != "DEB", "CMUT016")
    refuse_if(not relations.is_known(call.db, code, how=call.switches.codes_compared), "CMUT017")
    if call.switches.unique_mutation and kind == "FactuurOntvangen":
        refuse_if(entries.exists(call.db, kind, number, relation_code=code), "CMUT018")
    if call.switches.unique_mutation and kind == "FactuurVerstuurd":
        refuse_if(entries.exists(call.db, kind, number), "CMUT019")


def _is_term(text):
    return (text or "").strip().isdecimal()


def _check_payment(call, given):
    number, code = given["Factuurnummer"], given["RelatieCode"]
    refuse_if(len(given["MutatieRegels"]) != 1, "CMUT021")
    refuse_if(blank(number), "CMUT023")
    refuse_if(blank(code), "CMUT024")
    refuse_if(not relations.is_known(call.db, code, how=call.switches.codes_compared), "CMUT025")
    opened = PAID_INVOICE[given["Soort"]]
    refuse_if(not entries.exists(call.db, opened, number, relation_code=code), "CMUT026")


def check_line(call, kind, line):
    """Return the line with its amounts in cents, or refuse it."""
    if line is None:
        raise broken(NULL_REFERENCE)
    vat_code = CODES.get(line["BTWCode"] or "")
    refuse_if(vat_code is None, "CMUT033")
    _check_side(kind, line["BTWCode"], vat_code)
    cents = {
        "entered": to_cents(line["BedragInvoer"]),
        "net": to_cents(line["BedragExclBTW"]),
        "vat": to_cents(line["BedragBTW"]),
        "gross": to_cents(line["BedragInclBTW"]),
    }
    refuse_if(cents["net"] + cents["vat"] != cents["gross"], "CMUT010")
    fits = _fits_rate(call, vat_code, cents, line["BTWPercentage"])
    refuse_if(not fits, call.switches.vat_mismatch_code, text=VAT_UNEQUAL)
    _check_counter_account(call, kind, line["TegenrekeningCode"])
    return cents | {
        "vat_code": line["BTWCode"],
        "percentage": str(line["BTWPercentage"]),
        "account": line["TegenrekeningCode"],
        "cost_centre": line["KostenplaatsID"],
    }


def _check_side(kind, name, vat_code):
    refuse_if(kind in PAID_INVOICE and name != "GEEN", "CMUT011", text=VAT_UNFIT)
    wrong_sale = kind == "FactuurVerstuurd" and vat_code.side == "purchase"
    refuse_if(wrong_sale, "CMUT011", text=VAT_UNFIT)
    wrong_purchase = kind == "FactuurOntvangen" and vat_code.side == "sale"
    refuse_if(wrong_purchase, "CMUT012", text=VAT_UNFIT)


def _fits_rate(call, vat_code, cents, percentage):
    """Return whether VAT and percentage match.

    The sender sets a divergent rate, and reverse-charged VAT may have the rate of its name.
    """
    if vat_code.account == "AFOVERIG" or (vat_code.is_reversed and not cents["vat"]):
        return True
    difference = abs(share_of(cents["net"], percentage) - cents["vat"])
    return difference <= call.switches.vat_tolerance_cents


def _check_counter_account(call, kind, code):
    account = ledger.account(call.db, code)
    category = account.category if account else None
    if kind == "FactuurbetalingOntvangen":
        refuse_if(category != "DEB", "CMUT027")
    elif kind == "FactuurbetalingVerstuurd":
        refuse_if(category != "CRED", "CMUT028")
    elif kind == "Memoriaal":
        refuse_if(account is None, "CMUT012", text=ACCOUNT_UNFIT)
    else:
        unfit = account is None or category in ("FIN", "CRED", "DEB")
        refuse_if(unfit, "CMUT012", text=ACCOUNT_UNFIT)
