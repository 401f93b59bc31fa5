#!/usr/bin/env python3
"""Make the secrets that docker-compose.yml reads as files; one that exists is never changed.

    sudo python3 deploy/make_secrets.py [FOLDER]

The files belong to group 10001, the group of the containers, and nobody else can read them. Only
the standard library, because it runs before anything is installed.
"""

import argparse
import base64
import hashlib
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
GROUP = 10001
MODE = 0o440


def fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def password() -> str:
    return secrets.token_hex(24)


MADE: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(60),
    "secret_key_fallbacks": lambda: "",
    "credential_keys": fernet_key,
    "postgres_password": password,
    "owner_password": password,
    "program_password": password,
    "redis_password": password,
    # Until a mail server is filled in, e-mails are written to the log.
    "email_url": lambda: "consolemail://",
    # Empty until what they are for is set up: docs/operations.md.
    "metrics_token": lambda: "",
    "sentry_dsn": lambda: "",
    "google_client_secret": lambda: "",
    "microsoft_client_secret": lambda: "",
    "oidc_client_secret": lambda: "",
}


def acl(redis_password: str) -> str:
    """Return Redis's users: the program's, which may not administer the server, and no other."""
    digest = hashlib.sha256(redis_password.encode()).hexdigest()
    rights = "~* &* +@all -@admin -@dangerous +info"
    return f"user default off resetpass -@all\nuser hours on #{digest} {rights}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--group", type=int, default=GROUP, help="number of the containers' group")
    options = parser.parse_args(arguments)
    options.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        make(options.folder, group=options.group)
    except PermissionError as error:
        print(f"{error.filename}: {error.strerror}. Run it with sudo.", file=sys.stderr)
        return 1
    return 0


def make(folder: Path, *, group: int) -> None:
    """Make what is missing. Raises PermissionError when the group cannot be given."""
    for name, content in MADE.items():
        write(folder / name, content(), group=group)
    redis_password = (folder / "redis_password").read_text().rstrip("\r\n")
    write(folder / "redis_acl", acl(redis_password), group=group)


def write(path: Path, content: str, *, group: int) -> None:
    if path.exists():
        print(f"kept {path}")
        return
    # Readable for nobody else at any moment.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(f"{content}\n" if content else "")
    try:
        os.chown(path, -1, group)
        path.chmod(MODE)
    except PermissionError:
        path.unlink()
        raise
    print(f"made {path}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
