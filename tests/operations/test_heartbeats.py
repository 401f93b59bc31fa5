"""The dead man's switch is heard while all is well, and never stops what it accompanies."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from operations import heartbeats
from operations.tasks import send_heartbeat


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """A service that hears; gives its address and the paths that were asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if "moved" in self.path else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping/abc", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_an_address_nothing_is_asked(settings, caplog):
    settings.HEARTBEAT_URL_BEAT = ""

    send_heartbeat()

    assert not caplog.records


def test_a_worker_says_that_all_live(settings, heard):
    settings.HEARTBEAT_URL_BEAT, asked = heard

    send_heartbeat()

    assert asked == ["/ping/abc"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("billed")
def test_a_backup_says_that_it_was_made_or_that_it_failed(settings, heard, folder):
    settings.HEARTBEAT_URL_BACKUP, asked = heard

    call_command("backup", str(folder), verbosity=0)
    with pytest.raises(CommandError):
        call_command("backup", str(folder / "none" / "file"))

    assert asked == ["/ping/abc", "/ping/abc/fail"]


def test_a_redirect_is_not_followed_and_is_a_line_in_the_log(settings, heard, caplog):
    address, asked = heard
    settings.HEARTBEAT_URL_BEAT = f"{address}/moved"

    send_heartbeat()

    assert asked == ["/ping/abc/moved"]
    assert "heartbeat.not_heard" in caplog.text
    # The path is a secret of the service: who knows it can silence the alarm.
    assert "abc" not in caplog.text


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "http://[::1", "no address"])
def test_nobody_there_is_a_line_in_the_log(settings, caplog, address):
    settings.HEARTBEAT_URL_BEAT = address

    send_heartbeat()

    assert "heartbeat.not_heard" in caplog.text


def test_an_answer_in_drips_ends_at_the_deadline(settings, monkeypatch, caplog):
    monkeypatch.setattr(heartbeats, "DEADLINE", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            conversation, _address = server.accept()
            with conversation:
                while not over.wait(0.2):
                    conversation.sendall(b"H")

        thread = threading.Thread(target=drip)
        thread.start()
        settings.HEARTBEAT_URL_BEAT = f"http://127.0.0.1:{server.getsockname()[1]}/"
        began = time.monotonic()

        send_heartbeat()

        assert time.monotonic() - began < 3
        assert "deadline" in caplog.text
        over.set()
        thread.join()


def test_an_address_that_is_not_https_is_an_error(settings):
    settings.HEARTBEAT_URL_BACKUP = "http://hc.example.com/ping/abc"

    assert "timechimp_eb.E014" in {message.id for message in run_checks()}

    settings.HEARTBEAT_URL_BACKUP = "https://hc.example.com/ping/abc"
    assert "timechimp_eb.E014" not in {message.id for message in run_checks()}
