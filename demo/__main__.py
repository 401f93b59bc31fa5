"""`./run demo`: start everything, say where it is, and keep it running until Ctrl-C."""

import argparse
import os
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

from timechimp_eb.product import DEFAULT_NAME

from . import parts
from .home import LOGIN_EMAIL, LOGIN_PASSWORD, Home, InUse
from .listening import Claims
from .supervisor import Part, Supervisor

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 90  # seconds, on a slow machine
LAST_PORT = 65_535
TRIES = 3  # to find ports that nobody takes between choosing and binding


def main(arguments: list[str]) -> int:
    options = read_options(arguments)
    home = Home(options.data.resolve())
    os.umask(0o077)
    try:
        if home.is_of_another_version():
            say(other_version(home))
            return 1
        home.lay_out()
        lock = home.lock()
    except InUse as other:
        say(f"A demo is already running on {home.folder} (process {other}); choose another --data.")
        return 1
    except OSError as error:
        say(f"The data folder cannot be used: {error}. Choose another with --data.")
        return 1
    with lock:
        return run(home, port=options.port)


def other_version(home: Home) -> str:
    """Say why a data folder of another version is left as it is, and what to type instead."""
    folder, empty, moved = (
        shlex.quote(f"{home.folder}{ending}") for ending in ("", f"-{version()}", "-old")
    )
    return (
        f"Another version of the program made the data in {home.folder}, and its tables differ."
        " Nothing was changed. Keep this data and start in another folder:\n"
        f"  ./run demo --data {empty}\n"
        "or move it away and start again:\n"
        f"  mv {folder} {moved}"
    )


def version() -> str:
    """Return the version of the program, as pyproject.toml has it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument(
        "--port",
        type=port_number,
        default=8000,
        help="port of the web pages; the next free port if it is in use",
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".data" / "demo", help="folder for all data"
    )
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """Return the number of a port. Raises ArgumentTypeError for any other text."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text} is not a port. Choose one from 1 to {LAST_PORT}")
    return int(text)


def run(home: Home, *, port: int) -> int:
    """Run the demo from start to stop; return 1 if it did not come up."""
    began = time.monotonic()
    claims, avoid = Claims(), set[int]()
    try:
        for tries_left in reversed(range(TRIES)):
            ports = home.ports(claims, web=port, avoid=avoid)
            environment = parts.environment(home, ports)
            supervisor = Supervisor(ROOT, home.logs, environment, say)
            supervisor.listen_to_signals()
            silent = start_all(supervisor, home, ports)
            taken = {part.port for part in silent if part.lost_its_port}
            if not taken or not tries_left:
                break
            say(f"Another program took port {', '.join(map(str, taken))}; choosing again.")
            supervisor.stop()
            claims.release()
            avoid |= taken
        if silent:
            explain(supervisor, silent)
            return 1
        if not supervisor.is_stopping:
            say(welcome(home, ports, environment, seconds=time.monotonic() - began))
        supervisor.watch()
    finally:
        say("Stopping …")
        supervisor.stop()
        claims.release()
    say("Stopped. The data is kept; ./run demo continues with it.")
    return 0


def start_all(supervisor: Supervisor, home: Home, ports: Mapping[str, int]) -> list[Part]:
    """Start the parts in order of dependency; return those that do not answer."""
    say("Starting …")
    first = [parts.broker(home, ports["broker"])]
    if "EBOEKHOUDEN_URL" not in os.environ:
        first.append(parts.sandbox(home, ports["sandbox"]))
    for part in first:
        supervisor.start(part)
    if unanswering := supervisor.wait_until_up(*first, seconds=READY_WITHIN):
        return unanswering
    fill(supervisor, sandbox=first[-1].name == "sandbox")
    second = [parts.beat(home), parts.web(ports["web"]), parts.worker(ports)]
    second.append(parts.mailbox(home, ports["mailbox"]))
    for part in second:
        if not supervisor.is_stopping:
            supervisor.start(part)
    return supervisor.wait_until_up(*second, seconds=READY_WITHIN)


def fill(supervisor: Supervisor, *, sandbox: bool) -> None:
    """Migrate the database, and load the sample if it is empty.

    The first line of the sandbox has its address and codes, which the connection of the sample
    needs.
    """
    if supervisor.is_stopping:
        return
    connection_data = (
        supervisor.logs.joinpath("sandbox.log").read_text().splitlines()[0] if sandbox else ""
    )
    # What is logged while the sample is made would hide the three lines of the start.
    quiet = {"LOG_LEVEL": "WARNING"}
    environment = {**quiet, **supervisor.environment, "DEMO_SANDBOX": connection_data}
    done = subprocess.run(parts.manage("prepare_demo"), cwd=ROOT, env=environment, check=False)
    if done.returncode and not supervisor.is_stopping:
        raise SystemExit("The database could not be prepared; the reason is above.")


def explain(supervisor: Supervisor, unanswering: list[Part]) -> None:
    for part in unanswering:
        log = supervisor.log_of(part)
        last = log.read_text(errors="replace").splitlines()[-8:]
        say(f"{part.name} does not answer. The end of {log}:\n  " + "\n  ".join(last))


def welcome(
    home: Home, ports: Mapping[str, int], environment: Mapping[str, str], *, seconds: float
) -> str:
    sandbox = f"http://127.0.0.1:{ports['sandbox']}/"
    local_services = (
        f"{sandbox} (the sandbox's books)\n                {sandbox}2/ (codes for Atelier Zuid)"
    )
    real_service = f"{environment['EBOEKHOUDEN_URL']} (yours)"
    return f"""
  {os.environ.get("PRODUCT_NAME") or DEFAULT_NAME}: ready after {seconds:.0f} s

  The program   http://127.0.0.1:{ports["web"]}/
  Log in with   {LOGIN_EMAIL}  {LOGIN_PASSWORD}
  e-Boekhouden  {real_service if "EBOEKHOUDEN_URL" in os.environ else local_services}
  Its mail      http://127.0.0.1:{ports["mailbox"]}/ (caught here; nothing leaves this machine)
  Data          {home.folder}
  Logs          {home.logs}

  Ctrl-C stops it.
"""


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
