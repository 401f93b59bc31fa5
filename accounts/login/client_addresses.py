"""The address of a visitor, behind proxies of our own."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - of a request through a socket without an address


def client_address(request: HttpRequest) -> str:
    """Return the address of the visitor of this request."""
    return address_in(request.META)


def address_in(surroundings: Mapping[str, Any]) -> str:
    """Return the address of the visitor: what the outermost of our own proxies saw.

    A visitor can send X-Forwarded-For too, so only the last TRUSTED_PROXIES entries count. A
    request that did not pass all proxies, or an entry that is no address, gives that of the peer.
    """
    peer = surroundings.get("REMOTE_ADDR") or UNKNOWN_ADDRESS
    count = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in surroundings.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if count < 1 or len(hops) < count:
        return str(peer)
    try:
        return str(ipaddress.ip_address(_without_port(hops[-count])))
    except ValueError:
        return str(peer)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].split("]")[0]
    return hop.split(":")[0] if hop.count(":") == 1 else hop


def network_of(address: str) -> str:
    """Return what one household or office has: the address, or 64 bits of IPv6."""
    try:
        is_version_6 = ipaddress.ip_address(address).version == 6
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if is_version_6 else address
