"""Secrets from the environment, or from the files that `NAME_FILE` names.

A file keeps a secret out of `docker inspect`, out of /proc and out of what a crash reports.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

NAMES = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "CREDENTIAL_KEYS"),
    *("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "REDIS_PASSWORD", "EMAIL_URL"),
    *("METRICS_TOKEN", "SENTRY_DSN"),
    *("GOOGLE_CLIENT_SECRET", "MICROSOFT_CLIENT_SECRET", "OIDC_CLIENT_SECRET"),
)
# Nobody needs these; every other empty file is a mistake.
MAY_BE_EMPTY = {
    *("SECRET_KEY_FALLBACKS", "METRICS_TOKEN", "SENTRY_DSN"),
    *("GOOGLE_CLIENT_SECRET", "MICROSOFT_CLIENT_SECRET", "OIDC_CLIENT_SECRET"),
}
PASSWORDS = {"DATABASE_PASSWORD": "DATABASE_URL", "REDIS_PASSWORD": "REDIS_URL"}


def files(surroundings: Mapping[str, str]) -> dict[str, Path]:
    """Return the files of secrets that the environment names, by the name of the secret."""
    named = {name: surroundings.get(f"{name}_FILE", "") for name in NAMES}
    return {name: Path(path) for name, path in named.items() if path}


def environment(surroundings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with each secret in its place, passwords within their addresses.

    Raises ImproperlyConfigured for a secret that is given twice, and for a file that cannot be
    used: to go on with an empty secret could mean to use another database.
    """
    found = dict(surroundings)
    for name, path in files(surroundings).items():
        if found.get(name):
            raise ImproperlyConfigured(
                f"{name} and {name}_FILE are both set: remove one of them from the environment."
            )
        found[name] = _content(name, path)
    for password, address in PASSWORDS.items():
        if found.get(password):
            found[address] = _with_password(found.get(address, ""), found[password], password)
    return found


def _content(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from None
    except UnicodeDecodeError:  # its message would show a part of the secret
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is not text.") from None
    if not text and name not in MAY_BE_EMPTY:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return text


def _with_password(address: str, password: str, name: str) -> str:
    """Return the address with the password in it, escaped."""
    whole, parts = PASSWORDS[name], urlsplit(address)
    if not parts.hostname:
        raise ImproperlyConfigured(f"{name} is set, but {whole} names no server that it is for.")
    if parts.password:
        raise ImproperlyConfigured(f"{name} is set and {whole} has a password too: remove one.")
    server = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{parts.username or ''}:{quote(password, safe='')}@{server}")
    )
