"""Failures of the network and the server, and what they mean for a request."""

import gzip
import logging
import pickle
import socket
import struct
import time
import tracemalloc

import pytest

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import (
    EBoekhoudenError,
    MessageInvalid,
    NotConfigured,
    NotSent,
    OutcomeUnknown,
    Refused,
)
from integrations.eboekhouden.soap import Soap
from integrations.eboekhouden.wire import Limits, exchange

from .conftest import CANARIES, QUICK
from .samples import invoice, relation
from .wire_server import SESSION, envelope, refusal, response, result, sending, wire_server

ADDED = result("AddFactuur", "<ErrorMsg/><Factuurnummer>TT2026-0001</Factuurnummer>")
HTML = (
    b"<!DOCTYPE html><html><head><title>Oops</title></head><body>Service Unavailable</body></html>"
)
NEAT_HTML = b"<html><head/><body><p>Service Unavailable</p></body></html>"
FAULT = envelope(
    "<soap:Fault><faultcode>soap:Server</faultcode>"
    "<faultstring>Server was unable to process request.</faultstring></soap:Fault>"
)
DTD = b"<!DOCTYPE e>" + ADDED.split(b"?>")[1]
ENTITIES = b'<!DOCTYPE e [<!ENTITY a "b">]>' + ADDED.split(b"?>")[1].replace(b"TT", b"&a;TT")
BOMB = (
    b'<!DOCTYPE e [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
) + ADDED.split(b"?>")[1].replace(b"TT", b"&d;TT")


def drop(connection):
    connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(content):
    def one_byte_at_a_time(connection):
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return one_byte_at_a_time


def chunked_and_cut(connection):
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head.encode() + b"40\r\n" + ADDED[:30])


WRITES_IN_DOUBT = {
    "dropped": (drop, "connection-lost"),
    "reset": (reset, "connection-lost"),
    "not http": (sending(b"220 mail.example ESMTP\r\n"), "connection-lost"),
    "cut after the headers": (sending(response(b"", length=len(ADDED))), "truncated"),
    "cut in the body": (sending(response(ADDED[:-40], length=len(ADDED))), "truncated"),
    "cut in a chunk": (chunked_and_cut, "truncated"),
    "cut without a length": (
        sending(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + ADDED[:-40]),
        "truncated",
    ),
    "HTML": (sending(response(HTML, content_type="text/html")), "html"),
    "HTML that is XML too": (sending(response(NEAT_HTML)), "html"),
    "HTML with a 503": (
        sending(response(NEAT_HTML, status="503 Unavailable", content_type="text/html")),
        "html",
    ),
    "empty 200": (sending(response(b"")), "empty"),
    "empty 202": (sending(response(b"", status="202 Accepted")), "empty"),
    "empty 500": (sending(response(b"", status="500 Error")), "empty"),
    "Fault with a 200": (sending(response(FAULT)), "fault"),
    "Fault with a 500": (sending(response(FAULT, status="500 Error")), "fault"),
    "success with a 500": (sending(response(ADDED, status="500 Error")), "http-error"),
    "too many requests": (sending(response(b"slow", status="429 Slow")), "too-many-requests"),
    "plain text": (sending(response(b"hello", content_type="text/plain")), "wrong-answer"),
    "DTD": (sending(response(DTD)), "forbidden-xml"),
    "entities": (sending(response(ENTITIES)), "forbidden-xml"),
    "entity bomb": (sending(response(BOMB)), "forbidden-xml"),
    "bad bytes": (sending(response(ADDED.replace(b"TT", b"\xff\xfe"))), "other-number"),
    "another operation": (
        sending(response(ADDED.replace(b"AddFactuur", b"AddMutatie"))),
        "wrong-answer",
    ),
    "no result": (
        sending(
            response(envelope('<AddFactuurResponse xmlns="http://www.e-boekhouden.nl/soap"/>'))
        ),
        "wrong-answer",
    ),
    "no envelope": (sending(response(b"<AddFactuurResponse/>")), "wrong-answer"),
    "empty result": (sending(response(result("AddFactuur", ""))), "no-number"),
    "another number": (
        sending(response(ADDED.replace(b"TT2026-0001", b"F00012"))),
        "other-number",
    ),
    "damaged gzip": (
        sending(response(b"\x1f\x8bnonsense", headers="Content-Encoding: gzip\r\n")),
        "wrong-answer",
    ),
    "cut gzip": (
        sending(response(gzip.compress(ADDED)[:-12], headers="Content-Encoding: gzip\r\n")),
        "truncated",
    ),
    "nested too deep": (
        sending(response(result("AddFactuur", "<a>" * 400 + "</a>" * 400))),
        "not-xml",
    ),
}


@pytest.mark.parametrize(
    ("behaviour", "reason"), WRITES_IN_DOUBT.values(), ids=WRITES_IN_DOUBT.keys()
)
def test_anything_but_a_clean_answer_leaves_the_outcome_unknown(server, client, behaviour, reason):
    server.on("AddFactuur", behaviour)

    with pytest.raises(OutcomeUnknown) as caught:
        client.add_invoice(invoice())

    assert caught.value.reason == reason
    assert server.count("AddFactuur") == 1


@pytest.mark.parametrize("cut", [0.0, 0.25, 0.5, 0.75, 0.99])
def test_a_list_that_is_cut_off_is_never_taken_for_a_short_or_empty_one(server, client, cut):
    rows = "<cRelatie><ID>1</ID><Code>0002</Code></cRelatie>" * 50
    whole = result("GetRelaties", f"<ErrorMsg/><Relaties>{rows}</Relaties>")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"
    server.on("GetRelaties", sending(head + whole[: int(len(whole) * cut)]))

    with pytest.raises(OutcomeUnknown):
        client.relations()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Again", "308 So"])
def test_a_redirect_is_not_followed_and_its_target_gets_no_byte(server, client, status):
    with wire_server() as target:
        moved = response(b"", status=status, headers=f"Location: {target.url}\r\n")
        server.on("AddFactuur", sending(moved))

        with pytest.raises(OutcomeUnknown) as caught:
            client.add_invoice(invoice())

        assert caught.value.reason == "redirect"
        assert target.requests == []


@pytest.mark.parametrize("content", [response(ADDED), b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500])
def test_a_dripping_answer_ends_at_the_deadline(server, client, content):
    client.check_login()
    server.on("AddFactuur", drip(content))

    started = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        client.add_invoice(invoice())

    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < QUICK.total + 0.5


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "gzip bomb"])
def test_an_oversized_answer_is_refused_without_taking_its_memory(server, client, is_packed):
    plain = ADDED + b" " * (60 * 1024 * 1024)
    content = gzip.compress(plain) if is_packed else plain
    headers = "Content-Encoding: gzip\r\n" if is_packed else ""
    server.on("AddFactuur", sending(response(content, headers=headers)))
    client.check_login()

    tracemalloc.start()
    with pytest.raises(OutcomeUnknown) as caught:
        client.add_invoice(invoice())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert caught.value.reason == "oversize"
    # The server of this test copies a plain answer in the same process.
    assert peak < (20 if is_packed else 140) * 1024 * 1024


def test_a_packed_answer_is_read(server, client):
    server.on(
        "AddFactuur",
        sending(response(gzip.compress(ADDED), headers="Content-Encoding: gzip\r\n")),
    )

    assert client.add_invoice(invoice()) == "TT2026-0001"


def test_a_refused_connection_means_that_nothing_was_sent(credentials):
    with wire_server() as gone:
        url = gone.url

    with (
        EBoekhouden(credentials, url=url, limits=QUICK) as client,
        pytest.raises(NotSent) as caught,
    ):
        client.add_invoice(invoice())

    assert caught.value.reason == "connection-refused"


def test_an_unknown_host_means_that_nothing_was_sent(credentials):
    client = EBoekhouden(credentials, url="https://books.invalid/soap.asmx", limits=QUICK)

    with pytest.raises(NotSent) as caught:
        client.check_login()

    assert caught.value.reason == "name-resolution"


def test_a_server_without_tls_gets_no_codes(server, credentials):
    client = EBoekhouden(credentials, url=server.url.replace("http:", "https:"), limits=QUICK)

    with pytest.raises(NotSent):
        client.check_login()

    assert not any(canary.encode() in r for r in server.requests for canary in CANARIES)


@pytest.mark.parametrize(
    "url",
    [
        "http://soap.e-boekhouden.nl/soap.asmx",
        "http://127.0.0.1.example.org/",
        "http://user@127.0.0.1/",
        "ftp://127.0.0.1/",
        "https://",
        "http://[",
        "http://127.0.0.1:99999/",
        "",
    ],
)
def test_codes_are_never_sent_in_the_clear(credentials, url):
    with pytest.raises(NotConfigured) as caught:
        EBoekhouden(credentials, url=url)

    assert caught.value.reason == "insecure-address"


@pytest.mark.parametrize("behaviour", [drop, sending(response(HTML, content_type="text/html"))])
def test_a_doubtful_login_means_that_the_invoice_was_not_sent(server, client, behaviour):
    server.on("OpenSession", behaviour)

    with pytest.raises(NotSent):
        client.add_invoice(invoice())

    assert server.count("AddFactuur") == 0


def test_wrong_codes_are_a_matter_for_the_administrator(server, client):
    server.on("OpenSession", refusal("OpenSession", "E001.3", "Invalid credentials"))

    with pytest.raises(NotConfigured) as caught:
        client.add_invoice(invoice())

    assert caught.value.code == "E0013"
    assert server.count("AddFactuur") == 0


def test_an_ended_session_is_renewed_once_for_a_read(server, client):
    expired = refusal("GetRelaties", "E0023", "Sessions expired")
    server.on("GetRelaties", expired, result("GetRelaties", "<ErrorMsg/>"))

    assert client.relations() == []
    assert server.count("OpenSession") == 2
    assert server.count("GetRelaties") == 2


def test_a_session_that_keeps_ending_is_not_renewed_for_ever(server, client):
    server.on("GetRelaties", refusal("GetRelaties", "E002.2", "Invalid session"))

    with pytest.raises(Refused) as caught:
        client.relations()

    assert caught.value.code_class == "session"
    assert server.count("GetRelaties") == 2


def test_an_ended_session_is_reported_and_forgotten_for_a_write(server, client):
    server.on("AddFactuur", refusal("AddFactuur", "E002.3", "Sessions expired"), ADDED)

    with pytest.raises(Refused) as caught:
        client.add_invoice(invoice())

    assert caught.value.code_class == "session"
    assert server.count("AddFactuur") == 1
    assert client.add_invoice(invoice()) == "TT2026-0001"
    assert server.count("OpenSession") == 2


def test_a_clean_refusal_says_what_the_service_said(server, client):
    text = "Factuurnummer is reeds in gebruik"
    server.on("AddFactuur", refusal("AddFactuur", "CFACT026", text))

    with pytest.raises(Refused) as caught:
        client.add_invoice(invoice())

    assert (caught.value.code, caught.value.text) == ("CFACT026", text)
    assert caught.value.code_class == "exists"


def test_a_used_up_quota_is_a_refusal_of_its_own_class(server, client):
    server.on("OpenSession", refusal("OpenSession", "E003.3", "Soap call limit hit (10.000 / day)"))

    with pytest.raises(Refused) as caught:
        client.relations()

    assert caught.value.code_class == "quota"


@pytest.mark.parametrize(
    "block",
    [
        "",
        "<ErrorMsg/>",
        "<ErrorMsg><LastErrorCode/><LastErrorDescription/></ErrorMsg>",
        "<ErrorMsg><LastErrorCode> </LastErrorCode></ErrorMsg>",
    ],
)
def test_every_shape_of_an_empty_error_block_is_success(server, client, block):
    server.on(
        "AddFactuur",
        result("AddFactuur", f"{block}<Factuurnummer>TT2026-0001</Factuurnummer>"),
    )

    assert client.add_invoice(invoice()) == "TT2026-0001"


@pytest.mark.parametrize("fields", ["", "<ErrorMsg/>", "<ErrorMsg/><Relaties/>"])
def test_a_whole_answer_without_rows_is_an_empty_list(server, client, fields):
    server.on("GetRelaties", result("GetRelaties", fields))

    assert client.relations() == []
    assert server.count("GetRelaties") == 1


def test_a_field_the_service_adds_later_harms_nobody(server, client):
    row = "<cRelatie><Nieuw>1</Nieuw><ID>7</ID><Extra><a/></Extra><Code>0002</Code></cRelatie>"
    server.on("GetRelaties", result("GetRelaties", f"<New/><Relaties>{row}</Relaties>"))

    assert [(r.id, r.code) for r in client.relations()] == [(7, "0002")]


def test_a_row_that_is_nil_is_passed_over(server, client):
    rows = '<cRelatie xsi:nil="true"/><cRelatie><ID>7</ID><Code>2</Code></cRelatie>'
    server.on("GetRelaties", result("GetRelaties", f"<Relaties>{rows}</Relaties>"))

    assert len(client.relations()) == 1


def test_a_row_without_what_we_need_makes_the_whole_list_doubtful(server, client):
    server.on("GetRelaties", result("GetRelaties", "<Relaties><cRelatie/></Relaties>"))

    with pytest.raises(OutcomeUnknown):
        client.find_relation("0002")


def test_a_list_that_reached_the_cap_proves_nothing(server, client):
    row = (
        "<cMutatieList><MutatieNr>1</MutatieNr><Soort>Memoriaal</Soort>"
        "<Datum>2026-11-02T00:00:00</Datum></cMutatieList>"
    )
    answers = [result("GetMutaties", f"<Mutaties>{row * n}</Mutaties>") for n in (499, 500)]
    server.on("GetMutaties", *answers)

    assert client.find_entry("T1") == []
    with pytest.raises(OutcomeUnknown) as caught:
        client.find_entry("T1")
    assert caught.value.reason == "row-cap"


def test_our_own_mistake_is_found_before_anything_is_sent(server, client):
    with pytest.raises(MessageInvalid):
        client.add_relation(relation(code=""))

    assert server.requests == []


def test_more_power_than_we_need_cannot_be_asked_for(server):
    soap = Soap(server.url, limits=QUICK)

    with pytest.raises(MessageInvalid):
        soap.call("AutoLogin", {"Username": "a", "SessionID": "b", "SecurityCode2": "c"})

    assert server.requests == []


def test_proxies_from_the_environment_are_not_used(server, client, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    client.check_login()

    assert server.count("OpenSession") == 1


def test_every_exchange_has_a_connection_of_its_own(server, client):
    client.check_login()
    client.relations()

    assert server.count("GetRelaties") == 1
    assert all(b"connection: close" in request.lower() for request in server.requests)


def test_the_session_is_closed_at_the_end(server, credentials):
    with EBoekhouden(credentials, url=server.url, limits=QUICK) as client:
        client.check_login()

    assert server.count("CloseSession") == 1


def test_a_failure_to_close_the_session_is_ignored(server, credentials):
    server.on("CloseSession", drop)

    with EBoekhouden(credentials, url=server.url, limits=QUICK) as client:
        client.check_login()

    assert server.count("CloseSession") == 1


def test_no_secret_reaches_a_log_or_an_error(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.on("AddFactuur", sending(response(FAULT.replace(b"Server was", CANARIES[2].encode()))))

    with pytest.raises(OutcomeUnknown) as caught:
        client.add_invoice(invoice())

    seen = caplog.text + repr(client) + repr(client._credentials) + str(caught.value)
    seen += repr(caught.value) + repr(caught.value.__cause__)
    assert not [secret for secret in (*CANARIES, SESSION) if secret in seen]


@pytest.mark.parametrize(
    "error",
    [
        NotConfigured("E001.1", "Invalid credentials"),
        Refused("CFACT026", "Factuurnummer is reeds in gebruik"),
        NotSent("tls"),
        OutcomeUnknown("other-number", "F00012"),
        MessageInvalid("name", "is missing"),
    ],
)
def test_errors_survive_the_way_to_another_process(error):
    copy = pickle.loads(pickle.dumps(error))

    assert isinstance(copy, EBoekhoudenError)
    assert (type(copy), copy.args, str(copy)) == (type(error), error.args, str(error))
    assert vars(copy) == vars(error)


def test_a_silent_server_is_waited_for_no_longer_than_allowed(server):
    server.on("", lambda connection: time.sleep(2))

    started = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        exchange(server.url, b"x", {}, Limits(total=0.3))

    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < 1.0
