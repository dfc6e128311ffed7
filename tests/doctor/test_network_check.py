"""`upload-service --check`: names, addresses and connections on the way to storage."""

import errno
import socket
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries

from tests.doctor.run_check import assert_stops_at, check
from tests.support.network_namespace import NAMESPACE
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.doctor import network_check
from upload_service.errors.upload_error import CATALOGUE

HOST = "photos.s3.eu-west-1.amazonaws.com"


@pytest.mark.unshare
def test_name_does_not_resolve() -> None:
    """A name without an address is told as such, with what to look at."""
    url = TRANSCRIPT.hide(f"http://nowhere.invalid/doctor/name?{signed_queries.v4()}")
    seen = check(url=url, UPLOAD_DESTINATIONS="http://nowhere.invalid/", before=NAMESPACE)
    assert_stops_at(seen, "DNS")
    assert "nowhere.invalid has no address:" in seen.said
    assert "does it have a name server?" in seen.said


@pytest.mark.unshare
@pytest.mark.parametrize(
    ("address", "why", "hope"),
    [
        ("10.0.0.1", "private", CATALOGUE["address_refused"].cure),
        ("169.254.169.254", "metadata", "no store may be there, listed or not"),
    ],
)
def test_private_address(tmp_path: Path, address: str, why: str, hope: str) -> None:
    """A known store's name that leads into the network is not dialled, and the reason is told."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{address} {HOST}\n")
    script = f'mount --bind {hosts} /etc/hosts && exec "$@"'
    url = TRANSCRIPT.hide(f"https://{HOST}/doctor/address?{signed_queries.v4()}")
    seen = check(url=url, before=[*NAMESPACE, "sh", "-c", script, "sh"])
    assert_stops_at(seen, "address")
    assert f"{HOST} is {address}" in seen.said
    assert f"{address} is not dialled: {why} -> {hope}" in seen.said


@pytest.mark.unshare
def test_one_address_of_two(tmp_path: Path, double: StorageDouble) -> None:
    """An address that is refused or does not answer, beside one that does, is a warning only."""
    hosts = tmp_path / "hosts"
    hosts.write_text("169.254.169.254 two.example.org\n127.0.0.1 two.example.org\n")
    script = f'ip link set lo up && mount --bind {hosts} /etc/hosts && exec "$@"'
    listed = "http://two.example.org:9/"
    url = TRANSCRIPT.hide(f"{listed}doctor/two/addresses?{signed_queries.v4()}")
    seen = check(url=url, UPLOAD_DESTINATIONS=listed, before=[*NAMESPACE, "sh", "-c", script, "sh"])
    assert_stops_at(seen, "connect")
    assert sorted(seen.verdicts("address")) == ["ok", "warn"]


def test_port_closed(closed_port: int) -> None:
    """A port on which nothing listens is told with address, port and reason."""
    listed = f"http://127.0.0.1:{closed_port}/"
    url = TRANSCRIPT.hide(f"{listed}doctor/closed/port?{signed_queries.v4()}")
    seen = check(url=url, UPLOAD_DESTINATIONS=listed)
    assert_stops_at(seen, "connect")
    assert f"127.0.0.1 port {closed_port}: Connection refused" in seen.said
    assert "firewall" in seen.said


class WithoutIpv6(socket.socket):
    """A socket of a system that has no IPv6."""

    def __init__(self, family: int = socket.AF_INET, *rest: Any, **more: Any) -> None:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        super().__init__(family, *rest, **more)


async def test_no_ipv6_in_the_system(monkeypatch: pytest.MonkeyPatch, double: StorageDouble) -> None:
    """Where no socket can be made for an IPv6 address, that is told of it, and the other address answers."""
    monkeypatch.setattr(socket, "socket", WithoutIpv6)
    findings, address = await network_check.connect(
        ["::1", "127.0.0.1"], int(double.url.rstrip("/").rpartition(":")[2])
    )
    assert [each.verdict for each in findings] == ["warn", "ok"]
    assert "Address family not supported" in findings[0].text
    assert address == "127.0.0.1"
