"""Undocumented behaviour in each of its variants."""

import time

import pytest

from sandbox import Switches

from .raw import EVER, entry, entry_line, invoice, line


def in_answer(client, operation="GetRelaties", **fields):
    own = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}
    return client.call(operation, own, **fields)


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ("empty", {"LastErrorCode": "", "LastErrorDescription": ""}),
        ("blank", {"LastErrorCode": " ", "LastErrorDescription": " "}),
        ("bare", ""),
        ("absent", None),
    ],
)
def test_success_can_be_said_in_four_ways(client, shape, error):
    client.sandbox.switches.success_error = shape

    assert in_answer(client).get("ErrorMsg") == error


def test_empty_lists_are_there_or_not(client):
    nobody = {"cFilter": {"Code": "nobody"}}
    assert in_answer(client, **nobody)["Relaties"] == ""

    client.sandbox.switches.empty_lists = "absent"
    answer = in_answer(client, **nobody)
    assert "ErrorMsg" in answer
    assert "Relaties" not in answer


def test_empty_texts_are_there_or_not(client):
    assert in_answer(client)["Relaties"]["cRelatie"]["Plaats"] == ""

    client.sandbox.switches.empty_strings = "absent"
    relation = in_answer(client)["Relaties"]["cRelatie"]
    assert relation["Bedrijf"] == "Jansen BV"
    assert "Plaats" not in relation


def test_fields_left_out_of_a_change_are_emptied_if_so_switched(client):
    client.call("UpdateRelatie", oRel={"ID": "1", "Plaats": "Utrecht"})
    assert client.sandbox.books.relations()[0].name == "Jansen BV"

    client.sandbox.switches.absent_on_update = "clear"
    client.call("UpdateRelatie", oRel={"ID": "1", "Code": "0001", "Bedrijf": "Nieuw"})
    assert client.sandbox.books.relations()[0].fields["Plaats"] == ""


@pytest.mark.parametrize(
    ("switch", "act", "kind"),
    [
        ("unique_invoice", lambda c: c.add_invoice("1"), "invoices"),
        ("unique_mutation", lambda c: c.add_entry("1"), "entries"),
        ("unique_relation", lambda c: c.add_relation("0002"), "relations"),
    ],
)
def test_what_is_the_same_twice_is_accepted_if_so_switched(client, switch, act, kind):
    setattr(client.sandbox.switches, switch, False)
    before = len(getattr(client.sandbox.books, kind)())

    act(client), act(client)

    assert len(getattr(client.sandbox.books, kind)()) == before + 2


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("exact", ["2026-1"]),
        ("prefix", ["2026-1", "2026-10"]),
        ("contains", ["2026-1", "2026-10", "X2026-1"]),
    ],
)
def test_a_number_is_looked_up_exactly_by_its_start_or_by_a_part(client, how, found):
    for number in ("2026-1", "2026-10", "X2026-1"):
        client.add_invoice(number)
    client.sandbox.switches.filter = how

    facturen = client.call("GetFacturen", cFilter={"Factuurnummer": "2026-1"} | EVER)["Facturen"]

    rows = facturen["cFactuurList"]
    rows = rows if isinstance(rows, list) else [rows]
    assert [row["Factuurnummer"] for row in rows] == found


def test_a_list_of_invoices_may_have_a_cap_too(client):
    for n in range(3):
        client.add_invoice(f"2026-{n}")
    client.sandbox.switches.invoices_cap = 2

    rows = client.call("GetFacturen", cFilter=EVER)["Facturen"]["cFactuurList"]

    assert [row["Factuurnummer"] for row in rows] == ["2026-1", "2026-2"]


@pytest.mark.parametrize(("rounded", "vat"), [("rate", "4.23"), ("line", "4.22")])
def test_vat_is_rounded_per_rate_or_per_line(client, rounded, vat):
    client.sandbox.switches.vat_rounded = rounded
    priced = line(Aantal="1", PrijsPerEenheid="10.07")

    client.call("AddFactuur", oFact=invoice("2026-1", lines=[priced, priced]))

    assert str(client.sandbox.books.invoices()[0].vat) == vat


def numbers_of_entries(client, **wanted):
    rows = client.call("GetMutaties", cFilter=wanted)["Mutaties"]["cMutatieList"]
    return [int(row["MutatieNr"]) for row in (rows if isinstance(rows, list) else [rows])]


def test_the_last_entries_are_given_up_to_the_cap(client):
    for n in range(5):
        client.add_entry(f"V-{n}")
    switches = client.sandbox.switches
    switches.entries_cap = 3

    assert numbers_of_entries(client) == [3, 4, 5]
    assert numbers_of_entries(client, MutatieNrVan="2", MutatieNrTm="3") == [2, 3]
    assert numbers_of_entries(client, MutatieNr="4", MutatieNrTot="1") == [4]

    switches.entries_kept = "oldest"
    assert numbers_of_entries(client) == [1, 2, 3]

    switches.entries_order = "descending"
    assert numbers_of_entries(client) == [3, 2, 1]

    switches.change({"entries_kept": "newest", "entries_filter_first": False})
    assert numbers_of_entries(client, MutatieNrTm="3") == [3]


def test_what_was_written_can_be_seen_after_a_while(client):
    client.sandbox.switches.visibility_lag_ms = 60_000
    client.add_invoice(InBoekhoudingPlaatsen="1")

    seen = [client.call("GetFacturen", cFilter=EVER)["Facturen"]]
    assert client.code("AddFactuur", oFact=invoice()) == "CFACT026"

    client.sandbox.clock.shift_seconds = 61
    seen.append(client.call("GetFacturen", cFilter=EVER)["Facturen"])
    assert [bool(one) for one in seen] == [False, True]


def test_an_effect_can_come_after_the_client_has_left(client):
    client.sandbox.switches.apply_delay_ms = 500

    with pytest.raises(TimeoutError):
        client.call("AddFactuur", oFact=invoice(), timeout=0.2)

    assert client.sandbox.books.invoices() == []
    time.sleep(0.6)
    assert len(client.sandbox.books.invoices()) == 1


def test_numbers_are_given_by_a_pattern(client):
    client.sandbox.switches.assign_numbers = "2026-{:03d}"
    client.add_invoice("2026-001")

    assert client.add_invoice("")["Factuurnummer"] == "2026-002"


def test_a_term_of_zero_days_is_accepted_if_so_switched(client):
    client.sandbox.switches.term_zero_allowed = True

    assert client.code("AddFactuur", oFact=invoice(Betalingstermijn="0")) == ""
    assert [one.number for one in client.sandbox.books.invoices()] == ["2026-0001"]


def test_a_cent_of_vat_is_tolerated_and_no_more(client):
    sent = {"net": "8.26", "vat": "1.74", "gross": "10.00"}  # 8.26 × 21% is 1.73

    assert client.code("AddMutatie", oMut=entry(lines=[entry_line(**sent)])) == ""
    client.sandbox.switches.vat_tolerance_cents = 0
    assert client.code("AddMutatie", oMut=entry("2", lines=[entry_line(**sent)])) == "CMUT010.1"


def test_a_text_that_is_too_long_breaks_the_service_or_is_cut(client):
    long = entry(Omschrijving="x" * 201)
    with pytest.raises(AssertionError, match="String or binary data would be truncated"):
        client.call("AddMutatie", oMut=long)

    client.sandbox.switches.too_long = "cut"
    client.call("AddMutatie", oMut=long)
    assert [len(one.description) for one in client.sandbox.books.entries()] == [200]


def test_the_low_rate_follows_the_date(client):
    low = [line(Aantal="1", PrijsPerEenheid="100", BTWCode="LAAG_VERK")]
    client.add_invoice("1", Datum="2018-12-31", lines=low)
    client.add_invoice("2", Datum="2019-01-01", lines=low)

    assert [one.vat for one in client.sandbox.books.invoices()] == [6, 9]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter", "fuzzy"),
        ("unique_invoice", "yes"),
        ("daily_quota", -1),
        ("closed_until", "soon"),
        ("assign_numbers", "F"),
        ("nonsense", 1),
    ],
)
def test_an_impossible_switch_is_not_accepted(name, value):
    with pytest.raises(ValueError, match=r"."):
        setattr(Switches(), name, value)
