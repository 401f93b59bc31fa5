"""HTTP as old and new clients use it."""

import http.client
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from lxml import etree

from .raw import envelope_of, xml_of


def address_of(sandbox):
    parts = urlsplit(sandbox.url)
    return parts.hostname, parts.port


def a_request(client):
    codes = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}
    return envelope_of("GetRelaties", xml_of(codes))


def exchange(client, data):
    with closing(socket.create_connection(address_of(client.sandbox), timeout=5)) as wire:
        wire.sendall(data)
        answer = b""
        while part := wire.recv(65536):
            answer += part
        return answer


def test_a_chunked_body_is_put_together(client):
    body = a_request(client)
    parts = iter([body[:100], body[100:300], body[300:]])

    status, _, answer = client.post(parts)  # http.client sends an iterator in chunks

    assert (status, b"<cRelatie>" in answer) == (200, True)


def test_a_connection_is_used_again(client):
    connection = http.client.HTTPConnection(*address_of(client.sandbox), timeout=5)
    with closing(connection):
        for _ in range(3):
            connection.request(
                "POST", "/soap.asmx", a_request(client), {"Content-Type": "text/xml"}
            )
            assert connection.getresponse().read().endswith(b"</soap:Envelope>")
            local = connection.sock.getsockname()

        assert connection.sock.getsockname() == local


def test_http_1_0_gets_its_answer_and_an_end(client):
    body = a_request(client)
    head = f"POST /soap.asmx HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n"

    answer = exchange(client, head.encode() + b"\r\n" + body)

    assert answer.endswith(b"</soap:Envelope>")


def test_a_client_that_waits_for_100_continue_gets_it(client):
    body = a_request(client)
    head = (
        "POST /soap.asmx HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    ).encode()
    with closing(socket.create_connection(address_of(client.sandbox), timeout=5)) as wire:
        wire.sendall(head)
        interim = wire.recv(65536)
        wire.sendall(body)
        answer = wire.recv(65536)

    assert interim.startswith(b"HTTP/1.1 100 Continue")
    assert answer.startswith(b"HTTP/1.1 200")


def test_the_wsdl_names_its_own_address_on_both_ports(client):
    connection = http.client.HTTPConnection(*address_of(client.sandbox), timeout=5)
    with closing(connection):
        connection.request("GET", "/soap.asmx?WSDL")
        root = etree.fromstring(connection.getresponse().read())

    places = root.xpath("//*[local-name() = 'address']/@location")
    assert places == [client.sandbox.url] * 2


def test_a_body_of_more_than_4_megabytes_is_refused(client):
    status, _, answer = client.post(b" " * (4 * 1024 * 1024 + 1))

    assert (status, b"Maximum request length exceeded" in answer) == (500, True)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_xml_is_refused(client, kind):
    assert client.post(b"{}", Content_Type=kind)[0] == 415
    assert client.sandbox.books.requests()[-1].status == 415


@pytest.mark.parametrize("length", ["-1", "many"])
def test_a_body_of_no_sensible_length_is_refused(client, length):
    head = f"POST /soap.asmx HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"

    assert exchange(client, head.encode()).startswith(b"HTTP/1.1 400")
