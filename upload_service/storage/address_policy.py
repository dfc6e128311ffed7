"""Which network addresses the service may connect to.

Knows: the special-purpose address ranges, and which IPv6 ranges embed an IPv4 address.
Rules: pure. An IPv6 address is judged by its range and by every IPv4 address that it embeds; the worst
verdict counts. An IPv6 address that is not known to be public is refused. The tables are ours, because
`ipaddress.is_global` differs between versions of Python and knows no cloud's metadata service.
Must not know: host names, sockets, loggers, who asks.
"""

from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

# The only port of destinations that the operator has not listed.
HTTPS_PORT = 443

# Sources: iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, and the providers'
# documentation of their metadata services. If several ranges contain an address, the longest prefix counts.

# Private networks: allowed only if the operator has listed the destination.
_PRIVATE = {
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared",  # carrier-grade NAT, RFC 6598
    "127.0.0.0/8": "loopback",
    "172.16.0.0/12": "private",
    "192.168.0.0/16": "private",
    "::1/128": "loopback",
    "64:ff9b:1::/48": "private",  # local-use NAT64, RFC 8215
    "fc00::/7": "private",
}
# No store can be there: never allowed, even if the operator has listed the destination.
_FORBIDDEN = {
    "0.0.0.0/8": "unspecified",  # Linux takes 0.0.0.0 for this host
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
    "192.88.99.0/24": "protocol",  # 6to4 relays
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
# IPv6 ranges that embed an IPv4 address, with the number of bits after that address. These ranges are not
# refused themselves: the embedded address decides. Only 64:ff9b:1::/48 is private itself, too.
_EMBEDDED_IPV4 = {
    "::/96": 0,  # IPv4-compatible, RFC 4291
    "::ffff:0:0/96": 0,  # IPv4-mapped, RFC 4291
    "::ffff:0:0:0/96": 0,  # IPv4-translated, RFC 2765
    "64:ff9b::/96": 0,  # NAT64, RFC 6052
    "2001::/32": 64,  # the Teredo server, RFC 4380; the client's address is inverted, in the last 32 bits
    "2002::/16": 80,  # 6to4, RFC 3056
    "64:ff9b:1::/48": 0,
}
_TEREDO_SERVER = 64
# Bits 64 to 95 of an ISATAP address, in any network; the IPv4 address follows. RFC 5214.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_LOW_32_BITS = 0xFFFF_FFFF


class _Range(NamedTuple):
    """An address range: it contains an address if `address >> host_bits == prefix`.

    `reason`: why it is refused, or None. `forbidden`: refused also for destinations that the operator has
    listed. `after_ipv4`: the number of bits after an embedded IPv4 address, or None without one.
    """

    host_bits: int
    prefix: int
    reason: str | None = None
    forbidden: bool = False
    after_ipv4: int | None = None


def _ranges(version: int) -> list[_Range]:
    """The ranges of one IP version, the longest prefixes first."""
    ranges = []
    for text in _PRIVATE | _FORBIDDEN | _EMBEDDED_IPV4:
        if (":" in text) != (version == 6):
            continue
        network = ip_network(text)
        host_bits = network.max_prefixlen - network.prefixlen
        reason = _PRIVATE.get(text) or _FORBIDDEN.get(text)
        prefix = int(network.network_address) >> host_bits
        ranges.append(_Range(host_bits, prefix, reason, text in _FORBIDDEN, _EMBEDDED_IPV4.get(text)))
    return sorted(ranges)


# The last range of each list contains every address.
_V4 = [*_ranges(4), _Range(32, 0)]


@cache
def _v6() -> list[_Range]:
    """At first use, because many services never see IPv6. Only 2000::/3 is the public internet."""
    return [*_ranges(6), _Range(125, 0b001), _Range(128, 0, "unassigned", forbidden=True)]


def judge_address(text: str, port: int, *, listed: bool) -> str | None:
    """Why the service must not connect to this address, in one word; None if it may.

    `listed`: the operator has listed the destination, so its address may be private and its port any port. A
    `text` that is no IP address gives "unreadable".
    """
    try:
        address = ip_address(text)
    except ValueError:
        return "unreadable"
    ranges = _ranges_of(address)
    for each in ranges:
        if each.forbidden:
            return each.reason
    if listed:
        return None
    return next((each.reason for each in ranges if each.reason), None if port == HTTPS_PORT else "port")


def _ranges_of(address: IPv4Address | IPv6Address) -> list[_Range]:
    """The range that contains the address, and the range of each IPv4 address that it embeds."""
    bits = int(address)
    if address.version == 4:
        return [_range_of(bits, _V4)]
    own = _range_of(bits, _v6())
    return [own, *(_range_of(ipv4 & _LOW_32_BITS, _V4) for ipv4 in _embedded_ipv4(bits, own))]


def _range_of(bits: int, ranges: list[_Range]) -> _Range:
    return next(each for each in ranges if bits >> each.host_bits == each.prefix)


def _embedded_ipv4(bits: int, own: _Range) -> Iterator[int]:
    """Each IPv4 address that this IPv6 address embeds, in the low 32 bits; the bits above are undefined."""
    if own.after_ipv4 is not None:
        yield bits >> own.after_ipv4
    if own.after_ipv4 == _TEREDO_SERVER:
        yield ~bits
    if bits >> 32 & _LOW_32_BITS in _ISATAP:
        yield bits
