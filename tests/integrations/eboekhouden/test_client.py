"""Every method of the client, with the sandbox over HTTP."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import zeep
from zeep.helpers import serialize_object

from integrations.eboekhouden import contract
from integrations.eboekhouden.client import Credentials, EBoekhouden
from integrations.eboekhouden.errors import NotConfigured, OutcomeUnknown, Refused
from integrations.eboekhouden.facts.limits import FIRST_DATE, LAST_DATE
from integrations.eboekhouden.messages import EntryKind, LedgerAccount
from integrations.eboekhouden.messages.invoices import invoice_filter
from integrations.eboekhouden.wire import Limits

from .samples import DAY, entry_line, invoice, invoice_line, relation, sales_entry


@pytest.fixture
def customer(eboekhouden):
    """A customer that exists in e-Boekhouden, as it is read back."""
    eboekhouden.add_relation(
        relation(
            email="info@devries.example", city="Ede", notes="First\nSecond", correlation_id="#T1"
        )
    )
    return eboekhouden.find_relation("0002")[0]


def test_the_right_codes_log_in_and_out(service, login):
    with EBoekhouden(login, url=service.url) as client:
        client.check_login()

    assert dict(client.calls) == {"OpenSession": 1}


@pytest.mark.parametrize("wrong", ["username", "security_code_1", "security_code_2"])
def test_wrong_codes_do_not_log_in(service, login, wrong):
    values = {**vars(login), wrong: "nonsense"}

    with (
        EBoekhouden(Credentials(**values), url=service.url) as client,
        pytest.raises(NotConfigured) as caught,
    ):
        client.check_login()

    assert caught.value.code.startswith("E001")


def test_the_administration_is_the_one_of_the_second_code(service, eboekhouden):
    found = eboekhouden.administrations()

    assert [a.guid.strip("{}") for a in found] == [service.security_code_2.strip("{}")]
    assert found[0].name
    assert found[0].guid not in repr(found)


def test_a_new_relation_is_found_by_its_code(eboekhouden, customer):
    assert customer.id > 0
    assert customer == relation(
        id=customer.id,
        email="info@devries.example",
        city="Ede",
        notes="First\nSecond",
        correlation_id="#T1",
    )


@pytest.mark.parametrize("code", [" 0002 ", "0002"])
def test_blanks_around_a_code_do_not_count(eboekhouden, customer, code):
    assert eboekhouden.find_relation(code) == [customer]


@pytest.mark.parametrize("semantics", ["exact", "prefix", "contains"])
def test_only_the_very_code_is_found_however_the_service_filters(service, eboekhouden, semantics):
    service.switches.filter = semantics
    eboekhouden.add_relation(relation(code="A1", name="One"))
    eboekhouden.add_relation(relation(code="A12", name="Twelve"))

    assert [r.name for r in eboekhouden.find_relation("A1")] == ["One"]
    assert eboekhouden.find_relation("A") == []


def test_relations_are_found_by_keyword_and_all_at_once(eboekhouden, customer):
    eboekhouden.add_relation(relation(code="77", name="Jansen", business=False))

    assert [r.code for r in eboekhouden.relations(keyword="jansen")] == ["77"]
    assert {r.code: r.business for r in eboekhouden.relations()} == {"0002": True, "77": False}


def test_a_relation_that_exists_is_refused_as_such(eboekhouden, customer):
    with pytest.raises(Refused) as caught:
        eboekhouden.add_relation(relation())

    assert caught.value.code_class == "exists"


@pytest.mark.parametrize("absent", ["keep", "clear"])
def test_changing_one_field_of_a_relation_keeps_the_others(service, eboekhouden, customer, absent):
    service.switches.absent_on_update = absent

    eboekhouden.update_relation(replace(customer, phone="0318-123456", city=""))

    found = eboekhouden.find_relation("0002")[0]
    assert found == replace(customer, phone="0318-123456", city="")


def test_an_invoice_is_made_under_our_number_and_found_again(eboekhouden, customer):
    lines = [
        invoice_line(),
        invoice_line(description="Travel\nthere & back", unit="Stuk", cost_centre_id=1),
    ]

    number = eboekhouden.add_invoice(invoice(lines=lines))

    [found] = eboekhouden.find_invoice(number)
    assert number == found.number == "TT2026-0001"
    assert (found.relation_code, found.date, found.payment_term) == ("0002", DAY, 14)
    assert (found.net, found.vat, found.gross) == (
        Decimal("1425.00"),
        Decimal("299.25"),
        Decimal("1724.25"),
    )
    assert found.lines == tuple(lines)
    assert found.pdf_url.startswith("http")


def test_without_a_number_the_service_gives_one(eboekhouden, customer):
    number = eboekhouden.add_invoice(invoice(number=""))

    assert number
    assert [i.number for i in eboekhouden.find_invoice(number)] == [number]


def test_a_number_in_use_is_refused_as_such(eboekhouden, customer):
    eboekhouden.add_invoice(invoice())

    with pytest.raises(Refused) as caught:
        eboekhouden.add_invoice(invoice())

    assert (caught.value.code, caught.value.code_class) == ("CFACT026", "exists")
    assert len(eboekhouden.find_invoice("TT2026-0001")) == 1


@pytest.mark.parametrize("semantics", ["exact", "prefix", "contains"])
def test_only_the_very_number_is_found_however_the_service_filters(
    service, eboekhouden, customer, semantics
):
    service.switches.filter = semantics
    for number in ("T1", "T12", "XT1"):
        eboekhouden.add_invoice(invoice(number=number))
        eboekhouden.add_sales_entry(sales_entry(number=f"S{number}"))

    assert [i.number for i in eboekhouden.find_invoice("T1")] == ["T1"]
    assert [e.invoice_number for e in eboekhouden.find_entry("ST1")] == ["ST1"]


def test_an_unknown_number_is_absent(eboekhouden):
    assert eboekhouden.find_invoice("T1") == []
    assert eboekhouden.find_entry("T1") == []
    assert eboekhouden.find_relation("T1") == []


def test_invoices_are_listed_by_day_and_relation(eboekhouden, customer):
    eboekhouden.add_relation(relation(code="77", name="Jansen"))
    eboekhouden.add_invoice(invoice(number="T1", date=date(2026, 10, 31)))
    eboekhouden.add_invoice(invoice(number="T2", date=date(2026, 11, 1)))
    eboekhouden.add_invoice(invoice(number="T3", date=date(2026, 11, 30), relation_code="77"))

    november = eboekhouden.invoices(since=date(2026, 11, 1), until=date(2026, 11, 30))
    theirs = eboekhouden.invoices(since=FIRST_DATE, until=LAST_DATE, relation_code="77")

    assert sorted(i.number for i in november) == ["T2", "T3"]
    assert [i.number for i in theirs] == ["T3"]


def test_an_invoice_can_be_booked_at_once_under_its_description(eboekhouden, customer):
    eboekhouden.add_invoice(invoice(book=True, entry_description="Invoice TT2026-0001 #TT7K3F9Q"))

    [entry] = eboekhouden.find_entry("TT2026-0001")
    assert entry.description == "Invoice TT2026-0001 #TT7K3F9Q"
    assert entry.gross == eboekhouden.find_invoice("TT2026-0001")[0].gross


def test_a_sales_entry_is_entered_and_found_again(eboekhouden, customer):
    lines = [entry_line(), entry_line(ledger_account="8010", cost_centre_id=2)]

    number = eboekhouden.add_sales_entry(sales_entry(lines=lines))

    [found] = eboekhouden.find_entry("TT2026-0001")
    assert found.entry_number == number > 0
    assert found.kind == EntryKind.SALE
    assert (found.account, found.relation_code, found.date) == ("1300", "0002", DAY)
    assert (found.document, found.description) == ("#TT7K3F9Q", "Invoice TT2026-0001")
    assert found.payment_term == "14"
    assert found.lines == tuple(lines)
    assert found.gross == Decimal("242.00")


def test_a_credit_entry_has_negative_amounts(eboekhouden, customer):
    line = entry_line(net=Decimal(-100), vat=Decimal(-21), gross=Decimal(-121))

    eboekhouden.add_sales_entry(sales_entry(number="C1", lines=[line]))

    assert eboekhouden.find_entry("C1")[0].gross == Decimal("-121.00")


def test_a_payment_of_an_invoice_is_no_second_invoice(service, eboekhouden, customer):
    eboekhouden.add_sales_entry(sales_entry())
    service.pay("TT2026-0001")

    everything = eboekhouden.entries(since=FIRST_DATE, until=LAST_DATE)

    assert {e.kind for e in everything} == {EntryKind.SALE, EntryKind.PAYMENT_RECEIVED}
    assert len(eboekhouden.find_entry("TT2026-0001")) == 1


def test_what_is_still_to_be_paid_is_listed(service, eboekhouden, customer):
    eboekhouden.add_sales_entry(sales_entry())
    service.pay("TT2026-0001", Decimal("21.00"))

    [item] = eboekhouden.open_items()

    assert (item.number, item.relation_code, item.relation_name) == (
        "TT2026-0001",
        "0002",
        "De Vries & Zonen B.V.",
    )
    assert (item.amount, item.paid, item.open_amount) == (
        Decimal("121.00"),
        Decimal("21.00"),
        Decimal("100.00"),
    )


def test_ledger_accounts_and_cost_centres_are_listed(eboekhouden):
    accounts = {account.code: account for account in eboekhouden.ledger_accounts()}
    centres = eboekhouden.cost_centres()

    assert isinstance(accounts["1300"], LedgerAccount)
    assert (accounts["1300"].category, accounts["8000"].category) == ("DEB", "VW")
    assert {c.parent_id for c in centres} <= {0, *(c.id for c in centres)}


@pytest.mark.parametrize("dotted", [True, False])
def test_a_session_that_ended_is_renewed_for_a_read(service, eboekhouden, dotted):
    service.switches.dotted_codes = dotted
    eboekhouden.check_login()
    service.faults.add("expire", operation="GetRelaties")

    assert eboekhouden.relations() == []
    assert eboekhouden.calls["OpenSession"] == 2


@pytest.mark.parametrize(
    ("error_block", "strings", "lists"),
    [
        ("empty", "empty", "empty"),
        ("absent", "absent", "absent"),
        ("blank", "absent", "empty"),
        ("bare", "empty", "absent"),
    ],
)
def test_every_way_of_saying_nothing_is_understood(
    service, eboekhouden, error_block, strings, lists
):
    service.switches.change(
        {"success_error": error_block, "empty_strings": strings, "empty_lists": lists}
    )

    assert (
        eboekhouden.relations()
        == eboekhouden.find_invoice("T1")
        == eboekhouden.find_entry("T1")
        == []
    )
    eboekhouden.add_relation(relation())
    assert eboekhouden.add_invoice(invoice()) == "TT2026-0001"
    assert eboekhouden.add_sales_entry(sales_entry(number="S1")) > 0
    eboekhouden.update_relation(replace(eboekhouden.find_relation("0002")[0], phone="06"))
    assert eboekhouden.find_relation("0002")[0].phone == "06"
    assert len(eboekhouden.find_invoice("TT2026-0001")) == len(eboekhouden.find_entry("S1")) == 1


def test_a_lost_answer_is_unknown_and_the_invoice_is_found_by_its_number(
    service, eboekhouden, customer
):
    service.faults.add("drop", operation="AddFactuur", phase="after")

    with pytest.raises(OutcomeUnknown):
        eboekhouden.add_invoice(invoice())

    assert len(eboekhouden.find_invoice("TT2026-0001")) == 1


def test_a_closed_period_says_so(service, eboekhouden, customer):
    service.switches.closed_until = "2026-12-31"

    with pytest.raises(Refused) as caught:
        eboekhouden.add_sales_entry(sales_entry())

    assert caught.value.code_class == "period-closed"


def test_a_used_up_day_is_a_matter_of_waiting(service, eboekhouden):
    eboekhouden.check_login()
    service.switches.daily_quota = 1

    with pytest.raises(Refused) as caught:
        eboekhouden.relations()

    assert caught.value.code_class == "quota"


def test_our_reader_sees_what_zeep_sees(service, eboekhouden, customer):
    eboekhouden.add_invoice(invoice(lines=[invoice_line(), invoice_line(price=Decimal("0.1"))]))
    client = zeep.Client(str(contract.PATH))
    plain = client.create_service(f"{{{contract.NAMESPACE}}}soapAppSoap", service.url)
    codes = (service.username, service.security_code_1, service.security_code_2)
    session = {
        "SessionID": plain.OpenSession(*codes).SessionID,
        "SecurityCode2": service.security_code_2,
    }
    wanted = invoice_filter(since=FIRST_DATE, until=LAST_DATE)

    theirs = serialize_object(plain.GetFacturen(**session, **wanted).Facturen.cFactuurList, dict)
    ours = eboekhouden._soap.call("GetFacturen", {**session, **wanted})["Facturen"]

    assert [simplified(row) for row in ours] == [simplified(row) for row in theirs]


def simplified(value):
    """Return lists without wrapper, floats as shown figures, and None as an empty text."""
    if isinstance(value, dict):
        if set(value) == {"cFactuurRegel"}:
            return simplified(value["cFactuurRegel"])
        return {name: simplified(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [simplified(inner) for inner in value]
    if isinstance(value, float):
        return Decimal(repr(value))
    return value or "" if isinstance(value, str | None) else value


def test_a_list_of_thousands_is_read_whole(service, login):
    rows = [{"Code": f"{n:05d}", "Bedrijf": f"Customer {n}"} for n in range(3000)]
    service.seed_relations(rows)

    with EBoekhouden(login, url=service.url, limits=Limits(total=30.0)) as client:
        assert len(client.relations()) == 3000
