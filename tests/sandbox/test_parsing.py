"""Requests are read as .NET reads them."""

import pytest
from lxml import etree

from .raw import EVER, NAMESPACE, envelope_of, invoice, xml_of

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


def text_of(body):
    return etree.fromstring(body).findtext(".//faultstring") or ""


def test_the_order_of_elements_is_free_and_unknown_ones_do_not_matter(client):
    fields = dict(reversed(invoice().items())) | {"Onbekend": "x", "factuurnummer": "anders"}

    assert client.call("AddFactuur", oFact=fields)["Factuurnummer"] == "2026-0001"


def test_prefixes_do_not_matter(client):
    body = (
        '<?xml version="1.0"?><SOAP-ENV:Envelope '
        'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:q="{NAMESPACE}"><SOAP-ENV:Header/><SOAP-ENV:Body><q:GetRelaties>'
        f"<q:SecurityCode2>{client.sandbox.security_code_2}</q:SecurityCode2>"
        f"<q:SessionID>{client.session}</q:SessionID><q:cFilter><q:Code>0001</q:Code></q:cFilter>"
        "</q:GetRelaties></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()

    status, _, answer = client.post(body)

    assert (status, answer.count(b"<cRelatie>")) == (200, 1)


def test_elements_without_the_namespace_are_unknown(client):
    body = envelope_of("GetRelaties", f'<SessionID xmlns="">{client.session}</SessionID>')

    assert b"E002.1" in client.post(body)[2]


def test_an_empty_filter_and_a_missing_filter_mean_everything(client):
    for filters in ({}, {"cFilter": ""}, {"cFilter": {"Code": "", "ID": "0"}}):
        assert client.call("GetRelaties", filters)["Relaties"]["cRelatie"]["Code"] == "0001"


def test_a_missing_filter_breaks_the_service_if_so_switched(client):
    client.sandbox.switches.missing_filter = "fault"

    with pytest.raises(AssertionError, match="Object reference not set"):
        client.call("GetMutaties")


def test_nothing_to_add_breaks_the_service(client):
    with pytest.raises(AssertionError, match="Object reference not set"):
        client.call("AddFactuur")


def test_nil_is_nothing_for_texts_and_objects_but_not_for_numbers(client):
    nil = '<{0} xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    codes = xml_of({"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2})

    text = f"{codes}<cFilter>{nil.format('Code')}</cFilter>"
    number = f"{codes}<cFilter>{nil.format('ID')}</cFilter>"

    assert client.post(envelope_of("GetRelaties", text))[0] == 200
    status, _, body = client.post(envelope_of("GetRelaties", number))
    assert (status, "Input string was not in a correct format." in text_of(body)) == (500, True)


@pytest.mark.parametrize(
    ("operation", "fields", "words"),
    [
        ("GetRelaties", {"cFilter": {"ID": ""}}, "Input string was not in a correct format."),
        ("GetRelaties", {"cFilter": {"ID": "9" * 20}}, "too large or too small for an Int64"),
        ("GetFacturen", {"cFilter": EVER | {"DatumTm": "31-12-2049"}}, "not a valid AllXsd value"),
        ("GetFacturen", {"cFilter": EVER | {"DatumTm": "2026-02-30"}}, "not a valid AllXsd value"),
        ("GetOpenPosten", {"OpSoort": "Onzin"}, "not a valid value for enOpenpostenSoort"),
        ("AddFactuur", {"oFact": {"PerEmailVerzenden": "True"}}, "not a valid Boolean value"),
        (
            "AddMutatie",
            {"oMut": {"MutatieRegels": {"cMutatieRegel": {"BedragBTW": "1,50"}}}},
            "Input string was not in a correct format.",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_in_english(client, operation, fields, words):
    with pytest.raises(AssertionError, match=words) as failure:
        client.call(operation, fields)

    assert str(failure.value).startswith("Server was unable to read request. ---> ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<s:Envelope",
        b"<html><body>hello</body></html>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + envelope_of("GetRelaties", "&b;"),
        envelope_of("GetRelaties", "", soap="http://example.org/other"),
    ],
)
def test_what_is_no_soap_is_a_fault(client, body):
    status, headers, answer = client.post(body)

    assert (status, headers["Content-Type"]) == (500, "text/xml; charset=utf-8")
    assert text_of(answer)
    assert client.sandbox.books.requests()[-1].outcome.startswith("fault: ")


def test_a_fault_of_soap_1_2_has_the_shape_of_1_2(client):
    body = envelope_of("GetOpenPosten", xml_of({"OpSoort": "Onzin"}), soap=SOAP_12)

    status, headers, answer = client.post(body, Content_Type="application/soap+xml; charset=utf-8")

    root = etree.fromstring(answer)
    assert (status, headers["Content-Type"]) == (500, "application/soap+xml; charset=utf-8")
    assert root.findtext(f".//{{{SOAP_12}}}Value") == "soap:Sender"
    assert "enOpenpostenSoort" in root.findtext(f".//{{{SOAP_12}}}Text")


@pytest.mark.parametrize(
    "action",
    [f"{NAMESPACE}/GetRelaties", f'"{NAMESPACE}/GetRelaties"', '""', None],
)
def test_the_action_may_be_quoted_bare_empty_or_absent(client, action):
    headers = {} if action is None else {"SOAPAction": action}
    codes = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}

    status, _, answer = client.post(envelope_of("GetRelaties", xml_of(codes)), **headers)

    assert (status, b"<cRelatie>" in answer) == (200, True)


def test_an_unknown_action_is_a_fault(client):
    _, _, answer = client.post(
        envelope_of("GetRelaties", ""), SOAPAction=f"{NAMESPACE}/DeleteEverything"
    )

    assert text_of(answer).startswith("Server did not recognize the value of HTTP Header")


def test_the_action_decides_what_is_called_and_another_body_counts_as_empty(client):
    codes = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}

    _, _, answer = client.post(
        envelope_of("GetRelaties", xml_of(codes)), SOAPAction=f"{NAMESPACE}/GetAdministraties"
    )

    assert b"<GetAdministratiesResult>" in answer
    assert b"E002.1" in answer


def test_the_charset_of_the_header_is_honoured(client):
    codes = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}
    fields = xml_of(codes | {"oRel": {"Code": "0005", "Bedrijf": "Zoë", "BP": "B"}})
    body = envelope_of("AddRelatie", fields).decode().encode("iso-8859-1")

    client.post(body, Content_Type="text/xml; charset=iso-8859-1")

    assert client.sandbox.books.relations(code="0005")[0].name == "Zoë"


def test_an_unknown_charset_is_a_fault(client):
    status, _, answer = client.post(b"<a/>", Content_Type="text/xml; charset=klingon")

    assert (status, "klingon" in text_of(answer)) == (500, True)


def test_a_moment_with_a_zone_is_a_day_in_the_netherlands(client):
    client.add_invoice(Datum="2026-06-30T22:30:00Z")

    assert f"{client.sandbox.books.invoices()[0].date}" == "2026-07-01"
