"""The demo's supervisor: parts that die come back, and nothing is left behind."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo import parts
from demo.__main__ import read_options
from demo.home import Home, InUse
from demo.listening import Claims, is_free, listens_in_session
from demo.supervisor import Part, Supervisor
from tests.plugins.servers import unused_port

# Starts a child, tells both numbers, and waits.
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(60)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, tmp_path, os.environ, said.append)
    yield supervisor
    supervisor.stop()


def parent(tmp_path: Path) -> Part:
    numbers = tmp_path / "numbers"
    return Part("parent", [sys.executable, "-c", PARENT, str(numbers)], is_up=numbers.exists)


def numbers(tmp_path: Path) -> list[int]:
    until(lambda: len((tmp_path / "numbers").read_text().split()) == 2)
    return [int(number) for number in (tmp_path / "numbers").read_text().split()]


def until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_stopping_ends_a_part_and_what_it_started(supervisor: Supervisor, tmp_path: Path) -> None:
    part = parent(tmp_path)
    supervisor.start(part)
    assert supervisor.wait_until_up(part, seconds=10) == []
    started = numbers(tmp_path)

    supervisor.stop()

    until(lambda: not any(is_alive(pid) for pid in started))


def test_a_part_that_dies_is_started_again_and_its_orphans_are_ended(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    part = parent(tmp_path)
    supervisor.start(part)
    supervisor.wait_until_up(part, seconds=10)
    first, orphan = numbers(tmp_path)

    os.kill(first, signal.SIGKILL)
    until(lambda: not part.is_running)
    until(lambda: supervisor.revive() or part.is_running)

    assert "parent stopped (signal SIGKILL); starting it again in 1 s" in said[0]
    until(lambda: not is_alive(orphan))


def test_a_part_that_keeps_dying_is_given_up_at_the_start(
    supervisor: Supervisor, said: list[str]
) -> None:
    broken = Part("broken", [sys.executable, "-c", "raise SystemExit(3)"], is_up=lambda: False)
    supervisor.start(broken)
    broken.process.wait()

    began = time.monotonic()
    assert supervisor.wait_until_up(broken, seconds=60) == [broken]

    assert time.monotonic() - began < 20
    assert "exit code 3" in said[-1]


def test_the_folder_keeps_its_keys_and_is_used_by_one_demo_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "a folder")
    home.lay_out()
    key = home.secret("secret_key")

    with home.lock(), pytest.raises(InUse, match=str(os.getpid())):
        Home(home.folder).lock()

    assert Home(home.folder).secret("secret_key") == key
    assert (home.folder / "secret_key").stat().st_mode & 0o077 == 0


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    port = unused_port()

    assert is_free(port)
    claims = Claims()
    assert claims.free_port(port, avoid={port}) > port
    claims.release()


@pytest.mark.parametrize("typed", ["70000", "0", "-1", "x"])
def test_a_number_that_no_port_has_is_refused_with_what_to_choose(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_options([f"--port={typed}"])

    assert "Choose one from 1 to 65535" in capsys.readouterr().err


# --- A second demo beside the first ---------------------------------------------------------------


def test_two_demos_that_start_together_choose_different_ports(tmp_path):
    first, second, third = Claims(), Claims(), Claims()
    homes = [Home(tmp_path / name) for name in ("one", "two")]
    for home in homes:
        home.lay_out()
    web = unused_port()
    one, other = homes[0].ports(first, web=web), homes[1].ports(second, web=web)
    assert not {*one.values()} & {*other.values()}
    first.release()
    second.release()
    assert homes[0].ports(third, web=web) == one
    third.release()


def listener(port: int) -> list[str]:
    code = (
        "import http.server, sys; "
        f"http.server.ThreadingHTTPServer(('127.0.0.1', {port}), "
        "http.server.SimpleHTTPRequestHandler).serve_forever()"
    )
    return [sys.executable, "-c", code]


def test_another_program_at_the_port_is_not_the_part(supervisor):
    port = unused_port()
    with socket.create_server(("127.0.0.1", port)):
        part = Part("web", listener(port), is_up=lambda: True, port=port)
        supervisor.start(part)
        assert not part.answers
        until(lambda: not part.is_running)
        assert part.lost_its_port
        assert supervisor.wait_until_up(part, seconds=0.5) == [part]


def test_the_part_itself_at_its_port_answers(supervisor):
    port = unused_port()
    part = Part("web", listener(port), is_up=lambda: True, port=port)
    supervisor.start(part)
    until(lambda: part.answers)
    assert not part.lost_its_port
    assert not listens_in_session(port, os.getsid(0))


@pytest.mark.parametrize("elsewhere", [True, False])
def test_only_our_own_sandbox_shortens_the_settle_time(tmp_path, monkeypatch, elsewhere):
    monkeypatch.delenv("BOOKING_SETTLE_SECONDS", raising=False)
    monkeypatch.delenv("EBOEKHOUDEN_URL", raising=False)
    if elsewhere:
        monkeypatch.setenv("EBOEKHOUDEN_URL", "https://soap.e-boekhouden.nl/soap.asmx")
    home = Home(tmp_path)
    home.lay_out()
    settings = parts.environment(home, {"sandbox": 1, "broker": 2, "web": 3, "mailbox": 4})
    assert settings.get("BOOKING_SETTLE_SECONDS") == (None if elsewhere else "10")
