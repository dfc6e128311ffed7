"""Which addresses the real client dials, through its real connector; no packet leaves the machine."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from devtools import signed_queries

from tests.storage.fake_network import Names, Wires
from tests.support.storage.storage_double import ETAG, Put, Reply, StorageDouble, answer
from upload_service.body.file_body import Body, Pipe
from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.storage.connection_pools import Pool, Pools
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.storage.sockets import SocketCounter
from upload_service.upload.retry import failed_before_first_byte, is_worth_retrying

HOST = "bucket.s3.eu-west-1.amazonaws.com"
PUBLIC, PUBLIC_V6 = "52.218.0.1", "2600:1fa0:8000::1"
LOOPBACK, PRIVATE, METADATA = "127.0.0.1", "10.0.0.1", "169.254.169.254"
KEY = "dialling/key"


def destination(authority: str, *, listed: bool) -> Destination:
    """A destination at port 443, without TLS, that counts as listed or not."""
    url = f"http://{authority}:443/{KEY}?{signed_queries.v2()}"
    judged = judge_destination(url, parse_destinations(f"http://{authority}:443/"), 0)
    assert judged.listed
    return judged._replace(listed=listed)


@asynccontextmanager
async def storage(names: Names, wires: Wires) -> AsyncIterator[tuple[Storage, Pools]]:
    """Storage as the service makes it, except that names and sockets come from the test."""
    both = [Pool(listed=listed, names=names, make_socket=wires.make) for listed in (True, False)]
    async with both[0], both[1]:
        pools = Pools(both[0], both[1], SocketCounter())
        yield Storage(pools, 2, 0), pools


async def put(storage: Storage, to: Destination) -> Outcome:
    """One attempt to put a file of one byte."""
    body = Body(Pipe())
    await body.feed(b"x")
    body.finish()
    return await storage.put(to, body.reader(1), {"content-type": "image/png"})


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle connections are kept for longer than this process may stand still."""
    monkeypatch.setattr("upload_service.storage.connection_pools.KEEPALIVE_SECONDS", 600)


@pytest.fixture
def puts(double: StorageDouble) -> Callable[..., list[Put]]:
    """What comes to the double, which plays these replies."""

    def script(*replies: Reply) -> list[Put]:
        return double.script(KEY, *replies)

    return script


@pytest.fixture
def port(double: StorageDouble) -> int:
    """Where the double listens."""
    return int(double.server_address[1])


def assert_refused(outcome: Outcome, why: str) -> None:
    """Check that the PUT was refused for this reason, without a byte used, and is not tried again."""
    assert outcome == Outcome("address_refused", refused_address=why)
    assert not is_worth_retrying(outcome)
    assert not failed_before_first_byte(outcome)


@pytest.mark.parametrize(
    ("literal", "why"),
    [
        (LOOPBACK, "loopback"),
        (PRIVATE, "private"),
        (METADATA, "metadata"),
        ("[::]", "unspecified"),
        ("[::1]", "loopback"),
        ("[::ffff:127.0.0.1]", "loopback"),
        ("[::ffff:a9fe:a9fe]", "metadata"),
        ("[64:ff9b::10.0.0.1]", "private"),
        ("[fd00:ec2::254]", "metadata"),
    ],
)
async def test_literals(literal: str, why: str, port: int) -> None:
    """An address that stands in the URL itself is judged as well, though no resolver is asked."""
    names, wires = Names(PUBLIC), Wires(port)
    async with storage(names, wires) as (under_test, _):
        assert_refused(await put(under_test, destination(literal, listed=False)), why)
        assert wires.dialled == []
        outcome = await put(under_test, destination(literal, listed=True))
    if why in ("loopback", "private"):
        assert (outcome.error, wires.dialled) == ("storage_unreachable", [literal.strip("[]")])
    else:
        assert_refused(outcome, why)
        assert wires.dialled == []
    assert names.asked == []


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (LOOPBACK, "loopback"),
        (f"{PRIVATE} {METADATA} {LOOPBACK}", "private"),
        (f"{METADATA} ::1 fd00:ec2::254 {PRIVATE}", "metadata"),
        ("::1 fe80::1 ::ffff:10.0.0.1", "loopback"),
        ("fe80::1%lo", "link_local"),
        ("localhost", "unreadable"),
        ("127.1", "unreadable"),
    ],
)
async def test_all_addresses_refused(addresses: str, why: str, port: int) -> None:
    """When every address of a name is refused nothing is dialled, and the first one's reason is told."""
    wires = Wires(port)
    async with storage(Names(addresses), wires) as (under_test, _):
        assert_refused(await put(under_test, destination(HOST, listed=False)), why)
    assert wires.dialled == []


@pytest.mark.parametrize(
    "addresses",
    [
        f"{PRIVATE} {PUBLIC}",
        f"{PUBLIC} {PRIVATE}",
        f"{LOOPBACK} {METADATA} ::1 {PUBLIC} {PRIVATE}",
        f"::1 fe80::1 {PUBLIC}",
        f"::ffff:127.0.0.1 fd00::1 {LOOPBACK} {PUBLIC}",
    ],
)
async def test_one_address_may_be_dialled(addresses: str, port: int, puts: Callable[..., list[Put]]) -> None:
    """Among addresses that are refused, the one that may be dialled is, and no other, wherever it stands."""
    wires, came = Wires(port, PUBLIC), puts()
    async with storage(Names(addresses), wires) as (under_test, _):
        assert (await put(under_test, destination(HOST, listed=False))).error is None
    assert (wires.dialled, len(came)) == ([PUBLIC], 1)


@pytest.mark.parametrize(
    "addresses",
    [
        f"{PRIVATE} {PUBLIC}",
        f"{PUBLIC} {PRIVATE}",
        f"{PUBLIC} {PRIVATE} {LOOPBACK} {METADATA}",
        f"::1 {PUBLIC} {PUBLIC_V6} {PRIVATE}",
        f"{PUBLIC_V6} ::1",
    ],
)
async def test_the_one_that_may_be_dialled_fails(addresses: str, port: int) -> None:
    """When an allowed address does not answer, the outcome says that, because it may answer later."""
    wires = Wires(port)
    async with storage(Names(addresses), wires) as (under_test, _):
        outcome = await put(under_test, destination(HOST, listed=False))
    assert outcome == Outcome("storage_unreachable")
    assert is_worth_retrying(outcome)
    assert set(wires.dialled) == {each for each in addresses.split() if each in (PUBLIC, PUBLIC_V6)}


async def test_second_family_answers(port: int, puts: Callable[..., list[Put]]) -> None:
    """A name whose IPv6 address does not answer is reached by its IPv4 address, as without the check."""
    wires, came = Wires(port, PUBLIC), puts()
    async with storage(Names(f"{PUBLIC_V6} {PUBLIC}"), wires) as (under_test, _):
        assert (await put(under_test, destination(HOST, listed=False))).error is None
    assert (wires.dialled, len(came)) == ([PUBLIC_V6, PUBLIC], 1)


@pytest.mark.parametrize(
    ("later", "why"),
    [
        (LOOPBACK, "loopback"),
        (METADATA, "metadata"),
        (f"{PRIVATE} ::1", "private"),
        ("::ffff:7f00:1", "loopback"),
    ],
)
async def test_name_that_changes_its_address(
    later: str, why: str, port: int, puts: Callable[..., list[Put]]
) -> None:
    """A name that was public when it was judged, and for the first PUT, is refused when it is not."""
    names, wires = Names(PUBLIC, later), Wires(port, PUBLIC, *later.split())
    came = puts(Reply(answer(200, b"", ETAG, "Connection: close"), then="close"))
    to = destination(HOST, listed=False)
    assert names.asked == []  # judging a URL resolves nothing
    async with storage(names, wires) as (under_test, pools):
        assert (await put(under_test, to)).error is None
        pools.others.clear_dns_cache()  # as ten seconds later
        assert_refused(await put(under_test, to), why)
    assert (names.asked, wires.dialled, len(came)) == ([HOST, HOST], [PUBLIC], 1)


async def test_connections_are_not_shared(kept: None, port: int, puts: Callable[..., list[Put]]) -> None:
    """A connection to a private address, made for a listed path, serves no URL that is not listed."""
    wires, came = Wires(port, PRIVATE), puts()
    async with storage(Names(PRIVATE), wires) as (under_test, _):
        for _ in range(2):
            assert (await put(under_test, destination(HOST, listed=True))).error is None
        assert wires.dialled == [PRIVATE]  # kept
        assert_refused(await put(under_test, destination(HOST, listed=False)), "private")
        assert (await put(under_test, destination(HOST, listed=True))).error is None
    assert (wires.dialled, len(came)) == ([PRIVATE], 3)


async def test_kept_connection_is_not_judged_again(
    kept: None, port: int, puts: Callable[..., list[Put]]
) -> None:
    """A connection to a public address is used again without another look at names."""
    names, wires, came = Names(PUBLIC, LOOPBACK), Wires(port, PUBLIC), puts()
    async with storage(names, wires) as (under_test, pools):
        for _ in range(3):
            pools.others.clear_dns_cache()
            assert (await put(under_test, destination(HOST, listed=False))).error is None
    assert (names.asked, wires.dialled, len(came)) == ([HOST], [PUBLIC], 3)


@pytest.mark.parametrize(("listed", "error"), [(False, "address_refused"), (True, None)])
async def test_other_ports(
    listed: bool, error: str | None, port: int, puts: Callable[..., list[Put]]
) -> None:
    """Only listed destinations are dialled on another port than 443, public ones, too."""
    wires, came = Wires(port, PUBLIC), puts()
    to = destination(HOST, listed=listed)
    to = to._replace(url=to.url.with_port(80))
    async with storage(Names(PUBLIC), wires) as (under_test, _):
        assert (await put(under_test, to)).error == error
    assert len(came) == len(wires.dialled) == (error is None)
