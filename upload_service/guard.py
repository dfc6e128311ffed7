"""Which network addresses may be dialled.

Knows: the networks that are not the open internet, and how an IPv4 address hides in an IPv6 one.
Rules: pure; an address is judged by itself and by every address that hides in it, and the worst counts; what
is not known to be public is refused. The tables are ours, because `ipaddress.is_global` differs between
versions of Python and knows no cloud.
Must not know: names, sockets, loggers, who asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# Where unlisted destinations listen.
PORT = 443

# Sources: iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, and the providers'
# documentation of their metadata services. The longest prefix that holds an address counts.

# Somebody's own network: only where the operator has listed the destination.
_PRIVATE = {
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared",  # behind a carrier's NAT, RFC 6598
    "127.0.0.0/8": "loopback",
    "172.16.0.0/12": "private",
    "192.168.0.0/16": "private",
    "::1/128": "loopback",
    "64:ff9b:1::/48": "private",  # a network's own NAT64, RFC 8215
    "fc00::/7": "private",
}
# No store is there: never, listed or not.
_NEVER = {
    "0.0.0.0/8": "unspecified",  # Linux takes it for itself
    "100.100.100.200/32": "metadata",  # Alibaba
    "168.63.129.16/32": "metadata",  # Azure's WireServer; looks public
    "169.254.0.0/16": "link_local",
    "169.254.169.254/32": "metadata",  # AWS, Azure, Google, Oracle, OpenStack and others
    "169.254.170.2/32": "metadata",  # AWS ECS
    "169.254.170.23/32": "metadata",  # AWS EKS
    "192.0.0.0/24": "protocol",
    "192.0.0.192/32": "metadata",  # Oracle, formerly
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "protocol",  # AS112
    "192.52.193.0/24": "protocol",  # AMT
    "192.88.99.0/24": "protocol",  # relays of 6to4
    "192.175.48.0/24": "protocol",  # AS112
    "198.18.0.0/15": "benchmark",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "255.255.255.255/32": "broadcast",
    "::/128": "unspecified",
    "100::/64": "discard",
    "100:0:0:1::/64": "discard",
    "2001::/23": "protocol",
    "2001:2::/48": "benchmark",
    "2001:10::/28": "protocol",  # ORCHID
    "2001:20::/28": "protocol",  # ORCHIDv2
    "2001:db8::/32": "documentation",
    "2620:4f:8000::/48": "protocol",  # AS112
    "3fff::/20": "documentation",
    "5f00::/16": "protocol",  # segment routing
    "fd00:42::42/128": "metadata",  # Scaleway
    "fd00:a9fe:a9fe::1/128": "metadata",  # Linode
    "fd00:c1::a9fe:a9fe/128": "metadata",  # Oracle
    "fd00:ec2::/32": "metadata",  # AWS: metadata, DNS, time, EKS
    "fd20:ce::254/128": "metadata",  # Google
    "fe80::/10": "link_local",
    "fec0::/10": "site_local",
    "ff00::/8": "multicast",
}
# Where an IPv4 address hides: how many bits lie to its right. But for the last, the network is a mere coat.
_HIDING = {
    "::/96": 0,  # compatible, RFC 4291
    "::ffff:0:0/96": 0,  # mapped, RFC 4291
    "::ffff:0:0:0/96": 0,  # translated, RFC 2765
    "64:ff9b::/96": 0,  # NAT64, RFC 6052
    "2001::/32": 64,  # Teredo's server, RFC 4380; its client stands inverted at the end
    "2002::/16": 80,  # 6to4, RFC 3056
    "64:ff9b:1::/48": 0,
}
_TEREDO = IPv6Network("2001::/32")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# The third quarter of an ISATAP address, whatever its network: RFC 5214.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_ALL_ONES = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Row:
    """A network: the reason against it, none for a coat; whether listing helps; where IPv4 hides in it."""

    network: IPv4Network | IPv6Network
    reason: str | None
    never: bool
    hiding: int | None


_ROWS = sorted(
    (
        _Row(ip_network(text), _PRIVATE.get(text) or _NEVER.get(text), text in _NEVER, _HIDING.get(text))
        for text in _PRIVATE | _NEVER | _HIDING
    ),
    key=lambda row: -row.network.prefixlen,
)
_ROWS_V4, _ROWS_V6 = ([row for row in _ROWS if row.network.version == version] for version in (4, 6))
_PUBLIC = _Row(_GLOBAL_UNICAST, None, never=False, hiding=None)
_UNASSIGNED = _Row(IPv6Network("::/0"), "unassigned", never=True, hiding=None)


def judge_address(text: str, port: int, *, listed: bool) -> str | None:
    """Why this address must not be dialled, in one word; None when it may.

    `listed`: the operator has named the destination, so it may be private and use any port.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return "unreadable"
    rows = [_row(address)]
    rows += [_row(inner) for inner in _hidden(address, rows[0])]
    for row in rows:
        if row.never:
            return row.reason
    if listed:
        return None
    return next((row.reason for row in rows if row.reason), None if port == PORT else "port")


def _row(address: IPv4Address | IPv6Address) -> _Row:
    """The row that counts for an address by itself."""
    if isinstance(address, IPv4Address):
        return next((row for row in _ROWS_V4 if address in row.network), _PUBLIC)
    others = _PUBLIC if address in _GLOBAL_UNICAST else _UNASSIGNED
    return next((row for row in _ROWS_V6 if address in row.network), others)


def _hidden(address: IPv4Address | IPv6Address, row: _Row) -> Iterator[IPv4Address]:
    """Each IPv4 address to which this one may lead."""
    if isinstance(address, IPv4Address):
        return
    bits = int(address)
    if row.hiding is not None:
        yield IPv4Address(bits >> row.hiding & _ALL_ONES)
    if row.network == _TEREDO:
        yield IPv4Address(~bits & _ALL_ONES)
    if bits >> 32 & _ALL_ONES in _ISATAP:
        yield IPv4Address(bits & _ALL_ONES)
