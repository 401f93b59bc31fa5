"""Messages arrive unchanged, or are refused before they are sent."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from integrations.eboekhouden import contract
from integrations.eboekhouden.errors import MessageInvalid, OutcomeUnknown
from integrations.eboekhouden.messages import (
    BookedEntry,
    BookedInvoice,
    EntryKind,
    InvoiceLine,
    Relation,
    entries,
)
from integrations.eboekhouden.reading import read_reply
from integrations.eboekhouden.soap import Soap
from integrations.eboekhouden.wire import Limits

from .samples import DAY, entry_line, invoice, invoice_line, relation, sales_entry
from .wire_server import result

SOAP = Soap("http://127.0.0.1:9/", limits=Limits())


def midnight(year, month, day):
    """Return a date-time of the service: without a zone."""
    return datetime.combine(date(year, month, day), time.min)


def as_sent(operation, message):
    """Return the element that would be sent, parsed from its bytes."""
    written = SOAP._client.create_message(SOAP._service, operation, **message)
    assert contract.schema().validate(written[-1][0]), contract.schema().error_log
    return etree.fromstring(etree.tostring(written))


def texts(element):
    return {etree.QName(e).localname: e.text or "" for e in element.iter() if not len(e)}


def echoed(written, *, wrapper, row):
    """Return what was sent, in a list of an answer, as our reader reads it."""
    record = written[-1][0][-1]
    inside = "".join(etree.tostring(child, encoding="unicode") for child in record)
    fields = f"<{wrapper}><{row}>{inside}</{row}></{wrapper}>"
    answer = read_reply(etree.fromstring(result(f"Get{wrapper}", fields)), f"Get{wrapper}")
    return answer.fields[wrapper][0]


sendable = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff", max_codepoint=0x1FFFF
    ),
    max_size=40,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(name=sendable.filter(str.strip), city=sendable, notes=sendable)
def test_text_of_any_kind_comes_back_as_it_was_sent(name, city, notes):
    ours = relation(name=name, city=city, notes=f"{notes}\n{notes}\tx")

    written = as_sent("AddRelatie", ours.to_service(today=DAY))

    assert Relation.from_service(echoed(written, wrapper="Relaties", row="cRelatie")) == ours


def is_sendable(text):
    return bool(text.strip()) and not any(
        unicodedata.category(c) in ("Cc", "Cs") or c in "\ufffe\uffff" for c in text
    )


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=12))
def test_text_is_sent_whole_or_refused(text):
    if not is_sendable(text):
        with pytest.raises(MessageInvalid, match="name"):
            relation(name=text).to_service(today=DAY)
        return

    message = relation(name=text).to_service(today=DAY)

    assert texts(as_sent("AddRelatie", message))["Bedrijf"] == text


@settings(max_examples=100, deadline=None)
@given(
    quantity=st.decimals(-9999, 9999, places=2),
    price=st.decimals(-99999, 99999, places=2),
)
def test_figures_are_written_plainly_and_come_back_the_same(quantity, price):
    line = invoice_line(quantity=quantity, price=price)

    written = as_sent("AddFactuur", invoice(lines=[line]).to_service())

    sent = texts(written)
    assert sent["Aantal"] == f"{quantity + 0:.2f}".replace("-0.00", "0.00")
    assert sent["PrijsPerEenheid"] == f"{price + 0:.2f}".replace("-0.00", "0.00")


def test_an_amount_in_hundreds_is_not_written_as_a_power():
    line = entry_line(net=Decimal("1E+2"), vat=Decimal(21), gross=Decimal(121))

    sent = texts(as_sent("AddMutatie", sales_entry(lines=[line]).to_service()))

    assert sent["BedragExclBTW"] == sent["BedragInvoer"] == "100.00"


def test_a_day_is_sent_as_midnight_without_a_zone():
    sent = texts(as_sent("AddFactuur", invoice().to_service()))

    assert sent["Datum"] == "2026-11-02T00:00:00"


def test_a_sales_entry_excludes_vat_and_lets_the_service_number_it():
    sent = texts(as_sent("AddMutatie", sales_entry().to_service()))

    assert sent["Soort"] == "FactuurVerstuurd"
    assert sent["InExBTW"] == "EX"
    assert sent["MutatieNr"] == "0"
    assert sent["Betalingstermijn"] == "14"


def test_an_invoice_is_never_mailed_or_debited_by_eboekhouden():
    sent = texts(as_sent("AddFactuur", invoice().to_service()))

    assert sent["PerEmailVerzenden"] == sent["AutomatischeIncasso"] == "false"


def test_without_a_number_of_ours_none_is_sent():
    assert "Factuurnummer" not in texts(as_sent("AddFactuur", invoice(number="").to_service()))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (lambda: relation(code="x" * 16).to_service(today=DAY), "code"),
        (lambda: relation(name="x" * 101).to_service(today=DAY), "name"),
        (lambda: relation(name="😀" * 51).to_service(today=DAY), "name"),
        (lambda: relation(name="a\x0bb").to_service(today=DAY), "name"),
        (lambda: relation(name="a\nb").to_service(today=DAY), "name"),
        (lambda: relation(name="a\ud800b").to_service(today=DAY), "name"),
        (lambda: relation(correlation_id="x" * 101).to_service(today=DAY), "correlation_id"),
        (lambda: invoice(number="x" * 51).to_service(), "number"),
        (lambda: invoice(template=" ").to_service(), "template"),
        (lambda: invoice(book=True).to_service(), "entry_description"),
        (lambda: invoice(date=date(1979, 12, 31)).to_service(), "date"),
        (lambda: invoice(date=date(2050, 1, 1)).to_service(), "date"),
        (lambda: invoice(date=datetime(2026, 1, 1, tzinfo=UTC)).to_service(), "date"),
        (lambda: invoice(payment_term=-1).to_service(), "payment_term"),
        (lambda: invoice(payment_term=10000).to_service(), "payment_term"),
        (lambda: invoice(lines=[]).to_service(), "lines"),
        (lambda: invoice(lines=[invoice_line()] * 101).to_service(), "lines"),
        (lambda: invoice(lines=[invoice_line(unit="uur")]).to_service(), "lines[1].unit"),
        (lambda: invoice(lines=[invoice_line(code="")]).to_service(), "lines[1].code"),
        (
            lambda: invoice(lines=[invoice_line(price=Decimal("0.005"))]).to_service(),
            "lines[1].price",
        ),
        (
            lambda: invoice(lines=[invoice_line(price=Decimal("NaN"))]).to_service(),
            "lines[1].price",
        ),
        (lambda: invoice(lines=[invoice_line(price=0.1)]).to_service(), "lines[1].price"),
        (lambda: sales_entry(description="x" * 201).to_service(), "description"),
        (lambda: sales_entry(debtor_account="13000 debtors").to_service(), "debtor_account"),
        (lambda: sales_entry(lines=[entry_line(vat=Decimal(20))]).to_service(), "lines[1].gross"),
        (lambda: entries.entry_filter(since=DAY, until=DAY, number=" "), "number"),
    ],
)
def test_what_the_service_would_not_take_is_refused_here(message, field):
    with pytest.raises(MessageInvalid) as caught:
        message()

    assert caught.value.field == field


def test_the_longest_texts_and_most_lines_are_accepted():
    longest = relation(code="x" * 15, name="😀" * 50, address="x" * 150, notes="x" * 10_000)

    as_sent("AddRelatie", longest.to_service(today=DAY))
    as_sent("AddFactuur", invoice(lines=[invoice_line()] * 100).to_service())


def test_changing_a_relation_keeps_everything_that_was_read():
    row = {
        "ID": 7,
        "AddDatum": midnight(2020, 1, 2),
        "Code": "0002",
        "Bedrijf": "Jansen",
        "Geslacht": "v",
        "Email": "x" * 60,
        "Plaats": "Ede",
        "FAX": "010",
        "BP": "C",
        "Def3": "key",
        "Gb_ID": 12,
        "GeenEmail": 1,
        "NieuwsbriefgroepenCount": 2,
    }
    found = Relation.from_service(row)

    sent = texts(as_sent("UpdateRelatie", replace(found, phone="06", city="").to_replacement()))

    assert sent == {
        **{name: str(value) for name, value in row.items()},
        "AddDatum": "2020-01-02T00:00:00",
        "Telefoon": "06",
        "Plaats": "",
    }


def test_a_relation_that_was_never_read_cannot_be_replaced():
    with pytest.raises(MessageInvalid):
        relation(id=7).to_replacement()


def test_a_booked_invoice_has_money_to_the_cent():
    line = invoice_line()
    inside = (
        "<Facturen><cFactuurList><Factuurnummer>T1</Factuurnummer><Relatiecode>0002</Relatiecode>"
        "<Datum>2026-11-02T00:00:00</Datum><Betalingstermijn>14</Betalingstermijn>"
        "<TotaalExclBTW>712.5</TotaalExclBTW><TotaalBTW>149.62500000000003</TotaalBTW>"
        "<TotaalInclBTW>8.6213E2</TotaalInclBTW><TotaalOpenstaand>0</TotaalOpenstaand>"
        "<URLPDFBestand/><Regels><cFactuurRegel><Aantal>7.5</Aantal><Eenheid>Uur</Eenheid>"
        "<Code>HOURS</Code><Omschrijving>Design</Omschrijving><PrijsPerEenheid>95</PrijsPerEenheid>"
        "<BTWCode>HOOG_VERK_21</BTWCode><TegenrekeningCode>8000</TegenrekeningCode>"
        "<KostenplaatsID>0</KostenplaatsID></cFactuurRegel></Regels></cFactuurList></Facturen>"
    )
    answer = read_reply(etree.fromstring(result("GetFacturen", inside)), "GetFacturen")

    booked = BookedInvoice.from_service(answer.fields["Facturen"][0])

    assert (booked.net, booked.vat, booked.gross) == (
        Decimal("712.50"),
        Decimal("149.63"),
        Decimal("862.13"),
    )
    assert booked.relation_code == "0002"
    assert booked.date == DAY
    assert booked.lines == (line,)


@pytest.mark.parametrize("figure", ["NaN", "INF", "1E+300", "x", ""])
def test_a_total_that_is_no_amount_makes_the_answer_doubtful(server, client, figure):
    row = (
        "<cFactuurList><Datum>2026-11-02T00:00:00</Datum><Betalingstermijn>14</Betalingstermijn>"
        f"<TotaalExclBTW>{figure}</TotaalExclBTW></cFactuurList>"
    )
    server.on("GetFacturen", result("GetFacturen", f"<Facturen>{row}</Facturen>"))

    with pytest.raises(OutcomeUnknown):
        client.find_invoice("T1")


def test_a_moment_with_a_zone_keeps_its_dutch_day():
    inside = (
        "<Openposten><cOpenPost><MutDatum>2026-06-30T22:00:00Z</MutDatum></cOpenPost></Openposten>"
    )
    answer = read_reply(etree.fromstring(result("GetOpenPosten", inside)), "GetOpenPosten")

    assert answer.fields["Openposten"][0]["MutDatum"] == midnight(2026, 7, 1)


def test_a_payment_carries_its_invoice_number_on_the_line():
    row = {
        "MutatieNr": 4711,
        "Soort": "FactuurbetalingOntvangen",
        "Datum": midnight(2026, 11, 2),
        "MutatieRegels": [
            {
                "Factuurnummer": "T1",
                "BedragExclBTW": Decimal(121),
                "BedragBTW": Decimal(0),
                "BedragInclBTW": Decimal(121),
                "BTWPercentage": Decimal(0),
            }
        ],
    }

    entry = BookedEntry.from_service(row)

    assert entry.invoice_number == "T1"
    assert entry.kind == EntryKind.PAYMENT_RECEIVED
    assert entry.gross == Decimal("121.00")


def test_a_line_read_back_equals_the_line_sent():
    line = invoice_line(quantity=Decimal("1.25"), price=Decimal(-80))
    written = as_sent("AddFactuur", invoice(lines=[line]).to_service())
    row = written.find(f".//{{{contract.NAMESPACE}}}cFactuurRegel")
    inside = etree.tostring(row, encoding="unicode")
    listed = f"<Facturen><cFactuurList><Regels>{inside}</Regels></cFactuurList></Facturen>"

    answer = read_reply(etree.fromstring(result("GetFacturen", listed)), "GetFacturen")

    assert InvoiceLine.from_service(answer.fields["Facturen"][0]["Regels"][0]) == line


def test_reading_an_answer_has_a_deadline():
    rows = "<Relaties>" + "<cRelatie><Code>A</Code></cRelatie>" * 3 + "</Relaties>"
    answer = etree.fromstring(result("GetRelaties", rows))

    assert len(read_reply(answer, "GetRelaties").fields["Relaties"]) == 3
    with pytest.raises(OutcomeUnknown, match="timeout"):
        read_reply(answer, "GetRelaties", seconds=0)


def test_a_flood_of_unknown_names_writes_some_log_lines(caplog):
    unknown = "".join(f"<Onbekend{number}>x</Onbekend{number}>" for number in range(2_000))
    rows = f"<Relaties><cRelatie><Code>A</Code>{unknown}</cRelatie></Relaties>"

    read_reply(etree.fromstring(result("GetRelaties", rows)), "GetRelaties")

    told = [line for line in caplog.messages if "answer.unknown_field" in line]
    assert 0 < len(told) <= 50
