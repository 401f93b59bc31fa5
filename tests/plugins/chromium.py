"""Finding a Chromium for the browser tests; on a Debian of our own, installing one."""

import os
import shutil
import subprocess
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


def find_or_install_chromium() -> str:
    """Like find_chromium, but root on Debian or Ubuntu gets one from its package manager."""
    if not find_chromium() and os.geteuid() == 0 and Path("/etc/debian_version").exists():
        print("No Chromium here: installing Debian's for the browser tests …", flush=True)
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        options = ["install", "-y", "--no-install-recommends", "chromium"]
        for rest in (["update"], options):
            subprocess.run([*apt, *rest], env=quiet, check=False, stdout=subprocess.DEVNULL)
    return find_chromium()
