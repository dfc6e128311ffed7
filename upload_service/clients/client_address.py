"""The network address of a client, and which addresses count as one client.

Knows: the forms of addresses, and what proxies write into X-Forwarded-For.
Rules: the header is believed only as far as trusted proxies wrote it: it is read from the right, up to the
first address that is not a trusted proxy's. An IPv4 address inside an IPv6 address counts as IPv4.
Must not know: requests, limits.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The first 64 bits of an IPv6 address identify a customer, who can choose the other 64 freely.
IPV6_HOST_BITS = 64
# In front of a network without IPv4, a translator gives IPv4 clients addresses that end with theirs: RFC
# 6052, and RFC 8215 for prefixes that a network has to itself.
TRANSLATED = IPv6Network("64:ff9b::/96")
TRANSLATED_LOCALLY = IPv6Network("64:ff9b:1::/48")
IPV4_MASK = 0xFFFFFFFF
IPV4_MAPPED_PREFIX_BITS = 96
# Longer than any address with zone and port.
MAX_ADDRESS_CHARACTERS = 100
# More than any real chain of proxies has. A sender inside a trusted network could write any number.
MAX_PROXIES = 32


def parse_networks(text: str) -> tuple[Network, ...]:
    """Read networks separated by commas; the ValueError for other text completes "VARIABLE …"."""
    return tuple(_parse_network(entry.strip()) for entry in text.split(",")) if text else ()


def _parse_network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas") from None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= IPV4_MAPPED_PREFIX_BITS:
        network = IPv4Network((mapped, network.prefixlen - IPV4_MAPPED_PREFIX_BITS))
    if not network.prefixlen:
        raise ValueError("must not trust every address: X-Forwarded-For could then say anything")
    return network


def parse_address(text: str) -> Address | None:
    """The address in `text`, which may have a port; None if it is not an address."""
    if len(text) > MAX_ADDRESS_CHARACTERS:
        return None
    if text.startswith("["):
        text, closing, port = text[1:].partition("]")
        if not closing or ":" not in text or not _is_port(port):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(f":{port}"):
            return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # without the zone
    return address


def _is_port(text: str) -> bool:
    """Whether `text` is a colon and digits, or empty."""
    return not text or (text[0] == ":" and text[1:].isascii() and text[1:].isdigit())


def client_address(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """The address of the client: the peer's, or the one that trusted proxies name in X-Forwarded-For.

    `peer` is the address of the connection, `forwarded` the lines of the header, `trusted` the networks of
    the proxies. After an entry that is not an address nothing can be believed, so the proxy that wrote it
    counts as the client. None when the peer has no address, as on a Unix socket.
    """
    address = parse_address(peer) if peer else None
    if address is None:
        return None
    entries = islice(_from_the_right(forwarded), MAX_PROXIES)
    while any(address in network for network in trusted):
        entry = next(entries, None)
        next_address = parse_address(entry) if entry else None
        if next_address is None:
            break
        address = next_address
    return address


def is_of_one_client(address: Address | None, trusted: Sequence[Network]) -> bool:
    """Whether `address`, found by `client_address`, can be believed to be one client's.

    A trusted proxy's own address stands for all who come through it. So may a private one, if no proxy is
    declared: it is often that of a proxy of which nobody told us.
    """
    if address is None or any(address in network for network in trusted):
        return False
    return bool(trusted) or (address.is_global and address not in TRANSLATED_LOCALLY)


def _from_the_right(lines: Sequence[str]) -> Iterator[str]:
    """The entries of all lines, the last one first, without empty ones. What no real line has stays whole."""
    for line in reversed(lines):
        for entry in reversed(line.rsplit(",", MAX_PROXIES)):
            if entry := entry.strip():
                yield entry


def rate_limit_key(address: Address | None) -> str:
    """The key under which requests from `address` are counted: an IPv4 address, or an IPv6 /64.

    All clients without an address have one key. Those of a translator have not: all of IPv4 may be behind it.
    """
    if isinstance(address, IPv6Address):
        if address in TRANSLATED or address in TRANSLATED_LOCALLY:
            return str(IPv4Address(int(address) & IPV4_MASK))
        return f"{int(address) >> IPV6_HOST_BITS:x}/64"
    return str(address)
