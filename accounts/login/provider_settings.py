"""The providers that people may log in with, from the settings of the system administrator.

Nothing here knows Django: the settings module reads it, the system checks say what is wrong.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

GOOGLE, MICROSOFT, OPENID = "google", "microsoft", "oidc"
GOOGLE_SERVER = "https://accounts.google.com"
MICROSOFT_SERVER = "https://login.microsoftonline.com/{tenant}/v2.0"
LONGEST_NAME = 40

# The directory (tenant) ID. `common` and `organizations` would let in every company.
TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

# Reads the text of a setting; empty if it is not set.
Reader = Callable[[str], str]


@dataclass(frozen=True)
class LoginProvider:
    """A provider of OpenID Connect, as it is registered there.

    `trusted_domains` are the domains of e-mail addresses of which its word is taken at a first
    login. `faults` are sentences about what is missing or unsafe; then it is not offered.
    """

    key: str
    name: str
    server_url: str
    client_id: str
    secret: str
    trusted_domains: tuple[str, ...] = ()
    other_origins: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Where a browser is sent on its way to log in, as the content policy wants it."""
        parts = urlsplit(self.server_url)
        return (f"{parts.scheme}://{parts.netloc}", *self.other_origins)


def configured(read: Reader) -> list[LoginProvider]:
    """Return the providers of which anything is set, in the order in which they are offered."""
    found = [_google(read), _microsoft(read), _openid(read)]
    return [provider for provider in found if provider]


def is_secure(address: str) -> bool:
    """Return whether an address is https, or http on this machine (development and tests)."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _google(read: Reader) -> LoginProvider | None:
    names = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
    return _provider(read, GOOGLE, "Google", GOOGLE_SERVER, needed=names)


def _microsoft(read: Reader) -> LoginProvider | None:
    names = ("MICROSOFT_TENANT", "MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET")
    tenant = read("MICROSOFT_TENANT").lower()
    faults = []
    if tenant and not TENANT.fullmatch(tenant):
        faults = [
            "MICROSOFT_TENANT is not a directory (tenant) ID, such as"
            " 8eaef023-2b34-4da1-9baa-8bc8c9d6a490. Names, common and organizations are refused:"
            " addresses of other companies' accounts cannot be trusted."
        ]
    address = MICROSOFT_SERVER.format(tenant=tenant)
    return _provider(read, MICROSOFT, "Microsoft", address, needed=names, faults=faults)


def _openid(read: Reader) -> LoginProvider | None:
    names = ("OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    name, address = read("OIDC_NAME"), read("OIDC_SERVER_URL").rstrip("/")
    others = tuple(_words(read("OIDC_OTHER_ORIGINS")))
    faults = []
    if len(name) > LONGEST_NAME or not name.isprintable():
        faults.append(f"OIDC_NAME must be one line of at most {LONGEST_NAME} characters.")
    open_ones = [one for one in filter(None, (address, *others)) if not is_secure(one)]
    faults += [
        f"{one} is not https, so it can be read and changed on its way." for one in open_ones
    ]
    return _provider(read, OPENID, name, address, needed=names, faults=faults, others=others)


def _provider(
    read: Reader,
    key: str,
    name: str,
    server_url: str,
    *,
    needed: tuple[str, ...],
    faults: list[str] | None = None,
    others: tuple[str, ...] = (),
) -> LoginProvider | None:
    prefix = needed[0].split("_", maxsplit=1)[0]
    domains = [one.lower().lstrip("@") for one in _words(read(f"{prefix}_TRUSTED_DOMAINS"))]
    missing = [one for one in needed if not read(one)]
    if len(missing) == len(needed) and not domains:
        return None
    found = list(faults or [])
    if missing:
        found.append(f"{' and '.join(missing)} must be set too, to let people log in this way.")
    odd = [one for one in domains if not DOMAIN.fullmatch(one)]
    if odd:
        found.append(f"{prefix}_TRUSTED_DOMAINS has what is no domain: {', '.join(odd)}.")
    return LoginProvider(
        key=key,
        name=name,
        server_url=server_url,
        client_id=read(f"{prefix}_CLIENT_ID"),
        secret=read(f"{prefix}_CLIENT_SECRET"),
        trusted_domains=tuple(domains),
        other_origins=others,
        faults=tuple(found),
    )


def _words(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
