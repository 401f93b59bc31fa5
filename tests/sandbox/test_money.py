"""Totals, VAT, ledger entries of invoices, and open items."""

from decimal import Decimal

from .raw import entry, entry_line, line, payment, purchase


def test_vat_is_computed_once_for_each_rate_over_the_sum_of_its_lines(client):
    lines = [
        line(Aantal="1", PrijsPerEenheid="0.33"),
        line(Aantal="1", PrijsPerEenheid="0.33", TegenrekeningCode="8010"),
        line(Aantal="1", PrijsPerEenheid="0.33", BTWCode="HOOG_VERK"),
        line(Aantal="2", PrijsPerEenheid="10", BTWCode="LAAG_VERK_9"),
        line(Aantal="1", PrijsPerEenheid="50", BTWCode="VERL_VERK"),
    ]
    client.add_invoice(lines=lines, InBoekhoudingPlaatsen="1")

    (invoice,) = client.sandbox.books.invoices()
    assert (invoice.net, invoice.vat) == (Decimal("70.99"), Decimal("2.01"))  # 0.99 × 21% + 1.80
    (entry,) = client.sandbox.books.entries()
    assert sum(one.vat for one in entry.lines) == invoice.vat
    assert entry.total == invoice.total


def test_halves_are_rounded_away_from_zero(client):
    client.add_invoice("1", lines=[line(Aantal="1", PrijsPerEenheid="19.50")])
    client.add_invoice("2", lines=[line(Aantal="-1", PrijsPerEenheid="19.50")])

    assert [one.vat for one in client.sandbox.books.invoices()] == [
        Decimal("4.10"),
        Decimal("-4.10"),
    ]


def test_lines_of_one_account_vat_code_and_cost_centre_are_booked_together(client):
    lines = [line(), line(), line(KostenplaatsID="2"), line(TegenrekeningCode="8010")]
    client.add_invoice(lines=lines, InBoekhoudingPlaatsen="1")

    (entry,) = client.sandbox.books.entries()

    assert [(one.account, one.cost_centre, one.net) for one in entry.lines] == [
        ("8000", 0, 1425),
        ("8000", 2, Decimal("712.5")),
        ("8010", 0, Decimal("712.5")),
    ]


def test_debit_and_credit_of_everything_add_up_to_nothing(client):
    client.add_invoice("1", InBoekhoudingPlaatsen="1")
    client.call("AddMutatie", oMut=entry("2"))
    client.call("AddMutatie", oMut=purchase())
    client.call("AddMutatie", oMut=payment("2"))
    client.call("AddMutatie", oMut=entry("", Soort="GeldUitgegeven", Rekening="1000"))
    client.sandbox.pay("1")

    balances = {one.code: one.balance for one in client.sandbox.books.accounts() if one.balance}

    assert sum(balances.values()) == 0
    assert balances["1600"] == Decimal(-121)
    assert balances["1530"] == Decimal(21)
    assert "1300" not in balances


def test_a_purchase_is_open_with_the_creditors_until_it_is_paid(client):
    client.call("AddMutatie", oMut=purchase())
    (item,) = client.sandbox.books.open_items(side="creditors")
    assert (item.number, item.open) == ("A-77", 121)

    client.sandbox.pay("A-77", side="creditors")
    assert client.sandbox.books.open_items(side="creditors") == []


def test_a_part_payment_leaves_the_rest_open_on_the_invoice_too(client):
    client.add_invoice("1", InBoekhoudingPlaatsen="1")

    client.sandbox.pay("1", "62.13")

    assert client.sandbox.books.open_items()[0].open == 800
    assert client.sandbox.books.invoices()[0].open == 800


def test_a_credit_note_is_a_negative_open_item(client):
    credit = entry("C-1", lines=[entry_line("-100", "-21", "-121")])

    assert client.code("AddMutatie", oMut=credit) == ""

    assert client.sandbox.books.open_items()[0].open == -121


def test_an_invoice_in_a_closed_period_is_not_booked(client):
    client.sandbox.switches.closed_until = "2026-01-31"

    refused = client.add_invoice("1", InBoekhoudingPlaatsen="1")

    assert refused["ErrorMsg"]["LastErrorCode"] == "CMUT020"
    assert client.sandbox.books.invoices() == []
    assert client.add_invoice("1")["Factuurnummer"] == "1"
