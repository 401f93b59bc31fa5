"""Every documented code can be provoked, and has its documented text."""

import pytest

from sandbox.codes import RELATION_LENGTHS, TEXTS

from .raw import entry, entry_line, invoice, line, payment, purchase


def opening(**changes):
    return lambda client: client.open(**changes)


def adding_invoice(**changes):
    return lambda client: client.add_invoice(**changes)


def adding_line(**changes):
    return adding_invoice(lines=[line(), line(**changes)])


def adding_entry(**changes):
    return lambda client: client.call("AddMutatie", oMut=entry(**changes))


def adding_entry_line(**changes):
    return adding_entry(lines=[entry_line(**changes)])


def paying(**changes):
    def act(client):
        client.add_entry("2026-0001")
        client.add_relation("0002")
        return client.call("AddMutatie", oMut=payment(**changes))

    return act


def buying(**changes):
    return lambda client: client.call("AddMutatie", oMut=purchase(**changes))


def adding_account(**changes):
    fields = {"Code": "8500", "Omschrijving": "Overige omzet", "Categorie": "VW"} | changes
    return lambda client: client.call("AddGrootboekrekening", oGb=fields)


def changing_account(**changes):
    fields = {"ID": "27", "Code": "8501", "Omschrijving": "Omzet", "Categorie": "VW"} | changes
    return lambda client: client.call("UpdateGrootboekrekening", oGb=fields)


def adding_relation(**changes):
    fields = {"Code": "0009", "Bedrijf": "Pieters", "BP": "B"} | changes
    return lambda client: client.call("AddRelatie", oRel=fields)


def with_switch(act, **switches):
    def acting(client):
        client.sandbox.switches.change(switches)
        return act(client)

    return acting


def reading(**changes):
    return lambda client: client.call("GetAdministraties", changes)


def reading_after(prepare):
    def act(client):
        prepare(client)
        return client.call("GetAdministraties")

    return act


def twice(act):
    return lambda client: [act(client), act(client)][-1]


def after_calls(number, act, **which):
    def acting(client):
        client.sandbox.books.set_calls(number, **which)
        return act(client)

    return acting


def sub_session(client):
    return client.call(
        "OpenSessionSub",
        SessionID=None,
        Username=client.sandbox.username,
        SecurityCode1=client.sandbox.security_code_1,
        AdministratieGUID=client.sandbox.security_code_2,
    )


MAILED = {
    "PerEmailVerzenden": "1",
    "EmailOnderwerp": "Factuur",
    "EmailBericht": "Bijgaand",
    "EmailVanAdres": "a@example.org",
}
DEBITED = {
    "AutomatischeIncasso": "true",
    "IncassoRekeningNummer": "NL02ABNA0123456789",
    "IncassoTnv": "Jansen",
    "IncassoPlaats": "Utrecht",
    "IncassoOmschrijvingRegel1": "Factuur",
}
PROVOKED = {
    "E001.1": opening(SecurityCode1="0" * 32),
    "E001.2": with_switch(opening(), administration_found=False),
    "E001.3": opening(SecurityCode2="00000000-0000-0000-0000-000000000000"),
    "E001.5": with_switch(opening(), user_has_rights=False),
    "E001.7": with_switch(reading(), unable_to_verify=True),
    "E002.1": reading(SessionID=" "),
    "E002.2": reading(SessionID="{00000000-0000-0000-0000-000000000000}"),
    "E002.3": reading_after(lambda client: setattr(client.sandbox.clock, "shift_seconds", 1500)),
    "E002.4": reading_after(lambda client: client.call("CloseSession")),
    "E002.5": sub_session,
    "E003.1": after_calls(
        5000, lambda client: client.call("GetMutaties", cFilter={}), operation="GetMutaties"
    ),
    "E003.3": after_calls(10_000, reading()),
    "CFACT004": adding_invoice(Datum=None),
    "CFACT006": adding_invoice(lines=[]),
    "CFACT014": adding_invoice(Betalingstermijn=None),
    "CFACT024": adding_invoice(Relatiecode=""),
    "CFACT025": adding_invoice(Relatiecode="9999"),
    "CFACT026": twice(adding_invoice()),
    "CFACT027": adding_invoice(Factuursjabloon=""),
    "CFACT028": adding_invoice(Factuursjabloon="factuursjabloon "),
    "CFACT029": adding_invoice(**MAILED | {"EmailBericht": ""}),
    "CFACT030": adding_invoice(**MAILED | {"EmailVanAdres": None}),
    "CFACT031": adding_invoice(**MAILED | {"EmailOnderwerp": " "}),
    "CFACT032": adding_invoice(InBoekhoudingPlaatsen="1", BoekhoudmutatieOmschrijving=""),
    "CFACT033": adding_invoice(**DEBITED | {"IncassoRekeningNummer": ""}),
    "CFACT034": adding_invoice(**DEBITED | {"IncassoTnv": ""}),
    "CFACT035": adding_invoice(**DEBITED | {"IncassoPlaats": ""}),
    "CFACT036": adding_invoice(**DEBITED | {"IncassoOmschrijvingRegel1": ""}),
    "CFACT037": adding_line(Code=""),
    "CFACT038": adding_line(BTWCode=None),
    "CFACT039": adding_line(Omschrijving=""),
    "CFACT040": adding_line(TegenrekeningCode=""),
    "CFACT041": with_switch(adding_line(BTWCode=""), empty_vat_code="CFACT041"),
    "CFACT042": adding_line(BTWCode="HOOG_INK_21"),
    "CFACT212": adding_line(KostenplaatsID="77"),
    "CMUT001": adding_entry(Rekening="1399"),
    "CMUT001.1": adding_entry(Soort="GeldOntvangen", Rekening="8000"),
    "CMUT003": adding_entry(InExBTW=None),
    "CMUT003.1": adding_entry(InExBTW="JA"),
    "CMUT004": adding_entry(Datum="1979-12-31"),
    "CMUT005": adding_entry(Omschrijving=""),
    "CMUT006": adding_entry(lines=[entry_line()] * 101),
    "CMUT008": adding_entry(Soort="OpeningsSaldo"),
    "CMUT010": adding_entry_line(gross="122"),
    "CMUT010.1": adding_entry_line(net="100", vat="19", gross="119"),
    "CMUT011": adding_entry_line(BTWCode="HOOG_INK_21"),
    "CMUT012": adding_entry_line(TegenrekeningCode="1010"),
    "CMUT013": adding_entry(Factuurnummer=""),
    "CMUT014": adding_entry(RelatieCode=""),
    "CMUT015": buying(Rekening="1300"),
    "CMUT016": adding_entry(Rekening="1600"),
    "CMUT017": adding_entry(RelatieCode="9999"),
    "CMUT018": twice(buying()),
    "CMUT019": twice(adding_entry()),
    "CMUT020": with_switch(adding_entry(), closed_until="2026-01-05"),
    "CMUT021": paying(lines=[entry_line(), entry_line()]),
    "CMUT023": paying(Factuurnummer=""),
    "CMUT024": paying(RelatieCode=""),
    "CMUT025": paying(RelatieCode="9999"),
    "CMUT026": paying(RelatieCode="0002"),
    "CMUT027": paying(
        lines=[
            entry_line("9", "0", "9", BTWCode="GEEN", BTWPercentage="0", TegenrekeningCode="1600")
        ]
    ),
    "CMUT028": lambda client: [
        client.call("AddMutatie", oMut=purchase()),
        client.call("AddMutatie", oMut=payment("A-77", Soort="FactuurbetalingVerstuurd")),
    ][-1],
    "CMUT033": adding_entry_line(BTWCode="HOOG"),
    "CREL26": adding_relation(BP="C"),
    "CREL001": twice(adding_relation()),
    "CGN003": adding_account(Code=""),
    "CGB001": adding_account(Code="8000"),
    "CGB002": adding_account(Omschrijving=""),
    "CGB005": adding_account(Categorie=""),
    "CGB006": adding_account(Categorie="FIN"),
    "CGN003.1": changing_account(Code=""),
    "CGB001.1": changing_account(Code="8000"),
    "CGB002.1": changing_account(Omschrijving=""),
    "CGB005.1": changing_account(Categorie=""),
    "CGB006.1": changing_account(Categorie="DEB"),
} | {
    code: adding_relation(**{field: "x" * (longest + 1)})
    for code, field, _, longest, _ in RELATION_LENGTHS
}
SECOND_MEANINGS = [
    (
        "CMUT011",
        "BedragExclBTW * BTWPercentage/100 is niet gelijk aan BedagBTW",
        with_switch(PROVOKED["CMUT010.1"], vat_mismatch_code="CMUT011"),
    ),
    (
        "CMUT012",
        "Ongeldige BTW-code voor deze mutatiesoort",
        buying(lines=[entry_line(TegenrekeningCode="4200")]),
    ),
    ("CMUT014", "Betalingstermijn is niet ingevuld", adding_entry(Betalingstermijn="")),
    (
        "CMUT012",
        "Tegenrekening heeft een onjuiste categorie of bestaat niet",
        adding_line(TegenrekeningCode="8999"),
    ),
]


def test_no_documented_code_is_forgotten():
    assert set(PROVOKED) == set(TEXTS)


@pytest.mark.parametrize("code", sorted(PROVOKED))
def test_each_code_can_be_provoked_and_changes_nothing(client, code):
    result = PROVOKED[code](client)

    error = result.get("ErrorMsg", result)
    assert error["LastErrorCode"] == code
    assert error["LastErrorDescription"].startswith(TEXTS[code].format(line=2))


@pytest.mark.parametrize(("code", "text", "act"), SECOND_MEANINGS)
def test_a_code_that_is_used_twice_says_which_of_the_two_it_means(client, code, text, act):
    error = act(client)["ErrorMsg"]

    assert (error["LastErrorCode"], error["LastErrorDescription"]) == (code, text)


def test_a_refusal_leaves_the_books_as_they_were(client):
    client.add_invoice("2026-0001", lines=[line(), line(BTWCode="X")])

    assert client.sandbox.books.invoices() == []
    refused = client.sandbox.books.requests(operation="AddFactuur")[0]
    assert (refused.code, refused.applied) == ("CFACT042", False)


def test_the_head_is_checked_before_the_lines_and_in_order_of_the_codes(client):
    wrong = invoice(Datum=None, Relatiecode="", Factuursjabloon="", lines=[line(Code="")])
    order = []
    for repair in (
        {"Datum": "2026-01-05"},
        {"Relatiecode": "0001"},
        {"Factuursjabloon": "Factuursjabloon"},
    ):
        order.append(client.code("AddFactuur", oFact=wrong))
        wrong |= repair
    order.append(client.code("AddFactuur", oFact=wrong))

    assert order == ["CFACT004", "CFACT024", "CFACT027", "CFACT037"]


def test_codes_come_without_dots_if_so_switched(client):
    client.sandbox.switches.dotted_codes = False

    assert client.code("GetAdministraties", SessionID="") == "E0021"
