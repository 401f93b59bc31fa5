"""Providers of OpenID Connect on this machine: a real one, and one that answers wrong on order."""

import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from django.test import Client
from django.urls import reverse

from accounts.login.provider_settings import LoginProvider

from .servers import unused_port

DOMAIN = "studio-oost.example"
START_SECONDS = 60


def provider_at(url: str, *, key: str = "oidc", **options: Any) -> LoginProvider:
    """Return the settings of a provider at this address."""
    options = {"trusted_domains": (DOMAIN,), **options}
    name = {"google": "Google", "microsoft": "Microsoft"}.get(key, "Our Login")
    about = {"key": key, "name": name, "client_id": "urenboek", "secret": "not-a-real-secret"}
    return LoginProvider(server_url=url, **about, **options)


@dataclass
class Provider:
    """A provider, with what a person does there."""

    url: str

    def knows(self, sub: str, **claims: Any) -> None:
        """Let somebody have an account there."""
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def agree(self, address: str, sub: str) -> str:
        """Log in at the page to which a browser was sent; return where it is sent back to."""
        answer = requests.post(address, {"sub": sub}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def refuse(self, address: str) -> str:
        """Press Deny there."""
        answer = requests.post(address, {"action": "deny"}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]


def leave(client: Client, key: str = "oidc", **typed: str) -> str:
    """Press the button of a provider on the login page; return where the browser is sent."""
    answer = client.post(reverse("provider_login", args=[key]), typed)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come_back(client: Client, address: str) -> Any:
    """Open the address to which the provider sends the browser."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def log_in_through(client: Client, provider: Provider, sub: str, **typed: str) -> Any:
    """Log in with an account of the provider; return the answer of the program."""
    return come_back(client, provider.agree(leave(client, **typed), sub))


@pytest.fixture(scope="session")
def running_provider() -> Iterator[str]:
    """A provider in a process of its own; gives its address."""
    port = unused_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--require-nonce", "true"]
    command += ["--host", "localhost", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        _wait_for(url := f"http://localhost:{port}")
        yield url
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            requests.get(url, timeout=2)
        except requests.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def provider(running_provider: str, settings: Any) -> Provider:
    """A real provider, trusted with the addresses of the studio."""
    settings.LOGIN_PROVIDERS = [provider_at(running_provider)]
    return Provider(running_provider)


@dataclass
class Answers:
    """What a provider answers; a test changes what it wants wrong."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    person: Any = None
    nonce: str = ""
    # Paths that answer with this text, or with this status, instead.
    raw: dict[str, str] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    is_dripping: bool = False
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def of(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/person",
                "jwks_uri": f"{self.url}/keys",
            } | self.config
        if path == "/token":
            return {"access_token": "an-access-token", "id_token": self.id_token()}
        return self.person if path == "/person" else {}

    def id_token(self) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": "urenboek", "sub": "somebody", "exp": now + 300}
        usual |= {"iat": now, "nonce": self.nonce, "email": f"sanne@{DOMAIN}"}
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return jwt.encode(claims, secrets.token_bytes(32), algorithm="HS256")

    def log_in(self, client: Client, key: str = "oidc") -> Any:
        """Log in there, with what is on order; the page of the login is skipped."""
        asked = parse_qs(urlsplit(leave(client, key)).query)
        self.nonce = self.nonce or asked["nonce"][0]
        back = urlencode({"code": "a-code", "state": asked["state"][0]})
        return come_back(client, f"{asked['redirect_uri'][0]}?{back}")


class _Handler(BaseHTTPRequestHandler):
    answers: Answers

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        size = int(self.headers.get("Content-Length", 0))
        self.answers.asked.append((path, parse_qs(self.rfile.read(size).decode())))
        text = self.answers.raw.get(path) or json.dumps(self.answers.of(path))
        self.send_response(self.answers.status.get(path, 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self._write(text.encode())

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def _write(self, content: bytes) -> None:
        for one in re.findall(rb".{1,8}", content) if self.answers.is_dripping else [content]:
            try:
                self.wfile.write(one)
                self.wfile.flush()
            except OSError:  # nobody reads on
                return
            time.sleep(0.2 if self.answers.is_dripping else 0)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _running(answers: Answers) -> Iterator[None]:
    handler = type("Handler", (_Handler,), {"answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        answers.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def answers(settings: Any) -> Iterator[Answers]:
    """A provider whose answers a test can change."""
    found = Answers()
    with _running(found):
        settings.LOGIN_PROVIDERS = [provider_at(found.url)]
        yield found
