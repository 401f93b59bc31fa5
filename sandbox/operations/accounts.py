"""Ledger accounts, balances, open items, cost centres and articles."""

from decimal import Decimal

from sandbox.books import entries, ledger
from sandbox.books.storage import insert, update
from sandbox.codes import refuse_if
from sandbox.money import from_cents, rounded
from sandbox.vat import CODES

from .call import blank


def add_account(call):
    given = call.required("oGb")
    _check(call, given, own_id=0, suffix="")
    values = _values(call, given)
    return {"Gb_ID": insert(call.db, "accounts", values)}


def update_account(call):
    given = call.required("oGb")
    old = call.db.execute("SELECT code FROM accounts WHERE id = ?", (given["ID"],)).fetchone()
    refuse_if(old is None, "CMUT001")  # no code is documented for this; the text fits
    _check(call, given, own_id=given["ID"], suffix=".1")
    values = _values(call, given)
    update(call.db, "accounts", given["ID"], values)
    for table in ("entries", "entry_lines", "invoice_lines", "postings"):
        statement = f"UPDATE {table} SET account = ? WHERE account = ?"  # noqa: S608 our own names
        call.db.execute(statement, (values["code"], old["code"]))
    return {}


def _check(call, given, *, own_id, suffix):
    refuse_if(blank(given["Code"]), "CGN003" + suffix)
    other = ledger.account(call.db, given["Code"])
    refuse_if(other is not None and other.id != own_id, "CGB001" + suffix)
    refuse_if(blank(given["Omschrijving"]), "CGB002" + suffix)
    refuse_if(blank(given["Categorie"]), "CGB005" + suffix)
    refuse_if(given["Categorie"] not in ("VW", "BAL"), "CGB006" + suffix)


def _values(call, given):
    return {
        "code": call.fit(given["Code"], 10),
        "description": call.fit(given["Omschrijving"], 50),
        "category": given["Categorie"],
    }


def get_accounts(call):
    wanted = call.filter()
    rows = [
        {
            "ID": account.id,
            "Code": account.code,
            "Omschrijving": account.description,
            "Categorie": account.category,
            "Groep": account.grouping,
        }
        for account in ledger.accounts(call.db)
        if _matches(account, wanted)
    ]
    return {"Rekeningen": rows}


def _matches(account, wanted):
    return (
        wanted.number("ID") in (0, account.id)
        and wanted.text("Code") in ("", account.code)
        and wanted.text("Categorie") in ("", account.category)
    )


def get_balance(call):
    wanted = call.filter()
    code, centre = wanted.text("GbCode"), wanted.number("KostenPlaatsId")
    refuse_if(not code and not centre, "CMUT001")
    refuse_if(code and ledger.account(call.db, code) is None, "CMUT001")
    totals = ledger.balances(call.db, code=code, cost_centre=centre, **_period(call, wanted))
    return {"Saldo": from_cents(sum(totals.values()))}


def get_balances(call):
    wanted = call.filter()
    period, centre = _period(call, wanted), wanted.number("KostenPlaatsId")
    totals = ledger.balances(call.db, cost_centre=centre, **period)
    rows = [
        {
            "ID": account.id,
            "Code": account.code,
            "Categorie": account.category,
            "Saldo": from_cents(totals.get(account.code, 0)),
        }
        for account in ledger.accounts(call.db)
        if wanted.text("Categorie") in ("", account.category)
    ]
    return {"Saldi": rows}


def _period(call, wanted):
    since, until = wanted.days("DatumVan", "DatumTot")
    if until and not call.switches.balance_until_inclusive:
        until = until.fromordinal(until.toordinal() - 1)
    return {"since": since, "until": until}


def get_open_items(call):
    side = "debtors" if call.arguments["OpSoort"] == "Debiteuren" else "creditors"
    rows = [
        {
            "MutDatum": item.date,
            "MutFactuur": item.number,
            "RelCode": item.relation_code,
            "RelBedrijf": item.relation_name,
            "Bedrag": item.amount,
            "Voldaan": item.paid,
            "Openstaand": item.open,
        }
        for item in entries.open_items(call.db, side, visible_at=call.at)
    ]
    return {"Openposten": rows}


def get_cost_centres(call):
    wanted = call.filter()
    rows = [
        {
            "KostenplaatsId": row["id"],
            "Omschrijving": row["description"],
            "KostenplaatsParentId": row["parent_id"],
        }
        for row in call.db.execute("SELECT * FROM cost_centres ORDER BY id")
        if wanted.number("KostenplaatsID") in (0, row["id"])
        and wanted.number("KostenplaatsParentID") in (0, row["parent_id"])
        and wanted.text("Omschrijving").lower() in row["description"].lower()
    ]
    return {"Kostenplaatsen": rows}


def get_articles(call):
    wanted = call.filter()
    rows = (
        _article(row, call.now.date())
        for row in call.db.execute("SELECT * FROM articles ORDER BY id")
    )
    return {"Artikelen": [row for row in rows if _is_wanted(row, wanted)]}


def _is_wanted(row, wanted):
    return (
        wanted.number("ArtikelID") in (0, row["ArtikelID"])
        and wanted.text("ArtikelCode") in ("", row["ArtikelCode"])
        and wanted.text("GroepCode") in ("", row["GroepCode"])
        and wanted.text("ArtikelOmschrijving").lower() in row["ArtikelOmschrijving"].lower()
        and wanted.text("GroepOmschrijving").lower() in row["GroepOmschrijving"].lower()
    )


def _article(row, today):
    fraction = CODES[row["vat_code"]].percentage(today) / Decimal(100)
    price = from_cents(row["sale_cents"])
    return {
        "ArtikelID": row["id"],
        "ArtikelOmschrijving": row["description"],
        "ArtikelCode": row["code"],
        "GroepOmschrijving": row["group_description"],
        "GroepCode": row["group_code"],
        "Eenheid": row["unit"],
        "InkoopprijsExclBTW": from_cents(row["purchase_cents"]),
        "VerkoopprijsExclBTW": price,
        "VerkoopprijsInclBTW": rounded(price * (1 + fraction)),
        "BTWCode": row["vat_code"],
        "TegenrekeningCode": row["account"],
        "BtwPercentage": fraction,
        "KostenplaatsID": 0,
        "Actief": bool(row["active"]),
    }
