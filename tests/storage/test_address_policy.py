"""Which addresses may be dialled: a table of them, with the edges of every network."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.hypothesis_settings import STABLE
from upload_service.storage.address_policy import judge_address

# Dialled for listed destinations only.
PRIVATE = {
    "private": (
        "10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 fc00:: "
        "fc00::1 fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff fd00:ec3:: fd00:c1::1 fd20:ce::253 fd20:ce::255 "
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fd12:3456::1%eth0"
    ),
    "private in another address": (
        "::ffff:10.0.0.1 ::ffff:a00:1 ::10.0.0.1 ::ffff:0:192.168.1.1 64:ff9b::172.16.0.1 2002:0a00:0001:: "
        "2002:c0a8:0101::1 2001:0:0a00:0001::f7f7:f7f7 2001:0:0808:0808::f5ff:fffe "
        "2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1 64:ff9b:1::8.8.8.8 64:ff9b:1::10.0.0.1 "
        "64:ff9b:1:ffff:ffff:ffff:808:808"
    ),
    "shared": (
        "100.64.0.0 100.100.100.199 100.100.100.201 100.127.255.255 ::ffff:100.64.0.1 64:ff9b::100.64.0.1"
    ),
    "loopback": (
        "127.0.0.0 127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::127.0.0.1 "
        "2002:7f00:0001:: ::1%lo"
    ),
}
# Not dialled, listed or not.
NEVER = {
    "unspecified": "0.0.0.0 0.0.0.1 0.255.255.255 :: ::2 ::ffff:0.0.0.0 64:ff9b::0.0.0.0 2002::",
    "link_local": (
        "169.254.0.0 169.254.169.253 169.254.255.255 fe80:: fe80::1 fe80::1%eth0 "
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::ffff:169.254.0.1 2606:4700::5efe:169.254.0.1"
    ),
    "metadata": (
        "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2:: "
        "fd00:ec2::254 fd00:ec2::23 fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff fd20:ce::254 fd00:c1::a9fe:a9fe "
        "fd00:42::42 fd00:a9fe:a9fe::1"
    ),
    "metadata in another address": (
        "::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::169.254.169.254 ::ffff:0:169.254.169.254 "
        "64:ff9b::a9fe:a9fe 64:ff9b:1::169.254.169.254 2002:a9fe:a9fe::1 2001:0:a9fe:a9fe:: "
        "2001:0:0808:0808::5601:5601 2606:4700::5efe:169.254.169.254 ::ffff:100.100.100.200 "
        "::ffff:168.63.129.16 ::ffff:169.254.169.254%1"
    ),
    "protocol": (
        "192.0.0.0 192.0.0.191 192.0.0.255 192.31.196.0 192.31.196.255 192.52.193.0 192.52.193.255 "
        "192.88.99.0 192.88.99.255 192.175.48.0 192.175.48.255 2001:1:: "
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:10:: 2001:20:: 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff "
        "2620:4f:8000:: 2620:4f:8000:ffff:ffff:ffff:ffff:ffff 5f00:: "
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    ),
    "benchmark": "198.18.0.0 198.19.255.255 2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff ::ffff:198.18.0.1",
    "documentation": (
        "192.0.2.0 192.0.2.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 2001:db8:: "
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"
    ),
    "multicast": (
        "224.0.0.0 224.0.0.1 239.255.255.255 ff00:: ff02::1%eth0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
        "64:ff9b::224.0.0.1"
    ),
    "reserved": "240.0.0.0 255.255.255.254 ::ffff:240.0.0.1 2002:f000::",
    "broadcast": "255.255.255.255 ::255.255.255.255",
    "discard": "100:: 100::ffff:ffff:ffff:ffff 100:0:0:1:: 100:0:0:1:ffff:ffff:ffff:ffff",
    "site_local": "fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "unassigned": (
        "::1:0:0:0 64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff 64:ff9b:0:1:: 64:ff9b:2:: 100:0:0:2:: "
        "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 4000:: 5eff:: "
        "5f01:: fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe00:: fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    ),
    "unreadable": "localhost 127.1 2130706433 0x7f000001 010.0.0.1 1.2.3 [::1] 1.2.3.4/32 fe80::1%%eth0 ::1%",
}
# Dialled for everybody: one before and one after each network, where that is public, and some stores.
PUBLIC = (
    "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 "
    "168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 "
    "192.0.1.255 192.0.3.0 192.31.195.255 192.31.197.0 192.52.192.255 192.52.194.0 192.88.98.255 "
    "192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255 192.175.49.0 198.17.255.255 198.20.0.0 "
    "198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 8.8.8.8 52.218.0.1 2000:: "
    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: "
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003:: 2606:4700::1 2606:4700::1%eth0 2600:1fa0:8000::1 "
    "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001:: 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    "3fff:1000:: 3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 64:ff9b::8.8.8.8 64:ff9b::34da:1 "
    "64:ff9b::223.255.255.255 ::ffff:8.8.8.8 ::8.8.8.8 ::ffff:0:8.8.8.8 2002:808:808::1 "
    "2001:0:808:808::f7f7:f7f7 2606:4700::5efe:8.8.8.8 2606:4700::5eff:10.0.0.1"
)


def rows(table: dict[str, str]) -> list[tuple[str, str]]:
    """Each address with the first word of its row."""
    return [(each, reason.partition(" ")[0]) for reason, all_ in table.items() for each in all_.split()]


def test_table_is_long_enough() -> None:
    """The tables name more than 100 addresses, none twice."""
    named = [each for each, _ in rows(PRIVATE) + rows(NEVER)] + PUBLIC.split()
    assert len(named) == len(set(named)) > 100


@pytest.mark.parametrize(("address", "reason"), rows(PRIVATE))
def test_private_addresses(address: str, reason: str) -> None:
    """A private address is dialled only if the operator has listed the destination, then on any port."""
    assert judge_address(address, 443, listed=False) == reason
    assert judge_address(address, 443, listed=True) is None
    assert judge_address(address, 8333, listed=True) is None


@pytest.mark.parametrize(("address", "reason"), rows(NEVER))
def test_addresses_that_are_never_dialled(address: str, reason: str) -> None:
    """Addresses where no store can be are never dialled, even if the operator has listed them."""
    assert judge_address(address, 443, listed=False) == reason
    assert judge_address(address, 443, listed=True) == reason
    assert judge_address(address, 8333, listed=True) == reason


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses(address: str) -> None:
    """A public address is dialled on port 443, and on others only when the operator has listed it."""
    assert judge_address(address, 443, listed=False) is None
    assert judge_address(address, 80, listed=False) == "port"
    assert judge_address(address, 4430, listed=False) == "port"
    assert judge_address(address, 80, listed=True) is None


# Which Python calls special as a whole, although a public address may be inside.
COATS = [ip_network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "2001::/32", "2002::/16")]


@STABLE
@given(st.ip_addresses())
@example(IPv4Address("192.0.0.8"))
@example(IPv6Address("2001:20::1"))
def test_nothing_that_python_calls_special(address: IPv4Address | IPv6Address) -> None:
    """An address that any version of Python calls special is dialled only if it is listed."""
    coated = any(address in coat for coat in COATS if coat.version == address.version)
    if not address.is_global or address.is_multicast:
        assert coated or judge_address(str(address), 443, listed=False)


@STABLE
@given(st.ip_addresses(v=4), st.booleans())
def test_hidden_addresses_are_judged_alike(address: IPv4Address, listed: bool) -> None:
    """An IPv4 address is judged alike wherever it hides in an IPv6 one."""
    bits = int(address)
    faces = [
        (0xFFFF << 32) + bits,
        (0xFFFF << 48) + bits,
        (0x64FF9B << 96) + bits,
        (0x2002 << 112) + (bits << 80),
        (0x20010000_08080808 << 64) + (bits ^ 0xFFFFFFFF),
        (0x20010000 << 96) + (bits << 64) + (0x08080808 ^ 0xFFFFFFFF),
        (0x26064700 << 96) + (0x5EFE << 32) + bits,
    ]
    expected = judge_address(str(address), 443, listed=listed)
    for face in faces:
        assert judge_address(str(ip_address(face)), 443, listed=listed) == expected, ip_address(face)
