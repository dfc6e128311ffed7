"""The client's address: how it is read, and which one it is behind a chain of proxies."""

import tracemalloc
from ipaddress import ip_address, ip_network

import pytest

from tests.support.client.tokens import settings
from upload_service.clients.client_address import is_of_one_client, parse_address, rate_limit_key
from upload_service.server.access_control import AccessControl
from upload_service.settings.environment import SettingError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:80", "::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("[::ffff:a00:1]:443", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unknown", None),
        ("_hidden", None),
        ("1.2.3", None),
        ("1.2.3.04", None),
        ("1.2.3.256", None),
        ("16909060", None),
        ("1.2.3.4:", None),
        ("1.2.3.4:http", None),
        ("1.2.3.4:\u0661", None),
        ("1.2.3.4 ", None),
        ("[1.2.3.4]:80", None),
        ("[::1", None),
        ("[::1]80", None),
        ("[]", None),
        ('"[::1]"', None),
        ("for=1.2.3.4", None),
        ("localhost", None),
        ("fe80::1%" + "x" * 1000, None),
    ],
)
def test_reading_an_address(text: str, found: str | None) -> None:
    """Addresses are read with or without a port. IPv4 inside IPv6 is read as IPv4, and zones are left out."""
    read = parse_address(text)
    assert (read and str(read)) == found


TRUSTED = "10.0.0.0/8,fd00::/8,192.0.2.7"
CHAINS: list[tuple[str | None, list[str], str | None]] = [
    # Not through a trusted proxy: the peer is the client, whatever the header says.
    ("203.0.113.9", [], "203.0.113.9"),
    ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
    ("203.0.113.9", ["1.1.1.1, 10.0.0.1"], "203.0.113.9"),
    ("::ffff:203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
    ("192.0.2.8", ["1.1.1.1"], "192.0.2.8"),
    # Through one or several.
    ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
    ("::ffff:10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
    ("fd00::1", ["2001:db8::5"], "2001:db8::5"),
    ("192.0.2.7", ["1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["1.1.1.1, 10.0.0.3, 10.0.0.2"], "1.1.1.1"),
    ("10.0.0.1", ["1.1.1.1:4711, [fd00::7]:80, ::ffff:10.0.0.2"], "1.1.1.1"),
    ("10.0.0.1", ["[2001:db8::5]:4711"], "2001:db8::5"),
    # What the client wrote itself stands left of what the proxy saw.
    ("10.0.0.1", ["9.9.9.9, 1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["10.0.0.9, 1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["evil, 1.1.1.1"], "1.1.1.1"),
    # Several header lines are one list.
    ("10.0.0.1", ["9.9.9.9", "1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["9.9.9.9, 1.1.1.1", "10.0.0.2"], "1.1.1.1"),
    # Only proxies: the leftmost one is the client.
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", [""], "10.0.0.1"),
    ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    ("10.0.0.1", [" ,, 1.1.1.1 ,, ", ","], "1.1.1.1"),
    # An entry that is no address hides everything to its left.
    ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
    ("10.0.0.1", ["1.1.1.1, 1.2.3.4.5, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["1.1.1.1;2.2.2.2"], "10.0.0.1"),
    # A peer without an address: the header is not trusted.
    (None, ["1.1.1.1"], None),
    ("", ["1.1.1.1"], None),
    ("/run/upload.sock", ["1.1.1.1"], None),
]


@pytest.mark.parametrize(("peer", "lines", "client"), CHAINS)
def test_chains_of_proxies(peer: str | None, lines: list[str], client: str | None) -> None:
    """The client is the first address from the right that no trusted proxy has; forged ones do nothing."""
    known = AccessControl(settings(UPLOAD_TRUSTED_PROXIES=TRUSTED))
    for _ in range(2):  # found out, and remembered
        assert known.identify(peer, lines).address == client


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1", "fd00::1", None])
def test_nobody_is_trusted_by_default(peer: str | None) -> None:
    """Without the setting, no X-Forwarded-For is read."""
    assert AccessControl(settings()).identify(peer, ["1.1.1.1"]).address == peer


def test_long_chains() -> None:
    """A long header keeps no memory afterwards, and at most 32 proxies are followed."""
    known = AccessControl(settings(UPLOAD_TRUSTED_PROXIES="10.0.0.0/8"))
    tracemalloc.start()
    for number in range(300):
        line = "9.9.9.9, " * 900 + f"1.1.1.{number % 256}, 10.0.0.2"
        assert known.identify("10.0.0.1", [line]).address == f"1.1.1.{number % 256}"
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 300_000
    assert known.identify("10.0.0.1", ["1.1.1.1" + ", 10.0.0.2" * 31]).address == "1.1.1.1"
    assert known.identify("10.0.0.1", ["1.1.1.1" + ", 10.0.0.2" * 32]).address == "10.0.0.2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.0/8 , fd00::/8", ["10.0.0.0/8", "fd00::/8"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0/8"]),
        ("::1", ["::1/128"]),
        ("10.0.0.0/255.0.0.0", ["10.0.0.0/8"]),
    ],
)
def test_networks_are_read(text: str, found: list[str]) -> None:
    """Networks and single addresses of both kinds are understood."""
    read = settings(UPLOAD_TRUSTED_PROXIES=text).trusted_proxies
    assert read == tuple(ip_network(each) for each in found)


@pytest.mark.parametrize(
    "text",
    [
        ",", "10.0.0.0/8,", "10.0.0.1/8", "10.0.0.0/33", "proxy.local", "10.*", "0.0.0.0/0", "::/0",
        "::ffff:0.0.0.0/96", "10.0.0.0/8;fd00::/8", "10.0.0.0 - 10.0.0.9",
    ],
)  # fmt: skip
def test_unusable_networks_are_refused(text: str) -> None:
    """A text that is no network, or a network of all addresses, is refused without being quoted."""
    with pytest.raises(SettingError) as caught:
        settings(UPLOAD_TRUSTED_PROXIES=text)
    assert str(caught.value).startswith("UPLOAD_TRUSTED_PROXIES must ")
    assert text == "," or text not in str(caught.value)


def test_ipv6_counts_by_customer() -> None:
    """An IPv6 /64, an IPv4 address, and all clients without an address count as one client each."""
    group = [
        rate_limit_key(None if text is None else ip_address(text))
        for text in ("2001:db8::1", "2001:db8::ffff:1:2", "2001:db8:0:1::1", "1.2.3.4", "1.2.3.5", None)
    ]
    assert group[0] == group[1]
    assert len(set(group)) == 5
    known = AccessControl(settings())
    assert known.identify(None, []).rate_limit_key == known.identify("", []).rate_limit_key


@pytest.mark.parametrize("prefix", ["64:ff9b::", "64:ff9b:1::", "64:ff9b:1:2::"])
def test_clients_behind_a_translator_are_not_one(prefix: str) -> None:
    """A network without IPv4 sees IPv4 clients in one /64: each counts under its own address."""
    keys = [rate_limit_key(ip_address(f"{prefix}{address}")) for address in ("8.8.8.8", "8.8.4.4")]
    assert keys == ["8.8.8.8", "8.8.4.4"]


@pytest.mark.parametrize(
    ("address", "trusted", "believed"),
    [
        ("9.9.9.9", "", True),
        ("2606:4700::1", "", True),
        ("127.0.0.1", "", False),
        ("10.1.2.3", "", False),
        ("100.64.0.1", "", False),
        ("169.254.1.1", "", False),
        ("fd00::1", "", False),
        ("64:ff9b::808:808", "", True),
        ("64:ff9b:1::808:808", "", False),
        ("9.9.9.9", "10.0.0.0/8", True),
        ("192.168.1.1", "10.0.0.0/8", True),
        ("10.1.2.3", "10.0.0.0/8", False),
    ],
)
def test_whose_address_is_believed(address: str, trusted: str, believed: bool) -> None:
    """A proxy's own address is not one client's; nor is a private one where no proxy is declared."""
    networks = settings(UPLOAD_TRUSTED_PROXIES=trusted).trusted_proxies
    assert is_of_one_client(parse_address(address), networks) is believed


def test_no_address_is_not_believed() -> None:
    """A peer on a Unix socket has no address."""
    assert not is_of_one_client(None, ())
