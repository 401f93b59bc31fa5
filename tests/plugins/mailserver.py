"""A real mail server on 127.0.0.1 that takes mail, or refuses it in every way that servers do."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from environ import Env

from .servers import unused_port

NOT_NOW = "451 4.7.1 Greylisted, try again later"


@dataclass
class Behaviour:
    """What the server does with what it gets; `taken` are the mails that it has."""

    taken: list[Any] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    is_greylisting: bool = False
    answer: str = "250 OK"
    cuts_after_data: bool = False
    seconds: float = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.is_greylisting:
            return NOT_NOW
        if address in self.refuses:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(self.seconds)
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        if self.cuts_after_data:
            server.transport.abort()
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        """What it took, read by the standard library."""
        return [message_from_bytes(one.content, policy=policy.default) for one in self.taken]


class MailServer:
    """Starts servers with a behaviour, and points the settings at them."""

    def __init__(self, settings: Any, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.running: list[Controller] = []

    def start(self, *, scheme: str = "smtp", login: str = "", **options: Any) -> Behaviour:
        behaviour = Behaviour()
        server = Controller(behaviour, hostname="127.0.0.1", port=unused_port(), **options)
        server.start()
        self.running.append(server)
        self.use(server.port, scheme=scheme, login=login)
        return behaviour

    def use(self, port: int, *, scheme: str = "smtp", login: str = "") -> None:
        """As EMAIL_URL does."""
        chosen = Env.email_url_config(f"{scheme}://{login}127.0.0.1:{port}")
        chosen["EMAIL_BACKEND"] = "billing.mailing.smtp.EmailBackend"
        for name in ("EMAIL_USE_TLS", "EMAIL_USE_SSL"):
            setattr(self.settings, name, False)
        for name, value in chosen.items():
            setattr(self.settings, name, value)

    def certificate(self) -> tuple[Path, ssl.SSLContext]:
        """A certificate for 127.0.0.1, and what a server needs to show it."""
        pem = self.folder / "certificate.pem"
        pem.write_bytes(_self_signed())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)
        return pem, context

    def stop(self) -> None:
        for server in self.running:
            server.stop(no_assert=True)


def _self_signed() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def refuse_login(*_args: object) -> AuthResult:
    """What an authenticator says to a wrong password."""
    return AuthResult(success=False, handled=False)


@pytest.fixture
def mail_server(settings: Any, tmp_path: Path) -> Iterator[MailServer]:
    """Stopped after the test, with everything that was started."""
    server = MailServer(settings, tmp_path)
    yield server
    server.stop()
