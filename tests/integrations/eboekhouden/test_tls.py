"""Codes are sent only to a server with a trusted certificate."""

import datetime
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.eboekhouden import wire
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import NotSent

from .conftest import QUICK
from .wire_server import SESSION, result

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class OpensSessions(BaseHTTPRequestHandler):
    """Records that something was sent, and opens a session."""

    def do_POST(self):
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        content = result("OpenSession", f"<ErrorMsg/><SessionID>{SESSION}</SessionID>")
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Suppress the log."""


def certificate(*, address, expires):
    """Return a self-signed certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "books.test")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 3 * DAY)
        .not_valid_after(expires)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signed.public_bytes(serialization.Encoding.PEM), private


@pytest.fixture
def tls_server(tmp_path):
    """Start a server with its own certificate; return the server and that certificate."""
    running = []

    def start(*, address="127.0.0.1", expires=NOW + DAY):
        public, private = certificate(address=address, expires=expires)
        path = tmp_path / "both.pem"
        path.write_bytes(public + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server = HTTPServer(("127.0.0.1", 0), OpensSessions)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        server.posted = []
        server.url = f"https://127.0.0.1:{server.server_port}/soap.asmx"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        return server, path

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def trusting(monkeypatch):
    """Make the authorities of this machine include a certificate."""
    wire._tls.cache_clear()

    def trust(path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))

    yield trust
    wire._tls.cache_clear()


def test_a_certificate_we_trust_lets_us_in(tls_server, trusting, credentials):
    server, path = tls_server()
    trusting(path)

    EBoekhouden(credentials, url=server.url, limits=QUICK).check_login()

    assert len(server.posted) == 1


@pytest.mark.parametrize(
    ("is_trusted", "wrong"),
    [(False, {}), (True, {"address": "127.0.0.2"}), (True, {"expires": NOW - DAY})],
    ids=["unknown authority", "another host", "expired"],
)
def test_any_other_certificate_means_that_nothing_was_sent(
    tls_server, trusting, credentials, is_trusted, wrong
):
    server, path = tls_server(**wrong)
    if is_trusted:
        trusting(path)

    with pytest.raises(NotSent) as caught:
        EBoekhouden(credentials, url=server.url, limits=QUICK).check_login()

    assert caught.value.reason == "tls"
    assert server.posted == []
