"""Initial contents of new books: a chart of accounts, cost centres and articles."""

from .storage import insert

ACCOUNT_FIELDS = ("code", "description", "category", "grouping")
ACCOUNTS = (
    ("0130", "Inventaris", "BAL", "Vaste activa"),
    ("0200", "Computers", "BAL", "Vaste activa"),
    ("0500", "Eigen vermogen", "BAL", "Eigen vermogen"),
    ("1000", "Kas", "FIN", "Liquide middelen"),
    ("1010", "Bank", "FIN", "Liquide middelen"),
    ("1100", "Kruisposten", "BAL", "Vlottende activa"),
    ("1300", "Debiteuren", "DEB", "Vorderingen"),
    ("1310", "Debiteuren buitenland", "DEB", "Vorderingen"),
    ("1500", "Btw hoog af te dragen", "AF19", "Btw"),
    ("1510", "Btw laag af te dragen", "AF6", "Btw"),
    ("1520", "Btw overig af te dragen", "AFOVERIG", "Btw"),
    ("1530", "Voorbelasting", "VOOR", "Btw"),
    ("1550", "Btw rekening-courant", "BTWRC", "Btw"),
    ("1600", "Crediteuren", "CRED", "Schulden"),
    ("4000", "Lonen en salarissen", "VW", "Kosten"),
    ("4100", "Huur", "VW", "Kosten"),
    ("4200", "Kantoorkosten", "VW", "Kosten"),
    ("4300", "Reiskosten", "VW", "Kosten"),
    ("4400", "Verkoopkosten", "VW", "Kosten"),
    ("4500", "Automatisering", "VW", "Kosten"),
    ("4900", "Algemene kosten", "VW", "Kosten"),
    ("7000", "Uitbesteed werk", "VW", "Inkoop"),
    ("8000", "Omzet", "VW", "Omzet"),
    ("8010", "Omzet advies", "VW", "Omzet"),
    ("8020", "Omzet reiskosten", "VW", "Omzet"),
    ("8030", "Doorbelaste kosten", "VW", "Omzet"),
    ("8100", "Omzet laag", "VW", "Omzet"),
    ("8200", "Omzet verlegd en buitenland", "VW", "Omzet"),
)
COST_CENTRES = (("Ontwerp", 0), ("Techniek", 0), ("Techniek beheer", 2))
ARTICLE_FIELDS = (
    "code",
    "description",
    "unit",
    "purchase_cents",
    "sale_cents",
    "vat_code",
    "account",
    "active",
)
ARTICLES = (
    ("UUR", "Uur advies", "uur", 0, 9500, "HOOG_VERK_21", "8010", 1),
    ("KM", "Kilometer", "Stuk", 0, 23, "HOOG_VERK_21", "8020", 1),
    ("ONK", "Onkosten", "Stuk", 0, 0, "HOOG_VERK_21", "8030", 1),
    ("BOEK", "Handboek", "Stuk", 1250, 2450, "LAAG_VERK_9", "8100", 1),
    ("OUD", "Uur oud tarief", "uur", 0, 8000, "HOOG_VERK_21", "8010", 0),
)


def write_chart(db):
    """Fill new books; books with accounts stay as they are."""
    if db.execute("SELECT 1 FROM accounts").fetchone():
        return
    for account in ACCOUNTS:
        insert(db, "accounts", dict(zip(ACCOUNT_FIELDS, account, strict=True)))
    for description, parent in COST_CENTRES:
        insert(db, "cost_centres", {"description": description, "parent_id": parent})
    group = {"group_code": "ALG", "group_description": "Algemeen"}
    for article in ARTICLES:
        insert(db, "articles", dict(zip(ARTICLE_FIELDS, article, strict=True)) | group)
