"""Look-ups of names hold nothing up: neither each other, nor the disk, nor the end of the process."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from devtools import PYTHONPATH

from tests.support.network_namespace import NAMESPACE
from upload_service.storage import name_lookups
from upload_service.storage.name_lookups import LOOKUPS_AT_ONCE, MOST_NAMES, NameLookups

ROOT = Path(__file__).parents[2]
SECONDS = 30


class Resolver:
    """A `getaddrinfo` that hangs for names with `hang` in them, until it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()

    def __call__(self, host: str, *_: object, **__: object) -> list[Any]:
        """One address for every name that is one."""
        self.asked.append(host)
        if "hang" in host:
            self.go_on.wait(SECONDS)
        if "none" in host:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]


@pytest.fixture
async def resolver() -> AsyncIterator[Resolver]:
    """One that lets all look-ups go at the end."""
    new = Resolver()
    yield new
    new.go_on.set()


@pytest.fixture
async def names(resolver: Resolver) -> AsyncIterator[NameLookups]:
    """Look-ups by this resolver."""
    new = NameLookups(resolver)
    yield new
    await new.close()


async def test_addresses(names: NameLookups) -> None:
    """A name's addresses come with the port that was asked for, as numbers that nobody looks up again."""
    (found,) = await names.resolve("store.example", 8333, socket.AF_UNSPEC)
    assert (found["host"], found["port"], found["family"]) == ("192.0.2.1", 8333, socket.AF_INET)
    assert found["hostname"] == "store.example"
    assert found["flags"] & socket.AI_NUMERICHOST


async def test_the_system_answers() -> None:
    """The system's own resolver is asked where none is given; what cannot be a name has no address."""
    names = NameLookups()
    assert {each["host"] for each in await names.resolve("localhost", 80, socket.AF_INET)} == {"127.0.0.1"}
    with pytest.raises(socket.gaierror):
        await names.resolve("a" * 64 + ".example", 80)
    await names.close()


async def test_one_look_up_for_all_who_ask(names: NameLookups, resolver: Resolver) -> None:
    """Many who ask for one name at once cause one look-up, and who leaves takes nothing from the others."""
    waiting = [asyncio.create_task(names.resolve("hang.example", port)) for port in range(20)]
    await asyncio.sleep(0.1)
    waiting[0].cancel()
    resolver.go_on.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert [each[0]["port"] for each in told[1:] if isinstance(each, list)] == list(range(1, 20))
    assert resolver.asked == ["hang.example"]


async def test_a_name_without_address_is_asked_again(names: NameLookups, resolver: Resolver) -> None:
    """Each failure is told to those who waited for it, and the next one asks anew."""
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await names.resolve("none.example")
    assert resolver.asked == ["none.example"] * 2


async def test_names_that_hang_do_not_delay_others(names: NameLookups) -> None:
    """With nearly all threads hanging, another name has its address at once."""
    hanging = [
        asyncio.create_task(names.resolve(f"hang{number}.example")) for number in range(LOOKUPS_AT_ONCE - 1)
    ]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(SECONDS / 2):
        assert await names.resolve("store.example")
    assert not any(each.done() for each in hanging)
    for each in hanging:
        each.cancel()


async def test_no_answer_in_time(names: NameLookups, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits too long is told that there is no answer; the look-up itself is not begun a second time."""
    monkeypatch.setattr(name_lookups, "LOOKUP_SECONDS", 0.2)
    for _ in range(2):
        with pytest.raises(socket.gaierror) as refused:
            await names.resolve("hang.example")
        assert refused.value.errno == socket.EAI_AGAIN


async def test_names_that_wait_have_a_bound(names: NameLookups) -> None:
    """When very many names hang, one more is refused at once; one that is looked up already is not."""
    hanging = [asyncio.create_task(names.resolve(f"hang{number}.example")) for number in range(MOST_NAMES)]
    await asyncio.sleep(0.1)
    with pytest.raises(socket.gaierror):
        await names.resolve("store.example")
    again = asyncio.create_task(names.resolve("hang7.example"))
    await asyncio.sleep(0.1)
    assert not again.done()
    for each in (*hanging, again):
        each.cancel()


@pytest.mark.unshare
def test_look_ups_do_not_hold_up_the_end(tmp_path: Path) -> None:
    """The service ends in time while names hang, and meanwhile stores files that wait on disk."""
    ran = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.storage.dead_name_server", str(tmp_path)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": PYTHONPATH}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    seen = json.loads(ran.stdout)
    assert seen["exit"] == 0
    assert seen["hanging"] == seen["names"]
    assert seen["meanwhile"] == 200
    # The bound of the stop is 1 second and the farewell's 1; a look-up alone takes minutes.
    assert seen["stop_seconds"] < 60
    assert not [line for line in seen["log"] if "Traceback" in line or "library_log" in line]
