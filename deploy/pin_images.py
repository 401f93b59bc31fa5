#!/usr/bin/env python3
"""Write the digest of each image into .env, so that a start never takes another content.

    python3 deploy/pin_images.py            asks the registry for the digest of each tag
    python3 deploy/pin_images.py --check    says which images are not pinned; exit code 1 if any

It needs docker with buildx, and a registry that answers. Lines of .env that it does not know stay.
"""

import re
import subprocess
import sys
from pathlib import Path

ENV = Path(".env")
IMAGES = {
    "PYTHON_IMAGE": "python:3.11-slim-trixie",
    "CADDY_IMAGE": "caddy:2",
    "POSTGRES_IMAGE": "postgres:17",
    "REDIS_IMAGE": "redis:7",
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def main(arguments: list[str]) -> int:
    lines = ENV.read_text().splitlines() if ENV.exists() else []
    if arguments == ["--check"]:
        loose = [name for name in IMAGES if not DIGEST.search(set_in(lines, name))]
        for name in loose:
            print(f"{name} is not pinned: {set_in(lines, name) or IMAGES[name]}")
        return 1 if loose else 0
    for name, tag in IMAGES.items():
        pinned = f"{tag}@{digest_of(tag)}"
        lines = [line for line in lines if not line.startswith(f"{name}=")]
        lines.append(f"{name}={pinned}")
        print(f"{name}={pinned}")
    ENV.write_text("\n".join(lines) + "\n")
    return 0


def set_in(lines: list[str], name: str) -> str:
    return next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), "")


def digest_of(tag: str) -> str:
    """Ask the registry; the program ends with a sentence when it gives no digest."""
    form = "{{.Manifest.Digest}}"
    command = ["docker", "buildx", "imagetools", "inspect", tag, "--format", form]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit("docker is not installed here; nothing was changed.")
    if done.returncode or not DIGEST.fullmatch(done.stdout.strip()):
        reason = (done.stderr.strip().splitlines() or ["no digest in its answer"])[-1]
        sys.exit(f"No digest of {tag}: {reason}. Nothing was changed.")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
