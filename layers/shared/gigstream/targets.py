"""Where webhooks may go: https on port 443 of a host by its name, all of whose addresses are public.

The name is resolved once for a request, every address is looked at, and the connection goes to an address that was.
Whoever names a host decides what it resolves to, so what was right at registration is asked again at each sending.
"""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from gigstream.config import settings
from gigstream.errors import Invalid
from gigstream.structs import struct

PORT = 443
RESOLVE_SECONDS = 2

_URL = re.compile(r"https://(?P<host>[^/?#:@\\\[\]]+)(:(?P<port>\d{1,5}))?(?P<path>[/?][^#\\]*)?", re.IGNORECASE)
_PRINTABLE = re.compile(r"[!-~]+")
# Labels of letters, digits and hyphens, the last one no number: what ends in one is an address to some resolver,
# such as 127.1 or 0x7f.1. Names in other scripts come in their xn-- form, where nothing is left to interpret.
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,57}[a-z0-9])")
# Addresses that stand for others (6to4 and its relays, Teredo, NAT64) or for none, and that is_global lets through.
_DENIED = tuple(
    ip_network(network)
    for network in ["192.88.99.0/24", "2001::/32", "2002::/16", "3fff::/20", "64:ff9b::/96", "64:ff9b:1::/48"]
)
_GLOBAL_UNICAST = ip_network("2000::/3")


@struct
class Target:
    """A URL that passed; `unasked` when the configuration names it and its addresses are not looked at."""

    host: str
    port: int
    path: str
    unasked: bool


class ForbiddenTarget(Exception):
    """The host has an address that no webhook may go to."""


def parse(url: str) -> Target:
    """What the URL names. Raises Invalid unless it is https://name/..., without user, port, fragment or oddities."""
    match = _URL.fullmatch(url) if _PRINTABLE.fullmatch(url) else None
    if match is None:
        raise Invalid("must be an https:// address, without user, port or fragment")
    host, port = match["host"].lower(), int(match["port"] or PORT)
    path = match["path"] or "/"
    target = Target(host, port, path if path.startswith("/") else f"/{path}", unasked=False)
    if f"{host}:{port}" in settings().webhook_allowed_targets:
        return Target(host, port, target.path, unasked=True)
    if port != PORT:
        raise Invalid("must be an https:// address, without user, port or fragment")
    if not _HOST.fullmatch(host):
        raise Invalid("must name a host on the internet, in letters, digits and hyphens; an address is none")
    return target


def addresses(target: Target) -> list[str]:
    """Every address that the host has now, fit to be connected to.

    Raises ForbiddenTarget when one of them is not public, OSError when there is none.
    """
    # As bytes: a str would first be put through IDNA, which has to be loaded, and what passed is ASCII.
    found = socket.getaddrinfo(target.host.encode(), target.port, type=socket.SOCK_STREAM)
    named = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not target.unasked and not all(map(is_public, named)):
        raise ForbiddenTarget
    return named


def check(url: str, field: str) -> None:
    """Refuse a URL whose host leads to an address that is not public: Invalid, naming the field.

    A host that cannot be resolved, yet or within two seconds, passes: it is asked again at each sending.
    """
    with_thread = ThreadPoolExecutor(1)
    try:
        with_thread.submit(addresses, parse(url)).result(RESOLVE_SECONDS)
    except ForbiddenTarget:
        raise Invalid(fields={field: "leads to an address that is not public"}) from None
    except OSError:  # TimeoutError is one
        return
    finally:
        with_thread.shutdown(wait=False)


def is_public(address: str) -> bool:
    """Whether this is an address of one host on the public internet."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _DENIED)
