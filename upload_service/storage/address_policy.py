"""Which network addresses may be dialled.

Knows: the networks that are not the open internet, and how an IPv4 address hides in an IPv6 one.
Rules: pure; an address is judged by itself and by every address that hides in it, and the worst counts; what
is not known to be public is refused. The tables are ours, because `ipaddress.is_global` differs between
versions of Python and knows no cloud.
Must not know: names, sockets, loggers, who asks.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

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
_TEREDO_SERVER = 64
# The third quarter of an ISATAP address, whatever its network: RFC 5214.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_ALL_ONES = 0xFFFF_FFFF


class _Row(NamedTuple):
    """A network by its first bits: `bits >> right == left`.

    `reason`: what speaks against it, None for a coat. `never`: listing does not help. `hiding`: see above.
    """

    right: int
    left: int
    reason: str | None = None
    never: bool = False
    hiding: int | None = None


def _rows(version: int) -> list[_Row]:
    """The rows of this version of IP, the longest prefixes first."""
    found = []
    for text in _PRIVATE | _NEVER | _HIDING:
        network = ip_network(text)
        if network.version == version:
            right = network.max_prefixlen - network.prefixlen
            reason = _PRIVATE.get(text) or _NEVER.get(text)
            left = int(network.network_address) >> right
            found.append(_Row(right, left, reason, text in _NEVER, _HIDING.get(text)))
    return sorted(found)


# The last row takes what no other has taken: in IPv6, only 2000::/3 is given out to the open internet.
_V4 = [*_rows(4), _Row(32, 0)]
_V6 = [*_rows(6), _Row(125, 0b001), _Row(128, 0, "unassigned", never=True)]


def judge_address(text: str, port: int, *, listed: bool) -> str | None:
    """Why this address must not be dialled, in one word; None when it may.

    `listed`: the operator has named the destination, so it may be private and use any port.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return "unreadable"
    rows = _rows_of(address)
    for row in rows:
        if row.never:
            return row.reason
    if listed:
        return None
    return next((row.reason for row in rows if row.reason), None if port == PORT else "port")


def _rows_of(address: IPv4Address | IPv6Address) -> list[_Row]:
    """The row that counts for the address by itself, and those of all IPv4 addresses that hide in it."""
    bits = int(address)
    if address.version == 4:
        return [_row(bits, _V4)]
    outside = _row(bits, _V6)
    return [outside, *(_row(inner & _ALL_ONES, _V4) for inner in _hidden(bits, outside))]


def _row(bits: int, rows: list[_Row]) -> _Row:
    return next(row for row in rows if bits >> row.right == row.left)


def _hidden(bits: int, outside: _Row) -> Iterator[int]:
    """Each IPv4 address to which this IPv6 address may lead, in the last 32 bits."""
    if outside.hiding is not None:
        yield bits >> outside.hiding
    if outside.hiding == _TEREDO_SERVER:
        yield ~bits
    if bits >> 32 & _ALL_ONES in _ISATAP:
        yield bits
