"""What the browser tests need, a Chromium; on a Debian of our own it gets installed."""

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A quiet browser: no sandbox (as root), no graphics card, no calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str:
    """The path of a Chromium, the one named by CHROMIUM first; empty when there is none."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in NAMES if (path := shutil.which(name))), "")


@cache
def what_is_missing() -> str:
    """What keeps the browser tests from running, as a sentence; empty when nothing does."""
    if not find_chromium():
        return "No Chromium found: install chromium or set CHROMIUM."
    if not driver_starts():
        return "Playwright's driver does not start: install libatomic1."
    return ""


def driver_starts() -> bool:
    """Playwright brings its own Node.js, which needs a library that a small system lacks."""
    package = find_spec("playwright")
    if not package or not package.origin:
        return False
    command = [Path(package.origin).parent / "driver" / "node", "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def install_what_is_missing() -> None:
    """As root on Debian or Ubuntu, get it from the package manager; elsewhere do nothing."""
    if not what_is_missing() or os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return
    print("Installing Debian's Chromium for the browser tests …", flush=True)
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["install", "-y", "--no-install-recommends", "chromium", "libatomic1"]
    for rest in (["update"], wanted):
        subprocess.run([*apt, *rest], env=quiet, check=False, stdout=subprocess.DEVNULL)
