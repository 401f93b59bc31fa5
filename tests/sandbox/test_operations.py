"""Each of the twenty operations, called by zeep with only the WSDL, over both bindings."""

from datetime import datetime
from decimal import Decimal

import pytest
import zeep

day = datetime.fromisoformat
EVER = {"DatumVan": day("1980-01-01"), "DatumTm": day("2049-12-31")}
RELATION = {
    "ID": 0,
    "AddDatum": day("2026-01-01"),
    "Bedrijf": "Café Zoë",
    "BP": "B",
} | dict.fromkeys(("Gb_ID", "GeenEmail", "NieuwsbriefgroepenCount"), 0)


class Service:
    """A zeep service that adds the session and security code 2 to every call."""

    def __init__(self, sandbox, binding):
        self.sandbox = sandbox
        self.zeep = zeep.Client(sandbox.wsdl).bind("soapApp", binding)
        codes = (sandbox.username, sandbox.security_code_1, sandbox.security_code_2)
        self.session = self.zeep.OpenSession(*codes, "tests").SessionID

    def __getattr__(self, operation):
        def call(**arguments):
            code = self.sandbox.security_code_2
            return getattr(self.zeep, operation)(
                SessionID=self.session, SecurityCode2=code, **arguments
            )

        return call


@pytest.fixture(params=["soapAppSoap", "soapAppSoap12"])
def service(request, sandbox):
    service = Service(sandbox, request.param)
    service.AddRelatie(oRel=RELATION | {"Code": "0002", "Email": "zoe@example.org"})
    return service


def an_invoice(number="2026-1", *, booked=True, quantity="7.5", price="95"):
    return {
        "Factuurnummer": number,
        "Relatiecode": "0002",
        "Datum": day("2026-01-05"),
        "Betalingstermijn": 14,
        "Factuursjabloon": "Factuur NL",
        "PerEmailVerzenden": False,
        "AutomatischeIncasso": False,
        "IncassoMachtigingDatumOndertekening": day("1970-01-01"),
        "IncassoMachtigingFirst": False,
        "InBoekhoudingPlaatsen": booked,
        "BoekhoudmutatieOmschrijving": "Uren januari",
        "Regels": {
            "cFactuurRegel": [
                {
                    "Aantal": Decimal(quantity),
                    "Eenheid": "Uur",
                    "Code": "NONE",
                    "Omschrijving": "Ontwerp & bouw",
                    "PrijsPerEenheid": Decimal(price),
                    "BTWCode": "HOOG_VERK_21",
                    "TegenrekeningCode": "8000",
                    "KostenplaatsID": 1,
                }
            ]
        },
    }


def an_entry(kind="FactuurVerstuurd", **changes):
    line = {
        "BedragInvoer": Decimal("10.00"),
        "BedragExclBTW": Decimal("8.26"),
        "BedragBTW": Decimal("1.74"),
        "BedragInclBTW": Decimal("10.00"),
        "BTWCode": "HOOG_VERK_21",
        "BTWPercentage": 21,
        "TegenrekeningCode": "8000",
        "KostenplaatsID": 0,
    }
    return {
        "MutatieNr": 0,
        "Soort": kind,
        "Datum": day("2026-01-06"),
        "Rekening": "1300",
        "RelatieCode": "0002",
        "Factuurnummer": "V-1",
        "Boekstuk": "B-1",
        "Omschrijving": "Losse verkoop",
        "Betalingstermijn": "30",
        "InExBTW": "IN",
        "MutatieRegels": {"cMutatieRegel": [line]},
    } | changes


def test_a_session_is_opened_with_a_guid_in_braces(service):
    assert service.session.startswith("{")
    assert len(service.session) == 38


def test_a_closed_session_is_refused(service):
    assert service.zeep.CloseSession(service.session) is None

    assert service.GetAdministraties().ErrorMsg.LastErrorCode == "E002.4"


def test_an_accountant_opens_a_session_for_an_administration(service):
    service.sandbox.switches.accountant = True
    box = service.sandbox
    codes = (box.username, box.security_code_1, box.security_code_2, "tests", box.security_code_2)

    assert service.zeep.OpenSessionSub(*codes).SessionID.startswith("{")


def test_a_token_for_the_browser_is_given(service):
    assert len(service.AutoLogin(Username=service.sandbox.username).Token) == 40


def test_the_administration_is_named_with_its_guid_in_braces(service):
    (own,) = service.GetAdministraties().Administraties.cAdministratie

    assert own.Guid == f"{{{service.sandbox.security_code_2}}}"


def test_a_relation_comes_back_as_it_was_added(service):
    (found,) = service.GetRelaties(cFilter={"ID": 0, "Code": "0002"}).Relaties.cRelatie

    assert (found.ID, found.Code, found.Bedrijf, found.Email) == (
        1,
        "0002",
        "Café Zoë",
        "zoe@example.org",
    )


def test_a_relation_is_found_by_a_part_of_its_name(service):
    found = service.GetRelaties(cFilter={"ID": 0, "Trefwoord": "zoë"})

    assert [one.Code for one in found.Relaties.cRelatie] == ["0002"]


def test_fields_left_out_of_a_change_are_kept_and_empty_ones_are_emptied(service):
    result = service.UpdateRelatie(
        oRel=RELATION | {"ID": 1, "Code": "0003", "Email": "", "Plaats": "Utrecht"}
    )

    assert result.LastErrorCode is None
    (relation,) = service.sandbox.books.relations()
    assert (relation.code, relation.fields["Email"]) == ("0003", "")
    assert (relation.name, relation.fields["Plaats"]) == ("Café Zoë", "Utrecht")


def test_an_invoice_comes_back_with_totals_and_lines(service):
    assert service.AddFactuur(oFact=an_invoice(booked=False)).Factuurnummer == "2026-1"

    (found,) = service.GetFacturen(cFilter={"Factuurnummer": "2026-1"} | EVER).Facturen.cFactuurList
    assert (found.TotaalExclBTW, found.TotaalBTW, found.TotaalInclBTW) == (712.5, 149.63, 862.13)
    assert (found.Relatiecode, found.TotaalOpenstaand) == ("0002", 862.13)
    assert found.Regels.cFactuurRegel[0].Omschrijving == "Ontwerp & bouw"


def test_an_invoice_without_a_number_gets_the_next_one(service):
    numbers = [service.AddFactuur(oFact=an_invoice("")).Factuurnummer for _ in range(2)]

    assert numbers == ["F00001", "F00002"]


def test_an_invoice_put_in_the_bookkeeping_is_a_mutation_and_an_open_item(service):
    service.AddFactuur(oFact=an_invoice())

    (entry,) = service.GetMutaties(cFilter={"MutatieNr": 0} | EVER).Mutaties.cMutatieList
    assert (entry.Soort, entry.Rekening, entry.Factuurnummer) == (
        "FactuurVerstuurd",
        "1300",
        "2026-1",
    )
    (line,) = entry.MutatieRegels.cMutatieListRegel
    assert (line.BedragExclBTW, line.BedragBTW) == (Decimal("712.5"), Decimal("149.63"))
    (item,) = service.GetOpenPosten(OpSoort="Debiteuren").Openposten.cOpenPost
    assert (item.MutFactuur, item.Bedrag, item.Openstaand) == ("2026-1", 862.13, 862.13)


def test_balances_agree_with_what_was_booked(service):
    service.AddFactuur(oFact=an_invoice())

    nothing = {"DatumVan": None, "DatumTot": None}
    debtors = service.GetSaldo(cFilter={"GbCode": "1300", "KostenPlaatsId": 0} | nothing).Saldo
    centre = service.GetSaldo(cFilter={"KostenPlaatsId": 1} | nothing).Saldo
    saldi = service.GetSaldi(cFilter={"KostenPlaatsId": 0} | nothing).Saldi.cSaldo
    assert (debtors, centre) == (862.13, -712.5)
    assert {one.Code: one.Saldo for one in saldi if one.Saldo} == {
        "1300": 862.13,
        "1500": -149.63,
        "8000": -712.5,
    }


def test_a_payment_through_the_service_settles_the_open_item(service):
    number = service.AddMutatie(oMut=an_entry()).Mutatienummer
    paid = an_entry("FactuurbetalingOntvangen", Rekening="1010")
    paid["MutatieRegels"]["cMutatieRegel"][0] |= {
        "BedragExclBTW": 10,
        "BedragBTW": 0,
        "BTWCode": "GEEN",
        "BTWPercentage": 0,
        "TegenrekeningCode": "1300",
    }

    assert service.AddMutatie(oMut=paid).Mutatienummer == number + 1

    assert service.GetOpenPosten(OpSoort="Debiteuren").Openposten is None
    found = service.GetMutaties(cFilter={"MutatieNr": 0, "Factuurnummer": "V-1"} | EVER)
    invoice, payment = found.Mutaties.cMutatieList
    assert (invoice.Factuurnummer, payment.Factuurnummer) == ("V-1", None)
    assert payment.MutatieRegels.cMutatieListRegel[0].Factuurnummer == "V-1"


def test_a_ledger_account_is_added_changed_and_found(service):
    fields = {"ID": 0, "Code": "8500", "Omschrijving": "Overige omzet", "Categorie": "VW"}
    added = service.AddGrootboekrekening(oGb=fields).Gb_ID
    changed = fields | {"ID": added, "Code": "8501"}

    assert service.UpdateGrootboekrekening(oGb=changed).LastErrorCode is None

    found = service.GetGrootboekrekeningen(cFilter={"ID": 0, "Code": "8501"})
    assert [one.ID for one in found.Rekeningen.cGrootboekrekening] == [added]


def test_ledger_accounts_can_be_asked_for_by_kind(service):
    found = service.GetGrootboekrekeningen(cFilter={"ID": 0, "Categorie": "FIN"})

    assert [one.Code for one in found.Rekeningen.cGrootboekrekening] == ["1000", "1010"]


def test_cost_centres_and_articles_are_there_from_the_start(service):
    centres = service.GetKostenplaatsen(cFilter={}).Kostenplaatsen.cKostenplaats
    articles = service.GetArtikelen(cFilter={"ArtikelCode": "UUR"}).Artikelen.cArtikel

    assert [one.KostenplaatsParentId for one in centres] == [0, 0, 2]
    assert (articles[0].BtwPercentage, articles[0].VerkoopprijsInclBTW) == (
        Decimal("0.21"),
        Decimal("114.95"),
    )
