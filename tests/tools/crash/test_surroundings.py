"""The faults of what a process works with have their effect, and it ends."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from tools.crash.network import Network
from tools.crash.orders import proofs, prove

IN_A_PROCESS = """
import sys, time
from pathlib import Path
from tools.crash import surroundings
folder = Path(sys.argv[1])
"""
FULL = """
print(surroundings.fill_disk(folder, 0.2))
log = (folder / "log").open("wb", buffering=0)
try:
    log.write(b"a line")
except OSError as error:
    print("refused", (folder / "log").stat().st_size)
time.sleep(0.5)
log.write(b"a line")
print((folder / "log").stat().st_size)
"""
CLOCK = """
before, steady = time.time(), time.monotonic()
print(surroundings.move_clock(folder, float(sys.argv[2])))
print(round((time.time() - before) / 60), round(time.monotonic() - steady))
from django.utils import timezone
print(round((timezone.now().timestamp() - before) / 60))
"""


def run(code: str, *arguments: object) -> list[str]:
    command = [sys.executable, "-c", IN_A_PROCESS + code, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def test_a_full_disk_refuses_what_is_written_and_then_has_room_again(tmp_path: Path) -> None:
    assert run(FULL, tmp_path) == ["True", "refused 0", "6"]


@pytest.mark.parametrize("minutes", [60, -60])
def test_a_moved_clock_is_wrong_everywhere_but_in_what_it_measures(
    tmp_path: Path, minutes: int
) -> None:
    assert run(CLOCK, tmp_path, 60 * minutes) == ["True", f"{minutes} 0", f"{minutes}"]


@pytest.fixture
def echo():
    """A server that answers with what it got."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    while data := line.recv(100):
                        line.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/soap.asmx?x=1"
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def network(echo: str):
    made = Network(echo)
    yield made
    made.close()


def say(network: Network, line: socket.socket, text: bytes) -> bytes:
    line.sendall(text)
    return line.recv(100)


def connected(network: Network) -> socket.socket:
    port = int(network.address.partition("127.0.0.1:")[2].partition("/")[0])
    return socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_network_carries_and_keeps_the_path_of_the_address(network: Network, echo: str) -> None:
    with connected(network) as line:
        assert say(network, line, b"one") == b"one"
        assert say(network, line, b"two") == b"two"

    assert network.address.endswith("/soap.asmx?x=1")
    assert network.address != echo
    assert network.swallowed == 0


def test_a_cut_network_answers_nothing_and_what_met_it_is_lost_for_good(network: Network) -> None:
    with connected(network) as line:
        assert say(network, line, b"one") == b"one"
        network.cut(0.3)
        with pytest.raises(TimeoutError):
            say(network, line, b"two")  # a second later it is whole again
        with pytest.raises(TimeoutError):
            say(network, line, b"three")

    assert network.swallowed == 1
    with connected(network) as line:
        assert say(network, line, b"four") == b"four"


def test_effects_are_counted_once(tmp_path: Path) -> None:
    prove(tmp_path, "full")
    time.sleep(0.001)
    prove(tmp_path, "full")
    prove(tmp_path, "clock")

    assert proofs(tmp_path) == {"full": 2, "clock": 1}
    assert not proofs(tmp_path)
